"""Asking hosts politely: robots.txt before anything else, and the pace it asks for."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from archive import robots as store
from archive.robots import StoredRules
from crawler.guard import ForbiddenAddress
from crawler.robots import MAX_BYTES, Rules, decode_rules

RULES_AGE = timedelta(hours=24)
"""RFC 9309 §2.4: a copy should not be used for longer."""
MAX_REDIRECTS = 5
"""RFC 9309 §2.3.1.2: at least five hops are to be followed."""
UNREACHABLE = 599
"""Stands for "no answer" where a status is stored."""


class RobotsDisallowed(IgnoreRequest):
    """robots.txt forbids this URL."""


class RobotsUnavailable(IgnoreRequest):
    """robots.txt could not be read, so nothing of the host may be fetched now (RFC 9309)."""


@dataclass(frozen=True, slots=True)
class _Known:
    rules: Rules
    until: datetime


class RobotsMiddleware:
    """Lets a request pass only where the host's robots.txt allows it."""

    def __init__(self, crawler: Crawler) -> None:
        """Made by Scrapy."""
        self._crawler = crawler
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsDisallowed or RobotsUnavailable where the request must not be made."""
        if "leased" not in request.meta:
            return  # robots.txt itself
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = await self._rules(origin)
        if rules.access == "none":
            raise RobotsUnavailable(f"{origin}/robots.txt cannot be read now")
        if not rules.allows(request.url):
            raise RobotsDisallowed(f"{origin}/robots.txt forbids {parts.path}")

    async def _rules(self, origin: str) -> Rules:
        async with self._locks.setdefault(origin, asyncio.Lock()):
            known = self._known.get(origin)
            now = datetime.now(UTC)
            if known is None or known.until < now:
                stored = await self._stored(origin, now)
                rules = Rules.read(stored.status, stored.rules)
                known = self._known[origin] = _Known(rules, stored.fetched_at + RULES_AGE)
                self._set_pace(urlsplit(origin).netloc, rules)
            return known.rules

    async def _stored(self, origin: str, now: datetime) -> StoredRules:
        recorder: Any = self._crawler.spider.session.recorder  # type: ignore[union-attr]
        last = await asyncio.wrap_future(recorder.call(store.load, origin))
        if last is not None and last.status < 500 and last.fetched_at > now - RULES_AGE:  # noqa: PLR2004
            return last  # type: ignore[no-any-return]
        status, body = await self._fetch(origin)
        fresh = StoredRules(origin, now, status, decode_rules(body) if status < 300 else "")  # noqa: PLR2004
        await asyncio.wrap_future(recorder.call(store.save, fresh))
        return fresh

    async def _fetch(self, origin: str) -> tuple[int, bytes]:
        engine = self._crawler.engine
        assert engine is not None
        url = f"{origin}/robots.txt"
        for _ in range(MAX_REDIRECTS + 1):
            request = Request(url, meta={"download_slot": urlsplit(url).netloc}, dont_filter=True)
            try:
                response = await engine.download_async(request)
            except ForbiddenAddress:
                if url.startswith(f"{origin}/"):
                    raise  # the host itself, not only where its robots.txt leads
                return UNREACHABLE, b""
            except Exception:  # noqa: BLE001  whatever went wrong: no rules, so no fetching
                return UNREACHABLE, b""
            location = response.headers.get("Location")
            if response.status not in {301, 302, 303, 307, 308} or location is None:
                return response.status, response.body[:MAX_BYTES]
            url = urljoin(url, location.decode("latin-1"))
        return 404, b""  # too many hops: as if there were none (RFC 9309 §2.3.1.2)

    def _set_pace(self, slot: str, rules: Rules) -> None:
        engine, spider = self._crawler.engine, self._crawler.spider
        assert engine is not None
        politeness = spider.profile.politeness  # type: ignore[union-attr]
        delay = max(politeness.delay, rules.delay())
        downloader = engine.downloader
        downloader.per_slot_settings[slot] = {"delay": delay, "concurrency": politeness.concurrency}
        if slot in downloader.slots:
            downloader.slots[slot].delay = delay


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait: digits or an HTTP date; None if neither."""
    if value is None:
        return None
    text = value.strip()
    if text.lstrip("-").isdigit():
        return max(0.0, float(text))
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
