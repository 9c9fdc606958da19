"""The one spider: it runs any profile.

A list page is read for links on the spot; an article is only looked at for its outcome and its
next part, and turned into documents later, elsewhere. Each answer gives exactly one `Fetched`,
which the archive stores whole.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from archive.captures import Fetched, Stored
from archive.frontier import Found, Leased, NextVisit
from archive.runs import SiteRow, save_site
from crawler.capture import exchange_of
from crawler.config import Config, load_config
from crawler.extract import decode, page_outcome, topic_of_title
from crawler.guard import ForbiddenAddress, Guard
from crawler.links import read_list
from crawler.parts import next_part
from crawler.politeness import RobotsDisallowed, RobotsUnavailable, retry_after
from crawler.revisit import Bounds, after_failure, after_miss, after_success
from crawler.session import Session
from crawler.settings import settings_for
from crawler.urls import host_allowed, resolve, url_refusal
from spiders.profile import Profile
from spiders.schema import seconds

LIST_PRIORITY = 10
"""Lists before articles: what is new is known early, and a budget is not spent on old pages."""
MAX_HOPS = 5
"""Redirects that are followed from one URL."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
BLOCK_PAUSE = timedelta(hours=24)
FAILURES_TO_PAUSE = 5
"""Failed fetches in a row after which a site is left alone for this run."""


class SiteSpider(Spider):
    """Crawls one site as its profile says; subclasses are made by `spiders.loader`."""

    profile: ClassVar[Profile]
    session: Session

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Put the profile's politeness into Scrapy's settings."""
        super().update_settings(settings)
        polite = cls.profile.politeness
        settings.set("DOWNLOAD_DELAY", polite.delay, priority="spider")
        settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", polite.concurrency, priority="spider")
        if not settings.getdict("XIAOBAO_CONFIG"):  # started by `scrapy crawl`
            for name, value in settings_for(load_config()).items():
                settings.set(name, value, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Join the session of this process; `due=1` crawls only what is due."""
        from twisted.internet import reactor  # noqa: PLC0415  installed by Scrapy just before

        spider = super().from_crawler(crawler, *args, **kwargs)
        config = Config.from_json(crawler.settings.getdict("XIAOBAO_CONFIG"))
        Guard(config.allow_networks).install(reactor)
        spider.session = Session.join(config, cls.profile.id)
        crawler.signals.connect(spider.closed_by_scrapy, signals.spider_closed)
        spider.only_due = str(kwargs.get("due", "")) in {"1", "true", "True"}
        spider.budget = min(
            cls.profile.politeness.max_pages_per_run, config.max_pages or 1 << 62
        )
        spider.failures = 0
        schedule = cls.profile.schedule
        ages = tuple(seconds(age) for age in schedule.article_revisit)
        spider.bounds = Bounds(seconds(schedule.list_every), ages)
        spider.max_pages = {start.url: start.max_pages for start in cls.profile.start}
        return spider

    only_due: bool
    budget: int
    failures: int
    bounds: Bounds
    max_pages: dict[str, int]
    scheduler: Any

    @classmethod
    def handles(cls, url: str) -> bool:
        """Whether the URL is on one of the site's hosts."""
        return host_allowed(url, cls.profile.hosts)

    def closed_by_scrapy(self) -> None:
        """Leave the session when Scrapy has closed the spider."""
        self.session.leave()

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the start pages, through the frontier like everything else."""
        site = self._site_row()
        self.session.recorder.call(lambda c: save_site(c, site, datetime.now(UTC)))
        again = not self.only_due and self.name not in self.session.interrupted
        for start in self.profile.start:
            kind = "article" if self.profile.article.matches(start.url) else "list"
            priority = LIST_PRIORITY if kind == "list" else 0
            found = Found(start.url, kind, title=start.label or None, priority=priority)  # type: ignore[arg-type]
            yield Request(start.url, meta={"found": found, "again": again and kind == "list"})

    def parse(self, response: Response) -> Iterator[Fetched]:
        """Judge one answer and say all that follows from it."""
        row: Leased = response.meta["leased"]
        now = datetime.now(UTC)
        yield self._judge(response, row, now)

    def failed(self, failure: Failure) -> Iterator[Fetched]:
        """No answer came, or the request was not made at all."""
        row: Leased = failure.request.meta["leased"]  # type: ignore[attr-defined]
        now = datetime.now(UTC)
        outcome, visit = "error", after_failure(row, now)
        if failure.check(RobotsDisallowed):
            outcome, visit = "robots", NextVisit(now + timedelta(days=30))
        elif failure.check(RobotsUnavailable):
            outcome = "robots"
        elif failure.check(ForbiddenAddress):
            outcome, visit = "refused", NextVisit(None)
        elif failure.check(DownloadCancelledError):
            outcome, visit = "too_large", NextVisit(None)
        elif failure.check(DownloadTimeoutError):
            outcome = "timed_out"
        reason = str(failure.value) or type(failure.value).__name__
        yield Fetched(row, outcome, reason, None, visit, now)

    def stored(self, fetched: Fetched, stored: Stored) -> None:
        """The archive has it: let the scheduler look for more, or leave a failing site alone."""
        bad = stored.outcome in {"error", "timed_out", "blocked"}
        self.failures = self.failures + 1 if bad else 0
        if stored.outcome == "blocked" or self.failures >= FAILURES_TO_PAUSE:
            self.logger.warning("%s pauses: %s", self.name, fetched.reason or stored.outcome)
            self.scheduler.pause()
        self.scheduler.look_again()

    def _judge(self, response: Response, row: Leased, now: datetime) -> Fetched:
        exchange = exchange_of(response)
        status = response.status

        def fetched(outcome: str, visit: NextVisit, reason: str | None = None, **more: Any) -> Fetched:
            return Fetched(row, outcome, reason, exchange, visit, now, **more)

        if status == 304:  # noqa: PLR2004
            visit = after_success(row, self.bounds, now, changed=False, first=False)
            return fetched("unchanged", visit)
        if status in REDIRECTS:
            return self._moved(response, row, fetched)
        if status in GONE:
            return fetched("gone", after_miss(row, now), f"status {status}")
        asked = retry_after(exchange.header("Retry-After"), now)
        if status == 429 or (status == 503 and asked is not None):  # noqa: PLR2004
            return fetched("error", after_failure(row, now, asked), f"status {status}")
        encoding = self.profile.text.encoding_hint
        text = decode(response.body, exchange.header("Content-Type"), encoding).text
        outcome = page_outcome(text, status, row.url)
        if outcome == "blocked":
            return fetched("blocked", NextVisit(now + BLOCK_PAUSE), f"challenge, status {status}")
        if not 200 <= status < 300:  # noqa: PLR2004
            return fetched("error", after_failure(row, now), f"status {status}")
        if outcome == "soft404":
            return fetched("soft404", after_miss(row, now), "says that it does not exist")
        if not response.body.strip():
            return fetched("empty", after_failure(row, now), "an empty answer")
        changed = after_success(row, self.bounds, now, changed=True, first=row.visits == 0)
        if row.kind == "list":
            return fetched("ok", changed, **self._links(text, row))
        return fetched("ok", changed, next_part=self._next_part(text, row))

    def _moved(self, response: Response, row: Leased, fetched: Any) -> Fetched:
        location = response.headers.get("Location", b"").decode("latin-1")
        target = resolve(row.url, location)
        if target is None or not self.handles(target):
            return fetched("moved", NextVisit(None), f"leads away, to {location}")  # type: ignore[no-any-return]
        if row.hops >= MAX_HOPS:
            return fetched("error", NextVisit(None), f"more than {MAX_HOPS} redirects")  # type: ignore[no-any-return]
        priority = LIST_PRIORITY if row.kind == "list" else 0
        found = Found(
            target, row.kind, None, row.page, row.page_state, row.title, row.published,
            row.hops + 1, priority, row.article_id,
        )  # fmt: skip
        return fetched("moved", NextVisit(None), f"to {target}", moved_to=found)  # type: ignore[no-any-return]

    def _links(self, text: str, row: Leased) -> dict[str, tuple[Found, ...]]:
        if not self.profile.follows_links:
            return {}
        page = read_list(
            text,
            row.url,
            rules=self.profile.list,
            article=self.profile.article,
            hosts=self.profile.hosts,
            page=row.page,
            state=row.page_state,
            max_pages=self.max_pages.get(row.url),
        )
        found = tuple(
            Found(
                entry.url,
                "article",
                title=entry.title or None,
                published=entry.published,
                refused=self._refusal(entry.url, entry.title),
            )
            for entry in page.entries
        )
        follow = tuple(
            Found(
                item.url,
                "list",
                form=item.form,
                page=item.page,
                page_state=dict(item.state) if item.state is not None else None,
                priority=LIST_PRIORITY,
            )
            for item in page.follows
        )
        return {"found": found, "follow": follow}

    def _refusal(self, url: str, title: str) -> tuple[str, str] | None:
        trap = url_refusal(url)
        if trap is not None:
            return "trap", trap
        wanted = self.profile.topic.title_min
        score = topic_of_title(title).score if title and wanted > 0 else wanted
        if score < wanted:
            return "off_topic", f"its title scores {score}, the site's pages need {wanted}"
        return None

    def _next_part(self, text: str, row: Leased) -> Found | None:
        url = next_part(text, row.url, self.profile.article)
        return None if url is None else Found(url, "part", page=row.page + 1)

    def _site_row(self) -> SiteRow:
        profile = self.profile
        stored = profile.to_json()
        hints = stored.pop("hints")
        return SiteRow(
            profile.id,
            profile.display_name,
            profile.family,
            profile.site_type or "unknown",
            profile.trust_score,
            stored,
            profile.version(),
            hints,
        )
