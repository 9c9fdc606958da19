import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

import archive
from archive.archive import Archive
from archive.client import Reader
from archive.db import DATABASE_FILE, Database
from archive.errors import (
    ArchiveError,
    BadCursor,
    BadQuery,
    MigrationNeeded,
    NotFound,
    Unavailable,
    Withdrawn,
)
from archive.models import Meta
from archive.search import Query
from tests.archive.builders import Builder
from tests.archive.served import served
from tests.archive.web.sample import fill
from tests.web import Web, html, serving


@pytest.fixture
def build(database: Database) -> Builder:
    return Builder(database)


@pytest.fixture(params=["here", "served"])
def reader(
    request: pytest.FixtureRequest, database: Database, database_url: str, tmp_path: Path
) -> Iterator[Reader]:
    """A reader of the archive; it must not matter where that is."""
    url = None if database.is_sqlite else database_url
    if request.param == "here":
        with archive.open(tmp_path, url) as reader:
            yield reader
        return
    opened = Archive(tmp_path, database)
    with served(opened, "word") as address, archive.open(address, token="word") as reader:
        yield reader


def test_documents_and_figures_of_a_query(build: Builder, reader: Reader) -> None:
    made = fill(build)
    asked = Query("烦心事", year=("2022", "2023"))
    assert [d.id for d in reader.documents(asked)] == [made["lh2023"], made["lh2022"]]
    rows = list(reader.figures("complaints_received", asked))
    assert [(r.year, r.value, r.unit) for r in rows] == [
        (2023, Decimal(451), "件"),
        (2022, Decimal(377), "件"),
    ]
    assert {row.name for row in reader.figures()} > {"complaints_received", "loss_recovered"}
    page = reader.search("烦心事", limit=1)
    assert (page.total, page.hits[0].id) == (3, made["lh2023"])
    assert reader.corpus().documents == len(made)
    assert reader.cluster(reader.document(made["cy2022"]).clusters[0][0]).canonical


def test_what_is_not_there(build: Builder, reader: Reader) -> None:
    gone = build.document("文")
    build.withdraw(gone)
    assert (reader.get(gone), reader.get("dx")) == (None, None)
    with pytest.raises(Withdrawn):
        reader.document(gone)


def test_following_keeps_its_place(build: Builder, reader: Reader, tmp_path: Path) -> None:
    state = tmp_path / "my.cursor"
    made = [build.document(f"文{n}") for n in range(4)]
    seen = []
    for event in reader.follow(state):
        if event.subject == made[2]:
            break  # not dealt with: it comes again
        seen.append(event.subject)
    assert seen == made[:2]
    assert [e.subject for e in reader.follow(state, wait=False)] == made[2:]
    assert list(reader.follow(state, wait=False)) == []
    later = build.document("后")
    assert [e.subject for e in reader.follow(state, wait=False)] == [later]


def test_an_error_while_dealing_with_an_event_brings_it_again(
    build: Builder, reader: Reader, tmp_path: Path
) -> None:
    made = [build.document(f"文{n}") for n in range(3)]

    def consume() -> None:
        for event in reader.follow(tmp_path / "s", wait=False):
            if event.subject == made[1]:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        consume()
    assert [e.subject for e in reader.follow(tmp_path / "s", wait=False)] == made[1:]


def test_all_documents_then_the_feed_leave_no_gap(build: Builder, reader: Reader) -> None:
    first = build.document("先")
    cursor = reader.cursor
    assert [d.id for d in reader.documents()] == [first]
    later = build.document("后")
    assert [e.subject for e in reader.follow(after=cursor, wait=False)] == [later]
    with pytest.raises(BadCursor):
        next(reader.follow(after="x"))


def test_the_same_values_come_over_http(
    database: Database, database_url: str, build: Builder, tmp_path: Path
) -> None:
    made = fill(build)
    build.rewrite(made["cy2022"], "另一种说法：全年投诉1422件。", title="改写")
    url = None if database.is_sqlite else database_url
    opened = Archive(tmp_path, database)
    with archive.open(tmp_path, url) as here, served(opened) as address:
        there = archive.open(f"{address}/")
        for name in made.values():
            assert there.document(name) == here.document(name)
        for cluster, _ in here.document(made["cy2022"]).clusters:
            assert there.cluster(cluster) == here.cluster(cluster)
        for asked in (
            Query("烦心事 OR 操心事", year=("2022", "2023"), region=("unknown",)),
            Query("投诉", every_document=True, sort="relevance", since=date(2020, 1, 1)),
            Query("投诉", kind=("work_summary",), until=date(2024, 1, 1)),
        ):
            assert there.search(asked, limit=3) == here.search(asked, limit=3)
            assert list(there.documents(asked)) == list(here.documents(asked))
        page = here.search("", limit=2)
        assert there.search("", after=page.next) == here.search("", after=page.next)
        assert list(there.follow(wait=False)) == list(here.follow(wait=False))
        assert (there.corpus(), there.cursor) == (here.corpus(), here.cursor)
        there.close()


def test_a_served_archive_says_what_one_here_would(reader: Reader, build: Builder) -> None:
    with pytest.raises(NotFound, match=r"no document 'd x.y'"):
        reader.document("d x?y")
    with pytest.raises(NotFound, match="no cluster"):
        reader.cluster("c9")
    with pytest.raises(BadQuery, match="parenthesis"):
        list(reader.documents("(投诉"))
    with pytest.raises(BadQuery, match="not a year"):
        reader.search(Query(year=("x",)))


def test_an_event_is_waited_for(build: Builder, reader: Reader) -> None:
    events = reader.follow(after=reader.cursor)
    later = threading.Timer(0.3, build.document, ["后"])
    later.start()
    assert next(events).type == "document.created"
    later.join()


def test_the_private_parts_ask_for_their_token(
    database: Database, build: Builder, tmp_path: Path
) -> None:
    document = build.document("文")
    with served(Archive(tmp_path, database), "word") as address:
        reader = archive.open(address, token="another")
        assert reader.document(document).text == "文"
        with pytest.raises(Unavailable, match="401, this part of the archive needs its token"):
            list(reader.follow(wait=False))
        with pytest.raises(Unavailable, match="401"):
            list(reader.documents())
        reader.close()


def test_what_is_no_served_archive_is_said(tmp_path: Path) -> None:
    pages = {"/api/statistics": html("<p>别的网站"), "/api/snapshot": html("x", 200)}
    with serving(Web(pages)) as web:
        reader = archive.open(web.url)
        with pytest.raises(Unavailable, match="answers otherwise"):
            reader.corpus()
        with pytest.raises(Unavailable, match="answers otherwise"):
            _ = reader.cursor
        with pytest.raises(Unavailable, match="404, and this is no archive"):
            reader.get("d1")
    reader.close()
    nobody = archive.open(web.url)
    with pytest.raises(Unavailable, match="cannot read the archive at"):
        nobody.corpus()


def test_an_export_that_breaks_off_is_an_error() -> None:
    head = {"Content-Length": "1000", "Connection": "close"}
    with serving(Web({"/api/export?format=jsonl": (200, head, b"\n")})) as web:
        reader = archive.open(web.url)
        with pytest.raises(Unavailable):
            list(reader.documents())
        reader.close()


def test_a_reader_can_write_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    row = insert(Meta).values(key="k", value="v")
    refused = pytest.raises((ArchiveError, DBAPIError), match=r"read-?only")
    with (
        Archive.open_to_read(tmp_path, None if database.is_sqlite else database_url) as opened,
        refused,
        opened.database.write() as connection,
    ):
        connection.execute(row)


def test_a_schema_of_another_time_is_left_alone(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(MigrationNeeded, match="0001"):
        archive.open(tmp_path, None if database.is_sqlite else database_url)
    with database.read() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0001"
        )


def test_no_archive_is_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="holds no archive"):
        archive.open(tmp_path)
    assert not (tmp_path / DATABASE_FILE).exists()
