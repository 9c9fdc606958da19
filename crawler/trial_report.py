"""What the rules of a site make of the pages that a trial fetched."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crawler.extract import topic_of_title
from crawler.extract.page import Part, extract_page
from crawler.links import read_list
from crawler.rule_report import RuleHit, article_hits, list_hits
from crawler.sitemaps import read_sitemap
from crawler.trial import Look
from crawler.urls import resolve
from crawler.worker import ExtractionPool

SAMPLE = 120
"""Characters of a body that are shown: two lines of a terminal."""


@dataclass(frozen=True, slots=True)
class Title:
    """An entry of a list and the score of its title."""

    url: str
    title: str
    published: date | None
    score: int


@dataclass(frozen=True, slots=True)
class Findings:
    """One fetch of a trial, read with the site's rules."""

    url: str
    kind: str
    outcome: str | None
    reason: str | None
    status: int | None
    rules: tuple[RuleHit, ...] = ()
    entries: tuple[Title, ...] | None = None
    """Of a list; None for an article."""
    next_page: str | None = None
    stop: str | None = None
    """Why a list has no next page."""
    page: dict[str, Any] | None = None
    """Of an article: the fields that extraction gave."""


def findings(look: Look, profile: Any) -> Findings:
    """Read one page with the rules of `profile` (a `spiders.schema.Profile`)."""
    visit = look.visit
    found = Findings(visit.url, visit.kind, visit.outcome, visit.reason, visit.status)
    if visit.outcome != "ok":
        return found
    if "sitemap" in (visit.page_state or {}):
        return _sitemap(look, profile, found)
    if visit.kind == "list":
        return _list(look, profile, found)
    hits = article_hits(look.text, visit.url, profile.article)
    return replace(found, rules=hits, page=_page(look, profile))


def _sitemap(look: Look, profile: Any, found: Findings) -> Findings:
    """A sitemap names URLs only: its pages have no titles to score."""
    entries, files = [], []
    for entry in read_sitemap(look.payload):
        url = resolve(look.visit.url, entry.url)
        if url is not None and entry.is_sitemap:
            files.append(url)
        elif url is not None and profile.article.matches(url):
            entries.append(Title(url, "", entry.changed.date() if entry.changed else None, 0))
    return replace(found, entries=tuple(entries), next_page=files[0] if files else None)


def _list(look: Look, profile: Any, found: Findings) -> Findings:
    visit = look.visit
    read = read_list(
        look.text,
        visit.url,
        rules=profile.list,
        article=profile.article,
        hosts=profile.hosts,
        page=visit.page,
        state=visit.page_state,
    )
    titles = tuple(
        Title(e.url, e.title, e.published, topic_of_title(e.title).score) for e in read.entries
    )
    return replace(
        found,
        rules=list_hits(look.text, profile.list),
        entries=titles,
        next_page=read.follows[0].url if read.follows else None,
        stop=read.stop_reason,
    )


def _page(look: Look, profile: Any) -> dict[str, Any]:
    part = Part(look.payload, look.visit.content_type, look.visit.url)
    with ExtractionPool() as pool:
        future = pool.submit(extract_page, [part], url=look.visit.url, hints=profile.hints())
        try:
            page = future.result()
        except (TimeoutError, MemoryError) as error:
            return {"outcome": "too_complex", "reason": str(error)}
    return {
        "outcome": page.outcome,
        "title": page.title,
        "published": page.published,
        "source": page.source,
        "completeness": page.completeness,
        "on_topic": page.topic.on_topic,
        "topic": f"score {page.topic.score}: {' '.join(page.topic.terms)}",
        "documents": len(page.documents),
        "characters": len(page.text),
        "text": " ".join(page.text[:SAMPLE].split()),
    }
