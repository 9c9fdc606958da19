from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from archive.archive import Archive
from archive.clusters.review import decide, doubtful, explain, judge_again
from archive.db import Database
from archive.errors import NotFound
from archive.models import Change, Cluster, Edge
from crawler.cli.clusters import clusters as command
from tests.archive.test_clusters import NEXT_YEAR, OTHER, REPORT, Shelf
from tests.dedupe.texts import report

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database)


def nearly(figures: int = 2) -> str:
    """The report with a seventh of its figures changed: a close call."""
    lines, other = REPORT.split("\n"), report(figures=figures).split("\n")
    lines[2] = other[2]
    return "\n".join(lines)


def test_a_close_call_is_shown_once_and_the_answer_stays(shelf: Shelf) -> None:
    first, close = shelf.add(REPORT), shelf.add(nearly())
    shelf.add(OTHER)
    (pair,) = doubtful(shelf.database, 10)
    assert {pair.a, pair.b} == {first, close}
    for same in (not pair.together, pair.together, not pair.together):
        decide(shelf.database, close, first, same_work=same, now=NOW)
        assert (shelf.cluster(first) == shelf.cluster(close)) is same
        assert doubtful(shelf.database, 10) == []
    shelf.remove(close)
    shelf.place(close, nearly())
    assert (shelf.cluster(first) == shelf.cluster(close)) is not pair.together


def test_parting_a_pair_splits_its_cluster_for_good(shelf: Shelf) -> None:
    first = shelf.add(REPORT)
    copy = shelf.add(report(year=2018))
    kept = shelf.cluster(first)
    decide(shelf.database, first, copy, same_work=False, now=NOW, note="another edition")
    assert shelf.cluster(first) == kept != shelf.cluster(copy)
    with shelf.database.read() as connection:
        query = select(Cluster.split_from).where(Cluster.id == shelf.cluster(copy))
        assert connection.execute(query).scalar_one() == kept
        kinds = connection.execute(select(Change.kind).order_by(Change.seq)).scalars().all()
    assert kinds[-1] == "cluster.split"
    third = shelf.add(report(year=2016))
    assert shelf.cluster(first) != shelf.cluster(copy)
    assert shelf.cluster(third) in (shelf.cluster(first), shelf.cluster(copy))


def test_why_together_and_why_apart(shelf: Shelf) -> None:
    first, later, copy = shelf.add(REPORT), shelf.add(NEXT_YEAR), shelf.add(report(year=2015))
    apart = explain(shelf.database, first, later)
    assert not apart.pair.together
    assert apart.verdict.kind == "same_template"
    assert apart.path == ()
    together = explain(shelf.database, first, copy)
    assert together.pair.together
    assert together.path == (first, copy)
    with pytest.raises(NotFound, match="d999"):
        explain(shelf.database, first, "d999")


def test_a_new_rule_judges_again_without_losing_ids_or_answers(shelf: Shelf) -> None:
    first, copy, later = shelf.add(REPORT), shelf.add(report(year=2018)), shelf.add(NEXT_YEAR)
    decided = shelf.add(report(year=2012))
    decide(shelf.database, first, decided, same_work=False, now=NOW)
    before = {d: shelf.seats(d) for d in (first, copy, later, decided)}
    with shelf.database.write() as connection:
        edges = connection.execute(select(func.count()).select_from(Edge)).scalar_one()
        connection.execute(update(Edge).values(rule_version=0))
    assert judge_again(shelf.database, NOW) == edges
    assert judge_again(shelf.database, NOW) == 0
    assert {d: shelf.seats(d) for d in before} == before


def test_an_old_mistake_is_put_right_when_judged_again(shelf: Shelf) -> None:
    first, later, copy = shelf.add(REPORT), shelf.add(NEXT_YEAR), shelf.add(report(year=2018))
    ours, theirs = shelf.cluster(first), shelf.cluster(later)
    with shelf.database.write() as connection:  # what a laxer rule would have written
        connection.execute(
            update(Edge).where(Edge.kind == "same_template").values(kind="repost", rule_version=0)
        )
    decide(shelf.database, first, later, same_work=True, now=NOW)
    assert shelf.cluster(first) == shelf.cluster(later) == ours
    with shelf.database.write() as connection:
        connection.execute(update(Edge).values(rule_version=0))
    judge_again(shelf.database, NOW)
    assert shelf.cluster(later) == ours, "a person's answer stands above every rule"
    decide(shelf.database, first, later, same_work=False, now=NOW)
    assert shelf.cluster(first) == shelf.cluster(copy) == ours
    assert shelf.cluster(later) not in (ours, theirs)


def test_the_commands(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(
        "crawler.config.Config.open_archive", lambda _: _Open(Archive(tmp_path, shelf.database))
    )
    first, close = shelf.add(REPORT, document=shelf.builder.document(REPORT)), shelf.add(nearly())
    run = CliRunner()
    told = run.invoke(command, ["explain", first, close])
    assert told.exit_code == 0, told.output
    assert "figures that stand at the same place" in told.output
    listed = run.invoke(command, ["review", "--json"])
    assert first in listed.stdout
    together = shelf.cluster(first) == shelf.cluster(close)
    answered = run.invoke(command, ["review"], input="d\n" if together else "s\n")
    assert answered.exit_code == 0, answered.output
    assert (shelf.cluster(first) == shelf.cluster(close)) is not together
    flag = "--same" if together else "--different"
    assert run.invoke(command, ["decide", first, close, flag]).exit_code == 0
    assert (shelf.cluster(first) == shelf.cluster(close)) is together
    assert run.invoke(command, ["rejudge"]).exit_code == 0


class _Open:
    """An archive that is open already and stays so."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def __enter__(self) -> Archive:
        return self.archive

    def __exit__(self, *_: object) -> None: ...
