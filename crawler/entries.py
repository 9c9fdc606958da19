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

from parsel import Selector
from w3lib.html import remove_tags

from crawler.markup import attribute, base_of, encodable, parse_html
from crawler.parts import url_kind
from crawler.rules import ArticleRules, ListRules, compiled
from crawler.urls import host_allowed, resolve, url_refusal

MAX_LINKS = 5000  # links looked at on one list page: real ones hold 10-100

_JSON = json.JSONDecoder()
_RECORD = re.compile(r"<record>", re.IGNORECASE)
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s?[-./年\u2010-\u2014]\s?(\d{1,2})\s?[-./月\u2010-\u2014]\s?(\d{1,2})(?!\d)"
)
_SPACE = re.compile(r"\s+")
_CUT = ("…", "..")
_CHINA = timedelta(hours=8)
_ROW_LINKS = 8  # one article's row: image, headline, "more"; bounds the work on hostile pages
_ROW_LEVELS = 4  # how far above a link its row is looked for: a, span, td, tr


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that a list page links to; `url` is canonical."""

    url: str
    title: str
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """What a list page holds: its entries, and how many rows it has with those left out."""

    entries: tuple[Entry, ...]
    count: int
    readable: bool = True
    """False when a JSON list is not JSON, or not of the shape the profile says."""


@dataclass(frozen=True, slots=True)
class _Row:
    href: str
    title: str
    date_text: str | int | None


def read_rows(
    text: str, url: str, rules: ListRules, article: ArticleRules, hosts: Sequence[str]
) -> Rows:
    """The entries of one list page, in order and without repeats."""
    base = url
    if rules.format in ("json", "json_html"):
        rows, readable = _json_rows(text, rules)
    elif rules.format == "records" and (wrapped := records_as_html(text, rules)):
        rows, readable = _html_rows(wrapped, rules), True
    else:
        base, rows, readable = base_of(text, url), _html_rows(text, rules), True
    return Rows(_entries(rows, base, rules, article, hosts), len(rows), readable)


def html_rows(
    text: str, url: str, rules: ListRules, article: ArticleRules, hosts: Sequence[str]
) -> Rows:
    """The entries that stand in the page's own HTML, whatever the list's format is."""
    rows = _html_rows(text, rules)
    return Rows(_entries(rows, base_of(text, url), rules, article, hosts), len(rows))


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
    if regex and (match := compiled(regex).search(text)):
        text = match.group(1) if match.re.groups else match.group()
    for match in _DATE.finditer(text):
        if found := _real_date(*match.groups()):
            return found
    return None


def records_as_html(text: str, rules: ListRules) -> str:
    """The records of a `<datastore>` as one HTML text; empty where there are none.

    Splitting on the tag keeps this linear; a lazy regex over the whole text is quadratic on a
    page of unclosed records.
    """
    if rules.records:
        found = [m.group(1) for m in compiled(rules.records).finditer(text)]
    else:
        found = [_record_content(piece) for piece in _RECORD.split(text)[1:]]
    return "".join(f"<div>{record}</div>" for record in found)


def _record_content(piece: str) -> str:
    start = piece.find("<![CDATA[")
    end = piece.find("]]>", start)
    if start >= 0 and end >= 0:
        return piece[start + len("<![CDATA[") : end]
    return html.unescape(piece[: max(piece.lower().find("</record>"), 0)])


def _json_rows(text: str, rules: ListRules) -> tuple[list[_Row], bool]:
    if rules.format == "json_html":
        fragment = at_path(json_value(text), rules.html_at or "")
        return (_html_rows(fragment, rules), True) if isinstance(fragment, str) else ([], False)
    items = at_path(json_value(text), rules.items or "")
    if not isinstance(items, list):
        return [], False
    names = {"url": "url", "title": "title", "date": "date", **rules.fields}
    rows = []
    for item in items[:MAX_LINKS]:
        href, title, when = (at_path(item, names[key]) for key in ("url", "title", "date"))
        if isinstance(href, str):
            known = when if isinstance(when, str | int) else None
            rows.append(_Row(href, html.unescape(remove_tags(str(title or ""))), known))
    return rows, True


def _html_rows(text: str, rules: ListRules) -> list[_Row]:
    page = parse_html(text)
    rows: list[_Row] = []
    for scope in page.css(rules.row) if rules.row else (page,):
        links = scope.css(rules.links)[: MAX_LINKS - len(rows)]
        dates = scope.css(rules.date) if rules.date else []
        paired = len(dates) == len(links)
        for position, link in enumerate(links):
            href = attribute(link, "href")
            if href is None:
                continue
            context = _text(dates[position]) if paired else _row_text(link)
            rows.append(_Row(href, _link_title(link, rules), context))
    return rows


def _link_title(link: Selector, rules: ListRules) -> str:
    """The link's text, or its title attribute where the profile says so or the text is cut."""
    shown = _text(link)
    full = _clean(attribute(link, rules.title_attr or "title") or "")
    if full and (rules.title_attr or not shown or shown.endswith(_CUT)):
        return full
    return shown


def _row_text(link: Selector) -> str:
    """The text of the largest element around a link that holds no other link with an href."""
    node = link.root
    best = node
    for _ in range(_ROW_LEVELS):
        node = node.getparent()
        if node is None or _has_many_links(node):
            break
        best = node
    return _clean(" ".join(best.itertext()))[:500]


def _has_many_links(node: Any) -> bool:
    first: str | None = None
    for position, link in enumerate(node.iter("a")):
        href = link.get("href")
        if position >= _ROW_LINKS or (first and href and href != first):
            return True
        first = first or href
    return False


def _text(selector: Selector) -> str:
    return _clean(" ".join(selector.root.itertext()))


def _clean(text: str) -> str:
    return _SPACE.sub(" ", encodable(text)).strip()


def _entries(
    rows: Sequence[_Row],
    base: str,
    rules: ListRules,
    article: ArticleRules,
    hosts: Sequence[str],
) -> tuple[Entry, ...]:
    found: dict[str, Entry] = {}
    seen: dict[str, str | None] = {}
    for row in rows:
        if row.href not in seen:
            seen[row.href] = _article_url(row.href, base, article, hosts)
        url = seen[row.href]
        if url is None or _rejected(row, rules):
            continue
        entry = Entry(url, _clean(row.title), _row_date(row, rules) or date_of_url(url, article))
        found[url] = _merged(found[url], entry) if url in found else entry
    return tuple(found.values())


def _article_url(href: str, base: str, article: ArticleRules, hosts: Sequence[str]) -> str | None:
    url = resolve(base, href)
    if url is None or not host_allowed(url, hosts) or url_refusal(url):
        return None
    return url if url_kind(url, article) == "article" else None


def _rejected(row: _Row, rules: ListRules) -> bool:
    seen = f"{row.href} {row.title} {row.date_text}"
    return any(compiled(pattern).search(seen) for pattern in rules.reject_rows)


def _merged(first: Entry, again: Entry) -> Entry:
    """An image and a headline often link to the same article: keep what each knows."""
    return replace(
        first,
        title=first.title or again.title,
        published=first.published or again.published,
    )


def _row_date(row: _Row, rules: ListRules) -> date | None:
    if isinstance(row.date_text, int):
        return _epoch_date(row.date_text)
    return find_date(row.date_text, rules.date_regex) if row.date_text else None


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
    if not 0 < seconds < 10**10:
        return None
    return (datetime.fromtimestamp(seconds, UTC) + _CHINA).date()
