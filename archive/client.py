"""The archive for programs that read it: documents, figures and the feed as typed values.

The archive may be here or be served elsewhere; what a reader is given is the same.

import archive

with archive.open("xiaobao-archive") as reader:
    for event in reader.follow("my.cursor"):
        if event.type.startswith("document."):
            document = reader.get(event.subject)  # None: withdrawn
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from os import PathLike
from pathlib import Path
from typing import Protocol, Self

from archive import export, statistics
from archive import query as reading
from archive.archive import Archive
from archive.cursor_file import CursorFile
from archive.errors import NotFound
from archive.export import Exported
from archive.feed import POLL_S, Changes, Event, latest_cursor, read_changes
from archive.query import ClusterView, DocumentView
from archive.search import Query, Results, Searcher
from archive.statistics import Corpus

KEEP_S = 1.0
"""The state file is written at most so often while events stream: each time waits for the disk."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure with what it takes to put it in a table or a plot."""

    document: str
    title: str
    url: str
    issuer: str | None
    region: str | None
    region_code: str | None
    year: int | None
    published: date | None
    name: str
    value: Decimal
    """In the base unit: 元, 件, %; never 万元."""
    unit: str
    sanity: str | None
    """Why the source contradicts itself here, if it does."""


class Source(Protocol):
    """Where a reader reads: a database, or a server (`archive.remote.Remote`)."""

    def documents(self, query: Query) -> Iterator[Exported]:
        """All documents of a search."""

    def search(self, query: Query, limit: int, after: str | None) -> Results:
        """One page of a search."""

    def document(self, document_id: str) -> DocumentView:
        """One document. Raises NotFound, Withdrawn."""

    def cluster(self, cluster_id: str) -> ClusterView:
        """One cluster. Raises NotFound."""

    def corpus(self) -> Corpus:
        """What the archive holds, in numbers."""

    def cursor(self) -> str:
        """The end of the feed."""

    def changes(self, after: str | None, *, wait: bool) -> Changes:
        """The next events; with `wait` it may take its time where there are none."""

    def close(self) -> None:
        """Give back what it holds."""


class Local:
    """An archive that is here, opened so that it cannot be written."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.database = archive.database
        self._searcher = Searcher(archive.database, keep=False)

    def documents(self, query: Query) -> Iterator[Exported]:
        """All documents of a search."""
        return export.documents(self.database, query)

    def search(self, query: Query, limit: int, after: str | None) -> Results:
        """One page of a search."""
        return self._searcher.search(query, limit=limit, after=after)

    def document(self, document_id: str) -> DocumentView:
        """One document."""
        return reading.document(self.database, document_id)

    def cluster(self, cluster_id: str) -> ClusterView:
        """One cluster."""
        return reading.cluster(self.database, cluster_id)

    def corpus(self) -> Corpus:
        """What the archive holds, in numbers."""
        return statistics.corpus(self.database)

    def cursor(self) -> str:
        """The end of the feed."""
        return latest_cursor(self.database)

    def changes(self, after: str | None, *, wait: bool) -> Changes:
        """The next events; with `wait` half a second later where there are none."""
        changes = read_changes(self.database, after)
        if wait and not changes.events:
            time.sleep(POLL_S)
        return changes

    def close(self) -> None:
        """Give the database connections back."""
        self.archive.close()


class Reader:
    """An open archive, read-only; safe to share between threads."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @classmethod
    def open(
        cls, place: str | PathLike[str], database: str | None = None, token: str | None = None
    ) -> Self:
        """See `archive.open`."""
        if str(place).startswith(("http://", "https://")):
            from archive.remote import Remote  # noqa: PLC0415  it makes a reader of every value

            return cls(Remote(str(place), token))
        return cls(Local(Archive.open_to_read(Path(place), database)))

    def documents(self, asked: str | Query = "") -> Iterator[Exported]:
        """All documents that a query means, newest first, with text and figures.

        A string is what `xiaobao search` takes. Reposts, fragments and compilations come too with
        `Query(every_document=True)`. They are read as they are asked for, 500 at a time.
        """
        return self._source.documents(_query(asked))

    def figures(self, name: str | None = None, asked: str | Query = "") -> Iterator[FigureRow]:
        """All figures of the documents that a query means, or those called `name`.

        Names are those of docs/figures.md. Values that are no numbers are left out.
        """
        for document in self.documents(asked):
            for figure in document.figures:
                value = _decimal(figure.value)
                if value is not None and name in (None, figure.name):
                    yield FigureRow(
                        document=document.id,
                        title=document.title,
                        url=document.url,
                        issuer=document.issuer,
                        region=document.region,
                        region_code=document.region_code,
                        year=document.year,
                        published=document.published,
                        name=figure.name,
                        value=value,
                        unit=figure.unit,
                        sanity=figure.sanity,
                    )

    def search(
        self, asked: str | Query = "", *, limit: int = 20, after: str | None = None
    ) -> Results:
        """One page of what a query means, with hits in context and counts for every facet."""
        return self._source.search(_query(asked), limit, after)

    def document(self, document_id: str) -> DocumentView:
        """A document with all that is known of it. Raises NotFound, Withdrawn."""
        return self._source.document(document_id)

    def get(self, document_id: str) -> DocumentView | None:
        """As `document`; None where it is not there or withdrawn."""
        try:
            return self.document(document_id)
        except NotFound:
            return None

    def cluster(self, cluster_id: str) -> ClusterView:
        """The documents that are one work, and why. Raises NotFound."""
        return self._source.cluster(cluster_id)

    def corpus(self) -> Corpus:
        """What the archive holds, in numbers."""
        return self._source.corpus()

    @property
    def cursor(self) -> str:
        """The end of the feed: take it, read all documents, then follow from it."""
        return self._source.cursor()

    def follow(
        self,
        state: str | PathLike[str] | None = None,
        *,
        after: str | None = None,
        wait: bool = True,
    ) -> Iterator[Event]:
        """Every event behind `after`, else behind the cursor in the file `state`, else all.

        An event has been dealt with when the next one is asked for; the file then keeps its
        cursor. Stopped at any moment, the next `follow` begins with events that were not, and
        repeats at most the last second's. Without `wait` it ends where the feed does. Raises
        StaleCursor where the archive was made again: read all documents anew; Unavailable where
        a server cannot be reached: begin again later.
        """
        file = CursorFile(Path(state)) if state is not None else None
        cursor = after or (file.read() if file else None)
        kept, kept_at = cursor, time.monotonic()
        caught_up = False
        try:
            while True:
                changes = self._source.changes(cursor, wait=wait and caught_up)
                for event in changes.events:
                    yield event
                    cursor = event.cursor
                    if file and time.monotonic() - kept_at > KEEP_S:
                        file.write(cursor)
                        kept, kept_at = cursor, time.monotonic()
                caught_up = not changes.events
                if not caught_up:
                    continue
                if file and cursor and cursor != kept:
                    file.write(cursor)
                    kept = cursor
                if not wait:
                    return
        finally:
            if file and cursor and cursor != kept:
                file.write(cursor)

    def close(self) -> None:
        """Give back the connections."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _query(asked: str | Query) -> Query:
    return asked if isinstance(asked, Query) else Query(asked)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
