"""What the archive must hold after a crawl of the sample web, as data."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

Completeness = Literal["full", "preview"]
Becomes = Literal["new", "changed", "moved", "unchanged", "missed", "gone"]
"""What a later crawl makes of a page.

"missed" counts a miss and deletes nothing; "moved" keeps the document's id.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one address of the sample web must lead to."""

    host: str
    path: str
    outcomes: tuple[str, ...] = ("ok",)
    """Any of these is right for the address; only "ok" leaves documents in the archive."""
    works: tuple[str, ...] = ()
    """One key for each document of the page, in order; equal keys are the same work."""
    title: str | None = None
    completeness: Completeness | None = None
    """None where the page does not tell."""
    chars_claimed: int | None = None
    on_topic: bool = True
    year_conflict: bool = False
    figures: tuple[tuple[str, str], ...] = ()
    """(name, decimal value in base units) that the text states."""
    body: str | None = None
    """The clean text of the page where its quirk must not change a character of it."""
    parts: tuple[str, ...] = ()
    """Further addresses that belong to the same article."""


@dataclass(frozen=True, slots=True)
class Hits:
    """How often a correct crawler asks for something in one crawl; checked in the access log."""

    host: str
    pattern: str
    """Regex that a whole path (with its query) must match to count."""
    least: int
    most: int
    phase: int = 1
    """Of which crawl this is said."""


@dataclass(frozen=True, slots=True)
class Later:
    """What a crawl of a later phase must make of an address that the first one saw."""

    host: str
    path: str
    becomes: Becomes
    phase: int = 2
    to: str | None = None
    """Where a moved page is now."""
    works: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HostTruth:
    """What one host knows about itself."""

    pages: tuple[Expected, ...] = ()
    hits: tuple[Hits, ...] = ()
    later: tuple[Later, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that is known about the sample web."""

    pages: tuple[Expected, ...]
    never: tuple[tuple[str, str], ...]
    """(host, start of path) that a correct crawler does not request."""
    canonical: tuple[tuple[str, str, str], ...]
    """(work, host, path) of the document that must stand for its cluster."""
    hits: tuple[Hits, ...] = ()
    later: tuple[Later, ...] = ()

    @property
    def stored(self) -> tuple[Expected, ...]:
        """The addresses that leave documents."""
        return tuple(page for page in self.pages if page.works)

    @property
    def skipped(self) -> tuple[Expected, ...]:
        """The addresses that leave an outcome but no document."""
        return tuple(page for page in self.pages if not page.works)

    @property
    def documents(self) -> dict[str, int]:
        """Number of documents of each host."""
        counts: dict[str, int] = defaultdict(int)
        for page in self.pages:
            counts[page.host] += len(page.works)
        return dict(counts)

    @property
    def same_work(self) -> dict[str, tuple[tuple[str, str, int], ...]]:
        """Work to the (host, path, ordinal) of its documents, for works with several copies."""
        copies: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
        for page in self.pages:
            for ordinal, work in enumerate(page.works, start=1):
                copies[work].append((page.host, page.path, ordinal))
        return {work: tuple(found) for work, found in copies.items() if len(found) > 1}

    @property
    def clusters(self) -> int:
        """How many works the archive holds."""
        return len({work for page in self.pages for work in page.works})

    @property
    def apart(self) -> tuple[tuple[str, str], ...]:
        """Pairs of works that look alike and must not share a cluster."""
        return LOOK_ALIKES


LOOK_ALIKES = (("flagship_2021", "flagship_2022"), ("sister_甘溪县", "sister_墨川县"))
