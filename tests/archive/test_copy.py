"""Moving an archive from one engine to the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from archive.copy import MADE_ANEW, copy_database
from archive.db import Database
from archive.errors import ArchiveError
from archive.models import Base, Frontier, Run
from archive.search import Query, Searcher
from tests.archive.builders import NOW, Builder
from tests.archive.web.sample import fill


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'source.db'}")
    database.migrate()
    build = Builder(database)
    fill(build)
    for name in ("a", "b"):
        build.cluster(name, {})
    build.merge("a", into="b")  # an alias that stands before what it refers to
    yield database
    database.close()


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
            if table.name not in MADE_ANEW
        }


def test_all_rows_arrive_and_searches_answer_alike(source: Database, database: Database) -> None:
    told: dict[str, int] = {}
    rows = copy_database(source, database, told.__setitem__)
    before = everything(source)
    assert everything(database) == before
    assert rows == sum(map(len, before.values()))
    assert told["document"] == told["search index"] == 13
    for words in ("投诉", "国际 NOT 网购", ""):
        query = Query(words, every_document=True)
        hits = [[hit.id for hit in Searcher(db).search(query).hits] for db in (source, database)]
        assert hits[0] == hits[1]


def test_a_copy_goes_on_counting(source: Database, database: Database) -> None:
    copy_database(source, database)
    made = Builder(database).document("新的一篇工作总结", title="新")
    with database.write() as connection:
        row = {"site_id": "gov", "key": "k", "url": "k", "kind": "list", "added_at": NOW}
        connection.execute(insert(Frontier).values(row))
    assert any(hit.id == made for hit in Searcher(database).search(Query("新的一篇")).hits)


def test_a_database_that_is_used_is_refused(source: Database, database: Database) -> None:
    with database.write() as connection:
        row = {"id": "r", "kind": "crawl", "owner": "o", "sites": [], "started_at": NOW}
        connection.execute(insert(Run).values(**row))
    with pytest.raises(ArchiveError, match="holds an archive already"):
        copy_database(source, database)
    assert len(everything(database)["run"]) == 1
