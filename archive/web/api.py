"""The archive over HTTP, for programs. Answers are JSON, errors are RFC 9457 problem objects."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Query as Parameter
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from archive import export as exports
from archive import query as reading
from archive import statistics
from archive.cite import bibtex, bibtex_entries, citation, csl, csl_items
from archive.diff import Difference, diff
from archive.export import Exported
from archive.feed import POLL_S, Changes, latest_cursor, read_changes
from archive.query import ClusterView, DocumentView
from archive.saved import saved
from archive.search import Results
from archive.statistics import Corpus, IssuerYears, Series, SiteHealth
from archive.versions import VersionText, version_text
from archive.web.parameters import Asked, address
from archive.web.state import Shared
from archive.web.token import ForHolders

router = APIRouter(prefix="/api", tags=["archive"])

MAX_WAIT_S = 60
MAX_DIFF = 50_000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where to go on in the feed after an export."""

    cursor: str


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that was given a name."""

    name: str
    url: str


@router.get("/search")
def search(
    shared: Shared,
    asked: Asked,
    limit: Annotated[int, Parameter(ge=0, le=100, description="Documents of a page.")] = 20,
    after: Annotated[str, Parameter(description="`next` of the page before.")] = "",
) -> Results:
    """Documents found, with counts for every facet.

    `total` counts all pages; `next` leads to the following page and is null on the last one.
    The places of `lines` count code points of the document's text.
    """
    return shared.searcher.search(asked, limit=limit, after=after or None)


@router.get("/queries")
def queries(shared: Shared) -> list[SavedSearch]:
    """The searches that were given a name, each with its address."""
    found = saved(shared.database)
    return [SavedSearch(one.name, address(one.query, "/api/search")) for one in found]


@router.get("/documents/{document_id}")
def document(shared: Shared, document_id: str) -> DocumentView:
    """A document: text, fields, figures, provenance, what was removed and repaired, relations.

    410 where it has been withdrawn.
    """
    return reading.document(shared.database, document_id)


@router.get("/documents/{document_id}/versions/{version}")
def version(shared: Shared, document_id: str, version: int) -> VersionText:
    """What a document said in one of its versions; the document lists them."""
    return version_text(shared.database, document_id, version)


@router.get(
    "/documents/{document_id}/citation",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}, "application/vnd.citationstyles.csl+json": {}}}},
)
def cited(
    shared: Shared,
    document_id: str,
    kind: Annotated[Literal["text", "bibtex", "csl"], Parameter(alias="format")] = "text",
) -> Response:
    """How to cite a document: a line of text (GB/T 7714), a BibTeX entry or a CSL-JSON item."""
    view = reading.document(shared.database, document_id)
    if kind == "csl":
        return JSONResponse([csl(view)], media_type="application/vnd.citationstyles.csl+json")
    text = citation(view) + "\n" if kind == "text" else bibtex(view)
    return Response(text, media_type="text/plain; charset=utf-8")


@router.get("/clusters/{cluster_id}")
def cluster(shared: Shared, cluster_id: str) -> ClusterView:
    """The documents that are one work, and why. An id that was merged away leads to its heir."""
    return reading.cluster(shared.database, cluster_id)


@router.get("/diff")
def difference(shared: Shared, a: str, b: str) -> Difference:
    """What differs between two documents, of their first 50,000 characters.

    `ID@N` names version N of a document.
    """
    (_, first), (_, second) = reading.texts(shared.database, a, b)
    return diff(first[:MAX_DIFF], second[:MAX_DIFF])


@router.get("/issuers")
def issuers(shared: Shared) -> list[IssuerYears]:
    """The bodies whose reports hold figures."""
    return shared.total("issuers", lambda: statistics.issuers(shared.database))


@router.get("/series")
def series(shared: Shared, issuer: str) -> list[Series]:
    """The figures of one issuer by year, reposts left out."""
    return statistics.series(shared.database, issuer)


@router.get("/sites")
def sites(shared: Shared) -> list[SiteHealth]:
    """How the sources do."""
    now = datetime.now(UTC)
    return shared.total("sites", lambda: statistics.sites(shared.database, now))


@router.get("/statistics")
def corpus(shared: Shared) -> Corpus:
    """What the archive holds."""
    return shared.total("corpus", lambda: statistics.corpus(shared.database))


@router.get(
    "/feed",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "One event a line."}},
)
async def feed(
    request: Request,
    shared: Shared,
    _: ForHolders,
    after: Annotated[str, Parameter(description="Cursor of the last event dealt with.")] = "",
    limit: Annotated[int, Parameter(ge=1, le=10_000)] = 1_000,
    wait: Annotated[
        int, Parameter(ge=0, le=MAX_WAIT_S, description="Seconds to wait for an event.")
    ] = 0,
) -> Response:
    """What happened to documents and clusters, oldest first, as NDJSON with CloudEvents names.

    Every event comes at least once to a reader that keeps the last cursor; the header
    `X-Cursor` says where to go on. 410: the cursor is from before the archive was made again;
    start from a new export.
    """
    until = time.monotonic() + wait
    cursor = after or None
    while True:
        changes = await run_in_threadpool(read_changes, shared.database, cursor, limit)
        if changes.events or time.monotonic() >= until or await request.is_disconnected():
            break
        await asyncio.sleep(POLL_S)
    lines = await run_in_threadpool(_lines, changes)
    headers = {"X-Cursor": changes.cursor, "Cache-Control": "no-store"}
    return Response(lines, media_type="application/x-ndjson", headers=headers)


def _lines(changes: Changes) -> str:
    # What events hold is JSON already: looking through it for dates takes as long as writing it.
    return "".join(
        json.dumps(event.to_json(), ensure_ascii=False) + "\n" for event in changes.events
    )


@router.get("/snapshot")
def snapshot(shared: Shared) -> Snapshot:
    """The end of the feed now: ask before an export, then follow the feed from it."""
    return Snapshot(latest_cursor(shared.database))


_FORMATS: dict[str, tuple[str, Callable[[Iterable[Exported]], Iterator[bytes]]]] = {
    "jsonl": ("application/x-ndjson", exports.json_lines),
    "csv": ("text/csv; charset=utf-8", exports.csv_lines),
    "parquet": ("application/vnd.apache.parquet", exports.parquet_parts),
    "bibtex": ("application/x-bibtex", bibtex_entries),
    "csl": ("application/vnd.citationstyles.csl+json", csl_items),
}
"""Media type of each format, and what writes it."""
_SUFFIX = {"bibtex": "bib", "csl": "json"}


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {media.partition(";")[0]: {} for media, _ in _FORMATS.values()}}},
)
def export(
    shared: Shared,
    _: ForHolders,
    asked: Asked,
    kind: Annotated[
        Literal["jsonl", "csv", "parquet", "bibtex", "csl"], Parameter(alias="format")
    ] = "jsonl",
) -> Response:
    """All documents of a search with their whole text, newest first, as a stream.

    The header `X-Cursor` is where to go on in the feed.
    """
    cursor = latest_cursor(shared.database)
    # All that can go wrong happens before the answer starts, so that it still has a status.
    if kind == "parquet":
        exports.arrow()
    ids = exports.found(shared.database, asked)
    media_type, parts = _FORMATS[kind]
    headers = {
        "X-Cursor": cursor,
        "Content-Disposition": f'attachment; filename="xiaobao.{_SUFFIX.get(kind, kind)}"',
    }
    body = parts(exports.read(shared.database, ids))
    return StreamingResponse(body, media_type=media_type, headers=headers)
