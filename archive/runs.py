"""Sites and runs: what is crawled, and what each run did."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from archive.models import Run, RunCount, Site


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


def load_site(connection: Connection, site_id: str) -> SiteRow | None:
    """A site as it was last crawled."""
    columns = (getattr(Site, name) for name in SiteRow.__slots__)
    row = connection.execute(select(*columns).where(Site.id == site_id)).first()
    return None if row is None else SiteRow(**row._mapping)


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
    """Whether the last crawl of a site died: the next one goes on with it."""
    runs = connection.execute(
        select(Run.sites, Run.outcome).where(Run.kind == "crawl").order_by(Run.id.desc()).limit(1000)
    )
    last = next((row for row in runs if site_id in row.sites and row.outcome is not None), None)
    return last is not None and last.outcome == "interrupted"


def run_counts(connection: Connection, run_id: str) -> dict[str, dict[str, int]]:
    """How often each outcome was met in a run, by site."""
    counts: dict[str, dict[str, int]] = {}
    query = select(RunCount.site_id, RunCount.outcome, RunCount.count)
    for row in connection.execute(query.where(RunCount.run_id == run_id)):
        counts.setdefault(row.site_id, {})[row.outcome] = row.count
    return counts
