import json

import pytest

from archive.cite import bibtex, citation, csl
from archive.db import Database
from archive.query import document
from tests.archive.builders import Builder


@pytest.fixture
def database_url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'a.db'}"


def test_a_citation_says_who_what_where_and_when(database: Database) -> None:
    build = Builder(database)
    build.site("cy", "苍屿区政府网")
    name = build.document(
        "文", title="年度总结", site="cy", issuer="苍屿区消委会", url="https://a.example/1"
    )
    view = document(database, name)
    assert citation(view) == (
        "苍屿区消委会. 年度总结[EB/OL]. 苍屿区政府网, (2024-01-01)[2026-03-15]. https://a.example/1."
    )
    assert csl(view)["issued"] == {"date-parts": [[2024, 1, 1]]}
    assert json.loads(json.dumps(csl(view)))["author"] == [{"literal": "苍屿区消委会"}]
    assert "  title = {{年度总结}}" in bibtex(view)


def test_a_title_cannot_end_its_field(database: Database) -> None:
    view = document(
        database, Builder(database).document("文", title="x}\n@evil{\\input", published=None)
    )
    entry = bibtex(view)
    assert entry.count("{") == entry.count("}")
    assert "\\" not in entry
    assert "date = " not in entry.replace("urldate = ", "")
    assert "\n" not in citation(view)
