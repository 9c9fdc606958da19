"""Numbers about the archive: what it holds, how its sources do, what agencies report by year."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from archive.db import Database
from archive.feed import cursor_at
from archive.models import (
    Capture,
    Cluster,
    Document,
    Figure,
    Frontier,
    Member,
    Run,
    RunCount,
    Site,
    WarcFile,
)

GOOD = frozenset({"ok", "unchanged", "moved"})
"""Fetch outcomes that are no trouble."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What the archive holds."""

    sites: int
    captures: int
    payload_bytes: int
    """Of all captures, before compression."""
    warc_files: int
    warc_bytes: int
    documents: int
    characters: int
    works: int
    """Clusters, and documents that have none."""
    reposts: int
    figures: int
    first_fetch: datetime | None
    last_fetch: datetime | None
    cursor: str
    """The end of the feed."""


@dataclass(frozen=True, slots=True)
class SiteHealth:
    """How one source does."""

    id: str
    name: str
    site_type: str
    waiting: int
    """URLs due or never fetched."""
    captures: int
    last_fetch: datetime | None
    documents: int
    last_run: str | None
    last_outcomes: Mapping[str, int]
    """Of the last run that touched it."""

    @property
    def trouble(self) -> float:
        """Share of the last run's fetches that went wrong."""
        total = sum(self.last_outcomes.values())
        good = sum(n for outcome, n in self.last_outcomes.items() if outcome in GOOD)
        return (total - good) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of one report."""

    year: int
    value: str
    document: str
    title: str
    sanity: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """One figure of one issuer over the years, one point for each report and year."""

    name: str
    unit: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class IssuerYears:
    """An issuer whose reports hold figures, and for how many years."""

    issuer: str
    years: int
    first: int
    last: int


def corpus(db: Database) -> Corpus:
    """The totals of the archive."""
    with db.read() as connection:
        captures = connection.execute(
            select(
                func.count(),
                func.coalesce(func.sum(Capture.payload_length), 0),
                func.min(Capture.fetched_at),
                func.max(Capture.fetched_at),
            )
        ).one()
        files = connection.execute(
            select(func.count(), func.coalesce(func.sum(WarcFile.length), 0))
        ).one()
        documents = connection.execute(
            select(func.count(), func.coalesce(func.sum(func.length(Document.text)), 0)).where(
                Document.state == "live"
            )
        ).one()
        alone = select(func.count()).where(
            Document.state == "live", ~exists().where(Member.document_id == Document.id)
        )
        clusters = select(func.count()).where(Cluster.canonical_id.is_not(None))
        reposts = select(func.count()).where(Member.role != "canonical")
        return Corpus(
            sites=_count(connection, select(func.count()).select_from(Site)),
            captures=captures[0],
            payload_bytes=int(captures[1]),
            warc_files=files[0],
            warc_bytes=int(files[1]),
            documents=documents[0],
            characters=int(documents[1]),
            works=_count(connection, clusters) + _count(connection, alone),
            reposts=_count(connection, reposts),
            figures=_count(connection, select(func.count()).select_from(Figure)),
            first_fetch=captures[2],
            last_fetch=captures[3],
            cursor=cursor_at(connection),
        )


def sites(db: Database, now: datetime) -> list[SiteHealth]:
    """All sources, the troubled ones first."""
    with db.read() as connection:
        waiting = _per_site(
            connection,
            Frontier.site_id,
            func.sum(case((or_(Frontier.state != "done", Frontier.due_at <= now), 1), else_=0)),
        )
        captures = _per_site(connection, Capture.site_id, func.count())
        fetched = _per_site(connection, Capture.site_id, func.max(Capture.fetched_at))
        documents = _per_site(
            connection,
            Document.site_id,
            func.sum(case((Document.state == "live", 1), else_=0)),
        )
        outcomes = _last_outcomes(connection)
        rows = connection.execute(select(Site.id, Site.name, Site.site_type)).all()
    found = [
        SiteHealth(
            id=row.id,
            name=row.name,
            site_type=row.site_type,
            waiting=int(waiting.get(row.id) or 0),
            captures=captures.get(row.id) or 0,
            last_fetch=fetched.get(row.id),
            documents=int(documents.get(row.id) or 0),
            last_run=outcomes.get(row.id, (None, {}))[0],
            last_outcomes=outcomes.get(row.id, (None, {}))[1],
        )
        for row in rows
    ]
    return sorted(found, key=lambda site: (-site.trouble, -site.documents, site.id))


_PLACELESS = re.compile("[我本全]?[省市县区州旗镇乡](?![东南西北中]区)")
"""How an issuer begins that does not say where it is (市消协): many bodies call themselves so.
市中区 and 市北区 are names of places."""


def issuers(db: Database) -> list[IssuerYears]:
    """Issuers with figures, the longest series first; none whose name may be several bodies'."""
    d = Document
    years = func.count(d.year.distinct())
    query = (
        select(d.issuer, years, func.min(d.year), func.max(d.year))
        .where(_counted(), d.issuer.is_not(None), exists().where(Figure.document_id == d.id))
        .group_by(d.issuer)
        .order_by(years.desc(), d.issuer)
    )
    with db.read() as connection:
        rows = connection.execute(query).all()
    return [
        IssuerYears(issuer, count, first or 0, last or 0)
        for issuer, count, first, last in rows
        if issuer and not _PLACELESS.match(issuer)
    ]


def series(db: Database, issuer: str) -> list[Series]:
    """All figures of an issuer's reports by year, those with most points first.

    Reposts are left out: a figure counts once, from the document that stands for its work.
    """
    d, f = Document, Figure
    query = (
        select(f.name, f.unit, d.year, f.value, d.id, d.title, f.sanity)
        .join(d, d.id == f.document_id)
        .where(_counted(), d.issuer == issuer)
        .order_by(f.name, d.year, f.id)
    )
    found: dict[tuple[str, str], dict[tuple[int, str], Point]] = {}
    with db.read() as connection:
        for name, unit, year, value, document, title, sanity in connection.execute(query):
            point = Point(year or 0, value, document, title, sanity)
            # A report may say the same figure twice; the first place is taken.
            found.setdefault((name, unit), {}).setdefault((point.year, document), point)
    all_series = [
        Series(name, unit, tuple(points.values())) for (name, unit), points in found.items()
    ]
    return sorted(all_series, key=lambda one: (-len(one.points), one.name, one.unit))


def _counted() -> ColumnElement[bool]:
    """Live documents of a known year that stand for their work."""
    other = exists().where(Member.document_id == Document.id)
    standing = exists().where(Member.document_id == Document.id, Member.role == "canonical")
    return and_(Document.state == "live", Document.year.is_not(None), or_(standing, ~other))


def _count(connection: Connection, query: Select[int]) -> int:
    return connection.execute(query).scalar_one()


def _per_site(connection: Connection, site: Any, value: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(select(site, value).group_by(site))}


def _last_outcomes(connection: Connection) -> dict[str, tuple[str, dict[str, int]]]:
    """Per site the last run that counted anything for it, with its counts."""
    rows = connection.execute(
        select(RunCount.site_id, RunCount.run_id, RunCount.outcome, RunCount.count)
        .join(Run, Run.id == RunCount.run_id)
        .order_by(Run.started_at.desc(), Run.id.desc())
    )
    found: dict[str, tuple[str, dict[str, int]]] = {}
    for site, run, outcome, count in rows:
        last, outcomes = found.setdefault(site, (run, {}))
        if last == run:
            outcomes[outcome] = count
    return found
