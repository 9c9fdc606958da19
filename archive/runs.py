"""Sites and runs: what is crawled, and what each run did."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from archive.models import (
    Article,
    Capture,
    Document,
    Extraction,
    Frontier,
    Member,
    Run,
    RunCount,
    Site,
)


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as the archive knows it; `profile` is resolved (family merged in)."""

    id: str
    name: str
    family: str
    site_type: str
    trust: int
    profile: dict[str, Any]
    profile_version: str
    hints: dict[str, Any]
    """`crawler.extract.hints.Hints` as JSON."""


def save_site(connection: Connection, site: SiteRow, now: datetime) -> None:
    """Remember a site's profile as it is used now."""
    values = {name: getattr(site, name) for name in SiteRow.__slots__} | {"updated_at": now}
    if not connection.execute(update(Site).where(Site.id == site.id).values(values)).rowcount:
        connection.execute(insert(Site).values(values))


def start_run(
    connection: Connection, kind: str, owner: str, sites: Sequence[str], now: datetime
) -> str:
    """Open a run; gives its id, which sorts by time."""
    run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    values = {
        "id": run_id,
        "kind": kind,
        "owner": owner,
        "sites": list(sites),
        "started_at": now,
    }
    connection.execute(insert(Run).values(values))
    return run_id


def finish_run(connection: Connection, run_id: str, outcome: str, now: datetime) -> None:
    """Close a run."""
    closed = update(Run).where(Run.id == run_id)
    connection.execute(closed.values(finished_at=now, outcome=outcome))


def was_interrupted(connection: Connection, site_id: str) -> bool:
    """Whether the last crawl of a site died or was stopped: the next one goes on with it."""
    runs = connection.execute(
        select(Run.sites, Run.outcome)
        .where(Run.kind == "crawl")
        .order_by(Run.id.desc())
        .limit(1000)
    )
    last = next((row for row in runs if site_id in row.sites and row.outcome is not None), None)
    return last is not None and last.outcome != "finished"


def run_counts(connection: Connection, run_id: str) -> dict[str, dict[str, int]]:
    """How often each outcome was met in a run, by site."""
    counts: dict[str, dict[str, int]] = {}
    query = select(RunCount.site_id, RunCount.outcome, RunCount.count)
    for site, outcome, count in connection.execute(query.where(RunCount.run_id == run_id)):
        counts.setdefault(site, {})[outcome] = count
    return counts


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What a run did to one site, and what the archive holds of it."""

    id: str
    name: str
    fetched: int
    """Answers captured in this run."""
    outcomes: dict[str, int]
    """Fetches and links of this run by outcome."""
    extracted: dict[str, int]
    """Pages of the site by outcome of their last extraction."""
    documents: int
    waiting: int
    """URLs that are due now, and extractions that are not done yet."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the archive holds."""

    captures: int
    documents: int
    clusters: int
    reposts: int
    """Documents that are the same work as another one."""


def site_reports(connection: Connection, run_id: str) -> list[SiteReport]:
    """A report of each site of a run, in the order of their ids."""
    sites = connection.execute(select(Run.sites).where(Run.id == run_id)).scalar_one()
    counts = run_counts(connection, run_id)
    return [_site_report(connection, run_id, site, counts.get(site, {})) for site in sorted(sites)]


@dataclass(frozen=True, slots=True)
class RunView:
    """One run as the archive remembers it; `outcome` is None while it lasts."""

    id: str
    kind: str
    sites: list[str]
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None


def last_runs(connection: Connection, limit: int = 10) -> list[RunView]:
    """The newest runs first."""
    columns = (getattr(Run, name) for name in RunView.__slots__)
    query = select(*columns).order_by(Run.id.desc()).limit(limit)
    return [RunView(**row._mapping) for row in connection.execute(query)]


def all_site_reports(connection: Connection) -> list[SiteReport]:
    """A report of each site that was ever crawled, with what its last run did."""
    last: dict[str, str] = {}
    for row in connection.execute(select(Run.id, Run.sites).order_by(Run.id)):
        last.update(dict.fromkeys(row.sites, row.id))
    counts = {run_id: run_counts(connection, run_id) for run_id in set(last.values())}
    return [
        _site_report(connection, run_id, site, counts[run_id].get(site, {}))
        for site, run_id in sorted(last.items())
    ]


def totals(connection: Connection) -> Totals:
    """Count captures, live documents, clusters and reposts."""

    def count(*where: Any, of: Any) -> int:
        query = select(func.count()).select_from(of).where(*where)
        return int(connection.execute(query).scalar_one())

    members = select(func.count(func.distinct(Member.document_id)))
    clustered = connection.execute(members).scalar_one()
    distinct = select(func.count(func.distinct(Member.cluster_id)))
    clusters = connection.execute(distinct).scalar_one()
    return Totals(
        captures=count(of=Capture),
        documents=count(Document.state == "live", of=Document),
        clusters=clusters,
        reposts=max(0, clustered - clusters),
    )


def _site_report(
    connection: Connection, run_id: str, site: str, outcomes: dict[str, int]
) -> SiteReport:
    def count(query: Any) -> int:
        return int(connection.execute(query).scalar_one())

    last = (
        select(func.max(Extraction.id))
        .join(Article, Article.id == Extraction.article_id)
        .where(Article.site_id == site, Extraction.state == "done")
        .group_by(Extraction.article_id)
    )
    pages = select(Extraction.outcome, func.count()).where(Extraction.id.in_(last))
    rows = select(func.count()).select_from
    name = connection.execute(select(Site.name).where(Site.id == site)).scalar()
    undone = (
        rows(Extraction)
        .join(Article, Article.id == Extraction.article_id)
        .where(Article.site_id == site, Extraction.state != "done")
    )
    unfetched = rows(Frontier).where(
        Frontier.site_id == site, Frontier.state != "done", Frontier.due_at.is_not(None)
    )
    return SiteReport(
        id=site,
        name=name or site,
        fetched=count(rows(Capture).where(Capture.site_id == site, Capture.run_id == run_id)),
        outcomes=dict(sorted(outcomes.items())),
        extracted={
            reason or "": number
            for reason, number in sorted(connection.execute(pages.group_by(Extraction.outcome)))
        },
        documents=count(rows(Document).where(Document.site_id == site, Document.state == "live")),
        waiting=count(undone) + count(unfetched),
    )
