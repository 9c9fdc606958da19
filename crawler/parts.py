"""Articles over several URLs: STEM.html, STEM_2.html, STEM_3.html and so on.

A link counts as the next part only if it is STEM_{n+1} of the same stem. Anything else that
looks like "next" (下一篇) is another article.
"""

import re
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from parsel import Selector

from crawler.markup import attribute, base_of, parse_html
from crawler.rules import ArticleRules, first_number
from crawler.urls import resolve

UrlKind = Literal["article", "article_page", "list"]

_PAGER = re.compile(r"[\[(【]?\s?(?:第?\d{1,3}页?|[下后]一?页|>{1,2}|»)\s?[\])】]?")
_NUMBERED = re.compile(r"^(?P<stem>.+)_(?P<n>\d{1,3})(?P<end>\.[a-z]{2,5}|)$")
_PLAIN = re.compile(r"^(?P<stem>.+?)(?P<end>\.[a-z]{2,5}|)$")
_OTHER_ARTICLE = "篇"  # 上一篇, 下一篇


def url_kind(url: str, article: ArticleRules) -> UrlKind:
    """What a canonical URL is by its shape: an article, a later part of one, or neither."""
    if part_of(url, article)[1] > 1:
        return "article_page"
    return "article" if article.matches(url) else "list"


def part_of(url: str, article: ArticleRules) -> tuple[str, int]:
    """The first part's URL and which part (from 1) `url` is of it.

    A number at the end is a part number only if the URL without it is an article by its shape:
    t20220315_1.html is an article of its own, t20220315_1_1.html its second part.
    """
    head, name = _split(url)
    numbered = _NUMBERED.match(name)
    if numbered is None or article.pages.kind == "none":
        return url, 1
    part = int(numbered["n"]) + 1 - article.pages.base
    first = _with_name(url, head, numbered["stem"] + numbered["end"])
    if 1 < part <= article.pages.max and article.matches(first):
        return first, part
    return url, 1


def next_part(text: str, url: str, article: ArticleRules) -> str | None:
    """The URL of the part after `url`, or None after the last one."""
    rules = article.pages
    if rules.kind == "none":
        return None
    first, part = part_of(url, article)
    if part >= rules.max:
        return None
    head, name = _split(first)
    plain = _PLAIN.match(name)
    if plain is None:
        return None
    number = part + rules.base
    wanted = _with_name(first, head, f"{plain['stem']}_{number}{plain['end']}")
    if rules.total and (total := first_number(rules.total, text)) is not None:
        return wanted if part < total else None
    return wanted if wanted in _next_links(text, url, rules.next) else None


def _next_links(text: str, url: str, css: str | None) -> set[str | None]:
    """Where the links lead that the profile names, and those that show a number or "next page"."""
    base, page = base_of(text, url), parse_html(text)
    named = [link for link in page.css(css or "a[href]") if _OTHER_ARTICLE not in _shown(link)]
    pager = [link for link in page.css("a[href]") if _PAGER.fullmatch(_shown(link))]
    return {resolve(base, attribute(link, "href") or "") for link in (*named, *pager)}


def _shown(link: Selector) -> str:
    return "".join(link.root.itertext()).strip()


def _split(url: str) -> tuple[str, str]:
    head, _, name = urlsplit(url).path.rpartition("/")
    return head, name


def _with_name(url: str, head: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"{head}/{name}", parts.query, ""))
