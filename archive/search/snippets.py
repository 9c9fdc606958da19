"""Where the terms of a query stand in a text: key words in context, and every place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from archive.fold import place_pattern

AROUND = 30
"""Characters shown on either side of a hit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One hit with its surroundings, in the published script; offsets count in the text."""

    before: str
    hit: str
    after: str
    start: int
    end: int


def places(text: str, forms: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places where a search form stands in `text`, in order, overlapping ones joined."""
    joined: tuple[int, int] | None = None
    for start, end in merge(*(_spans(place_pattern(form), text) for form in forms)):
        if joined is None or start >= joined[1]:
            if joined:
                yield joined
            joined = (start, end)
        else:
            joined = (joined[0], max(end, joined[1]))
    if joined:
        yield joined


def lines(text: str, forms: Sequence[str], limit: int = 3) -> tuple[Line, ...]:
    """The first hits with context, none of them inside the context of the one before."""
    chosen: list[Line] = []
    for start, end in places(text, forms):
        if chosen and start < chosen[-1].end + AROUND:
            continue
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        chosen.append(Line(before, text[start:end], after, start, end))
        if len(chosen) == limit:
            break
    return tuple(chosen)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    place = 0
    while match := pattern.search(text, place):
        yield match.span()
        place = match.start() + 1
