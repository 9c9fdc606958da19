"""The entries of a list page: which articles it links to, under what title and date.

Pure functions on decoded text. Four formats: `html`, `records` (rows hidden in
`<script type="text/xml">` or in an XML answer, which no CSS selector sees), `json`, and
`json_html` (JSON holding an HTML fragment).
"""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml.html import HtmlElement
from parsel import Selector
from w3lib.html import remove_tags

from crawler.markup import attribute, base_of, encodable, parse_html
from crawler.parts import url_kind
from crawler.rules import ArticleRules, ListRules, compiled, first_group
from crawler.urls import MAX_URL, host_allowed, resolve

MAX_LINKS = 5000  # links looked at on one list page: real ones hold 10-100

_JSON = json.JSONDecoder()
_RECORD = re.compile(r"<record>", re.IGNORECASE)
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s?[-./年\u2010-\u2014]\s?(\d{1,2})\s?[-./月\u2010-\u2014]\s?(\d{1,2})(?!\d)"
)
_SPACE = re.compile(r"\s+")
_CUT = ("…", "..")
_WEB_BEGAN = 631_152_000  # 1990-01-01: a smaller "time" is a flag or a counter
_CHINA = timedelta(hours=8)
_TITLE = 6  # characters: shorter ones are 详细, 查看全文, 图文
_ROW_LINKS = 8  # one row: column, image, headline, "more"; bounds the work on hostile pages
_ROW_LEVELS = 4  # how far above a link its row is looked for: a, span, td, tr


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that a list page links to; `url` is canonical."""

    url: str
    title: str
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """What a list page holds."""

    entries: tuple[Entry, ...]
    count: int
    """Records or JSON items with those that are no entries; for HTML, the entries."""
    readable: bool = True
    """False when a JSON list is not JSON, or not of the shape the profile says."""


@dataclass(frozen=True, slots=True)
class _Row:
    url: str
    title: str
    seen: str
    """All that the row shows, for `reject_rows`."""
    published: date | None


class _Links:
    """Which links of one list page are articles of the site: each href is judged once."""

    def __init__(self, base: str, article: ArticleRules, hosts: Sequence[str]) -> None:
        self._base, self._article, self._hosts = base, article, hosts
        self._known: dict[str, str | None] = {}

    def article_url(self, href: str) -> str | None:
        if href not in self._known:
            self._known[href] = self._judge(href)
        return self._known[href]

    def _judge(self, href: str) -> str | None:
        url = resolve(self._base, href)
        if url is None or len(url) > MAX_URL or not self._article.matches(url):
            return None
        if not host_allowed(url, self._hosts) or url_kind(url, self._article) != "article":
            return None
        return url


def read_rows(
    text: str, url: str, rules: ListRules, article: ArticleRules, hosts: Sequence[str]
) -> Rows:
    """The entries of one list page, in order and without repeats."""
    links = _Links(url, article, hosts)
    if rules.format == "json":
        return _json_rows(text, rules, article, links)
    if rules.format == "json_html":
        fragment = at_path(json_value(text), rules.html_at or "")
        if not isinstance(fragment, str):
            return Rows((), 0, readable=False)
        return _html_rows(fragment, rules, article, links)
    if rules.format == "records" and (records := _records(text, rules)):
        wrapped = "".join(f"<div>{record}</div>" for record in records)
        return replace(_html_rows(wrapped, rules, article, links), count=len(records))
    return html_rows(text, url, rules, article, hosts)


def html_rows(
    text: str, url: str, rules: ListRules, article: ArticleRules, hosts: Sequence[str]
) -> Rows:
    """The entries that stand in the page's own HTML, whatever the list's format is."""
    return _html_rows(text, rules, article, _Links(base_of(text, url), article, hosts))


def json_value(text: str) -> Any:
    """The JSON value of a list answer; None where it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # RecursionError: some thousand levels of brackets
        return None


def json_prefix(text: str, start: int) -> Any:
    """The JSON value that begins at `start` of a script; None where none does."""
    try:
        return _JSON.raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None


def at_path(value: Any, path: str) -> Any:
    """The value at a dotted path such as "data.results"; None where it leads nowhere."""
    for key in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def list_html(text: str, rules: ListRules) -> str:
    """The HTML of a list page or answer: the text itself, or the fragment inside its JSON."""
    if rules.format != "json_html":
        return text
    fragment = at_path(json_value(text), rules.html_at or "")
    return fragment if isinstance(fragment, str) else ""


def find_date(text: str, regex: str | None = None) -> date | None:
    """The first real date in a text, as 2023-03-15, 2023.3.15 or 2023年3月15日."""
    if regex:
        text = first_group(regex, text) or text
    for match in _DATE.finditer(text):
        if found := _real_date(*match.groups()):
            return found
    return None


def _records(text: str, rules: ListRules) -> list[str]:
    """The HTML of each record of a `<datastore>`.

    Splitting on the tag keeps this linear; a lazy regex over the whole text is quadratic on a
    page of unclosed records.
    """
    if rules.records:
        return [m.group(1) or "" for m in compiled(rules.records).finditer(text)]
    return [_record_content(piece) for piece in _RECORD.split(text)[1:]]


def _record_content(piece: str) -> str:
    start = piece.find("<![CDATA[")
    end = piece.find("]]>", start)
    if start >= 0 and end >= 0:
        return piece[start + len("<![CDATA[") : end]
    return html.unescape(piece[: max(piece.lower().find("</record>"), 0)])


def _json_rows(text: str, rules: ListRules, article: ArticleRules, links: _Links) -> Rows:
    items = at_path(json_value(text), rules.items or "")
    if not isinstance(items, list):
        return Rows((), 0, readable=False)
    names = {"url": "url", "title": "title", "date": "date", **rules.fields}
    rows = []
    for item in items[:MAX_LINKS]:
        href, title, when = (at_path(item, names[key]) for key in ("url", "title", "date"))
        url = links.article_url(href) if isinstance(href, str) else None
        if url is None:
            continue
        published = _epoch_date(when) if isinstance(when, int) else None
        if isinstance(when, str):
            published = find_date(when, rules.date_regex)
        shown = _clean(html.unescape(remove_tags(str(title or ""))))
        rows.append(_Row(url, shown, f"{href} {shown}", published or date_of_url(url, article)))
    return Rows(_entries(rows, rules), len(items))


def _html_rows(text: str, rules: ListRules, article: ArticleRules, links: _Links) -> Rows:
    page = parse_html(text)
    rows: list[_Row] = []
    left = MAX_LINKS
    for scope in page.css(rules.row) if rules.row else (page,):
        anchors = scope.css(rules.links)[:left]
        dates = scope.css(rules.date) if rules.date else []
        paired = len(dates) == len(anchors)
        left -= len(anchors)
        for position, anchor in enumerate(anchors):
            href = attribute(anchor, "href")
            url = links.article_url(href) if href is not None else None
            if url is None:
                continue
            context = _text(dates[position].root) if paired else _row_text(anchor, url, links)
            published = find_date(context, rules.date_regex) or date_of_url(url, article)
            title = _link_title(anchor, rules)
            rows.append(_Row(url, title, f"{href} {title} {context}", published))
    entries = _entries(rows, rules)
    return Rows(entries, len(entries))


def _link_title(link: Selector, rules: ListRules) -> str:
    """The link's text, or its title attribute where the profile says so or the text is cut."""
    heading = next(link.root.iter("h1", "h2", "h3", "h4"), None)
    shown = _text(link.root if heading is None else heading)
    full = _clean(attribute(link, rules.title_attr or "title") or "")
    if full and (rules.title_attr or not shown or shown.endswith(_CUT)):
        return full
    return shown


def _row_text(link: Selector, url: str, links: _Links) -> str:
    """The text of the largest element around a link that holds no other article's link."""
    node = link.root
    best = node
    for _ in range(_ROW_LEVELS):
        node = node.getparent()
        if node is None or _holds_another(node, url, links):
            break
        best = node
    return _text(best)[:500]


def _holds_another(node: Any, url: str, links: _Links) -> bool:
    for position, link in enumerate(node.iter("a")):
        if position >= _ROW_LINKS or links.article_url(link.get("href") or "") not in (url, None):
            return True
    return False


def _text(element: HtmlElement) -> str:
    return _clean(" ".join(element.itertext()))


def _clean(text: str) -> str:
    return _SPACE.sub(" ", encodable(text)).strip()


def _entries(rows: Sequence[_Row], rules: ListRules) -> tuple[Entry, ...]:
    found: dict[str, Entry] = {}
    for row in rows:
        if any(compiled(pattern).search(row.seen) for pattern in rules.reject_rows):
            continue
        entry = Entry(row.url, row.title, row.published)
        found[row.url] = _merged(found[row.url], entry) if row.url in found else entry
    return tuple(found.values())


def _merged(first: Entry, again: Entry) -> Entry:
    """An image, a headline and a 详细 often link to the same article: keep what each knows."""
    titles = (first.title, again.title)
    return replace(
        first,
        title=next((t for t in titles if len(t) >= _TITLE), max(titles, key=len)),
        published=first.published or again.published,
    )


def date_of_url(url: str, article: ArticleRules) -> date | None:
    """The date written in an article's URL, where the profile says how."""
    if not article.date_from_url or not (match := compiled(article.date_from_url).search(url)):
        return None
    groups = match.groups()
    return _real_date(*groups[:3]) if len(groups) > 2 else None  # noqa: PLR2004 - y, m, d


def _real_date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except (TypeError, ValueError):
        return None


def _epoch_date(seconds: int) -> date | None:
    """The day in China of a Unix time in seconds or milliseconds."""
    if seconds > 10**11:
        seconds //= 1000
    if not _WEB_BEGAN < seconds < 10**10:
        return None
    return (datetime.fromtimestamp(seconds, UTC) + _CHINA).date()
