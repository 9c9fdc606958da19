"""Site profiles: what a TOML file may say, as checked values.

One file a site (`sites/*.toml`), inheriting a family of sites (`cms/*.toml`): tables merge key by
key, lists and single values replace. docs/add-a-site.md explains every key. There is no key to
switch robots.txt off and none for cookies, proxies or a false user agent.
"""

import hashlib
import json
import re
from dataclasses import field
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticCustomError

from crawler.extract.hints import Hints
from crawler.parts import url_kind
from crawler.rules import STRICT, ArticleRules, ListRules, Regex
from crawler.urls import canonical_url, host_allowed
from spiders.window import parse_window

SiteType = Literal[
    "government", "association", "news", "template_essay", "document_library", "mirror"
]
Discovery = Literal["links", "seeds", "never"]

# The middle of the ranges in docs/add-a-site.md; a site or family may say otherwise.
TRUST: dict[str, int] = {
    "government": 95,
    "association": 95,
    "news": 60,
    "template_essay": 35,
    "document_library": 25,
    "mirror": 5,
}

_DURATION = re.compile(r"(\d{1,4})([mhdw])|never")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_HOST = re.compile(
    r"(?:\*|\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?)(?::\d{1,5})?"
)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def seconds(duration: str) -> int | None:
    """The seconds of a duration such as "12h" or "7d"; None for "never"."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f'{duration!r} is not a duration; write "12h", "7d" or "never"')
    return int(match[1]) * _SECONDS[match[2]] if match[1] else None


def _duration(text: str) -> str:
    seconds(text)
    return text


def _window(text: str) -> str:
    parse_window(text)
    return text


def _verified(text: str) -> str:
    if text != "no":
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError(f'{text!r} is neither "no" nor a date such as "2026-12-01"') from None
    return text


def _host(text: str) -> str:
    host = text.lower().removesuffix(":80").removesuffix(":443")  # as canonical URLs write it
    if not _HOST.fullmatch(host):
        raise ValueError(f'{text!r} is not a host; write "www.a.gov.cn" or "127.0.0.1:8101"')
    return host


def _http_url(text: str) -> str:
    url = canonical_url(text)
    if url is None:
        raise ValueError(f"{text!r} is not an http or https URL")
    return url


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is not an id; use small letters, digits, _ and -")
    return text


def _at(key: tuple[str | int, ...], message: str) -> PydanticCustomError:
    """An error about the whole profile that names the key to change."""
    return PydanticCustomError("at_key", "{message}", {"message": message, "at": key})


Duration = Annotated[str, AfterValidator(_duration)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Politeness:
    """`[politeness]`: how hard a host may be asked."""

    delay: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 3.0
    """Seconds between requests; the larger of this and Crawl-delay counts."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 1
    max_pages_per_run: Annotated[int, Field(ge=1)] = 1000
    timeout: Annotated[float, Field(ge=1, le=600)] = 60.0
    """Seconds for a whole answer, from connecting to its last byte."""
    window: Annotated[str, AfterValidator(_window)] | None = None
    """Hours in which fetching is allowed; see `spiders.window.opens_at`."""


@dataclass(frozen=True, slots=True, config=STRICT)
class Schedule:
    """`[schedule]`: when a page is asked again."""

    list_every: Duration = "1d"
    """How soon a list is asked again at first; then sooner where it had something new."""
    list_between: tuple[Duration, Duration] = ("12h", "7d")
    """The shortest and the longest time between two visits of a list."""
    article_revisit: Annotated[tuple[Duration, ...], Field(min_length=1, max_length=2)] = ("14d",)
    """The shortest time, which is also the first, and the longest (180 days)."""


@dataclass(frozen=True, slots=True, config=STRICT)
class Start:
    """`[[start]]`: a list page, an article of a site whose links are not followed, or a sitemap."""

    url: HttpUrl
    kind: Literal["page", "sitemap"] = "page"
    label: str = ""
    max_pages: Annotated[int, Field(ge=1)] = 50


@dataclass(frozen=True, slots=True, config=STRICT)
class Text:
    """`[text]`: what is known about the bytes and the damage of the site's texts."""

    encoding_hint: str | None = None
    repair: tuple[str, ...] = ()
    """Damage seen on the site, for the reader of the file: repair finds it by itself."""


@dataclass(frozen=True, slots=True, config=STRICT)
class Split:
    """`[split]`: pages that hold several works."""

    compilation: Regex | None = None


@dataclass(frozen=True, slots=True, config=STRICT)
class Complete:
    """`[complete]`: how a page says that its text is a preview."""

    default: Literal["full", "preview", "unknown"] | None = None
    pages_left: Regex | None = None
    pages_read: Regex | None = None
    total_chars: Regex | None = None
    truncated_tail: Regex | None = None


@dataclass(frozen=True, slots=True, config=STRICT)
class Distrust:
    """`[distrust]`: fields that the site is known to falsify."""

    year_in_title: bool = False


@dataclass(frozen=True, slots=True, config=STRICT)
class TopicRules:
    """`[topic]`: the score a title needs to be fetched."""

    title_min: int = 0
    """0 fetches every article."""


@dataclass(frozen=True, slots=True, config=STRICT)
class Spam:
    """`[spam]`: what a hijacked host puts into its pages."""

    drop_lines: tuple[Regex, ...] = ()
    page_reject_if_first_line_matches: bool = False


@dataclass(frozen=True, slots=True, config=STRICT)
class Policy:
    """`[policy]`: promises that a profile can repeat but not break."""

    fetch_download: Literal[False] = False
    trust_cap: Annotated[int, Field(ge=0, le=100)] = 100


@dataclass(frozen=True, slots=True, config=STRICT)
class Example:
    """`[[examples]]`: a URL and what the rules must take it for."""

    url: HttpUrl
    kind: Annotated[Literal["article", "article_page", "list"], Field(alias="is")]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Family:
    """What a family file may say: all tables of a site, and how to recognise the family."""

    schema: Literal[1] = 1
    id: Annotated[str, AfterValidator(_id)]
    detect: tuple[Regex, ...] = ()
    site_type: SiteType | None = None
    trust: Annotated[int, Field(ge=0, le=100)] | None = None
    discovery: Discovery = "links"
    politeness: Politeness = field(default_factory=Politeness)
    schedule: Schedule = field(default_factory=Schedule)
    list: ListRules = field(default_factory=ListRules)
    article: ArticleRules = field(default_factory=ArticleRules)
    text: Text = field(default_factory=Text)
    split: Split = field(default_factory=Split)
    complete: Complete = field(default_factory=Complete)
    distrust: Distrust = field(default_factory=Distrust)
    topic: TopicRules = field(default_factory=TopicRules)
    spam: Spam = field(default_factory=Spam)
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Profile(Family):
    """One site, resolved: its own file over its family's."""

    name: str = ""
    family: str = "none"
    issuer: str | None = None
    region: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    """GB/T 2260 code."""
    verified: Annotated[str, AfterValidator(_verified)] = "no"
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...]
    start: tuple[Start, ...] = ()
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.hosts:
            raise _at(("hosts",), "is empty; name the hosts this profile may fetch")
        if not self.article.url_regex:
            hint = r"say which URLs are articles, e.g. '/\d+\.html$'"
            raise _at(("article", "url_regex"), f"is missing; {hint}")
        if "*" in self.hosts and self.follows_links:
            raise _at(("hosts",), '"*" needs discovery = "seeds" or "never"')
        for number, start in enumerate(self.start):
            if not host_allowed(start.url, self.hosts):
                where = ", ".join(self.hosts)
                raise _at(("start", number, "url"), f"{start.url} is on none of the hosts {where}")
        return self

    @property
    def display_name(self) -> str:
        """The name to show: the site's, or its id where it has none."""
        return self.name or self.id

    @property
    def follows_links(self) -> bool:
        """Whether list pages are read for links; if not, only start and handed-in URLs count."""
        return self.discovery == "links"

    @property
    def trust_score(self) -> int:
        """0-100: how much the site's text counts when a cluster chooses its canonical member."""
        trust = self.trust if self.trust is not None else TRUST.get(self.site_type or "", 30)
        return min(trust, self.policy.trust_cap)

    def wrong_examples(self) -> tuple[str, ...]:
        """What the rules take an example for, where that is not what the file says."""
        kinds = ((e.url, e.kind, url_kind(e.url, self.article)) for e in self.examples)
        return tuple(
            f"example {url} is {said!r}, the rules take it for {found!r}"
            for url, said, found in kinds
            if said != found
        )

    def hints(self) -> Hints:
        """What extraction is told about the site's pages."""
        article, complete = self.article, self.complete
        return Hints(
            site_name=self.name or None,
            site_type=self.site_type,
            issuer=self.issuer,
            region=self.region,
            encoding_hint=self.text.encoding_hint,
            body=article.body,
            title=article.title,
            date=article.date,
            date_regex=article.date_regex,
            date_from_url=article.date_from_url,
            meta=tuple(article.meta.items()),
            prune=article.prune,
            drop_lines=article.drop_lines,
            cut_blocks=article.cut_blocks,
            intro_regex=article.intro_regex,
            split_marker=article.split_marker,
            join_page_numbers=article.join_page_numbers,
            body_json=article.body_json,
            compilation=self.split.compilation,
            complete_default=complete.default,
            pages_left=complete.pages_left,
            pages_read=complete.pages_read,
            total_chars=complete.total_chars,
            truncated_tail=complete.truncated_tail,
            year_in_title_distrusted=self.distrust.year_in_title,
            spam_lines=self.spam.drop_lines,
        )

    def to_json(self) -> dict[str, Any]:
        """The resolved profile, ready for `json.dumps`: stored with the site's row.

        Holds the tables as in the file and, under "hints", `Hints.to_json()`, so that extraction
        can be repeated without this package.
        """
        tables: dict[str, Any] = PROFILE.dump_python(
            self, mode="json", by_alias=True, exclude_defaults=True
        )
        return {**tables, "hints": self.hints().to_json()}

    def version(self) -> str:
        """SHA-256 of the resolved profile: changes when any rule changes."""
        whole = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


PROFILE = TypeAdapter(Profile)
FAMILY = TypeAdapter(Family)
