"""What an answer, or the lack of one, means: outcome, reason and next visit. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest

from archive.frontier import Leased, NextVisit
from archive.warc import Exchange
from crawler.extract import page_outcome
from crawler.guard import ForbiddenAddress
from crawler.politeness import RobotsDisallowed, RobotsUnavailable, retry_after
from crawler.revisit import Bounds, after_failure, after_miss, after_success

REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
NOT_MODIFIED = 304
TOO_MANY, UNAVAILABLE = 429, 503
BLOCK_PAUSE = timedelta(hours=24)
ROBOTS_PAUSE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one fetch; "ok" alone means that the page is to be read."""

    outcome: str
    visit: NextVisit
    reason: str | None = None


def judge(exchange: Exchange, text: str, row: Leased, bounds: Bounds, now: datetime) -> Verdict:
    """Judge an answer that is no redirect; `text` is its decoded body."""
    return _by_status(exchange, row, bounds, now) or _by_content(exchange, text, row, bounds, now)


def judge_failure(error: BaseException, row: Leased, now: datetime) -> Verdict:
    """Judge a fetch that gave no answer or was not made at all."""
    reason = str(error) or type(error).__name__
    match error:
        case RobotsDisallowed():
            return Verdict("robots", NextVisit(now + ROBOTS_PAUSE), reason)
        case RobotsUnavailable():
            return Verdict("robots", after_failure(row, now), reason)
        case ForbiddenAddress():
            return Verdict("refused", NextVisit(None), reason)
        case DownloadCancelledError() | IgnoreRequest():  # the latter: too large when unpacked
            return Verdict("too_large", NextVisit(None), reason)
        case DownloadTimeoutError():
            return Verdict("timed_out", after_failure(row, now), reason)
        case _:
            return Verdict("error", after_failure(row, now), reason)


def _by_status(exchange: Exchange, row: Leased, bounds: Bounds, now: datetime) -> Verdict | None:
    status, reason = exchange.status, f"status {exchange.status}"
    if status == NOT_MODIFIED:
        visit = after_success(row, bounds, now, changed=False, first=False)
        return Verdict("unchanged", visit)
    if status in GONE:
        return Verdict("gone", after_miss(row, now), reason)
    asked = retry_after(exchange.header("Retry-After"), now)
    if status == TOO_MANY or (status == UNAVAILABLE and asked is not None):
        return Verdict("error", after_failure(row, now, asked), reason)
    return None


def _by_content(
    exchange: Exchange, text: str, row: Leased, bounds: Bounds, now: datetime
) -> Verdict:
    status = exchange.status
    outcome = page_outcome(text, status, row.url)
    if outcome == "blocked":
        return Verdict("blocked", NextVisit(now + BLOCK_PAUSE), f"a challenge, status {status}")
    if not 200 <= status < 300:  # noqa: PLR2004  the range of success
        return Verdict("error", after_failure(row, now), f"status {status}")
    if outcome == "soft404":
        return Verdict("soft404", after_miss(row, now), "says that it does not exist")
    if not exchange.payload.strip():
        return Verdict("empty", after_failure(row, now), "an empty answer")
    return Verdict("ok", after_success(row, bounds, now, changed=True, first=row.visits == 0))
