"""From the meaning of a query to the numbers of the documents it means.

AND, OR and NOT are set operations of SQL over document numbers, the same on both engines; the
engine's own search answers single terms only.
"""

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    bindparam,
    cast,
    column,
    except_,
    func,
    intersect,
    literal_column,
    select,
    table,
    text,
    union,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.sql.selectable import CompoundSelect

from archive.models import SearchEntry
from archive.search.index import SEGMENT_BITS, match_expression
from archive.search.query import And, Node, Or, Term, terms

_FTS = table("search_fts", column("rowid"))
_VECTOR = table("search_vector", column("id"), column("number"), column("tokens", TSVECTOR))
Numbers = Select[int] | CompoundSelect[int]


def numbers(node: Node, *, sqlite: bool) -> Numbers:
    """The numbers of the matching documents, some perhaps more than once."""

    def part(inner: Node) -> Select[int]:
        # One operator a level: engines differ in which one binds tighter.
        return select(numbers(inner, sqlite=sqlite).subquery().c.number)

    if isinstance(node, Term):
        return _term(node.form, sqlite=sqlite)
    if isinstance(node, Or):
        return union(*(part(inner) for inner in node.parts))
    assert isinstance(node, And)
    wanted: Numbers = select(SearchEntry.number)
    if node.parts:
        wanted = intersect(*(part(inner) for inner in node.parts))
    if not node.without:
        return wanted
    return except_(select(wanted.subquery().c.number), *(part(inner) for inner in node.without))


def prepare(connection: Connection) -> None:
    """Keep PostgreSQL on its index in this transaction.

    For a character that stands in half of all documents the planner would unpack every vector:
    measured 150 ms instead of 4 ms.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))


def scores(connection: Connection, node: Node) -> dict[int, float]:
    """How well documents match the terms of `node` in the eyes of the engine; more is better.

    A term counts by its best segment; the title is one, and short, so that a hit there counts
    most.
    """
    total: dict[int, float] = {}
    for form in terms(node):
        best: dict[int, float] = {}
        for row, score in connection.execute(
            _scored(form, sqlite=connection.dialect.name == "sqlite")
        ):
            number = row >> SEGMENT_BITS
            best[number] = max(score, best.get(number, 0.0))
        for number, score in best.items():
            total[number] = total.get(number, 0.0) + score
    return total


def _term(form: str, *, sqlite: bool) -> Select[int]:
    number: ColumnElement[int]
    if sqlite:
        number = literal_column(f"rowid >> {SEGMENT_BITS}").label("number")
    else:
        number = _VECTOR.c.number
    return select(number).select_from(_table(sqlite)).where(_matches(form, sqlite=sqlite))


def _scored(form: str, *, sqlite: bool) -> Select[int, float]:
    matches = _matches(form, sqlite=sqlite)
    if sqlite:
        bm25: ColumnElement[float] = literal_column("-bm25(search_fts)")
        return select(_FTS.c.rowid, bm25).where(matches)
    per_length = 1  # divided by 1 + log(length)
    rank: ColumnElement[float] = func.ts_rank(_VECTOR.c.tokens, _tsquery(form), per_length)
    return select(_VECTOR.c.id, rank).where(matches)


def _table(sqlite: bool) -> FromClause:
    return _FTS if sqlite else _VECTOR


def _matches(form: str, *, sqlite: bool) -> ColumnElement[bool]:
    if sqlite:
        expression: BindParameter[str] = bindparam(None, match_expression(form, sqlite=True))
        return literal_column("search_fts").op("MATCH", is_comparison=True)(expression)
    return _VECTOR.c.tokens.op("@@", is_comparison=True)(_tsquery(form))


def _tsquery(form: str) -> ColumnElement[str]:
    return cast(match_expression(form, sqlite=False), TSQUERY)
