"""Scrapy's scheduler over the frontier: requests are leases, and nothing is kept only here."""

import asyncio
from collections import deque
from collections.abc import Collection
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from scrapy import Request, Spider, signals
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from archive import frontier
from archive.captures import Fetched
from archive.frontier import Found, Leased
from archive.recorder import Lease
from archive.recorder_process import RecorderProcess

BUFFER_SECONDS = 60
"""Leases are taken for about this long ahead, so that a buffered one never runs out."""
MOST_BUFFERED = 48
UNSTORED = 4
"""Fetches given out and not yet stored, for each request that may be under way: what a kill can
undo stays small when the disk is slower than the site."""
RETRY_PATIENCE = 60
"""How long a site's crawl stays for a fetch that is to be tried again, in seconds."""
UNCONDITIONAL_EVERY = 5
"""Every so many visits without If-None-Match: some servers give a changed page its old ETag."""


class FrontierScheduler(BaseScheduler):
    """Leases rows of one site a little ahead and gives them out as requests.

    Everything that touches the database is done by the recorder; the reactor only moves
    rows from one list to another.
    """

    def __init__(self, crawler: Crawler, budget: int, delay: float, concurrency: int) -> None:
        """`budget`: most fetches in this run; `delay`: seconds between two of them."""
        self._crawler = crawler
        self._budget = budget
        self._concurrency = concurrency
        self._unjudged: set[int] = set()
        self._unstored: set[int] = set()
        self._batch = max(2, min(MOST_BUFFERED, int(BUFFER_SECONDS / max(delay, 0.001))))
        self._ready: deque[Request] = deque()
        self._waiting: set[Future[Any]] = set()
        self._may_have_more = True
        self._leasing = False
        self._retry: asyncio.TimerHandle | None = None
        self._paused: dict[str, datetime | None] = {}
        """Hosts to be left alone; None: until when is not known yet."""
        self._told = False
        self._closed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy for each spider; only our own spiders can use it."""
        spider: Any = crawler.spider
        if spider is None or not hasattr(spider, "session"):
            raise NotConfigured("FrontierScheduler needs a SiteSpider")
        polite = spider.profile.politeness
        scheduler = cls(crawler, spider.budget, polite.delay, polite.concurrency)
        spider.scheduler = scheduler
        # A fault of ours on one page must not count as a fetch under way for ever.
        crawler.signals.connect(scheduler.lost, signals.spider_error)
        crawler.signals.connect(scheduler.not_stored, signals.item_error)
        return scheduler

    def open(self, spider: Spider) -> None:
        """Remember whose rows are leased."""
        self._spider = spider
        self._recorder: RecorderProcess = spider.session.recorder  # type: ignore[attr-defined]

    def close(self, reason: str) -> None:  # noqa: ARG002  Scrapy's interface
        """Give rows that were leased but not fetched back to the frontier."""
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
        ids = [request.meta["leased"].id for request in self._ready]
        self._ready.clear()
        if ids:
            self._recorder.release(ids)

    def has_pending_requests(self) -> bool:
        """Whether a request is ready, may come from the frontier, or waits for its next try."""
        if self._spider.session.fault is not None:  # type: ignore[attr-defined]
            return False
        may_lease = self._may_have_more and self._budget > 0
        return bool(self._ready or self._waiting or may_lease or self._retry)

    def enqueue_request(self, request: Request) -> bool:
        """Put a spider's own request (`found` in its meta) into the frontier."""
        if "leased" in request.meta:
            self._ready.append(request)
            return True
        found: Found = request.meta.get("found") or Found(request.url, "article")
        add = frontier.add_again if request.meta.get("again") else frontier.add
        site_id, now = self._spider.name, datetime.now(UTC)
        self._wait_for(
            self._recorder.call(add, site_id, [found], now),
            lambda _: self.look_again(),
        )
        return True

    def next_request(self) -> Request | None:
        """A ready request, or None; more are leased before the last one is given out."""
        if self._spider.session.fault is not None or self._outside_hours():  # type: ignore[attr-defined]
            return None
        if len(self._ready) <= self._batch // 2:
            self._lease_more()
        busy = len(self._unjudged) >= self._concurrency
        if busy or len(self._unstored) >= UNSTORED * self._concurrency or not self._ready:
            return None
        request = self._ready.popleft()
        self._unjudged.add(request.meta["leased"].id)
        self._unstored.add(request.meta["leased"].id)
        return request

    def judged(self, row: Leased) -> None:
        """The spider knows what a fetch gave; only now the next one may go out.

        So an answer that makes the site pause stops the very next request.
        """
        self._unjudged.discard(row.id)
        self._wake()

    def stored(self, row: Leased) -> None:
        """A fetch that was given out is on the disk."""
        self._unstored.discard(row.id)
        self.look_again()

    def lost(self, response: Response) -> None:
        """A fetch ended in a fault of ours; its row comes back when this process is gone."""
        self.judged(response.meta["leased"])
        self.stored(response.meta["leased"])

    def not_stored(self, item: Any) -> None:
        """The archive could not take a fetch; its row comes back when this process is gone."""
        if isinstance(item, Fetched):
            self.stored(item.row)

    def look_again(self) -> None:
        """The frontier may hold something new: lease again before the spider ends."""
        self._may_have_more = True
        self._wake()

    def pause(self, host: str, until: "Future[datetime]") -> None:
        """Fetch nothing more of a host; what was leased of it goes back to the frontier."""
        self._paused[host] = None
        self._wait_for(until, lambda moment: self._paused.update({host: moment}))
        self._give_back([request for request in self._ready if _host(request.url) == host])

    def _give_back(self, requests: Collection[Request]) -> None:
        if not requests:
            return
        ids = [request.meta["leased"].id for request in requests]
        given = set(ids)
        self._ready = deque(r for r in self._ready if r.meta["leased"].id not in given)
        self._budget += len(ids)
        self._recorder.release(ids)

    def _outside_hours(self) -> bool:
        """Whether the site may not be fetched now; then nothing stays leased."""
        now = datetime.now(UTC)
        opens: datetime = self._spider.opens_at(now)  # type: ignore[attr-defined]
        if opens <= now:
            return False
        self._give_back(self._ready)
        self._may_have_more = False
        self._try_at(opens)
        if not self._told:
            self._told = True
            self._spider.logger.warning(
                "%s may be fetched from %s on", self._spider.name, f"{opens:%Y-%m-%d %H:%M %Z}"
            )
        return True

    def _may_be_fetched(self, row: Leased) -> bool:
        host = _host(row.url)
        if host not in self._paused:
            return True
        until = self._paused[host]
        return until is not None and until <= datetime.now(UTC)

    def _lease_more(self) -> None:
        limit = min(self._batch, self._budget)
        if self._leasing or self._closed or not self._may_have_more or limit <= 0:
            return
        self._leasing = True
        self._may_have_more = False
        self._wait_for(self._recorder.lease(self._spider.name, limit), self._leased)

    def _leased(self, lease: Lease) -> None:
        self._leasing = False
        if self._closed or self._budget <= 0:
            self._recorder.release([row.id for row in lease.rows])
            return
        self._budget -= len(lease.rows)
        self._ready.extend(request_for(row, self._spider) for row in lease.rows)
        self._give_back([r for r in self._ready if not self._may_be_fetched(r.meta["leased"])])
        if lease.rows:
            self._may_have_more = True
        elif lease.next_try is not None:
            self._try_at(lease.next_try)
        self._wake()

    def _try_at(self, moment: datetime) -> None:
        """Lease again at a moment that is near enough to wait for."""
        seconds = (moment - datetime.now(UTC)).total_seconds()
        if self._retry is None and seconds <= RETRY_PATIENCE:
            loop = asyncio.get_running_loop()
            self._retry = loop.call_later(max(0.0, seconds) + 0.05, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self.look_again()

    def _wait_for(self, future: Future[Any], then: Any) -> None:
        """Call `then` with the result, in the reactor's thread."""
        self._waiting.add(future)
        loop = asyncio.get_running_loop()

        def arrived() -> None:
            self._waiting.discard(future)
            error = future.exception()
            if error is not None:  # a fault of ours too: the crawl would wait for ever
                self._spider.session.fail(error)  # type: ignore[attr-defined]
                self._wake()
                return
            then(future.result())

        future.add_done_callback(lambda _: loop.call_soon_threadsafe(arrived))

    def _wake(self) -> None:
        engine = self._crawler.engine
        if engine is not None and engine._slot is not None:
            engine._slot.nextcall.schedule()


def _host(url: str) -> str:
    return urlsplit(url).netloc


def request_for(row: Leased, spider: Spider) -> Request:
    """The request that fetches a frontier row; conditional where the last answer allows it.

    An index of sitemaps is always read: it may stay as it is while the files that it names change.
    """
    headers = {}
    names_others = row.kind == "list" and bool((row.page_state or {}).get("sitemap"))
    if row.visits % UNCONDITIONAL_EVERY and not names_others:
        if row.etag:
            headers["If-None-Match"] = row.etag
        if row.last_modified:
            headers["If-Modified-Since"] = row.last_modified
    form = None if row.form is None else urlencode(row.form)
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return Request(
        row.url,
        method="GET" if form is None else "POST",
        body=form,
        headers=headers,
        errback=spider.failed,  # type: ignore[attr-defined]
        meta={"leased": row, "download_slot": _host(row.url)},
        dont_filter=True,
    )
