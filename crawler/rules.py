"""What a site profile says about reading its list and article pages, as checked values.

The tables and keys are those of a profile file (docs/add-a-site.md); `spiders.profile` builds on
them. A regex or a CSS selector that does not compile is refused here, when the profile is read.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from typing import Annotated, Literal

from cssselect import SelectorError, parse
from parsel import Selector
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from crawler.urls import MAX_URL

_ANY_PAGE = Selector(text="<p></p>", type="html")  # some selectors fail only when they are used
_MAX_DIGITS = 10  # a list of ten billion entries is a trap, not a list
STRICT = ConfigDict(extra="forbid", strict=True)


def _regex(source: str) -> str:
    try:
        compiled(source)
    except re.error as error:
        raise ValueError(f"{source!r} is not a regular expression: {error}") from error
    return source


def _group_regex(source: str) -> str:
    if not compiled(_regex(source)).groups:
        raise ValueError(f"{source!r} needs a group: put ( ) around the value it is to find")
    return source


def _page_regex(source: str) -> str:
    _regex(source.replace("{n}", "1"))
    return source


def _css(selector: str) -> str:
    try:
        names_text = any(part.pseudo_element for part in parse(selector))
        _ANY_PAGE.css(selector)
    except (SelectorError, ValueError) as error:
        raise ValueError(f"{selector!r} is not a CSS selector: {error}") from error
    if names_text:
        raise ValueError(f"{selector!r} must name elements; leave ::text and ::attr() out")
    return selector


@lru_cache(maxsize=2048)
def compiled(source: str) -> re.Pattern[str]:
    """The compiled form of a profile's regex; `.` matches line ends too, as lists span lines."""
    return re.compile(source, re.DOTALL)


def first_group(regex: str, text: str) -> str | None:
    """The first group of the first match that holds something; the match, if it has no groups."""
    match = compiled(regex).search(text)
    if match is None:
        return None
    return next(filter(None, match.groups()), None) if match.re.groups else match.group()


def first_number(regex: str, text: str) -> int | None:
    """The first group of the first match that is a number."""
    match = compiled(regex).search(text)
    counts = (count(group or "") for group in (match.groups() if match else ()))
    return next((found for found in counts if found is not None), None)


def count(digits: str) -> int | None:
    """The number that a page writes; None for what is no number or has ten digits and more."""
    return int(digits) if digits.isdecimal() and len(digits) < _MAX_DIGITS else None


Regex = Annotated[str, AfterValidator(_regex)]
GroupRegex = Annotated[str, AfterValidator(_group_regex)]
"""A regex whose first group is the value that is looked for."""
PageRegex = Annotated[str, AfterValidator(_page_regex)]
"""A regex in which `{n}` stands for a page number."""
Css = Annotated[str, AfterValidator(_css)]
Count = Annotated[int, Field(ge=1, le=1000)]

Stop = Literal["empty", "stub<600", "no_new", "repeat_of_page_1"]
ListFormat = Literal["html", "records", "json", "json_html"]
PagerKind = Literal["next_link", "numbered_file", "range_post", "get_json", "none"]


@dataclass(frozen=True, slots=True, config=STRICT)
class Bootstrap:
    """A first request that yields the ids which the list's own URL needs (gkmlpt)."""

    url: str
    sid: GroupRegex
    """Group 1 is the value of `{sid}`."""
    tree: Regex
    """Where the JSON array of columns begins: group 1, or the end of the match.

    A column is {id, name, children, jump_url}.
    """


@dataclass(frozen=True, slots=True, config=STRICT)
class PageRules:
    """`[list.page]`: how the further pages of a list are reached."""

    kind: PagerKind = "next_link"
    url: str | None = None
    """Template: {n} {ext} {stem} for files, {start} {end} {size} for ranges, {n} for JSON."""
    next: Css = 'a:contains("下一页"), a:contains("下页"), a:contains("后一页"), a[rel~="next"]'
    patterns: tuple[PageRegex, ...] = ()
    """Next page by its URL, where `next` finds nothing."""
    base: Literal[0, 1] | None = None
    """0: the second page of a numbered file is index_1; 1: it is index_2; None: as its script
    counts, or 0."""
    size: Count = 20
    batch: Count = 1
    """How many pages of `size` one range request spans."""
    size_from_page: GroupRegex | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    form_from_page: Mapping[str, GroupRegex] = field(default_factory=dict)
    """Values read from the first page; also placeholders of `url`."""
    fallback: str | None = None
    """range_post: regex of a URL to follow; get_json: "html" reads the first page's own links."""
    query_from_page: GroupRegex | None = None
    """Group 1 is an object {'name':'value'} whose pairs become the query."""
    param_json: str | None = None
    bootstrap: Bootstrap | None = None
    columns: Regex | None = None
    """With `bootstrap`: which columns of the tree are read, by their name."""
    alt_paths: tuple[str, ...] = ()
    total: GroupRegex | None = None
    """How many pages there are."""
    total_at: str | None = None
    stop: tuple[Stop, ...] = ("empty", "repeat_of_page_1")


@dataclass(frozen=True, slots=True, config=STRICT)
class ListRules:
    """`[list]`: how the entries of a list page are found."""

    format: ListFormat = "html"
    links: Css = "a[href]"
    row: Css | None = None
    date: Css | None = None
    title_attr: str | None = None
    records: GroupRegex | None = None
    """Only where the records are not `<record><![CDATA[…]]></record>`."""
    date_regex: Regex | None = None
    total: GroupRegex | None = None
    """How many entries there are, as the page says."""
    items: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    html_at: str | None = None
    reject_rows: tuple[Regex, ...] = ()
    page: PageRules = field(default_factory=PageRules)


@dataclass(frozen=True, slots=True, config=STRICT)
class PartRules:
    """`[article.pages]`: an article whose body goes on at STEM_2, STEM_3 and so on."""

    kind: Literal["none", "numbered_suffix"] = "none"
    next: Css | None = None
    same_stem: Literal[True] = True
    base: Literal[0, 1] = 1
    """1: the second part is STEM_2; 0: it is STEM_1 (TRS)."""
    total: GroupRegex | None = None
    max: Count = 20


@dataclass(frozen=True, slots=True, config=STRICT)
class Origin:
    """Where a mirror's page probably came from: {1} in `origin` is the group of `path`."""

    path: Regex
    origin: str


@dataclass(frozen=True, slots=True, config=STRICT)
class ArticleRules:
    """`[article]`: which URLs are articles, and what extraction is told about them."""

    url_regex: Regex | None = None
    date_from_url: Regex | None = None
    body: tuple[Css, ...] = ()
    title: tuple[Css, ...] = ()
    date: tuple[Css, ...] = ()
    date_regex: Regex | None = None
    meta: Mapping[Literal["title", "date", "source", "column"], str] = field(default_factory=dict)
    prune: tuple[Css, ...] = ()
    attachments: Css | None = None
    drop_lines: tuple[Regex, ...] = ()
    cut_blocks: tuple[Regex, ...] = ()
    intro_regex: Regex | None = None
    split_marker: str | None = None
    join_page_numbers: Regex | None = None
    body_json: str | None = None
    origin_hint: tuple[Origin, ...] = ()
    pages: PartRules = field(default_factory=PartRules)

    def matches(self, url: str) -> bool:
        """Whether a canonical URL is an article or one of its parts by its shape."""
        if self.url_regex is None or len(url) > MAX_URL:
            return False
        return bool(compiled(self.url_regex).search(url))
