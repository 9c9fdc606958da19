"""What is due when, by site."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select

from archive.models import Frontier, Site

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ListDue:
    """One start list of a site."""

    url: str
    label: str | None
    due_at: datetime | None
    """None: never again."""
    interval_s: int | None
    """As it has adapted to how often the list changes."""
    fetched_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class SiteSchedule:
    """When the URLs of a site are to be fetched; counts are of URLs."""

    id: str
    name: str
    now: int = 0
    """Due, or being fetched."""
    day: int = 0
    """Due within a day from now."""
    week: int = 0
    """Due within a week, after that day."""
    later: int = 0
    next_due: datetime | None = None
    """The earliest time that has not come yet."""
    lists: tuple[ListDue, ...] = ()


def schedule(
    connection: Connection, now: datetime, sites: Sequence[str] = ()
) -> list[SiteSchedule]:
    """The schedule of all sites that were ever crawled, or of `sites`; ordered by id."""
    due = Frontier.due_at
    parts = {
        "now": due <= now,
        "day": (due > now) & (due <= now + DAY),
        "week": (due > now + DAY) & (due <= now + WEEK),
        "later": due > now + WEEK,
    }
    counts = [func.sum(case((when, 1), else_=0)).label(name) for name, when in parts.items()]
    soonest = func.min(case((due > now, due))).label("next_due")
    query = (
        select(Site.id, Site.name, *counts, soonest)
        .join(Frontier, Frontier.site_id == Site.id, isouter=True)
        .group_by(Site.id, Site.name)
        .order_by(Site.id)
    )
    if sites:
        query = query.where(Site.id.in_(sites))
    lists = _lists(connection)
    return [
        SiteSchedule(
            row.id,
            row.name,
            next_due=row.next_due,
            lists=tuple(lists[row.id]),
            **{name: int(row._mapping[name] or 0) for name in parts},
        )
        for row in connection.execute(query)
    ]


def is_start(page_state: dict[str, Any] | None) -> bool:
    """Whether a list page, the first of its list, is one that a crawl begins with.

    Others carry what the page before them told; a sitemap, how many files it may name.
    """
    return page_state is None or "sitemap" in page_state


def _lists(connection: Connection) -> dict[str, list[ListDue]]:
    """Start lists by site; further pages of a list are found again through the page before."""
    found: dict[str, list[ListDue]] = defaultdict(list)
    columns = ("url", "title", "due_at", "interval_s", "fetched_at", "outcome")
    query = select(Frontier.site_id, *(getattr(Frontier, name) for name in columns))
    first = query.add_columns(Frontier.page_state).where(
        Frontier.kind == "list", Frontier.page == 1
    )
    for site, *values, state in connection.execute(first.order_by(Frontier.id)):
        if is_start(state):
            found[site].append(ListDue(*values))
    return found
