"""Which family of sites an unknown page belongs to, by the marks its CMS leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.rules import compiled

MAX_TEXT = 500_000  # characters: a CMS shows itself in the head and the list, not at the end


@dataclass(frozen=True, slots=True)
class Detection:
    """A family and the marks of it that were found."""

    family: str
    marks: tuple[str, ...]


def detect_family(
    text: str, url: str, families: Mapping[str, Sequence[str]]
) -> tuple[Detection, ...]:
    """The families whose marks (regexes) occur in the page or its URL, most marks first.

    Empty when none fits: then the site needs rules of its own (family = "none").
    """
    source = f"{url}\n{text[:MAX_TEXT]}"
    found = [
        Detection(family, hits)
        for family, marks in families.items()
        if (hits := tuple(mark for mark in marks if compiled(mark).search(source)))
    ]
    return tuple(sorted(found, key=lambda hit: (-len(hit.marks), hit.family)))
