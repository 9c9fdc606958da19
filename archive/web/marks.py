"""A text cut into runs, so that a template can mark hits, repairs and figures in it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text; marks may overlap."""

    start: int
    end: int
    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that carry the same marks."""

    text: str
    kinds: tuple[str, ...]
    note: str


def paragraphs(text: str, marks: Sequence[Mark]) -> list[list[Run]]:
    """The lines of `text` as runs; blank lines are left out."""
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    inside: list[list[Mark]] = [[] for _ in lines]
    for mark in marks:
        first = max(0, bisect_right(starts, mark.start) - 1)
        last = bisect_right(starts, mark.end - 1) - 1
        for place in range(first, min(last, len(lines) - 1) + 1):
            inside[place].append(mark)
    return [
        _runs(line, start, here)
        for line, start, here in zip(lines, starts, inside, strict=False)
        if line.strip()
    ]


def _runs(line: str, start: int, marks: Sequence[Mark]) -> list[Run]:
    """One line cut wherever a mark begins or ends."""
    begins: dict[int, list[Mark]] = {}
    cuts = {0, len(line)}
    for mark in marks:
        begin = max(0, mark.start - start)
        begins.setdefault(begin, []).append(mark)
        cuts |= {begin, min(len(line), mark.end - start)}
    runs = []
    over: list[Mark] = []
    for a, b in pairwise(sorted(cuts)):
        over = [mark for mark in over if mark.end - start > a] + begins.get(a, [])
        kinds = tuple(dict.fromkeys(mark.kind for mark in over))
        note = "; ".join(dict.fromkeys(mark.note for mark in over if mark.note))
        runs.append(Run(line[a:b], kinds, note))
    return runs
