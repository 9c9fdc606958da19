"""What extraction makes of one article: plain values, no behaviour.

These values cross the door between `crawler.extract`, which makes them, and the archive, which
keeps them. Every `start` and `end` counts code points of the `text` of the same `Page`, except
where a field says otherwise.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Outcome = Literal[
    "ok",
    "no_body",
    "too_complex",
    "timed_out",
    "undecodable",
    "soft404",
    "blocked",
    "list_page",
    "needs_ocr",
    "unsupported",
    "error",  # a fault of ours or an unreadable capture; the log has it
]
Script = Literal["hans", "hant", "mixed"]
Completeness = Literal["full", "preview", "unknown"]
RepairStatus = Literal["none", "certain", "likely", "guess", "failed"]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes were read: what the server or page said, what the bytes say, what was used."""

    declared: str | None = None
    detected: str | None = None
    chosen: str | None = None
    replaced: int = 0
    """U+FFFD characters that decoding had to put in."""


@dataclass(frozen=True, slots=True)
class Topic:
    """How much a text is about consumer protection, and the terms that say so."""

    score: int = 0
    terms: tuple[str, ...] = ()
    on_topic: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A damaged place and what was put there."""

    start: int
    end: int
    damaged: str
    restored: str
    status: RepairStatus
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """What text repair did to a page; `status` is the worst status of its spans."""

    status: RepairStatus = "none"
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A removed line or sentence, and the name of the rule that removed it."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A named number read from the text; names and units are those of docs/figures.md."""

    name: str
    value: str
    """Decimal string in base units."""
    unit: str
    text: str
    """The sentence that holds it."""
    start: int
    end: int
    sanity: str | None = None
    """Why the source contradicts itself here, if it does."""


@dataclass(frozen=True, slots=True)
class PageDocument:
    """One work found on a page; an ordinary page holds one, a compilation several."""

    ordinal: int
    """1 for the first work of the page."""
    title: str
    text: str
    start: int
    end: int
    kind: str = "other"
    issuer: str | None = None
    region: str | None = None
    """Full names from the province down, joined by "/"."""
    region_code: str | None = None
    """GB/T 2260 code of the last name in `region`."""
    year_claimed: int | None = None
    year_inferred: int | None = None
    year_conflict: bool = False
    year_evidence: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All that extraction makes of one article's captures. Never raises: see `outcome`."""

    outcome: Outcome
    url: str | None = None
    encoding: Encoding = Encoding()
    title: str = ""
    published: date | None = None
    source: str | None = None
    """The body named as source by the page (来源), which may be a department."""
    site_name: str | None = None
    site_type: str | None = None
    topic: Topic = Topic()
    language_script: Script = "hans"
    completeness: Completeness = "unknown"
    chars_claimed: int | None = None
    text: str = ""
    repair: Repair = Repair()
    dropped: tuple[Dropped, ...] = ()
    documents: tuple[PageDocument, ...] = ()
    candidates: tuple[str, ...] = ()
    """Folded lines that are the site's template if enough of its other pages have them."""
