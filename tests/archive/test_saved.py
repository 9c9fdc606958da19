from dataclasses import fields
from datetime import date

import pytest

from archive.db import Database
from archive.errors import BadQuery, NotFound
from archive.saved import forget, load, save, saved
from archive.search import Query
from tests.archive.conftest import NOW

FULL = Query(
    "投诉 NOT 网购", ("2023",), ("四川省", "unknown"), ("甲局",), ("notice",), ("s",), ("news",),
    ("full",), ("2-4",), date(2023, 1, 1), date(2024, 1, 1), every_document=True, sort="relevance",
)  # fmt: skip


@pytest.mark.parametrize("query", [FULL, Query()])
def test_a_search_comes_back_as_it_was_saved(database: Database, query: Query) -> None:
    usual = Query()
    assert query == usual or all(
        getattr(query, f.name) != getattr(usual, f.name) for f in fields(Query)
    )
    save(database, "x", Query("另"), NOW)
    save(database, "x", query, NOW)
    assert load(database, "x") == query
    assert [(one.name, one.query, one.saved_at) for one in saved(database)] == [("x", query, NOW)]
    forget(database, "x")
    with pytest.raises(NotFound):
        forget(database, "x")


@pytest.mark.parametrize("name", ["", "长" * 81, "a\nb", "\x1b[31m"])
def test_names_are_short_and_printable(database: Database, name: str) -> None:
    with pytest.raises(BadQuery):
        save(database, name, Query(), NOW)
