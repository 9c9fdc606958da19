"""From the meaning of a query to the numbers of the documents it means.

AND, OR and NOT are set operations of SQL over document numbers, the same on both engines; the
engine's own search answers single terms only.
"""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    TableClause,
    Text,
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
from archive.search.index import CHARACTER_BITS, SEGMENT_BITS, match_expression
from archive.search.query import And, Node, Or, Term

_FTS = table("search_fts", column("rowid"))
_CHARACTER = table("search_character", column("rowid"))
_VECTOR = table("search_vector", column("id"), column("number"), column("tokens", TSVECTOR))
Numbers = Select[int] | CompoundSelect[int]


def matching(connection: Connection, node: Node) -> NDArray[np.int64]:
    """The numbers of the documents that `node` means, some perhaps more than once.

    They come as one string: 100,000 rows of one number each take ten times as long.
    """
    found = numbers(node, sqlite=connection.dialect.name == "sqlite").subquery()
    joined = select(func.aggregate_strings(cast(found.c.number, Text), ","))
    listed = connection.execute(joined).scalar_one()
    return np.fromstring(listed or "", dtype=np.int64, sep=",")


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


def segments(connection: Connection, form: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers of the documents that have a term, and of those that have it in the title.

    Some perhaps more than once.
    """
    sqlite = connection.dialect.name == "sqlite"
    row: ColumnElement[int] = literal_column("rowid") if sqlite else _VECTOR.c.id
    rows = (
        select(row.label("row"))
        .select_from(_table(form, sqlite=sqlite))
        .where(_matches(form, sqlite=sqlite))
    )
    joined = select(func.aggregate_strings(cast(rows.subquery().c.row, Text), ","))
    listed = connection.execute(joined).scalar_one()
    found = np.fromstring(listed or "", dtype=np.int64, sep=",")
    bits = _bits(form, sqlite=sqlite)
    in_title = found[found & ((1 << bits) - 1) == 0]  # the title is a document's row 0
    return found >> bits, in_title >> bits


def _term(form: str, *, sqlite: bool) -> Select[int]:
    number: ColumnElement[int]
    if sqlite:
        number = literal_column(f"rowid >> {_bits(form, sqlite=True)}").label("number")
    else:
        number = _VECTOR.c.number
    return (
        select(number).select_from(_table(form, sqlite=sqlite)).where(_matches(form, sqlite=sqlite))
    )


def _table(form: str, *, sqlite: bool) -> TableClause:
    if not sqlite:
        return _VECTOR
    return _CHARACTER if len(form) == 1 else _FTS


def _bits(form: str, *, sqlite: bool) -> int:
    """How many bits of a row's number are its place in the document."""
    return CHARACTER_BITS if sqlite and len(form) == 1 else SEGMENT_BITS


def _matches(form: str, *, sqlite: bool) -> ColumnElement[bool]:
    if sqlite:
        expression: BindParameter[str] = bindparam(None, match_expression(form, sqlite=True))
        name = _table(form, sqlite=True).name
        return literal_column(name).op("MATCH", is_comparison=True)(expression)
    return _VECTOR.c.tokens.op("@@", is_comparison=True)(_tsquery(form))


def _tsquery(form: str) -> ColumnElement[str]:
    return cast(match_expression(form, sqlite=False), TSQUERY)
