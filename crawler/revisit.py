"""When a URL is asked again: pure policy, times in seconds.

Intervals follow StormCrawler's AdaptiveScheduler: longer by half when nothing has changed, shorter
by a fifth when something has, within bounds.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.frontier import Leased, NextVisit

DAY = 86_400
LONGER, SHORTER = 1.5, 0.8
LIST_BOUNDS = 12 * 3600, 7 * DAY
MAX_ARTICLE = 180 * DAY
TRIES = 3
"""Fetches of a URL that fails, before it waits for its normal time again."""
RETRY_AFTER = 10
"""Seconds before the second try, doubling."""
MAX_RETRY_AFTER = DAY
"""A server cannot send us away for longer (news-crawl and we cap at one day)."""
MISSES_TO_GONE = 2
MISS_INTERVAL = 7 * DAY
"""One 404 never means deleted: two misses at least this far apart do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the profile says: how often at most and at least a URL is asked, None for never."""

    list_every: int | None
    article_ages: tuple[int | None, ...]

    def first_interval(self, kind: str) -> int | None:
        """Seconds until a URL that was fetched for the first time is asked again."""
        if kind == "list":
            return self.list_every
        return self.article_ages[0] if kind == "article" and self.article_ages else None


def after_success(
    row: Leased, bounds: Bounds, now: datetime, *, changed: bool, first: bool
) -> NextVisit:
    """The next visit after a page was fetched; `first` where it had never been before."""
    if row.kind == "list" and row.page > 1:
        return NextVisit(None)  # found again through the page before it
    interval = bounds.first_interval(row.kind)
    if interval is None:
        return NextVisit(None)
    if not first and row.interval_s:
        low, high = LIST_BOUNDS if row.kind == "list" else (interval, MAX_ARTICLE)
        low, high = min(low, interval), max(high, interval)
        interval = int(min(max(row.interval_s * (SHORTER if changed else LONGER), low), high))
    return NextVisit(now + timedelta(seconds=interval), interval)


def after_failure(row: Leased, now: datetime, retry_after: float | None = None) -> NextVisit:
    """The next visit after a fetch that may work another time (5xx, timeout, refused)."""
    tries = row.tries + 1
    wait = max(retry_after or 0, RETRY_AFTER * 2 ** (tries - 1))
    wait = min(wait, MAX_RETRY_AFTER)
    if tries >= TRIES:
        return NextVisit(now + timedelta(seconds=max(wait, row.interval_s or DAY)), row.interval_s)
    return NextVisit(now + timedelta(seconds=wait), row.interval_s, tries=tries)


def after_miss(row: Leased, now: datetime) -> NextVisit:
    """The next visit after a 404 or 410: once more in a week, then never."""
    misses = row.misses + 1
    if misses >= MISSES_TO_GONE:
        return NextVisit(None, misses=misses)
    return NextVisit(now + timedelta(seconds=MISS_INTERVAL), row.interval_s, misses=misses)
