"""The search index: overlapping pairs of characters with their positions.

A document's title and text are cut into segments; each segment is indexed as the sequence of its
character pairs, so that a string of any length is found as a phrase of pairs. SQLite keeps them in
an FTS5 table, PostgreSQL in a tsvector; both are used for "this phrase of tokens" only, so they
answer alike, and no query syntax of theirs is ever built from what a reader typed.

PostgreSQL answers a single character as the prefix of pairs. FTS5 takes half a second to merge the
pairs that a frequent one begins in 100,000 documents: it has a second table, of characters.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from archive.db import Database
from archive.fold import FOLD_VERSION, search_form
from archive.models import SearchEntry
from archive.tables import table

SEGMENT = 4_000
"""Characters: positions in a tsvector end at 16,383."""
OVERLAP = 64
"""A term of up to this length that starts in a segment's own part lies wholly in the segment."""
MAX_REPEATS = 255
"""A tsvector keeps so many positions of a token; a segment ends before there are more."""
SEGMENT_BITS = 13
"""A row of the index is numbered document << 13 | segment: the document without a look-up."""
CHARACTER_BITS = 1
"""Of the table of characters: a title's row, or a text's. Near numbers take a byte, far ones three,
and this table has hundreds for each document."""
MAX_SEGMENTS = 1 << SEGMENT_BITS
"""Enough for 32 million characters of prose, 1.5 million of a single repeated one."""

# ASCII punctuation would end a token in FTS5 and needs quoting in a tsvector: in tokens it stands
# in its full-width shape, which folded text never has. A blank is U+3000 there.
_TOKEN_SHAPES = {
    code: chr(code + 0xFEE0) for code in range(0x21, 0x7F) if not chr(code).isalnum()
} | {0x20: "\u3000"}
_PUNCTUATION = frozenset(map(chr, _TOKEN_SHAPES))


@dataclass(frozen=True, slots=True)
class Entry:
    """A document to be made findable."""

    document_id: str
    title: str
    text: str


def index_documents(connection: Connection, db: Database, entries: Iterable[Entry]) -> None:
    """Make documents findable, in the caller's write transaction; replaces what was there.

    A document keeps its number as long as it is findable: a server that knows it need not be told.
    """
    rows: list[tuple[int, int, str]] = []
    single: list[dict[str, Any]] = []
    for entry in entries:
        known = _emptied(connection, db, entry.document_id)
        pieces = [search_form(entry.title), *segments(search_form(entry.text))][:MAX_SEGMENTS]
        packed = zlib.compress("\0".join(pieces).encode(), 1) if db.is_sqlite else None
        values = {
            "document_id": entry.document_id,
            "fold_version": FOLD_VERSION,
            "segments": packed,
        }
        if known is None:
            number = connection.execute(_NEW_ENTRY, values).scalar_one()
        else:
            number = known
            connection.execute(_SAME_ENTRY, values | {"known": known})
        rows += [
            (number, number << SEGMENT_BITS | place, piece)
            for place, piece in enumerate(pieces)
            if piece
        ]
        if db.is_sqlite:
            single += _single(number, pieces)
    if not rows:
        return
    if db.is_sqlite:
        connection.execute(_SQLITE_ADD, [{"id": row, "tokens": _words(p)} for _, row, p in rows])
        connection.execute(_SQLITE_ADD_CHARACTERS, single)
    else:
        values_of = [{"id": row, "number": n, "tokens": _vector(p)} for n, row, p in rows]
        connection.execute(_POSTGRES_ADD, values_of)


def forget_document(connection: Connection, db: Database, document_id: str) -> None:
    """Make a document unfindable, in the caller's write transaction; unknown ones are no fault."""
    number = _emptied(connection, db, document_id)
    if number is not None:
        connection.execute(delete(SearchEntry).where(SearchEntry.number == number))


def _emptied(connection: Connection, db: Database, document_id: str) -> int | None:
    """Take a document's rows out of the index; gives its number, None where it has none."""
    entry = connection.execute(_ENTRY, {"document": document_id}).one_or_none()
    if entry is None:
        return None
    if not db.is_sqlite:
        connection.execute(_POSTGRES_FORGET, {"number": entry.number})
    else:
        pieces = zlib.decompress(entry.segments).decode().split("\0")  # no search form holds NUL
        values = [
            {"id": entry.number << SEGMENT_BITS | place, "tokens": _words(piece)}
            for place, piece in enumerate(pieces)
            if piece
        ]
        if values:
            connection.execute(_SQLITE_FORGET, values)
            connection.execute(_SQLITE_FORGET_CHARACTERS, _single(entry.number, pieces))
    number: int = entry.number
    return number


def segments(form: str) -> list[str]:
    """Pieces of a search form, each within the limits of the index, overlapping by OVERLAP."""
    pieces: list[str] = []
    start = 0
    while start < len(form):
        end = _segment_end(form, start)
        pieces.append(form[start:end])
        if end == len(form):
            break
        start = end - OVERLAP
    return pieces


def _segment_end(form: str, start: int) -> int:
    end = min(start + SEGMENT, len(form))
    codes = np.frombuffer(form[start:end].encode("utf-32-le"), "<u4").astype(np.int64)
    pairs = codes[:-1] << 21 | codes[1:]
    if not len(pairs) or np.unique(pairs, return_counts=True)[1].max() <= MAX_REPEATS:
        return end
    seen: Counter[int] = Counter()
    for place, pair in enumerate(pairs.tolist(), start):
        seen[pair] += 1
        if seen[pair] > MAX_REPEATS:
            return place + 1
    raise AssertionError("unreachable: some pair is too frequent")


def characters(pieces: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The characters of a document's title (0) and of its text (1), once each, as tokens."""
    for place, piece in enumerate((pieces[0], "".join(pieces[1:]))):
        if piece:
            yield place, " ".join(sorted(set(_shaped(piece))))


def _single(number: int, pieces: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"id": number << CHARACTER_BITS | place, "tokens": tokens}
        for place, tokens in characters(pieces)
    ]


def match_expression(form: str, *, sqlite: bool) -> str:
    """What the engine is asked for `form`: a phrase of pairs, or a character.

    SQLite has a table for characters; elsewhere one stands for the pairs that it begins.
    """
    if len(form) == 1:
        token = _shaped(form)
        return f'"{token}"' if sqlite else f"'{token}':*"
    tokens = _tokens(form)[:-1]
    return f'"{" ".join(tokens)}"' if sqlite else " <-> ".join(f"'{t}'" for t in tokens)


def _tokens(piece: str) -> list[str]:
    piece = _shaped(piece)
    return [*map(add, piece, piece[1:]), *piece[-1:]]


def _shaped(piece: str) -> str:
    for char in _PUNCTUATION & set(piece):  # a tenth of the time of str.translate
        piece = piece.replace(char, _TOKEN_SHAPES[ord(char)])
    return piece


def _words(piece: str) -> str:
    """The tokens of a segment as FTS5's tokenizer reads them."""
    return " ".join(_tokens(piece))


def _vector(piece: str) -> str:
    """The tsvector literal of a segment; its tokens need no quoting beyond the apostrophes."""
    places: dict[str, list[int]] = {}
    for place, token in enumerate(_tokens(piece), 1):
        places.setdefault(token, []).append(place)
    return " ".join(f"'{token}':{','.join(map(str, at))}" for token, at in places.items())


_entries = table(SearchEntry)
_NEW_ENTRY = insert(_entries).returning(_entries.c.number)
_ENTRY = select(_entries.c.number, _entries.c.segments).where(
    _entries.c.document_id == bindparam("document")
)
_SAME_ENTRY = update(_entries).where(_entries.c.number == bindparam("known"))
_SQLITE_ADD = text("INSERT INTO search_fts (rowid, tokens) VALUES (:id, :tokens)")
_SQLITE_FORGET = text(
    "INSERT INTO search_fts (search_fts, rowid, tokens) VALUES ('delete', :id, :tokens)"
)
_SQLITE_ADD_CHARACTERS = text("INSERT INTO search_character (rowid, tokens) VALUES (:id, :tokens)")
_SQLITE_FORGET_CHARACTERS = text(
    "INSERT INTO search_character (search_character, rowid, tokens) VALUES ('delete', :id, :tokens)"
)
_POSTGRES_FORGET = text("DELETE FROM search_vector WHERE number = :number")
_POSTGRES_ADD = text(
    "INSERT INTO search_vector (id, number, tokens) "
    "VALUES (:id, :number, CAST(:tokens AS tsvector))"
)
