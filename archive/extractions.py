"""The queue of extractions: which articles' captures are to be turned into pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from archive.models import Article, ArticlePart, Capture, Extraction, Site, WarcFile
from archive.owner import SHARED_HOST
from archive.tables import table
from archive.templates import template_lines

LEASE_TIME = timedelta(minutes=5)
"""A worker has seconds for a page; after this its lease is another's."""


@dataclass(frozen=True, slots=True)
class PartPlace:
    """Where the bytes of one part of an article lie."""

    file: Path
    offset: int
    length: int
    content_type: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Task:
    """One leased extraction and what it needs; plain values, so that it can go to a worker."""

    id: int
    article_id: int
    site_id: str
    site_type: str
    trust: int
    url: str
    title: str | None
    """As the list page had it."""
    published: date | None
    fetched_at: datetime
    parts: tuple[PartPlace, ...]
    hints: dict[str, Any]
    notice_url: str | None = None
    """Of an attached file: the page it was found on."""


def _leasing() -> tuple[Select[Any], Update, Select[Any]]:
    """The statements of a lease: which are free, take them, what they are."""
    free = (
        select(Extraction.id)
        .where(
            Extraction.warc_host.in_((bindparam("host"), SHARED_HOST)),
            or_(
                Extraction.state == "queued",
                and_(Extraction.state == "leased", Extraction.lease_until < bindparam("now")),
            ),
        )
        .order_by(Extraction.id)
        .limit(bindparam("limit"))
    )
    wanted = Extraction.id.in_(bindparam("ids", expanding=True))
    take = update(table(Extraction)).where(wanted)
    query = (
        select(
            Extraction.id,
            Extraction.article_id,
            Extraction.captures,
            Article.url,
            Article.title,
            Article.published,
            Article.notice_url,
            Site.id.label("site_id"),
            Site.site_type,
            Site.trust,
            Site.hints,
        )
        .join(Article, Article.id == Extraction.article_id)
        .join(Site, Site.id == Article.site_id)
        .where(wanted)
        .order_by(Extraction.id)
    )
    return free, take.values(tries=Extraction.tries + 1), query


# Statements are made once: making them again costs more than running them.
_FREE, _TAKE, _WHAT = _leasing()
_holder = aliased(Capture)
_PLACES = (
    select(
        Capture.id,
        Capture.url,
        Capture.fetched_at,
        WarcFile.name,
        _holder.offset,
        _holder.length,
        _holder.content_type,
    )
    .join(_holder, _holder.id == func.coalesce(Capture.revisit_of, Capture.id))
    .join(WarcFile, WarcFile.id == _holder.warc_file_id)
    .where(Capture.id.in_(bindparam("captures", expanding=True)))
)


def lease(
    connection: Connection, folder: Path, owner: str, host: str, now: datetime, limit: int
) -> list[Task]:
    """Take up to `limit` waiting extractions whose captures this machine can read, oldest first."""
    free = _FREE
    if connection.dialect.name == "postgresql":
        free = free.with_for_update(skip_locked=True)
    ids = connection.execute(free, {"host": host, "now": now, "limit": limit}).scalars().all()
    if not ids:
        return []
    held = {"state": "leased", "lease_owner": owner, "lease_until": now + LEASE_TIME}
    connection.execute(_TAKE, held | {"ids": ids})
    leased = connection.execute(_WHAT, {"ids": ids}).all()
    captures = {capture for row in leased for capture in row.captures}
    places = {row.id: row for row in connection.execute(_PLACES, {"captures": sorted(captures)})}
    lines = template_lines(connection, (row.site_id for row in leased))
    return [_task(folder, row, places, lines.get(row.site_id, [])) for row in leased]


def release(connection: Connection, owner: str) -> int:
    """Give the extractions that `owner` has not finished back; gives how many."""
    held = update(Extraction).where(Extraction.lease_owner == owner, Extraction.state == "leased")
    values = {"state": "queued", "lease_owner": None, "lease_until": None}
    return connection.execute(held.values(**values)).rowcount


def waiting(connection: Connection, host: str) -> int:
    """How many extractions this machine could still do or is doing."""
    query = select(func.count()).where(
        Extraction.state != "done", Extraction.warc_host.in_((host, SHARED_HOST))
    )
    return connection.execute(query).scalar_one()


def queue_all(connection: Connection, now: datetime, *, article_id: int | None = None) -> int:
    """Queue every article again, in the order of its first capture; gives how many.

    With `article_id` that one only.
    """
    busy = select(Extraction.article_id).where(Extraction.state != "done")
    query = (
        select(ArticlePart.article_id, ArticlePart.capture_id, WarcFile.host)
        .join(Capture, Capture.id == ArticlePart.capture_id)
        .join(WarcFile, WarcFile.id == Capture.warc_file_id)
        .where(ArticlePart.article_id.not_in(busy))
        .order_by(ArticlePart.article_id, ArticlePart.ordinal)
    )
    if article_id is not None:
        query = query.where(ArticlePart.article_id == article_id)
    captures: dict[int, list[int]] = {}
    hosts: dict[int, str] = {}
    for row in connection.execute(query):
        captures.setdefault(row.article_id, []).append(row.capture_id)
        hosts[row.article_id] = row.host
    first = _first_extractions(connection)
    rows = [
        {
            "article_id": article,
            "captures": captures[article],
            "warc_host": hosts[article],
            "state": "queued",
            "tries": 0,
            "queued_at": now,
        }
        for article in sorted(captures, key=lambda article: first.get(article, 0))
    ]
    if rows:
        connection.execute(insert(Extraction), rows)
    return len(rows)


def _first_extractions(connection: Connection) -> dict[int, int]:
    first = func.min(Extraction.id).label("first")
    query = select(Extraction.article_id, first).group_by(Extraction.article_id)
    return {row.article_id: row.first for row in connection.execute(query)}


def notice_date(connection: Connection, url: str | None) -> date | None:
    """The date that was read on the notice of an attachment."""
    if url is None:
        return None
    pages = (
        select(Extraction.page)
        .join(Article, Article.id == Extraction.article_id)
        .where(Article.url == url, Extraction.state == "done")
        .order_by(Extraction.id.desc())
        .limit(1)
    )
    page = connection.execute(pages).scalar_one_or_none() or {}
    stated = page.get("published")
    return date.fromisoformat(stated) if stated else None


def _task(folder: Path, row: Any, places: Mapping[int, Any], template: list[str]) -> Task:
    captures = [places[capture] for capture in row.captures]
    parts = tuple(
        PartPlace(folder / part.name, part.offset, part.length, part.content_type, part.url)
        for part in captures
    )
    return Task(
        id=row.id,
        article_id=row.article_id,
        site_id=row.site_id,
        site_type=row.site_type,
        trust=row.trust,
        url=row.url,
        title=row.title,
        published=row.published,
        fetched_at=max(part.fetched_at for part in captures),
        parts=parts,
        notice_url=row.notice_url,
        hints=row.hints | ({"template_lines": template} if template else {}),
    )
