"""Committing fetches: WARC records first, then one transaction for all they change.

A fetch is stored whole or not at all: its capture row, the frontier row it came from, the URLs
found on the page, the article it belongs to and the extraction it makes necessary.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from archive import frontier, parts
from archive.frontier import Finished, Found, Leased, NextVisit
from archive.models import (
    Article,
    Capture,
    RunCount,
    WarcFile,
)
from archive.warc import Earlier, Exchange, Record, read_record

CHANGED, UNCHANGED, MOVED, RETRY = "ok", "unchanged", "moved", "retry"
TOO_LARGE = "too_large"
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
    quiet: NextVisit | None = None
    """For a list: the next visit where it brought nothing new."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive made of a fetch."""

    capture_id: int | None
    outcome: str
    """As given, or `unchanged` where the payload is the one of the last capture."""
    new_links: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows of a fetch's payload before it is written."""

    sha256: str
    same_url: bool = False
    """The last capture of this URL has the same payload: nothing has changed."""
    earlier_id: int | None = None
    earlier: Earlier | None = None
    """An older capture with this payload, for a revisit record."""


@dataclass(frozen=True, slots=True)
class Written:
    """A fetch whose records are on the disk already; nothing is, where no answer came."""

    fetched: Fetched
    known: Known | None = None
    offset: int = 0
    length: int = 0
    request_length: int = 0


@dataclass(slots=True)
class Writing:
    """Whose transaction this is: the run, its owner and the WARC file being written."""

    run_id: str
    owner: str
    host: str
    warc_file_id: int
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)


# Statements are built once: building them costs several times what SQLite needs to run them.
_WITH_PAYLOADS = (
    select(Capture.id, Capture.url, Capture.fetched_at, Capture.payload_sha256)
    .join(WarcFile, WarcFile.id == Capture.warc_file_id)
    .where(
        WarcFile.host == bindparam("host"),
        Capture.record_type == "response",
        Capture.status == OK,
        Capture.payload_sha256.in_(bindparam("wanted", expanding=True)),
    )
    .order_by(Capture.id)
)
_INSERT_CAPTURES = insert(Capture).returning(Capture.id, sort_by_parameter_order=True)
_INSERT_ARTICLES = insert(Article).returning(Article.url, Article.id)
_ARTICLES = select(Article.url, Article.id).where(
    Article.url.in_(bindparam("wanted", expanding=True))
)


def _add_counts(engine: Any) -> Any:
    statement = engine.insert(RunCount)
    return statement.on_conflict_do_update(
        index_elements=["run_id", "site_id", "outcome"],
        set_={"count": RunCount.count + statement.excluded.count},
    )


_ADD_COUNTS = {"sqlite": _add_counts(sqlite), "postgresql": _add_counts(postgresql)}


def know(connection: Connection, fetches: Sequence[Fetched], host: str) -> list[Known]:
    """Look up the payloads: an older capture that this machine can read is worth a revisit."""
    hashes = [_payload_of(fetched) for fetched in fetches]
    same = _readable(connection, host, [sha256 for sha256 in hashes if sha256 is not None])
    return [
        _known(fetched, sha256, same.get(sha256 or ""))
        for fetched, sha256 in zip(fetches, hashes, strict=True)
    ]


def _payload_of(fetched: Fetched) -> str | None:
    """The digest of the payload that an answer stands for; None where it stands for no page."""
    exchange = _exchange(fetched)
    if exchange.status == NOT_MODIFIED:  # the last payload still holds
        return fetched.row.payload_sha256
    if not exchange.payload or exchange.status != OK:
        return None
    return hashlib.sha256(exchange.payload).hexdigest()


def commit(connection: Connection, writing: Writing, group: Sequence[Written]) -> list[Stored]:
    """Store fetches in one transaction, in a few statements for all of them together.

    One statement costs about 0.1 ms of Python whatever it carries, and a fetch needs ten.
    """
    outcomes = [_outcome(written) for written in group]
    captures = _insert_captures(connection, writing, group, outcomes)
    articles = _articles(connection, group, outcomes)
    finished = [
        _finished(written, outcome, article)
        for written, outcome, article in zip(group, outcomes, articles, strict=True)
    ]
    frontier.finish(connection, writing.owner, finished)
    stored = []
    steps = zip(group, outcomes, captures, articles, strict=True)
    for written, outcome, capture_id, article_id in steps:
        fetched = written.fetched
        new = _follow(connection, writing, fetched, outcome, article_id)
        # A page that will be tried again has no outcome yet: it counts once, at its last try.
        writing.counts[fetched.row.site_id, RETRY if fetched.visit.tries else outcome] += 1
        stored.append(Stored(capture_id, outcome, new))
    _keep_parts(connection, writing.host, group, stored, articles)
    frontier.postpone(connection, _quiet(group, stored))
    return stored


def save_counts(connection: Connection, run_id: str, counts: Counter[tuple[str, str]]) -> None:
    """Add outcomes to the counters of a run."""
    rows = [
        {"run_id": run_id, "site_id": site_id, "outcome": outcome, "count": count}
        for (site_id, outcome), count in sorted(counts.items())
    ]
    if rows:
        connection.execute(_ADD_COUNTS[connection.dialect.name], rows)


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


def _exchange(fetched: Fetched) -> Exchange:
    assert fetched.exchange is not None
    return fetched.exchange


def _readable(connection: Connection, host: str, wanted: list[str]) -> dict[str, Any]:
    """The newest readable capture of each wanted payload."""
    if not wanted:
        return {}
    rows = connection.execute(_WITH_PAYLOADS, {"host": host, "wanted": wanted})
    return {row.payload_sha256: row for row in rows}


def _known(fetched: Fetched, sha256: str | None, same: Any) -> Known:
    if sha256 is None:
        return Known(hashlib.sha256(_exchange(fetched).payload).hexdigest())
    unchanged = sha256 == fetched.row.payload_sha256
    if same is None:
        return Known(sha256, unchanged)
    return Known(sha256, unchanged, same.id, Earlier(same.url, same.fetched_at))


def _outcome(written: Written) -> str:
    outcome = written.fetched.outcome
    same = written.known is not None and written.known.same_url
    return UNCHANGED if outcome == CHANGED and same else outcome


def _insert_captures(
    connection: Connection, writing: Writing, group: Sequence[Written], outcomes: Sequence[str]
) -> list[int | None]:
    """The ids of the new captures, None for each fetch without an answer."""
    rows = [
        _capture_row(writing, written, written.known, outcome)
        for written, outcome in zip(group, outcomes, strict=True)
        if written.known is not None
    ]
    if not rows:
        return [None] * len(group)
    ids = iter(connection.execute(_INSERT_CAPTURES, rows).scalars().all())
    return [None if written.known is None else next(ids) for written in group]


def _capture_row(writing: Writing, written: Written, known: Known, outcome: str) -> dict[str, Any]:
    exchange = _exchange(written.fetched)
    return {
        "site_id": written.fetched.row.site_id,
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
        "offset": written.offset,
        "length": written.length,
        "request_length": written.request_length,
        "payload_sha256": known.sha256,
        "payload_length": len(exchange.payload),
    }


def _articles(
    connection: Connection, group: Sequence[Written], outcomes: Sequence[str]
) -> list[int | None]:
    """The article that each fetch belongs to; pages seen for the first time begin one."""
    begun = {
        written.fetched.row.url: written.fetched
        for written, outcome in zip(group, outcomes, strict=True)
        if written.fetched.row.article_id is None
        and written.fetched.row.kind == "article"
        and outcome in {CHANGED, MOVED}
    }
    ids: dict[str, int] = {}
    if begun:
        ids = dict(connection.execute(_ARTICLES, {"wanted": list(begun)}).all())
    new = [
        {
            "site_id": fetched.row.site_id,
            "url": url,
            "title": fetched.row.title,
            "published": fetched.row.published,
            "notice_url": (fetched.row.page_state or {}).get("notice"),
            "added_at": fetched.at,
        }
        for url, fetched in begun.items()
        if url not in ids
    ]
    if new:
        ids |= dict(connection.execute(_INSERT_ARTICLES, new).all())
    rows_of = (written.fetched.row for written in group)
    return [row.article_id or ids.get(row.url) for row in rows_of]


def _finished(written: Written, outcome: str, article_id: int | None) -> Finished:
    fetched = written.fetched
    seen: dict[str, Any] = {}
    if fetched.exchange is not None and written.known is not None:
        seen = {
            "etag": fetched.exchange.header("ETag"),
            "last_modified": fetched.exchange.header("Last-Modified"),
            "payload_sha256": written.known.sha256,
        }
        if fetched.exchange.status == NOT_MODIFIED:  # may leave validators out
            seen = {name: value for name, value in seen.items() if value}
        elif fetched.exchange.status != OK or outcome == TOO_LARGE:
            # what a failure says is not about the page; what was not read is not asked for changes
            seen = {}
        elif fetched.row.kind == "list" and outcome in {CHANGED, UNCHANGED}:
            links = len(fetched.found)
            seen |= {"links": links, "gave": links} if links else {"links": links}
    if article_id is not None:
        seen["article_id"] = article_id
    return Finished(fetched.row, fetched.visit, fetched.at, outcome, fetched.reason, seen)


def _follow(
    connection: Connection,
    writing: Writing,
    fetched: Fetched,
    outcome: str,
    article_id: int | None,
) -> int:
    """Add what a page leads to; gives how many URLs of its own were new."""
    row, now = fetched.row, fetched.at
    added = frontier.add(connection, row.site_id, fetched.found, now)
    new = added.pop("", 0)
    writing.counts.update({(row.site_id, refused): count for refused, count in added.items()})
    first_look = row.visits == 0 and row.page == 1 and outcome == CHANGED
    if new or first_look:
        frontier.add_again(connection, row.site_id, fetched.follow, now)
    if fetched.moved_to is not None:
        target = replace(fetched.moved_to, article_id=article_id)
        frontier.add(connection, row.site_id, [target], now)
    return new


def _keep_parts(
    connection: Connection,
    host: str,
    group: Sequence[Written],
    stored: Sequence[Stored],
    articles: Sequence[int | None],
) -> None:
    """Put new captures into their articles and see to the parts that follow."""
    seen = [
        parts.Seen(
            article_id=article_id,
            site_id=written.fetched.row.site_id,
            kind=written.fetched.row.kind,
            ordinal=written.fetched.row.page,
            state=_state_of_part(written.fetched, result),
            capture_id=result.capture_id,
            next_part=written.fetched.next_part,
            at=written.fetched.at,
        )
        for written, result, article_id in zip(group, stored, articles, strict=True)
        if article_id is not None and written.fetched.moved_to is None
    ]
    parts.keep(connection, host, seen)


def _state_of_part(fetched: Fetched, result: Stored) -> parts.State:
    if result.outcome == CHANGED and result.capture_id is not None:
        return "changed"
    if result.outcome == UNCHANGED:
        return "unchanged"
    if fetched.visit.tries:
        return "later"
    return "gone" if fetched.visit.due_at is None else "missing"


def _quiet(group: Sequence[Written], stored: Sequence[Stored]) -> list[tuple[int, NextVisit]]:
    """Lists that held nothing new, each with its later next visit."""
    return [
        (written.fetched.row.id, written.fetched.quiet)
        for written, result in zip(group, stored, strict=True)
        if written.fetched.quiet is not None and not result.new_links
    ]
