"""An archive that is served elsewhere, read over HTTP into the same values as one that is here."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from archive.errors import (
    BadCursor,
    BadQuery,
    NotFound,
    StaleCursor,
    Unavailable,
    Withdrawn,
    XiaobaoError,
)
from archive.export import Exported
from archive.feed import Changes, Event
from archive.query import ClusterView, DocumentView
from archive.search import Query, Results
from archive.search.query import to_parameters
from archive.statistics import Corpus

T = TypeVar("T")
WAIT_S = 30
"""How long the server is asked to hold a request for new events."""
TIMEOUT = Timeout(connect=10, read=700)
"""The first byte of an export comes when its search is done, which may take 600 seconds."""
EVENTS = 5_000
"""Asked for at once: about two megabytes."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the server says of the feed's end."""

    cursor: str


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind)
    for kind in (Results, DocumentView, ClusterView, Corpus, Exported, Event, Snapshot)
}
_ERRORS: dict[tuple[str, int], type[XiaobaoError]] = {
    ("feed", 400): BadCursor,
    ("feed", 410): StaleCursor,
    ("search", 400): BadQuery,
    ("export", 400): BadQuery,
    ("documents", 404): NotFound,
    ("documents", 410): Withdrawn,
    ("clusters", 404): NotFound,
}
"""What the errors of each part of the interface mean."""


class Remote:
    """The archive served at `address`: a `Source` for `archive.client.Reader`."""

    def __init__(self, address: str, token: str | None) -> None:
        self._address = address.rstrip("/")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._pool = PoolManager(maxsize=4, headers=headers, timeout=TIMEOUT)

    def documents(self, query: Query) -> Iterator[Exported]:
        """All documents of a search, as the server reads them."""
        with self._asked("export", *to_parameters(query), ("format", "jsonl")) as answer:
            for line in answer:
                yield self._value(Exported, line)

    def search(self, query: Query, limit: int, after: str | None) -> Results:
        """One page of a search."""
        place = [("after", after)] if after else []
        return self._read(Results, "search", *to_parameters(query), ("limit", str(limit)), *place)

    def document(self, document_id: str) -> DocumentView:
        """One document."""
        return self._read(DocumentView, f"documents/{quote(document_id, safe='')}")

    def cluster(self, cluster_id: str) -> ClusterView:
        """One cluster."""
        return self._read(ClusterView, f"clusters/{quote(cluster_id, safe='')}")

    def corpus(self) -> Corpus:
        """The statistics of the archive."""
        return self._read(Corpus, "statistics")

    def cursor(self) -> str:
        """The end of the feed."""
        return self._read(Snapshot, "snapshot").cursor

    def changes(self, after: str | None, *, wait: bool) -> Changes:
        """The next events; with `wait` the server holds the request until there is one."""
        given = [("limit", str(EVENTS)), ("wait", str(WAIT_S if wait else 0))]
        given += [("after", after)] if after else []
        with self._asked("feed", *given) as answer:
            events = tuple(self._value(Event, line) for line in answer.data.splitlines())
            return Changes(events, answer.headers["X-Cursor"])

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _read(self, kind: type[T], path: str, *given: tuple[str, str]) -> T:
        with self._asked(path, *given) as answer:
            return self._value(kind, answer.data)

    @contextmanager
    def _asked(self, path: str, *given: tuple[str, str]) -> Iterator[BaseHTTPResponse]:
        """An answer whose body is still to be read; what goes wrong is one of our errors."""
        url = f"{self._address}/api/{path}" + (f"?{urlencode(given)}" if given else "")
        try:
            answer = self._pool.request("GET", url, preload_content=False)
            try:
                if answer.status != 200:  # noqa: PLR2004
                    raise _error(path, url, answer)
                yield answer
            finally:
                answer.release_conn()
        except HTTPError as error:
            raise Unavailable(
                f"cannot read the archive at {self._address}: {error}; "
                "see that the address is right and that `xiaobao serve` runs there"
            ) from error

    def _value(self, kind: type[T], data: bytes) -> T:
        try:
            value: T = _ADAPTERS[kind].validate_json(data)
        except ValidationError as error:
            raise Unavailable(
                f"{self._address} answers otherwise than this xiaobao reads ({error}); "
                "the same version must run at both ends"
            ) from error
        return value


def _error(path: str, url: str, answer: BaseHTTPResponse) -> XiaobaoError:
    """What a problem object says, as the error a reader on the spot would meet.

    Only an archive's own word counts: a proxy's 404 must not pass for a withdrawn document.
    """
    try:
        said = str(json.loads(answer.data)["detail"])
    except (ValueError, KeyError, TypeError):
        return Unavailable(f"{url}: {answer.status}, and this is no archive of xiaobao")
    kind = _ERRORS.get((path.partition("/")[0], answer.status))
    return kind(said) if kind else Unavailable(f"{url}: {answer.status}, {said}")
