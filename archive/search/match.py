"""From the meaning of a query to the documents it means.

The engine answers single terms only, AND, OR and NOT are operations on sets of document numbers:
so both engines answer alike, and what a term found serves every query that has it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from archive.search.columns import set_of
from archive.search.index import CHARACTER_BITS, SEGMENT_BITS, match_expression
from archive.search.query import And, Node, Or, Term

Numbers = NDArray[np.bool_]
"""A set of document numbers: a table that is true at these."""

# The rows of a term come as one string: 100,000 rows of one number each take six times as long.
_PAIRS = text("SELECT group_concat(rowid) FROM search_fts WHERE search_fts MATCH :asked")
_CHARACTER = text(
    "SELECT group_concat(rowid) FROM search_character WHERE search_character MATCH :asked"
)
_VECTOR = text(
    "SELECT string_agg(CAST(id AS text), ',') FROM search_vector "
    "WHERE tokens @@ CAST(:asked AS tsquery)"
)
_STATE = text("SELECT (SELECT max(seq) FROM change), (SELECT max(number) FROM search_entry)")


@dataclass(frozen=True, slots=True)
class Standing:
    """The documents a term stands in: two sets, kept as a bit for each number below `size`."""

    anywhere_bits: NDArray[np.uint8]
    title_bits: NDArray[np.uint8]
    size: int

    @property
    def anywhere(self) -> Numbers:
        """The documents whose title or text has the term."""
        return self._table(self.anywhere_bits)

    @property
    def in_title(self) -> Numbers:
        """The documents whose title has it."""
        return self._table(self.title_bits)

    def _table(self, bits: NDArray[np.uint8]) -> Numbers:
        return np.unpackbits(bits, count=self.size).view(np.bool_)


def prepare(connection: Connection) -> None:
    """Keep PostgreSQL on its index in this transaction.

    For a character that stands in half of all documents the planner would unpack every vector:
    measured 150 ms instead of 4 ms.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))


def state(connection: Connection) -> tuple[int, int]:
    """The last change there is, and the size of a table with a place for every number."""
    seq, number = connection.execute(_STATE).one()
    return seq or 0, (number or 0) + 1


def standing(connection: Connection, form: str, size: int) -> Standing:
    """Where a term stands; numbers from `size` on are left out."""
    sqlite = connection.dialect.name == "sqlite"
    statement, bits = _PAIRS if sqlite else _VECTOR, SEGMENT_BITS
    if sqlite and len(form) == 1:
        statement, bits = _CHARACTER, CHARACTER_BITS
    asked = {"asked": match_expression(form, sqlite=sqlite)}
    listed = connection.execute(statement, asked).scalar_one()
    rows = np.fromstring(listed or "", dtype=np.int64, sep=",")
    rows = rows[rows < size << bits]  # PostgreSQL shows what was committed since `size` was read
    title = rows & ((1 << bits) - 1) == 0  # a document's row 0
    anywhere, in_title = set_of(rows >> bits, size), set_of(rows[title] >> bits, size)
    return Standing(np.packbits(anywhere), np.packbits(in_title), size)


def matching(node: Node, stands: Callable[[str], Standing], size: int) -> Numbers:
    """The numbers below `size` that `node` means; some may belong to no document."""
    if isinstance(node, Term):
        return stands(node.form).anywhere
    if isinstance(node, Or):
        either = np.zeros(size, dtype=np.bool_)
        for part in node.parts:
            either |= matching(part, stands, size)
        return either
    assert isinstance(node, And)
    found = np.ones(size, dtype=np.bool_)
    for part in node.parts:
        found &= matching(part, stands, size)
    for part in node.without:
        found &= ~matching(part, stands, size)
    return found
