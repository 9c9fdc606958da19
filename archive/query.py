"""Reading documents and clusters with all that the archive knows of where they come from."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from archive.archive import Archive
from archive.captures import payload_place
from archive.db import Database
from archive.errors import NotFound, Withdrawn
from archive.models import (
    Article,
    Capture,
    Cluster,
    ClusterEvent,
    Document,
    Edge,
    Extraction,
    Figure,
    Member,
    Site,
    WarcFile,
)
from archive.page import Dropped, Span
from archive.versions import VersionView, version_text, versions
from archive.warc import Record, read_record
from archive.withdrawals import barred_captures, refuse_withdrawn

_VERSION = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class CaptureView:
    """One capture a document was made of, and where its record lies."""

    id: int
    url: str
    fetched_at: datetime
    status: int
    content_type: str | None
    record_type: str
    warc_file: str
    """Path below the archive folder."""
    offset: int
    length: int
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure as `archive.page.Figure`, with the document it is of; offsets count in its text."""

    document: str
    name: str
    value: str
    unit: str
    text: str
    start: int
    end: int
    sanity: str | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A document as a member of a cluster."""

    document: str
    title: str
    url: str
    site: str
    site_name: str
    site_type: str
    published: date | None
    fetched_at: datetime
    completeness: str
    characters: int
    role: str
    start: int | None
    end: int | None
    """Where in the document the work lies, for a compilation."""


@dataclass(frozen=True, slots=True)
class EdgeView:
    """A judged pair: what the two are to each other and why."""

    a: str
    a_title: str
    b: str
    b_title: str
    kind: str
    coverage: float
    figures_compared: int
    figures_equal: int
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventView:
    """Something that happened to a cluster."""

    at: datetime
    kind: str
    document: str | None
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClusterView:
    """The documents that are one work; `id` is the one it has now, after any merges."""

    id: str
    canonical: str | None
    created_at: datetime
    split_from: str | None
    members: tuple[MemberView, ...]
    """By date of publication, the undated last."""
    edges: tuple[EdgeView, ...]
    """Between members, and from members to documents outside (alike, but other works)."""
    events: tuple[EventView, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document with its fields, its provenance and its relations."""

    id: str
    version: int
    title: str
    text: str
    url: str
    site: str
    site_name: str
    site_type: str
    published: date | None
    year: int | None
    year_claimed: int | None
    year_inferred: int | None
    year_conflict: bool
    region: str | None
    region_code: str | None
    issuer: str | None
    source: str | None
    kind: str
    language_script: str
    completeness: str
    chars_claimed: int | None
    repair_status: str
    ordinal: int
    fetched_at: datetime
    updated_at: datetime
    text_sha256: str
    extractor_version: str | None
    encoding: str | None
    captures: tuple[CaptureView, ...]
    figures: tuple[FigureView, ...]
    dropped: tuple[Dropped, ...]
    """What was removed from the page, with the rule that did it."""
    repairs: tuple[Span, ...]
    """Restored places; offsets count in `text`."""
    clusters: tuple[tuple[str, str], ...]
    """Cluster id and role in it."""
    members: tuple[MemberView, ...]
    """Of all its clusters, itself included."""
    versions: tuple[VersionView, ...]
    """Newest first, the present one included."""
    notice_url: str | None
    """Of an attached file: the page it was found on."""


def document(db: Database, document_id: str) -> DocumentView:
    """One live document. Raises NotFound; the message says so where it was withdrawn."""
    with db.read() as connection:
        return _document(connection, document_id)


def cluster(db: Database, cluster_id: str) -> ClusterView:
    """One cluster; an id that was merged away gives the cluster it went into. Raises NotFound."""
    with db.read() as connection:
        row = _final_cluster(connection, cluster_id)
        members = _members(connection, [row.id])
        ids = [member.document for member in members]
        events = connection.execute(_EVENTS, {"cluster": row.id})
        return ClusterView(
            id=row.id,
            canonical=row.canonical_id,
            created_at=row.created_at,
            split_from=row.split_from,
            members=members,
            edges=_edges(connection, ids),
            events=tuple(EventView(*event) for event in events),
        )


def texts(db: Database, *ids: str) -> list[tuple[str, str]]:
    """Title and text of each live document, in the order asked. Raises NotFound.

    `ID@N` asks for version N of a document.
    """
    return [_named_text(db, name) for name in ids]


def _named_text(db: Database, name: str) -> tuple[str, str]:
    document_id, _, version = name.partition("@")
    if version:
        number = int(version) if _VERSION.fullmatch(version) else 0
        found = version_text(db, document_id, number)
        return found.view.title, found.text
    with db.read() as connection:
        row = _live(connection, document_id)
        return row.title, row.text


_SITE_NAMES = select(Site.id, Site.name)


def site_names(db: Database) -> dict[str, str]:
    """The name of each site by its id."""
    with db.read() as connection:
        return {row.id: row.name for row in connection.execute(_SITE_NAMES)}


def raw_capture(archive: Archive, capture_id: int) -> tuple[CaptureView, Record]:
    """A capture and its payload as received; a revisit gives the bytes it repeats.

    Raises NotFound where there is no such capture or this machine cannot read its WARC file.
    """
    with archive.database.read() as connection:
        found = _captures(connection, [capture_id])
        if not found:
            raise NotFound(
                f"there is no capture {capture_id}", zh=f"档案里没有采集记录 {capture_id}"
            )
        if capture_id in barred_captures(connection):
            raise Withdrawn(
                f"capture {capture_id} holds a document that was withdrawn",
                zh=f"采集记录 {capture_id} 载有已撤下的文献，不再提供",
            )
        name, offset, length, _ = payload_place(connection, capture_id)
    try:
        return found[0], read_record(archive.folder / Path(name), offset, length)
    except (OSError, ValueError) as error:
        raise NotFound(
            f"capture {capture_id} lies in {name}, which cannot be read here: {error}",
            zh=f"采集记录 {capture_id} 所在的文件 {name} 在本机无法读取",
        ) from error


# Statements are made once: putting one together takes longer than running it.
_LIVE = (
    select(Document, Site.name, Site.site_type, Extraction.version.label("extractor"))
    .add_columns(Extraction.captures, Extraction.page, Article.notice_url)
    .join(Site, Site.id == Document.site_id)
    .join(Article, Article.id == Document.article_id)
    .join(Extraction, Extraction.id == Document.extraction_id)
    .where(Document.id == bindparam("document"))
)
_MEMBERSHIPS = (
    select(Member.cluster_id, Member.role)
    .where(Member.document_id == bindparam("document"))
    .order_by(Member.cluster_id)
)
_CAPTURES = (
    select(Capture.id, Capture.url, Capture.fetched_at, Capture.status, Capture.content_type)
    .add_columns(Capture.record_type, WarcFile.name)
    .add_columns(Capture.offset, Capture.length, Capture.payload_sha256)
    .join(WarcFile, WarcFile.id == Capture.warc_file_id)
    .where(Capture.id.in_(bindparam("captures", expanding=True)))
)
_FIGURES = (
    select(Figure.document_id, Figure.name, Figure.value, Figure.unit, Figure.text)
    .add_columns(Figure.start, Figure.end, Figure.sanity)
    .where(Figure.document_id == bindparam("document"))
    .order_by(Figure.start, Figure.id)
)
_MEMBERS = (
    select(Document.id, Document.title, Document.url, Document.site_id, Site.name)
    .add_columns(Site.site_type, Document.published, Document.fetched_at)
    .add_columns(Document.completeness, func.length(Document.text))
    .add_columns(Member.role, Member.start, Member.end)
    .join(Member, Member.document_id == Document.id)
    .join(Site, Site.id == Document.site_id)
    .where(Member.cluster_id.in_(bindparam("clusters", expanding=True)))
    .where(Document.state == "live")
    .order_by(Document.published.is_(None), Document.published, Document.id, Member.cluster_id)
)
_EVENTS = (
    select(ClusterEvent.at, ClusterEvent.kind, ClusterEvent.document_id, ClusterEvent.evidence)
    .where(ClusterEvent.cluster_id == bindparam("cluster"))
    .order_by(ClusterEvent.id)
)
_SAME = tuple(n for n in DocumentView.__dataclass_fields__ if n in Document.__table__.columns)
"""Fields of a document's view that are columns of its row."""


def _live(connection: Connection, document_id: str) -> Any:
    refuse_withdrawn(connection, document_id)
    return connection.execute(_LIVE, {"document": document_id}).one()


def _document(connection: Connection, document_id: str) -> DocumentView:
    row = _live(connection, document_id)
    page: Mapping[str, Any] = row.page or {}
    membership = connection.execute(_MEMBERSHIPS, {"document": document_id}).all()
    return DocumentView(
        **{name: getattr(row, name) for name in _SAME},
        site=row.site_id,
        site_name=row.name,
        site_type=row.site_type,
        extractor_version=row.extractor,
        encoding=(page.get("encoding") or {}).get("chosen"),
        captures=tuple(_captures(connection, row.captures)),
        figures=_figures(connection, document_id),
        dropped=tuple(Dropped(**line) for line in page.get("dropped") or ()),
        repairs=_repairs(page, row.start, row.end),
        clusters=tuple((cluster_id, role) for cluster_id, role in membership),
        members=_members(connection, [cluster_id for cluster_id, _ in membership]),
        versions=versions(connection, document_id),
        notice_url=row.notice_url,
    )


def _captures(connection: Connection, ids: Sequence[int]) -> list[CaptureView]:
    rows = connection.execute(_CAPTURES, {"captures": ids})
    found = {row.id: CaptureView(*row) for row in rows}
    return [found[capture] for capture in ids if capture in found]


def _figures(connection: Connection, document_id: str) -> tuple[FigureView, ...]:
    rows = connection.execute(_FIGURES, {"document": document_id})
    return tuple(FigureView(*row) for row in rows)


def _repairs(page: Mapping[str, Any], start: int, end: int) -> tuple[Span, ...]:
    """The page's repaired places that lie in one document, moved to its offsets."""
    spans = (page.get("repair") or {}).get("spans") or ()
    return tuple(
        Span(
            start=span["start"] - start,
            end=span["end"] - start,
            damaged=span["damaged"],
            restored=span["restored"],
            status=span["status"],
            alternatives=tuple(span.get("alternatives") or ()),
        )
        for span in spans
        if start <= span["start"] and span["end"] <= end
    )


def _members(connection: Connection, clusters: Sequence[str]) -> tuple[MemberView, ...]:
    if not clusters:
        return ()
    rows = connection.execute(_MEMBERS, {"clusters": clusters})
    return tuple(MemberView(*row) for row in rows)


def _edges(connection: Connection, documents: Sequence[str]) -> tuple[EdgeView, ...]:
    e, a, b = Edge, aliased(Document), aliased(Document)
    rows = connection.execute(
        select(e.a, a.title, e.b, b.title, e.kind, e.coverage)
        .add_columns(e.figures_compared, e.figures_equal, e.evidence)
        .join(a, a.id == e.a)
        .join(b, b.id == e.b)
        .where(or_(e.a.in_(documents), e.b.in_(documents)))
        .where(a.state == "live", b.state == "live")
        .order_by(e.kind, e.coverage.desc(), e.a, e.b)
    )
    return tuple(EdgeView(*row) for row in rows)


def _final_cluster(connection: Connection, cluster_id: str) -> Any:
    seen = set()
    current: str | None = cluster_id
    while current and current not in seen:
        seen.add(current)
        row = connection.execute(select(Cluster).where(Cluster.id == current)).one_or_none()
        if row is None:
            break
        if row.merged_into is None:
            return row
        current = row.merged_into
    raise NotFound(f"there is no cluster {cluster_id!r}", zh=f"档案里没有同文组 {cluster_id!r}")
