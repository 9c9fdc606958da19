"""Place names that two aligned texts have in common, or against each other.

A report of a sister agency differs from its model in two things, the figures and the names of
places. Where hardly a figure is to be seen, the names decide.
"""

import re
from pathlib import Path

import numpy as np

from dedupe.align import NO_SHIFT, Alignment
from dedupe.fingerprint import Skeleton
from dedupe.fold import IS_NUMERAL, folded_codes

_SUFFIXES = frozenset("省市县区镇乡州旗")
_LONGEST_GAP = 24
"""Characters between two shared runs: a short list of names, not another sentence."""
_MARGIN = 4
"""Characters taken in beside a gap: 河南 and 湖南 differ in one."""
_NAME_LENGTHS = (2, 4)
"""Characters of a name before 市, 县 and the like that need not be in the list."""


def _names() -> re.Pattern[str]:
    listed = Path(__file__).with_name("place_names.txt").read_text(encoding="utf-8").split()
    folded = {"".join(chr(c) for c in folded_codes(name) if not IS_NUMERAL[c]) for name in listed}
    names = sorted((name for name in folded if len(name) > 1), key=lambda n: (-len(n), n))
    return re.compile("|".join(names))


_NAMES = _names()


def _string(skeleton: Skeleton) -> str:
    return skeleton.astype("<u2").tobytes().decode("utf-16-le", "surrogatepass")


def place_names(skeleton: Skeleton) -> list[tuple[int, str]]:
    """The listed provinces and prefectures named in a skeleton, with their places."""
    return [(match.start(), match[0]) for match in _NAMES.finditer(_string(skeleton))]


def places_against(a: Skeleton, b: Skeleton, alignment: Alignment) -> int:
    """How often the two texts name different places where the words around are the same."""
    return sum(_contradict(a, b, a_gap, b_gap) for a_gap, b_gap in _gaps(alignment))


def places_same(b: Skeleton, alignment: Alignment) -> int:
    """How often the two texts name the same listed place at the same place."""
    return sum(
        bool(alignment.b_covered[start : start + len(name)].all()) for start, name in place_names(b)
    )


def _gaps(alignment: Alignment) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Short places between two shared runs where both texts have something of their own."""
    covered = alignment.b_covered
    edges = np.flatnonzero(covered[1:] != covered[:-1]) + 1
    out = []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if covered[start] or end - start > _LONGEST_GAP:
            continue
        left, right = int(alignment.b_shift[start - 1]), int(alignment.b_shift[end])
        if NO_SHIFT in (left, right):
            continue
        a_start, a_end = start + left, end + right
        if 0 < a_end - a_start <= _LONGEST_GAP:
            out.append(((a_start, a_end), (start, end)))
    return out


def _contradict(a: Skeleton, b: Skeleton, a_gap: tuple[int, int], b_gap: tuple[int, int]) -> bool:
    """Whether the two texts name different places in this gap."""
    a_names, b_names = _names_at(a, a_gap), _names_at(b, b_gap)
    if a_names and b_names:
        return not a_names & b_names
    low, high = _NAME_LENGTHS
    lengths = (a_gap[1] - a_gap[0], b_gap[1] - b_gap[0])
    followed = chr(b[b_gap[1]]) in _SUFFIXES
    return followed and all(low <= length <= high for length in lengths)


def _names_at(skeleton: Skeleton, gap: tuple[int, int]) -> set[str]:
    start = max(0, gap[0] - _MARGIN)
    text = _string(skeleton[start : gap[1] + _MARGIN])
    return {
        match[0]
        for match in _NAMES.finditer(text)
        if start + match.start() < gap[1] and start + match.end() > gap[0]
    }
