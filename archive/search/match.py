"""From the meaning of a query to the numbers of the documents it means.

AND, OR and NOT are set operations of SQL over document numbers, the same on both engines; the
engine's own search answers single terms only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
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
from archive.search.index import SEGMENT_BITS, match_expression
from archive.search.query import And, Node, Or, Term, terms

_FTS = table("search_fts", column("rowid"))
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


@dataclass(frozen=True, slots=True)
class Scores:
    """How well documents match; documents that are not in it score 0."""

    numbers: NDArray[np.int64]
    """Sorted."""
    scores: NDArray[np.float64]

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The scores of these documents."""
        if not len(self.numbers):
            return np.zeros(len(numbers))
        places = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.where(self.numbers[places] == numbers, self.scores[places], 0.0)


def scores(connection: Connection, node: Node) -> Scores:
    """How well documents match the terms of `node` in the eyes of the engine; more is better.

    A term counts by its best segment; the title is one, and short, so that a hit there counts
    most.
    """
    sqlite = connection.dialect.name == "sqlite"
    found = [Scores(np.zeros(0, np.int64), np.zeros(0))]
    for form in terms(node):
        rows = _scored(form, sqlite=sqlite).subquery()
        listed = connection.execute(
            select(
                func.aggregate_strings(cast(rows.c.row, Text), ","),
                func.aggregate_strings(cast(rows.c.score, Text), ","),
            )
        ).one()
        segments = np.fromstring(listed[0] or "", dtype=np.int64, sep=",")
        marks = np.fromstring(listed[1] or "", dtype=np.float64, sep=",")
        found.append(_grouped(segments >> SEGMENT_BITS, marks, np.maximum))
    numbers = np.concatenate([one.numbers for one in found])
    return _grouped(numbers, np.concatenate([one.scores for one in found]), np.add)


def _grouped(numbers: NDArray[np.int64], marks: NDArray[np.float64], join: np.ufunc) -> Scores:
    """One score a document: the scores of its places joined."""
    unique, places = np.unique(numbers, return_inverse=True)
    total = np.zeros(len(unique))
    join.at(total, places, marks)
    return Scores(unique, total)


def _term(form: str, *, sqlite: bool) -> Select[int]:
    number: ColumnElement[int]
    if sqlite:
        number = literal_column(f"rowid >> {SEGMENT_BITS}").label("number")
    else:
        number = _VECTOR.c.number
    return select(number).select_from(_table(sqlite)).where(_matches(form, sqlite=sqlite))


def _scored(form: str, *, sqlite: bool) -> Select[int, float]:
    """Rows (row, score) of the index."""
    matches = _matches(form, sqlite=sqlite)
    if sqlite:
        bm25: ColumnElement[float] = literal_column("-rank")
        return select(_FTS.c.rowid.label("row"), bm25.label("score")).where(matches)
    per_length = 1  # divided by 1 + log(length)
    rank: ColumnElement[float] = func.ts_rank(_VECTOR.c.tokens, _tsquery(form), per_length)
    return select(_VECTOR.c.id.label("row"), rank.label("score")).where(matches)


def _table(sqlite: bool) -> FromClause:
    return _FTS if sqlite else _VECTOR


def _matches(form: str, *, sqlite: bool) -> ColumnElement[bool]:
    if sqlite:
        expression: BindParameter[str] = bindparam(None, match_expression(form, sqlite=True))
        return literal_column("search_fts").op("MATCH", is_comparison=True)(expression)
    return _VECTOR.c.tokens.op("@@", is_comparison=True)(_tsquery(form))


def _tsquery(form: str) -> ColumnElement[str]:
    return cast(match_expression(form, sqlite=False), TSQUERY)
