"""Pages from WARC files, folders and lists into the archive, as if they had been fetched then.

Each becomes a capture with the time at which it was saved; extraction does the rest, the same as
for a crawl. What the archive has already is passed over, so that an import that was stopped goes on
where it was when it is started again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from archive.archive import Archive
from archive.captures import Fetched
from archive.frontier import Found, Leased, NextVisit
from archive.imports import article_of, name_sites, newest_capture, take
from archive.owner import Owner
from archive.recorder import Recorder
from archive.recover import recover
from archive.runs import SiteRow, finish_run, save_site, start_run
from archive.warc import Exchange
from crawler.attachments import attached_articles
from crawler.entries import date_of_url
from crawler.extract import decode, is_html, page_outcome, topic_of_text, topic_of_title
from crawler.markup import parse_html
from crawler.parts import part_of, url_kind
from crawler.rules import ArticleRules
from crawler.saved import Saved, Unread, read_saved
from crawler.urls import url_refusal

CHUNK: Final = 32
"""Pages that share a transaction."""
LEAST_TERMS: Final = 8
"""Topic score of a whole page, menus and all, below which its body cannot be on topic: one strong
term and one weak one. Extraction decides about the rest."""
HINT: Final = re.compile("消.{0,12}[费費]|12315|3.?15")
"""Stands somewhere on every page on topic, pinyin or not; looking for it takes 0.1 ms, the score 15
(measured: 100 KB of markup). A Common Crawl file holds forty thousand other pages."""
OK: Final = 200


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What an import is told about the site of a URL."""

    row: SiteRow
    article: ArticleRules
    hosts: tuple[str, ...]
    encoding_hint: str | None
    title_min: int
    revisit: timedelta | None
    """When a crawl asks for an imported article; None: never."""
    known: bool
    """Whether there is a site profile; if not, the page itself must look on topic."""


@dataclass(slots=True)
class Imported:
    """What an import did; the names are those of the JSON that `--json` prints."""

    read: int = 0
    kept: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    """Pages that were not kept, by reason."""

    def skip(self, reason: str) -> None:
        """Count a page that was not kept."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1


@dataclass(frozen=True, slots=True)
class _Page:
    saved: Saved
    rules: SiteRules
    first: str
    """URL of the article's first part."""
    part: int
    attached: Found | None = None
    """What its notice said of an attached file."""


class Import:
    """One run of imports into an archive; use as a context manager."""

    def __init__(self, archive: Archive, rules_for: Callable[[str], SiteRules]) -> None:
        """`rules_for` gives the rules of a canonical URL's site."""
        self.done = Imported()
        self._archive, self._rules_for = archive, rules_for
        self._owner = Owner(archive.folder)
        recover(archive)
        with archive.database.write() as connection:
            now = datetime.now(UTC)
            self._run_id = start_run(connection, "import", self._owner.name, [], now)
        self._recorder = Recorder(archive, self._owner, self._run_id)
        self._sites: set[str] = set()
        self._chunk: list[_Page] = []
        self._parts: list[_Page] = []
        self._attached: dict[str, Found] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._recorder.close()
        outcome = "finished" if kind is None else "stopped"
        with self._archive.database.write() as connection:
            name_sites(connection, self._run_id, self._sites)
            finish_run(connection, self._run_id, outcome, datetime.now(UTC))
        self._owner.close()

    def add(self, path: Path) -> None:
        """Import one file, folder or list. Raises Unavailable where it cannot be read to its end.

        What was read before an error is kept.
        """
        try:
            for item in read_saved(path):
                self.done.read += 1
                if isinstance(item, Unread):
                    self.done.skip(item.reason)
                else:
                    self._add(item)
        finally:
            self._flush()
            # Behind the articles and in order: the last part that comes queues the extraction.
            for page in sorted(self._parts, key=lambda page: (page.first, page.part)):
                self._queue(page)
            self._parts.clear()
            self._flush()

    def _add(self, saved: Saved) -> None:
        rules = self._rules_for(saved.url)
        attached = self._attached.get(saved.url)
        reason = refusal(saved, rules, attached=attached is not None)
        if reason is not None:
            self.done.skip(reason)
            return
        if rules.article.attachments is not None and is_html(saved.payload):
            self._attached |= {found.url: found for found in _attached_to(saved, rules)}
        page = _Page(saved, rules, *part_of(saved.url, rules.article), attached)
        if page.part > 1:
            self._parts.append(page)
        else:
            self._queue(page)

    def _queue(self, page: _Page) -> None:
        if len(self._chunk) >= CHUNK or any(page.first == other.first for other in self._chunk):
            self._flush()
        self._chunk.append(page)

    def _flush(self) -> None:
        pages, self._chunk = self._chunk, []
        if not pages:
            return
        now = datetime.now(UTC)
        call = self._recorder.call(
            lambda connection: [self._take(connection, p, now) for p in pages]
        )
        stored = []
        for page, row in zip(pages, call.result(), strict=True):
            if isinstance(row, str):
                self.done.skip(row)
            else:
                stored.append(self._recorder.store(_fetched(page, row, now)))
        for one in stored:
            one.result()
            self.done.kept += 1

    def _take(self, connection: Any, page: _Page, now: datetime) -> Leased | str:
        """The row to store a page under, or why it is not stored."""
        saved, site = page.saved, page.rules.row
        newest = newest_capture(connection, saved.url)
        if newest is not None and newest >= saved.at:
            return "known" if newest == saved.at else "older_than_known"
        article = None
        if page.part > 1:
            article = article_of(connection, page.first)
            if article is None:
                return "part_without_article"
        if site.id not in self._sites:
            save_site(connection, site, now)
            self._sites.add(site.id)
        found = page.attached or Found(
            saved.url,
            "article" if article is None else "part",
            page=page.part,
            published=date_of_url(saved.url, page.rules.article),
            article_id=article,
        )
        return take(connection, site.id, self._owner.name, found, now) or "being_fetched"


def refusal(saved: Saved, rules: SiteRules, *, attached: bool = False) -> str | None:
    """Why a page is not imported; None where it is.

    What a page before it named as attached may have any address.
    """
    if saved.status != OK:
        return "no_page"
    if url_refusal(saved.url):
        return "trap"
    if not saved.payload.strip():
        return "empty"
    named = saved.listed or attached
    if not named and url_kind(saved.url, rules.article) == "list":
        return "no_article"
    if not is_html(saved.payload):
        return None if named or rules.known else "no_html"
    return _refusal_of_html(saved, rules)


def _attached_to(saved: Saved, rules: SiteRules) -> tuple[Found, ...]:
    article = rules.article
    published = date_of_url(saved.url, article)
    return attached_articles(_text(saved, rules), saved.url, published, article, rules.hosts)


def _text(saved: Saved, rules: SiteRules) -> str:
    declared = _exchange(saved).header("Content-Type")
    return decode(saved.payload, declared, rules.encoding_hint).text


def _refusal_of_html(saved: Saved, rules: SiteRules) -> str | None:
    text = _text(saved, rules)
    outcome = page_outcome(text, saved.status, saved.url)
    if outcome in {"blocked", "soft404"}:
        return outcome
    if saved.listed:
        return None
    title = parse_html(text).css("title::text").get("")
    if rules.known:
        wanted = rules.title_min
        return (
            "off_topic" if title and wanted > 0 and topic_of_title(title).score < wanted else None
        )
    if not HINT.search(text):
        return "off_topic"
    return None if topic_of_text(text, title).score >= LEAST_TERMS else "off_topic"


def _fetched(page: _Page, row: Leased, now: datetime) -> Fetched:
    visit = NextVisit(None)
    if page.part == 1 and page.rules.revisit is not None:
        visit = NextVisit(now + page.rules.revisit, int(page.rules.revisit.total_seconds()))
    return Fetched(row, "ok", None, _exchange(page.saved), visit, now)


def _exchange(saved: Saved) -> Exchange:
    return Exchange(saved.url, "GET", (), b"", saved.status, saved.headers, saved.payload, saved.at)
