"""Which stretches two skeletons share, and where each character of one stands in the other.

Runs of equal 5-grams that keep one distance (a *diagonal*) are the frame; repeated grams, which
alone could stand anywhere, are placed by the frame around them. Everything else follows from that
map: how much of each text is covered, which figures stand in the same sentence, where a work lies
inside a compilation.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedupe.fingerprint import Fingerprint, Hashes, Skeleton, gram_hashes
from dedupe.fold import Mask

GRAM = 5
FRAME_GRAMS = 4
"""Equal grams in a row that make a frame: 8 characters, the length of a shingle."""
WINDOW = 60
"""Characters over which the share of covered ones is taken: about one sentence."""
DENSE = 0.5
"""Share of covered characters from which a window belongs to a stretch. Masked names and one
damaged character in 25 leave .75 to .9; stock phrases between other words stay under .4."""
STRETCH = 80
"""Shortest stretch: a stock phrase of 40 characters with its windows' margins is shorter."""

_SLOT_BITS = 17
NO_SHIFT = int(np.iinfo(np.int32).min)
"""Shift of a character that stands in one text only."""

Span = tuple[int, int]
Places = npt.NDArray[np.int32]


class Piece(NamedTuple):
    """A part of b, and where it stands in a."""

    start: int
    end: int
    a_start: int
    a_end: int
    equal: int
    """Characters of b in it that stand in a."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """Where two skeletons `a` and `b` are the same. Spans count skeleton characters."""

    b_covered: Mask
    b_shift: Places
    """For each covered character of b: its place in a minus its place in b; else `NO_SHIFT`."""
    b_stretches: tuple[Span, ...]
    """Densely covered parts of b, ascending, each at least `STRETCH` long."""

    def pieces(self) -> list[Piece]:
        """The stretches of b, cut where their place in a jumps."""
        out = []
        for start, end in self.b_stretches:
            known = start + np.flatnonzero(self.b_covered[start:end])
            shift = self.b_shift[known]
            jumps = np.flatnonzero(np.abs(np.diff(shift)) > WINDOW) + 1
            firsts = np.concatenate(([0], jumps))
            lasts = np.concatenate((jumps, [len(known)])) - 1
            for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
                b_start, b_end = int(known[first]), int(known[last]) + 1
                a_start, a_end = b_start + int(shift[first]), b_end + int(shift[last])
                out.append(Piece(b_start, b_end, a_start, a_end, last - first + 1))
        return out


class Aligner:
    """One text, ready to be aligned with many others."""

    def __init__(self, text: Fingerprint) -> None:
        """Index the grams of `text`."""
        self._grams = gram_hashes(text.skeleton, GRAM)
        self._slots = self._index(self._grams)

    @staticmethod
    def _index(grams: Hashes) -> Places:
        """Place of each gram by its hash's upper bits; -1 where there is none or more than one."""
        slots = np.full(1 << _SLOT_BITS, -1, dtype=np.int32)
        where = (grams >> np.uint64(64 - _SLOT_BITS)).astype(np.intp)
        slots[where] = np.arange(len(grams), dtype=np.int32)
        crowded = slots[where] != np.arange(len(grams))  # a later gram took the slot
        slots[where[crowded]] = -1
        return slots

    def align(self, other: Skeleton) -> Alignment:
        """Align this text (a) with another one's skeleton (b)."""
        grams = gram_hashes(other, GRAM)
        shift = self._placed(grams)
        matched = shift != NO_SHIFT
        b_covered = _widened(matched, len(other))
        b_shift = _per_character(shift, matched, len(other))
        return Alignment(
            b_covered=b_covered,
            b_shift=b_shift,
            b_stretches=_stretches(b_covered),
        )

    def _placed(self, grams: Hashes) -> Places:
        """For each gram of the other text its shift into this one, or `NO_SHIFT`."""
        none = np.full(len(grams), NO_SHIFT, dtype=np.int32)
        if not len(grams) or not len(self._grams):
            return none
        index = np.arange(len(grams), dtype=np.int32)
        found = self._slots[(grams >> np.uint64(64 - _SLOT_BITS)).astype(np.intp)]
        equal = (found >= 0) & (self._grams[found] == grams)
        shift = np.where(equal, found - index, NO_SHIFT)
        frame = _long_runs(shift)
        if not frame.any():
            return none
        known = np.flatnonzero(frame)
        rank = np.cumsum(frame) - 1
        before = shift[known[np.maximum(rank, 0)]]
        after = shift[known[np.minimum(rank + 1, len(known) - 1)]]
        placed = np.where(frame, shift, NO_SHIFT)
        for nearest in (before, after):
            target = index + nearest
            inside = (target >= 0) & (target < len(self._grams))
            same = inside & (self._grams[np.where(inside, target, 0)] == grams)
            placed = np.where((placed == NO_SHIFT) & same, nearest, placed)
        return placed


def _long_runs(shift: Places) -> Mask:
    """Grams that stand in a row of at least `FRAME_GRAMS` with one shift."""
    edges = np.flatnonzero(shift[1:] != shift[:-1]) + 1
    starts = np.concatenate(([0], edges))
    lengths = np.diff(np.concatenate((starts, [len(shift)])))
    long = (lengths >= FRAME_GRAMS) & (shift[starts] != NO_SHIFT)
    return np.repeat(long, lengths)


def _widened(matched: Mask, length: int) -> Mask:
    """Characters that lie in a matched gram."""
    edges = np.zeros(length + 1, dtype=np.int32)
    edges[: len(matched)] += matched
    edges[GRAM : GRAM + len(matched)] -= matched
    return np.cumsum(edges[:length]) > 0


def _per_character(shift: Places, matched: Mask, length: int) -> Places:
    """The shift of each covered character, from the nearest matched gram that holds it."""
    out = np.full(length, NO_SHIFT, dtype=np.int32)
    for offset in range(GRAM - 1, -1, -1):
        part = out[offset : offset + len(shift)]
        np.copyto(part, shift, where=matched)
    return out


def _stretches(covered: Mask) -> tuple[Span, ...]:
    """Parts where at least `DENSE` of each window is covered, at least `STRETCH` long."""
    length = len(covered)
    if not length:
        return ()
    window = min(WINDOW, length)
    total = np.concatenate(([0], np.cumsum(covered, dtype=np.int32)))
    dense = (total[window:] - total[:-window]) >= DENSE * window
    inside = np.zeros(length + 1, dtype=np.int32)
    inside[: len(dense)] += dense
    inside[window : window + len(dense)] -= dense
    flags = np.concatenate(([False], np.cumsum(inside[:length]) > 0, [False]))
    edges = np.flatnonzero(flags[1:] != flags[:-1])
    out = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        hits = np.flatnonzero(covered[start:end])
        first, last = start + int(hits[0]), start + int(hits[-1]) + 1
        if last - first >= min(STRETCH, length // 2):
            out.append((first, last))
    return tuple(out)
