"""What a page says about itself: government page tags, common meta tags, the lines at its head.

Precedence: standard tags, then the site's profile, then what a reader sees, then the address.
General extractors read none of ArticleTitle, ContentSource and SiteName and drop the time of
PubDate (measured on five stored government pages).
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final

from cssselect import SelectorError
from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.hints import Hints
from crawler.extract.lines import Line, tidy
from crawler.extract.prompts import is_signature

_FIELDS: Final = {
    "articletitle": "title",
    "pagetitle": "title",
    "pubdate": "date",
    "publishdate": "date",
    "article:published_time": "date",
    "og:release_date": "date",
    "datepublished": "date",
    "weibo: article:create_at": "date",
    "contentsource": "source",
    "og:title": "og_title",
    "sitename": "site_name",
    "og:site_name": "site_name",
}
_YEAR: Final = r"(?P<y>(?:19[89]|20[0-4])\d)"
_DATE = re.compile(
    rf"(?<!\d){_YEAR}\s?(?:年|[-./]|——)\s?(?P<m>\d{{1,2}})\s?(?:月|[-./]|——)\s?(?P<d>\d{{1,2}})(?!\d)"
)
_PACKED = re.compile(rf"(?<!\d){_YEAR}(?P<m>\d\d)(?P<d>\d\d)(?!\d)")
_URL_DATES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"/t{_YEAR}(?P<m>\d\d)(?P<d>\d\d)_\d+",
        rf"/{_YEAR}[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}})(?=/|\.|$|_)",
        rf"/{_YEAR}/(?P<m>\d\d)(?P<d>\d\d)(?=/)",
        rf"/{_YEAR}(?P<m>\d\d)[-/](?P<d>\d\d)(?=/)",
        rf"/{_YEAR}(?P<m>\d\d)(?P<d>\d\d)(?=/|\.|_)",
        rf"/a/{_YEAR}(?P<m>\d\d)(?P<d>\d\d)[A-Z0-9]{{4,12}}",
        rf"/{_YEAR}(?P<m>\d\d)(?P<d>\d\d)\d{{4,10}}(?=/|\.)",
        r"/(?P<yy>[012]\d)(?P<m>\d\d)(?P<d>\d\d)/",
    )
)
_DATE_LABEL = re.compile(
    r"(?:发布|發布|發佈|发表|發表|更新|添加|录入|上传|上傳|成文|编辑|印发)?\s?(?:时间|時間|日期|于|於)\s?[:：]?\s?$"
)
_SOURCE = re.compile(
    r"(?:(?:文章|信息|稿件|新闻|内容|資料|文章|信息)?(?:来源|來源|出处|出處)|发布机构|发文机关|发布单位|供稿单位)\s?[:：]\s?([^|｜\s]{2,40})"
)
_NO_DATE_LINE = re.compile("[。！；]|日[，,]|今天|今日|现在是|当前时间")
_NOT_SOURCE = re.compile(r"^(?:网络|網絡|网络整理|網絡整理|互联网|互聯網|本站|未知|原创|转载)")
_LABEL_CUT = re.compile(
    r"(?:作者|编辑|責任|责任|时间|時間|日期|发布|浏览|瀏覽|点击|阅读|字号|字體|字体|【|\[)"
)
_FILE_SUFFIX = re.compile(r"\.(?:docx?|pptx?|pdf|wps|txt|rtf|xlsx?)\s*$", re.IGNORECASE)
_LEADING_TAG = re.compile(r"^\s*(?:【[^】]{1,12}】|\[[^\]]{1,12}\])\s*")
_PAGE_LABEL = re.compile(r"[_\-—(（\s]*第\s?\d{1,3}\s?[页頁][)）]?\s*$")
_SEPARATOR = re.compile(
    r"\s*[_|｜]+\s*|\s+[-–—]+\s*|\s*[-–—]{1,2}\s+|(?<=[\u4e00-\u9fff!！?？”）)])-{1,2}(?=[\u4e00-\u9fff])|\s*——\s*|-(?=[^-\d]{2,12}$)"
)
_GENERIC_TITLE = re.compile(
    r"^(?:首页|正文|详情|内容|无标题|untitled|信息公开|通知公告|新闻中心|详细页面?)$", re.IGNORECASE
)
_SITE_NAME = re.compile(r"网|百科|门户|在线|频道|文库|[站局]$|政府$")
_OF_SITE = re.compile(r"(?:网|网站|门户|在线|网欢迎您|网首页)\W{0,4}$")
"""A document title that names the site and not the page."""
_NO_TITLE = re.compile(r"[。；;>→»]|位置|首页|欢迎|[:：]")
_KEY = re.compile(r"[^\w\u3400-\u9fff]+")
_MAX_TITLE: Final = 120
_MAX_BRAND: Final = 10
_MIN_SHOWN: Final = 8
"""Characters of a title that is told by being shown as a line too."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says about itself; absent fields are None or empty."""

    title: str = ""
    published: date | None = None
    source: str | None = None
    site_name: str | None = None
    brand: str = ""
    """What the site calls itself behind the title, unless that is an agency's name."""


def key(text: str) -> str:
    """The letters, digits and Han of a text, for comparing titles."""
    return _KEY.sub("", text).lower()


def read_metadata(
    root: HtmlElement, head: Sequence[Line], *, url: str | None, hints: Hints
) -> Metadata:
    """Read the page's statements about itself.

    Args:
        root: the tree.
        head: the lines before the first paragraph, where a reader sees title, date and source.
        url: the page's address; many carry the day.
        hints: the profile's selectors and names.
    """
    tags = _tags(root, hints)
    site_name = hints.site_name or tags.get("site_name")
    near = _near_title(head)
    return Metadata(
        title=_title(root, tags, hints, site_name, near),
        published=_published(root, tags, near, url, hints),
        source=_source(tags, near),
        site_name=site_name,
        brand=_brand(tidy(root.findtext(".//title") or "")),
    )


def _brand(document: str) -> str:
    """The last piece of a document title behind its separators, where it is short and no agency."""
    pieces = [piece.strip() for piece in _SEPARATOR.split(document) if piece.strip()]
    if len(pieces) < 2 or not 3 <= len(pieces[-1]) <= _MAX_BRAND or is_signature(pieces[-1]):
        return ""
    return pieces[-1] if pieces[-1] not in "".join(pieces[:-1]) else ""


def _tags(root: HtmlElement, hints: Hints) -> dict[str, str]:
    names = dict(_FIELDS)
    for field, name in hints.meta:
        names[name.lower()] = field
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()
        value = tidy(meta.get("content") or "")
        known = names.get(name)
        if known and value:
            found[known] = value
    return found


def _select_text(root: HtmlElement, selectors: Iterable[str]) -> str:
    for selector in selectors:
        try:
            found = root.cssselect(selector)
        except (SelectorError, etree.XPathError):
            continue
        for element in found:
            text = tidy("".join(element.itertext()))
            if text:
                return text
    return ""


def _text_of(element: HtmlElement) -> str:
    return tidy("".join(element.itertext()))


def _title(
    root: HtmlElement,
    tags: dict[str, str],
    hints: Hints,
    site_name: str | None,
    near: Sequence[str],
) -> str:
    document = tidy(root.findtext(".//title") or "")
    behind = document.rpartition(" ")[2]
    if len(behind) >= _MIN_SHOWN and behind in near:  # site and column stand before it
        document = behind
    headings = [tidy("".join(h.itertext())) for tag in ("h1", "h2", "h3") for h in root.iter(tag)]
    stated = tags.get("title") or _select_text(root, hints.title)
    if stated and not _GENERIC_TITLE.match(stated):
        return clean_title(stated)
    bare = [clean_title(heading) for heading in headings[:12]]
    told = [h for h in bare if 4 <= len(h) <= _MAX_TITLE and key(h) and key(h) in key(document)]
    if told:
        return max(told, key=len)  # the name of the column may stand in both places as well
    main = next((clean_title(h) for h in map(_text_of, root.iter("h1")) if len(h) > 1), "")
    if main and key(main) and key(document).startswith(key(main)):
        return main
    og_title = tags.get("og_title")
    if og_title:
        return clean_title(strip_site(og_title, site_name))
    stripped = clean_title(strip_site(document, site_name))
    if len(stripped) >= 4 and not _GENERIC_TITLE.match(stripped):
        return (_OF_SITE.search(stripped) and _shown_title(near)) or stripped
    return next((clean_title(h) for h in headings if len(h) >= 4), stripped)


def _shown_title(near: Sequence[str]) -> str:
    """The line above the first that states a date or source; some sites title all pages alike."""
    for above, text in pairwise(near):
        if _DATE.search(text) or _SOURCE.search(text):
            bare = clean_title(above)
            shown = _MIN_SHOWN <= len(bare) <= _MAX_TITLE and not _NO_TITLE.search(bare)
            return bare if shown else ""
    return ""


def strip_site(title: str, site_name: str | None) -> str:
    """A document title without the site and column names behind its separators."""
    if site_name and title.endswith(site_name) and len(title) > len(site_name):
        title = title[: -len(site_name)].rstrip(" _-|—–")
    pieces = [piece for piece in _SEPARATOR.split(title) if piece.strip()]
    if not pieces:
        return title
    first = pieces[0]
    if len(first) >= 8 or len(pieces) == 1:
        return first
    longer = len(pieces[1]) > 2 * len(first) and not _SITE_NAME.search(pieces[1])
    return pieces[1] if longer else first


def clean_title(title: str) -> str:
    """A title without a shop's label in front and file names or page labels behind."""
    bare = _PAGE_LABEL.sub("", _FILE_SUFFIX.sub("", tidy(title)))
    untagged = _LEADING_TAG.sub("", bare)
    return untagged if len(untagged) >= 6 else bare


def _near_title(head: Sequence[Line]) -> list[str]:
    """The head's lines that may state date and source: not links, from the last 40."""
    return [line.text for line in head[-40:] if line.link_share < 0.8 and len(line.text) < 200]


def _published(
    root: HtmlElement, tags: dict[str, str], near: Sequence[str], url: str | None, hints: Hints
) -> date | None:
    tagged = first_date(tags.get("date", ""))
    if tagged:
        return tagged
    hinted = _select_text(root, hints.date)
    if hinted and hints.date_regex:
        match = re.search(hints.date_regex, hinted)
        hinted = match[0] if match else hinted
    seen = first_date(hinted)
    address = url_date(url, hints.date_from_url)
    labelled = None if seen else _labelled_date(near)
    return seen or labelled or address or _linked_data_date(root) or _bare_date(near)


def _labelled_date(near: Sequence[str]) -> date | None:
    for text in reversed(near):
        for match in _DATE.finditer(text):
            if _DATE_LABEL.search(text[: match.start()]):
                return _valid(match)
    return None


def _bare_date(near: Sequence[str]) -> date | None:
    for text in reversed(near):
        if len(text) <= 80 and not _NO_DATE_LINE.search(text):
            found = first_date(text)
            if found:
                return found
    return None


def _linked_data_date(root: HtmlElement) -> date | None:
    for script in root.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json" or not script.text:
            continue
        try:
            value: Any = json.loads(script.text[:50_000])
        except ValueError:
            continue
        for item in value if isinstance(value, list) else [value]:
            stated = item.get("datePublished") if isinstance(item, dict) else None
            if isinstance(stated, str) and first_date(stated):
                return first_date(stated)
    return None


def url_date(url: str | None, pattern: str | None = None) -> date | None:
    """The day an address carries, if it is a real one."""
    if not url:
        return None
    path = re.sub(r"^[a-z]+://[^/]*", "", url).split("?")[0]
    patterns = ([re.compile(pattern)] if pattern else []) + list(_URL_DATES)
    for regex in patterns:
        match = regex.search(path)
        found = _valid(match) if match else None
        if found:
            return found
    return None


def first_date(text: str) -> date | None:
    """The first real date in a text."""
    for regex in (_DATE, _PACKED):
        for match in regex.finditer(text):
            found = _valid(match)
            if found:
                return found
    return None


def _valid(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    if not groups and len(match.groups()) >= 3:
        groups = {"y": match[1], "m": match[2], "d": match[3]}
    year = groups.get("y") or ("20" + groups["yy"] if groups.get("yy") else None)
    if not year or not groups.get("m") or not groups.get("d"):
        return None
    try:
        return date(int(year), int(groups["m"]), int(groups["d"]))
    except ValueError:
        return None


def _source(tags: dict[str, str], near: Sequence[str]) -> str | None:
    stated = tags.get("source")
    if not stated:
        for text in reversed(near):
            match = _SOURCE.search(text)
            if match:
                stated = match[1]
                break
    if not stated:
        return None
    stated = _LABEL_CUT.split(stated.strip(' :：《》"“”'))[0].strip(" :：")
    return None if not stated or _NOT_SOURCE.match(stated) else stated
