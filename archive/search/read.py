"""Searching the archive."""

import base64
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.exc import DBAPIError

from archive.db import Database
from archive.errors import BadCursor, BadQuery
from archive.models import Change, Document, Member, SearchEntry
from archive.search import columns as cols
from archive.search.columns import Columns
from archive.search.match import Numbers, Standing, matching, prepare, standing, state
from archive.search.narrow import Facets, Places, narrow, newest
from archive.search.query import And, Node, Query, parse, terms
from archive.search.relevance import best, keys, relevance
from archive.search.snippets import AROUND, Line, lines

MAX_LIMIT = 1_000
SECONDS = 10.0
"""How long one search may take in the database."""
SNIPPET = 2 * AROUND
"""Characters of the text's beginning, shown where there is no hit to show."""
REMEMBERED = 1_000
"""Terms of which a server remembers where they stand: 2 bits a document, 25 MB at 100,000."""
MOST = 0.5
"""Above this share of all documents, reading all columns is quicker than naming the hits."""
FULL_RELOAD_S = 600.0
"""A server reads all columns again so often, whatever the feed told it."""


Stands = Callable[[str], Standing]


@dataclass(frozen=True, slots=True)
class _Found:
    """What the terms of a query mean, before it is narrowed."""

    numbers: Numbers | None
    """None where nothing was typed: all."""
    seq: int
    size: int
    stands: Stands


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found."""

    id: str
    title: str
    url: str
    site: str
    published: date | None
    year: int | None
    region: str | None
    issuer: str | None
    kind: str
    cluster: str | None
    role: str
    copies: int
    """Documents of its cluster, itself included."""
    lines: tuple[Line, ...]
    """Empty where only the title, or nothing in particular, was looked for."""
    snippet: str


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what a query found."""

    total: int
    """Of all pages."""
    hits: tuple[Hit, ...]
    facets: Facets
    next: str | None
    """Give it as `after` for the next page; None on the last one."""


def search(
    db: Database,
    query: Query,
    *,
    limit: int = 20,
    after: str | None = None,
    seconds: float = SECONDS,
) -> Results:
    """Search once. Raises BadQuery for what cannot be understood or takes longer than `seconds`."""
    return Searcher(db, keep=False).search(query, limit=limit, after=after, seconds=seconds)


class Searcher:
    """Searches many times; with `keep` it holds the facet columns of all documents in memory.

    About 50 bytes a document. Safe to share between threads: the database looks for the terms of
    several at once, and what Python computes of them takes `turn`s, which others may take too.
    """

    def __init__(self, db: Database, *, keep: bool = True) -> None:
        self.db = db
        self.keep = keep
        self._lock = threading.Lock()
        self._columns: Columns | None = None
        self._seq = 0
        self._loaded_at = 0.0
        self._stands: OrderedDict[str, Standing] = OrderedDict()
        self._stands_at = (-1, -1)
        # Threads that compute side by side take Python's lock from each other at every row that
        # they read: 8 readers got 72 pages a second so, and get 106 by turns. Who has a turn must
        # not ask for a connection: those who wait for theirs may hold all there are.
        self.turn = threading.RLock()

    def search(
        self,
        query: Query,
        *,
        limit: int = 20,
        after: str | None = None,
        seconds: float = SECONDS,
    ) -> Results:
        """One page of the documents that `query` means, newest or best first."""
        if not 0 <= limit <= MAX_LIMIT:
            raise BadQuery(f"the limit is {limit}; give 0 to {MAX_LIMIT}")
        node = parse(query.text)
        forms = terms(node)
        with self.db.read() as connection, _time_limit(connection, seconds) as go_on:
            found = self._matching(connection, node, go_on)
            with self.turn:
                columns, hits, facets = self._narrowed(connection, found, query)
                if query.sort == "relevance" and forms:
                    marked = relevance(connection, columns, hits, forms, found.stands)
                    page = best(columns, marked, _relevance_place(after), limit + 1)
                else:
                    marked = None
                    page = newest(columns, hits, _date_place(after), limit + 1)
                more, page = len(page) > limit, page[:limit]
                shown = _hits(connection, columns, page, forms)
        token = None
        if more and len(page):
            last = page[-1]
            if marked is None:
                token = _token(["d", int(columns.day[last]), int(columns.number[last])])
            else:
                mark = float(marked.marks[np.flatnonzero(marked.hits == last)[0]])
                token = _token(["r", mark, int(keys(columns, page[-1:])[0])])
        return Results(total=len(hits), hits=shown, facets=facets, next=token)

    def documents(self, query: Query, *, seconds: float = SECONDS) -> list[str]:
        """The ids of all documents that `query` means, newest first."""
        node = parse(query.text)
        with self.db.read() as connection, _time_limit(connection, seconds) as go_on:
            found = self._matching(connection, node, go_on)
            columns, hits, _ = self._narrowed(connection, found, query)
            ordered = newest(columns, hits, None, max(1, len(hits)))
        return [document.decode() for document in columns.document[ordered].tolist()]

    def _matching(self, connection: Connection, node: Node, go_on: Callable[[], None]) -> "_Found":
        prepare(connection)
        seq, size = state(connection)  # before the search: what it sees is this or newer
        stands = self._terms(connection, seq, size, go_on)
        numbers = None if node == And(()) else matching(node, stands, size)
        return _Found(numbers, seq, size, stands)

    def _narrowed(
        self, connection: Connection, found: "_Found", query: Query
    ) -> tuple[Columns, Places, Facets]:
        numbers = found.numbers
        if self.keep:
            columns = self._current(connection, found.seq)
        elif numbers is None or np.count_nonzero(numbers) > found.size * MOST:
            columns = cols.load(connection)
        else:
            columns = cols.load_numbers(connection, np.flatnonzero(numbers).tolist())
        hits = np.arange(len(columns)) if numbers is None else cols.places_of(columns, numbers)
        return columns, *narrow(columns, hits, query)

    def _terms(
        self, connection: Connection, seq: int, size: int, go_on: Callable[[], None]
    ) -> Stands:
        """What tells where a term stands; remembered until changes come.

        Who chooses a facet or turns a page asks for the same words again.
        """
        with self._lock:
            if self._stands_at != (seq, size):
                self._stands.clear()
                self._stands_at = (seq, size)

        def stands(form: str) -> Standing:
            with self._lock:
                if self._stands_at == (seq, size) and form in self._stands:
                    self._stands.move_to_end(form)
                    return self._stands[form]
            go_on()
            found = standing(connection, form, size)
            with self._lock:
                if self._stands_at == (seq, size):
                    self._stands[form] = found
                    if len(self._stands) > REMEMBERED:
                        self._stands.popitem(last=False)
            return found

        return stands

    def _current(self, connection: Connection, newest_seq: int) -> Columns:
        with self._lock:
            now = time.monotonic()
            changed = newest_seq > self._seq
            if self._columns is None or (changed and now - self._loaded_at > FULL_RELOAD_S):
                self._columns = cols.load(connection)
                self._loaded_at = now
            elif changed:
                subjects = connection.execute(
                    select(Change.subject).where(Change.seq > self._seq).distinct()
                )
                self._columns = cols.reload(connection, self._columns, subjects.scalars().all())
            self._seq = max(newest_seq, self._seq)
            return self._columns


# Made once: putting a statement together takes longer than running it.
_SHOWN = (
    select(SearchEntry.number, Document.id, Document.title, Document.url, Document.site_id)
    .add_columns(Document.published, Document.year, Document.region, Document.issuer)
    .add_columns(Document.kind, Document.text)
    .join(Document, Document.id == SearchEntry.document_id)
    .where(SearchEntry.number.in_(bindparam("numbers", expanding=True)))
)
_MEMBERSHIPS = (
    select(Member.document_id, Member.cluster_id, Member.role)
    .where(Member.document_id.in_(bindparam("documents", expanding=True)))
    .order_by(Member.role.desc(), Member.cluster_id)  # "canonical" comes last and stays
)


def _hits(
    connection: Connection, columns: Columns, page: NDArray[np.int64], forms: Sequence[str]
) -> tuple[Hit, ...]:
    if not len(page):
        return ()
    numbers = columns.number[page].tolist()
    rows = connection.execute(_SHOWN, {"numbers": numbers})
    found = {row.number: row for row in rows}
    membership = _memberships(connection, [row.id for row in found.values()])
    hits = []
    for number, copies in zip(numbers, columns.cluster_size[page].tolist(), strict=True):
        if number not in found:
            continue  # PostgreSQL shows each statement what was committed since the one before
        row = found[number]
        cluster, role = membership.get(row.id, (None, "canonical"))
        shown = lines(row.text, forms)
        hits.append(
            Hit(
                id=row.id,
                title=row.title,
                url=row.url,
                site=row.site_id,
                published=row.published,
                year=row.year,
                region=row.region,
                issuer=row.issuer,
                kind=row.kind,
                cluster=cluster,
                role=role,
                copies=copies,
                lines=shown,
                snippet=_snippet(row.text, shown),
            )
        )
    return tuple(hits)


def _memberships(connection: Connection, documents: list[str]) -> dict[str, tuple[str, str]]:
    """The cluster and role of each document; for several, the cluster it stands for."""
    rows = connection.execute(_MEMBERSHIPS, {"documents": documents})
    return {document: (cluster, role) for document, cluster, role in rows}


def _snippet(text: str, shown: Sequence[Line]) -> str:
    if not shown:
        return " ".join(text[:SNIPPET].split())
    line = shown[0]
    return " ".join(f"{line.before}{line.hit}{line.after}".split())


_CANCELLED = "57014"


_STEPS = 1_000_000
"""Of SQLite between two looks at the clock, some 100 ms. Each look has to wait for Python's lock:
with one every 10,000 steps, a search beside seven others spent most of its time waiting."""


@contextmanager
def _time_limit(connection: Connection, seconds: float) -> Iterator[Callable[[], None]]:
    """End what the database does in this block after `seconds`, as BadQuery.

    Gives what is to be called between two statements, as the database times each for itself.
    """
    raw: Any = connection.connection.dbapi_connection
    sqlite = connection.dialect.name == "sqlite"
    until = time.monotonic() + seconds

    def go_on() -> None:
        if time.monotonic() > until:
            raise TimeoutError

    if sqlite:
        raw.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    else:
        connection.execute(text(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}"))
    try:
        yield go_on
    except (DBAPIError, TimeoutError) as error:
        fault = getattr(error, "orig", None)
        # PostgreSQL says that it was cancelled, and under load not always that time was the reason.
        cancelled = getattr(fault, "sqlstate", None) == _CANCELLED or "interrupted" in str(fault)
        if not cancelled and not isinstance(error, TimeoutError):
            raise
        raise BadQuery(
            f"the search took longer than {seconds:g} seconds; ask for something rarer",
            zh=f"检索超过 {seconds:g} 秒未完成，请换用更少见的检索词",
        ) from error
    finally:
        if sqlite:
            raw.set_progress_handler(None, 0)


def _token(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(after: str, letter: str, kind: type[int] | type[float]) -> tuple[Any, int]:
    try:
        padded = after + "=" * (-len(after) % 4)
        sort, value, number = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if sort == letter and isinstance(value, kind) and 0 <= value < 1 << 22 and number >= 0:
            return value, number
    except ValueError:
        pass
    raise BadCursor(
        f"{after[:40]!r} is not a place in these results; use `next` of the page before, unchanged",
        zh="翻页标记无效，请从第一页重新开始",
    )


def _date_place(after: str | None) -> tuple[int, int] | None:
    return None if after is None else _place(after, "d", int)


def _relevance_place(after: str | None) -> tuple[float, int] | None:
    return None if after is None else _place(after, "r", float)
