"""When a URL is asked again: pure policy, times in seconds.

Intervals follow StormCrawler's AdaptiveScheduler: longer by half when nothing has changed, shorter
by a fifth when something has, within bounds.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.frontier import Leased, NextVisit

DAY = 86_400
LONGER, SHORTER = 1.5, 0.8
MAX_ARTICLE = 180 * DAY
"""Where a profile names no longest time."""
TRIES = 3
"""Fetches of a URL that fails, before it waits for its normal time again."""
RETRY_AFTER = 5
"""Seconds before the second try, doubling."""
MAX_RETRY_AFTER = DAY
"""A server cannot send us away for longer (news-crawl and we cap at one day)."""
MISSES_TO_GONE = 2
MISS_INTERVAL = 7 * DAY
"""One 404 never means deleted: two misses at least this far apart do."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the profile says, in seconds; None for never."""

    list_every: int | None
    """The first interval of a list."""
    list_between: tuple[int, int]
    """Its shortest and its longest."""
    article_between: tuple[int | None, int | None]
    """Shortest (and first) and longest interval of an article."""

    @classmethod
    def never(cls) -> "Bounds":
        """Nothing is asked again by itself."""
        return cls(None, (DAY, DAY), (None, None))

    def first(self, kind: str) -> int | None:
        """The interval after the first good answer."""
        if kind == "part":
            return None  # comes back through the part before it
        return self.list_every if kind == "list" else self.article_between[0]

    def limits(self, kind: str) -> tuple[int, int] | None:
        """Shortest and longest interval after that; None: not again."""
        first = self.first(kind)
        low, high = self.list_between if kind == "list" else self.article_between
        if first is None or low is None or high is None:
            return None
        return min(low, first), max(high, first)


def after_success(
    row: Leased, bounds: Bounds, now: datetime, *, changed: bool, first: bool
) -> NextVisit:
    """The next visit after a page was fetched; `first` where it had never been before."""
    if row.kind == "list" and row.page > 1:
        return NextVisit(None)  # found again through the page before it
    interval = bounds.first(row.kind)
    if not first and row.interval_s and interval is not None:
        limits = bounds.limits(row.kind)
        if limits is None:
            return NextVisit(None)
        low, high = limits
        interval = int(min(max(row.interval_s * (SHORTER if changed else LONGER), low), high))
    if interval is None:
        return NextVisit(None)
    return NextVisit(now + timedelta(seconds=interval), interval)


def after_failure(row: Leased, now: datetime, retry_after: float | None = None) -> NextVisit:
    """The next visit after a fetch that may work another time (5xx, timeout, refused)."""
    tries = row.tries + 1
    wait = max(retry_after or 0, RETRY_AFTER * 2 ** (tries - 1))
    wait = min(wait, MAX_RETRY_AFTER)
    if tries >= TRIES:
        wait, tries = max(wait, row.interval_s or DAY), 0
    return NextVisit(now + timedelta(seconds=wait), row.interval_s, tries=tries, misses=row.misses)


def after_miss(row: Leased, now: datetime, *, healthy: bool) -> NextVisit:
    """The next visit after a 404 or 410: once more in a week, then never.

    A miss counts only while the host is well: an outage is not a deletion. A list is never given
    up, as its site may only have been rebuilt.
    """
    if row.kind == "list":
        wait = row.interval_s or DAY
        return NextVisit(now + timedelta(seconds=wait), row.interval_s, misses=row.misses + 1)
    if not healthy:
        return NextVisit(now + timedelta(seconds=DAY), row.interval_s, misses=row.misses)
    misses = row.misses + 1
    if misses >= MISSES_TO_GONE:
        return NextVisit(None, misses=misses)
    return NextVisit(now + timedelta(seconds=MISS_INTERVAL), row.interval_s, misses=misses)
