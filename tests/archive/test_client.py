from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

import archive
from archive.client import Reader
from archive.db import DATABASE_FILE, Database
from archive.errors import ArchiveError, BadCursor, MigrationNeeded, Withdrawn
from archive.models import Meta
from archive.search import Query
from tests.archive.builders import Builder
from tests.archive.web.sample import fill


@pytest.fixture
def build(database: Database) -> Builder:
    return Builder(database)


@pytest.fixture
def reader(database: Database, database_url: str, tmp_path: Path):
    with archive.open(tmp_path, None if database.is_sqlite else database_url) as reader:
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


def test_a_reader_can_write_nothing(reader: Reader) -> None:
    row = insert(Meta).values(key="k", value="v")
    refused = pytest.raises((ArchiveError, DBAPIError), match=r"read-?only")
    with refused, reader._database.write() as connection:
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
