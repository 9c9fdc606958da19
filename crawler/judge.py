"""What an answer, or the lack of one, means: outcome, reason and next visit. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest

from archive.frontier import Leased, NextVisit
from archive.warc import Exchange
from crawler.extract import page_outcome
from crawler.guard import ForbiddenAddress
from crawler.links import MAX_TEXT
from crawler.politeness import RobotsDisallowed, RobotsUnavailable, retry_after
from crawler.revisit import Bounds, after_failure, after_miss, after_success

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
NOT_MODIFIED = 304
TOO_MANY, UNAVAILABLE = 429, 503
BLOCK_PAUSE = timedelta(hours=24)
ROBOTS_PAUSE = timedelta(days=30)


Trouble = Literal["failing", "blocked", "no_robots", "busy"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one fetch; "ok" alone means that the page is to be read."""

    outcome: str
    visit: NextVisit
    reason: str | None = None
    trouble: Trouble | None = None
    """What the answer says about its host, where that is not well."""
    wait: float | None = None
    """Seconds that the host asks to be left alone."""
    quiet: NextVisit | None = None
    """For a list: the next visit where it turns out to hold nothing new."""


def judge(
    exchange: Exchange,
    text: str,
    row: Leased,
    bounds: Bounds,
    now: datetime,
    *,
    healthy: bool = True,
) -> Verdict:
    """Judge an answer that is no redirect.

    `text` is its decoded body; `healthy`: the host is well, so that what is missing is gone.
    """
    by_status = _by_status(exchange, row, bounds, now, healthy=healthy)
    return by_status or _by_content(exchange, text, row, bounds, now, healthy=healthy)


def judge_failure(error: BaseException, row: Leased, now: datetime) -> Verdict:
    """Judge a fetch that gave no answer or was not made at all."""
    reason = str(error) or type(error).__name__
    match error:
        case RobotsDisallowed():
            return Verdict("robots", NextVisit(now + ROBOTS_PAUSE), reason)
        case RobotsUnavailable():
            return Verdict("robots", after_failure(row, now), reason, "no_robots")
        case ForbiddenAddress():
            return Verdict("refused", NextVisit(None), reason)
        case DownloadCancelledError() | IgnoreRequest():  # the latter: too large when unpacked
            return Verdict("too_large", NextVisit(None), reason)
        case DownloadTimeoutError():
            return Verdict("timed_out", after_failure(row, now), reason, "failing")
        case _:
            return Verdict("error", after_failure(row, now), reason, "failing")


def _by_status(
    exchange: Exchange, row: Leased, bounds: Bounds, now: datetime, *, healthy: bool
) -> Verdict | None:
    status, reason = exchange.status, f"status {exchange.status}"
    if status == NOT_MODIFIED:
        visit = after_success(row, bounds, now, changed=False, first=False)
        return Verdict("unchanged", visit)
    if status in GONE:
        return _missing("gone", reason, row, now, healthy=healthy)
    asked = retry_after(exchange.header("Retry-After"), now)
    if status == TOO_MANY or (status == UNAVAILABLE and asked is not None):
        return Verdict("error", after_failure(row, now, asked), reason, "busy", asked)
    return None


def _by_content(
    exchange: Exchange, text: str, row: Leased, bounds: Bounds, now: datetime, *, healthy: bool
) -> Verdict:
    status = exchange.status
    outcome = page_outcome(text, status, row.url)
    if outcome == "blocked":
        reason = f"a challenge, status {status}"
        return Verdict("blocked", NextVisit(now + BLOCK_PAUSE), reason, "blocked")
    if not 200 <= status < 300:  # noqa: PLR2004  the range of success
        return Verdict("error", after_failure(row, now), f"status {status}", "failing")
    if outcome == "soft404":
        return _missing("soft404", "says that it does not exist", row, now, healthy=healthy)
    if not exchange.payload.strip():
        return Verdict("empty", after_failure(row, now), "an empty answer")
    if _too_large_a_list(text, row):
        visit = after_success(row, bounds, now, changed=False, first=True)
        reason = f"{len(text):,} characters where {MAX_TEXT:,} are read"
        return Verdict("too_large", visit, reason)
    first = row.payload_sha256 is None
    same = not first and hashlib.sha256(exchange.payload).hexdigest() == row.payload_sha256
    visit = after_success(row, bounds, now, changed=not same, first=first)
    quiet = after_success(row, bounds, now, changed=False, first=first)
    return Verdict("ok", visit, quiet=quiet if row.kind == "list" and not first else None)


def _too_large_a_list(text: str, row: Leased) -> bool:
    """Whether a list would be left unread; sitemaps have a limit of their own."""
    is_sitemap = "sitemap" in (row.page_state or {})
    return row.kind == "list" and not is_sitemap and len(text) > MAX_TEXT


def _missing(outcome: str, reason: str, row: Leased, now: datetime, *, healthy: bool) -> Verdict:
    visit = after_miss(row, now, healthy=healthy)
    if row.kind == "list":
        return Verdict(outcome, visit, reason, "failing")
    if not healthy:
        reason += "; not counted, as the site is not well"
    elif visit.due_at is None:
        reason += " twice, a week apart: gone"
    return Verdict(outcome, visit, reason)
