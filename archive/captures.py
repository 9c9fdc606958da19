"""Committing fetches: WARC records first, then one transaction for all they change.

A fetch is stored whole or not at all: its capture row, the frontier row it came from, the URLs
found on the page, the article it belongs to and the extraction it makes necessary.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from archive import frontier
from archive.frontier import Found, Leased, NextVisit
from archive.models import (
    Article,
    ArticlePart,
    Capture,
    Extraction,
    RunCount,
    WarcFile,
)
from archive.warc import Earlier, Exchange, Record, read_record

CHANGED, UNCHANGED, MOVED, RETRY = "ok", "unchanged", "moved", "retry"
OK, NOT_MODIFIED = 200, 304


@dataclass(frozen=True, slots=True)
class Fetched:
    """One fetch and all that follows from it."""

    row: Leased
    outcome: str
    reason: str | None
    exchange: Exchange | None
    """None where no answer came: robots, refused address, broken connection."""
    visit: NextVisit
    at: datetime
    found: tuple[Found, ...] = ()
    """URLs to add where they are new."""
    follow: tuple[Found, ...] = ()
    """Further pages of a list: read on only when this page held something new."""
    next_part: Found | None = None
    moved_to: Found | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive made of a fetch."""

    capture_id: int | None
    outcome: str
    """As given, or `unchanged` where the payload is the one of the last capture."""
    new_links: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the records of a capture were written."""

    offset: int
    length: int
    request_length: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows of a fetch's payload before it is written."""

    sha256: str
    same_url: bool
    """The last capture of this URL has the same payload: nothing has changed."""
    earlier_id: int | None = None
    earlier: Earlier | None = None
    """An older capture with this payload, for a revisit record."""


@dataclass(slots=True)
class Writing:
    """Whose transaction this is: the run, its owner and the WARC file being written."""

    run_id: str
    owner: str
    host: str
    warc_file_id: int
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)


# Statements are built once: building them costs several times what SQLite needs to run them.
_READABLE = (
    select(Capture.id, Capture.url, Capture.fetched_at, Capture.payload_sha256)
    .join(WarcFile, WarcFile.id == Capture.warc_file_id)
    .where(
        WarcFile.host == bindparam("host"),
        Capture.record_type == "response",
        Capture.status == OK,
    )
    .order_by(Capture.id.desc())
    .limit(1)
)
_LAST_OF_URL = _READABLE.where(Capture.url == bindparam("wanted"))
_WITH_PAYLOAD = _READABLE.where(Capture.payload_sha256 == bindparam("wanted"))
_INSERT_CAPTURE = insert(Capture).returning(Capture.id)
_INSERT_EXTRACTION = insert(Extraction)
_INSERT_ARTICLE = insert(Article).returning(Article.id)
_ARTICLE = select(Article.id).where(Article.url == bindparam("wanted"))
_PARTS = (
    select(ArticlePart.capture_id)
    .where(
        ArticlePart.article_id == bindparam("article"), ArticlePart.ordinal <= bindparam("parts")
    )
    .order_by(ArticlePart.ordinal)
)
_UNQUEUE = delete(Extraction).where(
    Extraction.article_id == bindparam("article"), Extraction.state == "queued"
)


def _set_part_statement(engine: Any) -> Any:
    statement = engine.insert(ArticlePart)
    return statement.on_conflict_do_update(
        index_elements=["article_id", "ordinal"],
        set_={"capture_id": statement.excluded.capture_id},
    )


_SET_PART = {
    "sqlite": _set_part_statement(sqlite),
    "postgresql": _set_part_statement(postgresql),
}


def know(connection: Connection, fetched: Fetched, host: str) -> Known:
    """Look up the payload: an older capture that this machine can read is worth a revisit."""
    exchange = fetched.exchange
    assert exchange is not None
    sha256 = hashlib.sha256(exchange.payload).hexdigest()
    last = None
    if fetched.row.visits:
        last = connection.execute(_LAST_OF_URL, {"host": host, "wanted": exchange.url}).first()
    if exchange.status == NOT_MODIFIED and last is not None:  # the last payload still holds
        earlier = Earlier(last.url, last.fetched_at)
        return Known(last.payload_sha256, same_url=True, earlier_id=last.id, earlier=earlier)
    if not exchange.payload or exchange.status != OK:
        return Known(sha256, same_url=False)
    same = connection.execute(_WITH_PAYLOAD, {"host": host, "wanted": sha256}).first()
    if same is None:
        return Known(sha256, same_url=False)
    unchanged = last is not None and last.payload_sha256 == sha256
    return Known(sha256, unchanged, same.id, Earlier(same.url, same.fetched_at))


def commit(
    connection: Connection,
    writing: Writing,
    fetched: Fetched,
    known: Known | None,
    place: Place | None,
) -> Stored:
    """Store one fetch whose records are on the disk already (`place`; None without an answer)."""
    outcome = fetched.outcome
    if outcome == CHANGED and known is not None and known.same_url:
        outcome = UNCHANGED
    capture_id = None
    seen: dict[str, Any] = {}
    if fetched.exchange is not None and known is not None and place is not None:
        capture_id = _insert_capture(connection, writing, fetched, known, place, outcome)
        seen = {
            "etag": fetched.exchange.header("ETag"),
            "last_modified": fetched.exchange.header("Last-Modified"),
            "payload_sha256": known.sha256,
        }
        if fetched.exchange.status == NOT_MODIFIED:  # may leave validators out
            seen = {name: value for name, value in seen.items() if value}
    site_id = fetched.row.site_id
    article_id = fetched.row.article_id
    if article_id is None and fetched.row.kind == "article" and outcome in {CHANGED, MOVED}:
        article_id = seen["article_id"] = _article(connection, fetched)
    frontier.finish(
        connection,
        fetched.row,
        writing.owner,
        fetched.visit,
        now=fetched.at,
        outcome=outcome,
        reason=fetched.reason,
        seen=seen,
    )
    added = frontier.add(connection, site_id, fetched.found, fetched.at)
    new = added.pop("", 0)
    writing.counts.update({(site_id, refused): count for refused, count in added.items()})
    first_look = fetched.row.visits == 0 and fetched.row.page == 1 and outcome == CHANGED
    if new or first_look:
        frontier.add_again(connection, site_id, fetched.follow, fetched.at)
    if fetched.moved_to is not None:
        target = replace(fetched.moved_to, article_id=article_id)
        frontier.add(connection, site_id, [target], fetched.at)
    elif article_id is not None:
        _keep_part(connection, writing.host, fetched, outcome, article_id, capture_id)
    # A page that will be tried again has no outcome yet: it counts once, at its last try.
    writing.counts[site_id, RETRY if fetched.visit.tries else outcome] += 1
    return Stored(capture_id, outcome, new)


def save_counts(connection: Connection, run_id: str, counts: Counter[tuple[str, str]]) -> None:
    """Add outcomes to the counters of a run."""
    engine = postgresql if connection.dialect.name == "postgresql" else sqlite
    for (site_id, outcome), count in sorted(counts.items()):
        values = {"run_id": run_id, "site_id": site_id, "outcome": outcome, "count": count}
        statement = engine.insert(RunCount).values(**values)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["run_id", "site_id", "outcome"],
                set_={"count": RunCount.count + statement.excluded.count},
            )
        )


def read_capture(connection: Connection, folder: Path, capture_id: int) -> Record:
    """The record that holds a capture's payload; of a revisit, the one it refers to.

    Raises ValueError where the WARC file does not hold it (see `xiaobao verify`).
    """
    name, offset, length, _ = payload_place(connection, capture_id)
    return read_record(folder / name, offset, length)


def payload_place(connection: Connection, capture_id: int) -> tuple[str, int, int, str | None]:
    """(WARC file name, offset, length, content type) of the record with a capture's payload."""
    query = select(
        Capture.revisit_of, WarcFile.name, Capture.offset, Capture.length, Capture.content_type
    ).join(WarcFile, WarcFile.id == Capture.warc_file_id)
    row = connection.execute(query.where(Capture.id == capture_id)).one()
    if row.revisit_of is not None:
        row = connection.execute(query.where(Capture.id == row.revisit_of)).one()
    return row.name, row.offset, row.length, row.content_type


def _insert_capture(
    connection: Connection,
    writing: Writing,
    fetched: Fetched,
    known: Known,
    place: Place,
    outcome: str,
) -> int:
    exchange = fetched.exchange
    assert exchange is not None
    row = {
        "site_id": fetched.row.site_id,
        "run_id": writing.run_id,
        "url": exchange.url,
        "fetched_at": exchange.fetched_at,
        "status": exchange.status,
        "content_type": exchange.header("Content-Type"),
        "etag": exchange.header("ETag"),
        "last_modified": exchange.header("Last-Modified"),
        "outcome": outcome,
        "record_type": "response" if known.earlier is None else "revisit",
        "revisit_of": known.earlier_id,
        "warc_file_id": writing.warc_file_id,
        "offset": place.offset,
        "length": place.length,
        "request_length": place.request_length,
        "payload_sha256": known.sha256,
        "payload_length": len(exchange.payload),
    }
    return connection.execute(_INSERT_CAPTURE, row).scalar_one()


def _article(connection: Connection, fetched: Fetched) -> int:
    row = fetched.row
    known = connection.execute(_ARTICLE, {"wanted": row.url}).scalar()
    if known is not None:
        return known
    values = {
        "site_id": row.site_id,
        "url": row.url,
        "title": row.title,
        "published": row.published,
        "added_at": fetched.at,
    }
    return connection.execute(_INSERT_ARTICLE, values).scalar_one()


def _keep_part(
    connection: Connection,
    host: str,
    fetched: Fetched,
    outcome: str,
    article_id: int,
    capture_id: int | None,
) -> None:
    """Put a new capture into its article; the last part queues the extraction of all."""
    row = fetched.row
    if outcome == CHANGED and capture_id is not None:
        _set_part(connection, article_id, row.page, capture_id)
        if fetched.next_part is not None:
            part = replace(fetched.next_part, article_id=article_id)
            frontier.add_again(connection, row.site_id, [part], fetched.at)
        else:
            _queue_extraction(connection, host, article_id, row.page, fetched.at)
    elif row.kind == "part" and outcome != UNCHANGED and fetched.visit.tries == 0:
        # This part will not come any more: the article is what came before it.
        _queue_extraction(connection, host, article_id, row.page - 1, fetched.at)


def _set_part(connection: Connection, article_id: int, ordinal: int, capture_id: int) -> None:
    values = {"article_id": article_id, "ordinal": ordinal, "capture_id": capture_id}
    connection.execute(_SET_PART[connection.dialect.name], values)


def _queue_extraction(
    connection: Connection, host: str, article_id: int, parts: int, now: datetime
) -> None:
    article = {"article": article_id, "parts": parts}
    connection.execute(_UNQUEUE, article)
    captures = connection.execute(_PARTS, article).scalars()
    values = {
        "article_id": article_id,
        "captures": list(captures),
        "warc_host": host,
        "state": "queued",
        "tries": 0,
        "queued_at": now,
    }
    connection.execute(_INSERT_EXTRACTION, values)
