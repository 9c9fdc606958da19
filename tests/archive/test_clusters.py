import os
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import delete, func, insert, select

from archive.clusters import ClusterInput, Placement, place, remove
from archive.clusters.lookup import CROWDED
from archive.clusters.offline import Offline, Text
from archive.db import Database
from archive.feed import ChangeNote
from archive.models import (
    Cluster,
    ClusterEvent,
    Decision,
    Document,
    Edge,
    Fingerprint,
    Member,
    Shingle,
    SimBand,
)
from dedupe import prepare
from tests.archive.builders import Builder
from tests.dedupe.texts import OTHER_SENTENCES, SENTENCES, other_report, report

NOW = datetime(2026, 3, 15, 8, 0, tzinfo=UTC)
REPORT, NEXT_YEAR, OTHER = report(), report(year=2022, figures=2), other_report()
THIRD = report("杏花镇", 2020, 11, SENTENCES[::-2] + OTHER_SENTENCES[::3], "{place}{year}年小结。")


class Shelf:
    """Places texts in one archive and reads back where they are."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.builder = Builder(database)
        self.notes: list[ChangeNote] = []
        self._clock = (NOW + timedelta(minutes=n) for n in count())

    def add(self, text: str, *, document: str | None = None, **known: object) -> str:
        document = document or self.builder.document(text)
        self.place(document, text, **known)
        return document

    def place(self, document: str, text: str, **known: object) -> Placement:
        given = {
            "site_type": "template_essay",
            "trust": 30,
            "completeness": "full",
            "repair_status": "none",
            "language_script": "hans",
            "published": None,
            "fetched_at": NOW,
        } | known
        now = next(self._clock)
        ready = prepare(text)
        with self.database.write() as connection:
            placed = place(
                connection,
                self.database,
                ClusterInput(document_id=document, text=text, **given),
                ready,
                now=now,
            )
        self.notes += placed.notes
        return placed

    def remove(self, document: str) -> list[ChangeNote]:
        with self.database.write() as connection:
            return remove(connection, self.database, document, now=next(self._clock))

    def seats(self, document: str) -> dict[str, str]:
        query = select(Member.cluster_id, Member.role).where(Member.document_id == document)
        with self.database.read() as connection:
            return {row.cluster_id: row.role for row in connection.execute(query)}

    def cluster(self, document: str) -> str:
        (cluster_id,) = self.seats(document)
        return cluster_id

    def role(self, document: str) -> str:
        (role,) = set(self.seats(document).values())
        return role

    def edge(self, a: str, b: str) -> str:
        query = select(Edge.kind).where(Edge.a == min(a, b), Edge.b == max(a, b))
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def events(self, kind: str) -> int:
        query = select(func.count()).where(ClusterEvent.kind == kind)
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()


@pytest.fixture
def shelf(database: Database) -> Iterator[Shelf]:
    return Shelf(database)


def part_of(text: str, start: float, end: float) -> str:
    return text[int(len(text) * start) : int(len(text) * end)]


def test_a_repost_joins_and_next_year_does_not(shelf: Shelf) -> None:
    first = shelf.add(REPORT)
    later = shelf.add(NEXT_YEAR)
    copy = shelf.add(report(place="XX县", year=2018))
    assert shelf.cluster(copy) == shelf.cluster(first) != shelf.cluster(later)
    assert [shelf.role(d) for d in (first, later, copy)] == ["canonical", "canonical", "repost"]
    assert shelf.edge(first, later) == "same_template"
    assert shelf.edge(first, copy) == "repost"


def test_a_preview_is_a_fragment_whichever_comes_first(shelf: Shelf) -> None:
    preview = shelf.add(part_of(REPORT, 0, 0.4))
    whole = shelf.add(REPORT)
    late = shelf.add(part_of(REPORT, 0.3, 0.8))
    assert shelf.cluster(preview) == shelf.cluster(whole) == shelf.cluster(late)
    assert [shelf.role(d) for d in (preview, whole, late)] == ["fragment", "canonical", "fragment"]
    assert shelf.events("canonical_change") == 1


def test_exact_copies_join_without_end(shelf: Shelf) -> None:
    first = shelf.add(REPORT)
    copies = [shelf.add(REPORT.replace("，", ",")) for _ in range(8)]
    assert {shelf.cluster(d) for d in copies} == {shelf.cluster(first)}
    with shelf.database.read() as connection:
        edges = connection.execute(select(func.count()).select_from(Edge)).scalar_one()
    assert edges < 8 * 9 / 2


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 0, 1, 2, 3), (0, 4, 2, 1, 3)])
def test_a_compilation_is_a_member_of_its_parts_and_merges_none(
    shelf: Shelf, order: tuple[int, ...]
) -> None:
    page = "优秀总结范文三篇\n" + REPORT + "\n" + OTHER + "\n" + THIRD
    texts = [REPORT, report(year=2017), OTHER, other_report(place="XX岛"), page]
    made = {n: shelf.add(texts[n]) for n in order}
    first, second = shelf.cluster(made[0]), shelf.cluster(made[2])
    assert first != second
    assert shelf.cluster(made[1]) == first
    assert shelf.cluster(made[3]) == second
    assert shelf.seats(made[4]) == {first: "compilation", second: "compilation"}
    with shelf.database.read() as connection:
        query = select(Member.start, Member.end).where(
            Member.document_id == made[4], Member.cluster_id == second
        )
        start, end = connection.execute(query).one()
    assert page[start:end].startswith(OTHER[:8])
    assert abs((end - start) - len(OTHER)) < 20
    late = shelf.add(THIRD)
    assert shelf.cluster(late) not in (first, second)
    assert shelf.seats(made[4])[shelf.cluster(late)] == "compilation"


def test_two_quotations_do_not_make_a_report_a_compilation(shelf: Shelf) -> None:
    whole = shelf.add(REPORT)
    early = shelf.add(part_of(REPORT, 0, 0.3))
    late = shelf.add(part_of(REPORT, 0.6, 0.9))
    copy = shelf.add(report(year=2019))
    assert "compilation" not in shelf.seats(whole).values()
    assert len({shelf.cluster(d) for d in (whole, early, late, copy)}) == 1


def test_copies_of_a_compilation_are_compilations(shelf: Shelf) -> None:
    for text in (REPORT, OTHER):
        shelf.add(text)
        shelf.add(text.replace("2021年", "2016年"))
    copies = [shelf.add(REPORT + "\n" + OTHER + "！" * n) for n in range(6)]
    assert all(len(shelf.seats(d)) == 2 for d in copies)
    assert {shelf.role(d) for d in copies} == {"compilation"}


def test_numbered_parts_make_a_compilation_with_one_copy_each(shelf: Shelf) -> None:
    parts = ["一、做法\n" + text for text in (REPORT, OTHER)]
    first, second = (shelf.add(text) for text in parts)
    page = shelf.add("\n".join(parts))
    copy = shelf.add("\n".join(parts) + "。")
    assert shelf.cluster(first) != shelf.cluster(second)
    expected = {shelf.cluster(d): "compilation" for d in (first, second)}
    assert shelf.seats(page) == shelf.seats(copy) == expected


def test_two_fragments_are_united_by_the_whole(shelf: Shelf) -> None:
    early = shelf.add(part_of(REPORT, 0, 0.45))
    late = shelf.add(part_of(REPORT, 0.55, 1))
    old, given_up = shelf.cluster(early), shelf.cluster(late)
    assert old != given_up
    shelf.add(REPORT)
    shelf.add(report(year=2016))
    assert shelf.cluster(early) == shelf.cluster(late) == old
    with shelf.database.read() as connection:
        query = select(Cluster.merged_into).where(Cluster.id == given_up)
        assert connection.execute(query).scalar_one() == old
    assert [n.subject for n in shelf.notes if n.kind == "cluster.merged"] == [given_up]


def test_a_masked_copy_unites_no_contradicting_reports(shelf: Shelf) -> None:
    first, later = shelf.add(REPORT), shelf.add(NEXT_YEAR)
    shelf.add("".join("X" if c.isdigit() else c for c in REPORT))
    assert shelf.cluster(first) != shelf.cluster(later)


def test_a_masked_canonical_text_does_not_unite_contradicting_members(shelf: Shelf) -> None:
    masked = "".join("X" if c.isdigit() else c for c in REPORT)
    first = shelf.add(masked)
    later = shelf.add(part_of(NEXT_YEAR, 0, 0.55))
    assert shelf.cluster(later) == shelf.cluster(first)
    whole = shelf.add(REPORT)
    shelf.add(masked + "。")
    assert shelf.cluster(whole) != shelf.cluster(later)


def test_the_official_text_becomes_canonical_and_the_change_is_told(shelf: Shelf) -> None:
    essay = shelf.add(REPORT)
    official = shelf.add(REPORT + "\n", site_type="government", trust=95)
    assert (shelf.role(essay), shelf.role(official)) == ("repost", "canonical")
    (told,) = [n for n in shelf.notes if n.kind == "cluster.canonical_changed"]
    assert told.data["from"] == essay
    assert told.data["to"] == official


def test_an_equal_copy_does_not_take_the_canonical_place(shelf: Shelf) -> None:
    first = shelf.add(REPORT, published=date(2022, 5, 1))
    shelf.add(REPORT + "。", published=date(2022, 1, 1))
    shelf.add(report(place="XX县"), site_type="template_essay")
    assert shelf.role(first) == "canonical"


def test_removing_the_canonical_chooses_another(shelf: Shelf) -> None:
    first, second = shelf.add(REPORT), shelf.add(report(year=2019))
    cluster_id = shelf.cluster(first)
    notes = shelf.remove(first)
    assert shelf.seats(first) == {}
    assert shelf.seats(second) == {cluster_id: "canonical"}
    assert [n.kind for n in notes] == ["cluster.left", "cluster.canonical_changed"]
    with shelf.database.read() as connection:
        for column in (Fingerprint.number, Shingle.number, SimBand.number):
            (held,) = connection.execute(select(func.count(column.distinct()))).one()
            assert held == 1


def test_a_document_that_comes_back_takes_its_cluster_up_again(shelf: Shelf) -> None:
    alone = shelf.add(REPORT)
    cluster_id = shelf.cluster(alone)
    shelf.remove(alone)
    shelf.place(alone, REPORT + "（更正）")
    assert shelf.cluster(alone) == cluster_id


def test_the_same_order_gives_the_same_ids(shelf: Shelf) -> None:
    texts = [REPORT, NEXT_YEAR, OTHER, REPORT + OTHER, part_of(OTHER, 0, 0.5), other_report("某岛")]
    documents = [shelf.add(text) for text in texts]
    before = [shelf.seats(d) for d in documents]
    with shelf.database.write() as connection:
        for table in (Member, Edge, ClusterEvent, Shingle, SimBand, Fingerprint, Cluster):
            connection.execute(delete(table))
    for document, text in zip(documents, texts, strict=True):
        shelf.place(document, text)
    assert [shelf.seats(d) for d in documents] == before


def test_what_a_person_decided_stands_above_the_rule(shelf: Shelf) -> None:
    first = shelf.add(REPORT)
    copy = shelf.builder.document(report(year=2018))
    later = shelf.builder.document(NEXT_YEAR)
    with shelf.database.write() as connection:
        for other, same in ((copy, False), (later, True)):
            connection.execute(
                insert(Decision).values(
                    a=min(first, other), b=max(first, other), same_work=same, decided_at=NOW
                )
            )
    shelf.place(copy, report(year=2018))
    shelf.place(later, NEXT_YEAR)
    assert shelf.cluster(copy) != shelf.cluster(first) == shelf.cluster(later)


def test_texts_without_content_stay_alone(shelf: Shelf) -> None:
    empty = [shelf.add(text) for text in ("", "……", "\n", "。")]
    assert len({shelf.cluster(d) for d in empty}) == 4


def test_a_copy_is_found_behind_a_crowd_of_one_template(shelf: Shelf) -> None:
    stems = "甲乙丙丁戊己庚辛壬癸"
    crowd = [
        shelf.add(report(f"{stems[n // 10]}{stems[n % 10]}溪县", 2021, 300 + n))
        for n in range(CROWDED + 4)
    ]
    last = CROWDED + 3
    copy = shelf.add(report(f"{stems[last // 10]}{stems[last % 10]}溪县", 2016, 300 + last))
    assert len({shelf.cluster(document) for document in crowd}) == len(crowd)
    assert shelf.cluster(copy) == shelf.cluster(crowd[last])


WORKS = int(os.environ.get("XIAOBAO_WORKS", "8"))
"""Works that four writers place at once, five copies of each; 80 for a thorough run."""


def test_four_writers_make_one_cluster_of_each_work(database: Database) -> None:
    works = WORKS
    stems = "甲乙丙丁戊己庚辛壬癸"
    reports = [report(f"{stems[n // 10]}{stems[n % 10]}溪县", 2021, 100 + n) for n in range(works)]
    builder = Builder(database)
    given = []
    for turn in range(5):
        for n, text in enumerate(reports):
            copy = text.replace("2021年", f"20{10 + turn}年") + "！" * turn
            given.append((builder.document(copy), copy, n))
    _place_by_threads(database, given)
    by_work: dict[int, set[str]] = {}
    with database.read() as connection:
        seats = dict(connection.execute(select(Member.document_id, Member.cluster_id)).all())
    for document, _, work in given:
        by_work.setdefault(work, set()).add(seats[document])
    assert Counter(len(clusters) for clusters in by_work.values()) == {1: works}
    assert len({c for clusters in by_work.values() for c in clusters}) == works


def test_without_the_lock_writers_split_works(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: it must be able to fail."""
    if database.is_sqlite:
        pytest.skip("a SQLite writer holds the whole database, with or without our lock")
    monkeypatch.setattr(Database, "lock", lambda *_: None)
    builder = Builder(database)
    given = []
    for work in range(10):
        text = report(f"{'甲乙丙丁戊己庚辛壬癸'[work]}溪县", 2021, 200 + work)
        given += [(builder.document(text + "。" * n), text + "。" * n, work) for n in range(4)]
    _place_by_threads(database, given, together=True)
    with database.read() as connection:
        seats = dict(connection.execute(select(Member.document_id, Member.cluster_id)).all())
    clusters = {work: {seats[d] for d, _, w in given if w == work} for work in range(10)}
    assert any(len(found) > 1 for found in clusters.values())


def _place_by_threads(
    database: Database, given: list[tuple[str, str, int]], *, together: bool = False
) -> None:
    """Four threads, each with every fourth document; `together`: in step, copy by copy."""
    barrier = threading.Barrier(4)
    failures: list[Exception] = []

    def write(mine: list[tuple[str, str, int]]) -> None:
        shelf = Shelf(database)
        try:
            for document, text, _ in mine:
                if together:
                    barrier.wait(60)
                shelf.place(document, text)
        except Exception as error:  # noqa: BLE001  shown by the test's thread
            failures.append(error)
            barrier.abort()

    threads = [threading.Thread(target=write, args=(given[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_offline_gives_what_the_archive_gives(shelf: Shelf) -> None:
    texts = [REPORT, NEXT_YEAR, OTHER, REPORT + OTHER, part_of(OTHER, 0, 0.5), report(year=2010)]
    documents = [shelf.add(text) for text in texts]
    offline = Offline()
    for number, text in enumerate(texts):
        offline.add(Text(str(number), text))
    groups = [
        [[n for n, other in enumerate(seats) if set(other) & set(mine)] for mine in seats]
        for seats in (
            [tuple(shelf.seats(d)) for d in documents],
            [placed.clusters for placed in offline.placed()],
        )
    ]
    offline.close()
    assert groups[0] == groups[1]


def test_documents_are_left_as_they_are(shelf: Shelf) -> None:
    document = shelf.add(REPORT)
    with shelf.database.read() as connection:
        query = select(Document.text).where(Document.id == document)
        assert connection.execute(query).scalar_one() == REPORT
