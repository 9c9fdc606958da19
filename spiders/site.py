"""The one spider: it runs any profile.

A list page is read for links on the spot; an article is only looked at for its outcome and its
next part, and turned into documents later, elsewhere. Each answer gives exactly one `Fetched`,
which the archive stores whole.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from archive import hosts
from archive.captures import Fetched
from archive.errors import ArchiveError
from archive.frontier import Found, Kind, Leased, NextVisit, make_due
from archive.hosts import all_unwell
from archive.runs import SiteRow, save_site
from archive.warc import Exchange
from crawler.attachments import attached_articles
from crawler.breaker import Breaker, Pause
from crawler.capture import exchange_of
from crawler.config import Config, load_config
from crawler.extract import decode, is_html, topic_of_title
from crawler.guard import Guard
from crawler.judge import REDIRECTS, Verdict, judge, judge_failure
from crawler.links import read_list
from crawler.parts import next_part
from crawler.revisit import MAX_ARTICLE, Bounds
from crawler.session import Session
from crawler.settings import settings_for
from crawler.sitemaps import Entry, read_sitemap, tells_changes
from crawler.urls import host_allowed, resolve, url_refusal
from spiders.profile import Profile
from spiders.schema import seconds
from spiders.window import opens_at

T = TypeVar("T")
LIST_PRIORITY = 10
"""Lists before articles: what is new is known early, and a budget is not spent on old pages."""
MAX_HOPS = 5
"""Redirects that are followed from one URL."""


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
        settings.set("DOWNLOAD_TIMEOUT", polite.timeout, priority="spider")
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
        spider.budget = min(cls.profile.politeness.max_pages_per_run, config.max_pages or 1 << 62)
        spider.breaker = Breaker()
        spider.bounds = bounds_of(cls.profile)
        spider.max_pages = {start.url: start.max_pages for start in cls.profile.start}
        return spider

    only_due: bool
    budget: int
    breaker: Breaker
    bounds: Bounds
    max_pages: dict[str, int]
    scheduler: Any

    @classmethod
    def handles(cls, url: str) -> bool:
        """Whether the URL is on one of the site's hosts."""
        return host_allowed(url, cls.profile.hosts)

    def closed_by_scrapy(self, reason: str) -> None:
        """Leave the session when Scrapy has closed the spider."""
        self.session.leave(reason)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for the start pages, through the frontier like everything else."""
        site = site_row(self.profile)
        self._remember(save_site, site, datetime.now(UTC))
        try:
            unwell = await asyncio.wrap_future(self.session.recorder.call(all_unwell))
        except ArchiveError as error:
            self.session.fail(error)
            return
        self.breaker.unwell |= unwell
        again = not self.only_due and self.name not in self.session.recorder.begun.interrupted
        for start in self.profile.start:
            is_sitemap = start.kind == "sitemap"
            is_article = not is_sitemap and self.profile.article.matches(start.url)
            kind: Kind = "article" if is_article else "list"
            found = Found(
                start.url,
                kind,
                title=start.label or None,
                priority=0 if is_article else LIST_PRIORITY,
                page_state={"sitemap": start.max_pages} if is_sitemap else None,
            )
            yield Request(start.url, meta={"found": found, "again": again and kind == "list"})

    def parse(self, response: Response) -> Iterator[Fetched]:
        """Judge one answer and say all that follows from it."""
        row: Leased = response.meta["leased"]
        now = datetime.now(UTC)
        exchange = exchange_of(response)
        if exchange.status in REDIRECTS:
            verdict, moved_to = self._moved(exchange, row)
            self._judged(row, verdict)
            yield _fetched(row, verdict, now, exchange, moved_to=moved_to)
            return
        hint = self.profile.text.encoding_hint
        text = ""
        if is_html(exchange.payload):
            text = decode(exchange.payload, exchange.header("Content-Type"), hint).text
        verdict = self._judged(row, self._judge(exchange, text, row, now))
        if verdict.outcome != "ok":
            yield _fetched(row, verdict, now, exchange)
        elif row.kind == "list" and "sitemap" in (row.page_state or {}):
            yield _fetched(row, verdict, now, exchange, found=self._listed(exchange, row, now))
        elif row.kind == "list":
            found, follow = self._links(text, row)
            yield _fetched(row, verdict, now, exchange, found=found, follow=follow)
        else:
            part = self._next_part(text, row)
            found = self._attached(text, row)
            yield _fetched(row, verdict, now, exchange, next_part=part, found=found)

    def failed(self, failure: Failure) -> Iterator[Fetched]:
        """No answer came, or the request was not made at all."""
        row: Leased = failure.request.meta["leased"]  # type: ignore[attr-defined]
        now = datetime.now(UTC)
        error = failure.value or OSError("no answer")
        verdict = self._judged(row, judge_failure(error, row, now))
        yield _fetched(row, verdict, now, None)

    def opens_at(self, now: datetime) -> datetime:
        """From when on the site may be fetched: `now` itself inside its hours."""
        return opens_at(self.profile.politeness.window, now)

    def _judge(self, exchange: Exchange, text: str, row: Leased, now: datetime) -> Verdict:
        healthy = urlsplit(row.url).netloc not in self.breaker.unwell
        return judge(exchange, text, row, self.bounds, now, healthy=healthy)

    def _judged(self, row: Leased, verdict: Verdict) -> Verdict:
        """Let the next request go, or leave a host alone that blocks us or keeps failing."""
        host = urlsplit(row.url).netloc
        match self.breaker.judge(host, verdict):
            case "well":
                self._remember(hosts.well, host)
            case "unwell":
                reason = verdict.reason or verdict.outcome
                self._remember(hosts.unwell, host, reason)
            case Pause(length, reason):
                now = datetime.now(UTC)
                until = self._remember(hosts.pause, host, now, length, reason)
                self.scheduler.pause(host, until)
                self.logger.warning("%s pauses: %s", host, reason)
        self.scheduler.judged(row)
        return verdict

    def _remember(self, work: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Write something to the archive beside the fetches; nobody waits for it."""
        done = self.session.recorder.call(work, *arguments)
        done.add_done_callback(self._complain)
        return done

    def _complain(self, done: "Future[Any]") -> None:
        error = done.exception()
        if isinstance(error, ArchiveError):
            self.session.fail(error)
        elif error is not None:
            self.logger.error("%s: not remembered: %s", self.name, error)

    def _moved(self, exchange: Exchange, row: Leased) -> tuple[Verdict, Found | None]:
        location = _ascii(exchange.header("Location") or "")
        target = resolve(row.url, location)
        if target is None or not self.handles(target):
            return Verdict("moved", NextVisit(None), f"leads away, to {location}"), None
        if row.hops >= MAX_HOPS:
            return Verdict("error", NextVisit(None), f"more than {MAX_HOPS} redirects"), None
        found = Found(
            target,
            row.kind,
            page=row.page,
            page_state=row.page_state,
            title=row.title,
            published=row.published,
            hops=row.hops + 1,
            priority=LIST_PRIORITY if row.kind == "list" else 0,
            article_id=row.article_id,
        )
        return Verdict("moved", NextVisit(None), f"to {target}"), found

    def _links(self, text: str, row: Leased) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
        if not self.profile.follows_links:
            return (), ()
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
        return found, follow

    def _listed(self, exchange: Exchange, row: Leased, now: datetime) -> tuple[Found, ...]:
        """The pages and files that a sitemap names; those known and changed since are due."""
        if not self.profile.follows_links:
            return ()
        entries = read_sitemap(exchange.payload)
        trusted = tells_changes(entries)
        pages, files, changed = [], [], []
        for entry in sorted(entries, key=_newest_first):
            url = resolve(row.url, entry.url)
            if url is None or not self.handles(url):
                continue
            if entry.is_sitemap:
                files.append(Found(url, "list", page=2, page_state={"sitemap": 0}, priority=1))
                changed.append((url, entry.changed or now))
            elif self.profile.article.matches(url):
                pages.append(Found(url, "article", refused=self._refusal(url, "")))
                if entry.changed is not None and trusted:
                    changed.append((url, entry.changed))
        self._remember(make_due, self.name, changed, now)
        most = (row.page_state or {})["sitemap"]
        return (*pages, *files[:most])

    def _refusal(self, url: str, title: str) -> tuple[str, str] | None:
        trap = url_refusal(url)
        if trap is not None:
            return "trap", trap
        wanted = self.profile.topic.title_min
        score = topic_of_title(title).score if title and wanted > 0 else wanted
        if score < wanted:
            return "off_topic", f"its title scores {score}, the site's pages need {wanted}"
        return None

    def _attached(self, text: str, row: Leased) -> tuple[Found, ...]:
        """The files attached to an article: articles of their own that know their notice."""
        profile = self.profile
        return attached_articles(text, row.url, row.published, profile.article, profile.hosts)

    def _next_part(self, text: str, row: Leased) -> Found | None:
        url = next_part(text, row.url, self.profile.article)
        return None if url is None else Found(url, "part", page=row.page + 1)


def bounds_of(profile: Profile) -> Bounds:
    """How often the site's pages are asked for, in seconds."""
    if profile.discovery == "never":
        return Bounds.never()
    schedule = profile.schedule
    every = seconds(schedule.list_every)
    shortest, longest = (seconds(text) or every or 0 for text in schedule.list_between)
    first, *last = (seconds(text) for text in schedule.article_revisit)
    return Bounds(every, (shortest, longest), (first, last[0] if last else MAX_ARTICLE))


def site_row(profile: Profile) -> SiteRow:
    """What the archive remembers of a site."""
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


def _newest_first(entry: Entry) -> float:
    return -entry.changed.timestamp() if entry.changed is not None else 0.0


def _ascii(header: str) -> str:
    """A Location as browsers read it: bytes that are not ASCII (here as latin-1) are escaped."""
    return "".join(c if c.isascii() else f"%{ord(c):02X}" for c in header)


def _fetched(
    row: Leased, verdict: Verdict, now: datetime, exchange: Exchange | None, **follows: Any
) -> Fetched:
    return Fetched(
        row,
        verdict.outcome,
        verdict.reason,
        exchange,
        verdict.visit,
        now,
        quiet=verdict.quiet,
        **follows,
    )
