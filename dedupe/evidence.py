"""Figures that two aligned texts have at the same place, and whether they are equal."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedupe.align import NO_SHIFT, Span
from dedupe.fingerprint import Fingerprint, Skeleton
from dedupe.fold import Mask
from dedupe.numbers import Role, maybe_damaged
from dedupe.placed import PlacedNumber, Places

LABEL = 8
LABEL_EQUAL = 6
"""A figure belongs to the words in front of it: so many of so many characters must be equal. In
lists the words behind it name the next figure."""

Group = tuple[PlacedNumber, ...]


class Agreement(NamedTuple):
    """How many figures stand at the same place of both texts, and how many are equal."""

    compared: int
    equal: int


def compare_numbers(
    a: Fingerprint, b: Fingerprint, b_shift: Places, stretches: Sequence[Span]
) -> Agreement:
    """Compare the figures of two texts inside `stretches` of b.

    `b_shift` tells for each character of b how far on it stands in a. A figure that is repeated
    counts once.
    """
    if not len(a.numbers) or not len(b.numbers):
        return Agreement(0, 0)
    ours, theirs = a.numbers.groups, b.numbers.groups
    a_at, b_at = _same_place(a, b, b_shift, stretches)
    a_keys, b_keys = ours.keys[a_at], theirs.keys[b_at]
    same = a_keys == b_keys
    # A figure with its like is answered: what else stands at its place was only moved there.
    answered = same | np.isin(a_at, a_at[same])
    asked = ours.asks[a_at] | theirs.asks[b_at]
    plainly = ~answered & ours.plain[a_at] & theirs.plain[b_at]
    equal = set(a_keys[same & asked].tolist())
    unequal = set(zip(a_keys[plainly].tolist(), b_keys[plainly].tolist(), strict=True))
    for i in np.flatnonzero(~answered & ~plainly).tolist():
        answer = agree(a.numbers.group(int(a_at[i])), b.numbers.group(int(b_at[i])))
        if answer:
            equal.add(int(a_keys[i]))
        elif answer is False:
            unequal.add((int(a_keys[i]), int(b_keys[i])))
    return Agreement(len(equal) + len(unequal), len(equal))


def _same_place(
    a: Fingerprint, b: Fingerprint, b_shift: Places, stretches: Sequence[Span]
) -> tuple[Places, Places]:
    """Indexes of groups of a and of b that stand at the same place behind the same words."""
    a_places, b_places = a.numbers.groups.places, b.numbers.groups.places
    starts, ends = np.array(stretches, dtype=np.int32).T
    stretch = np.searchsorted(starts, b_places, side="right") - 1
    inside = np.flatnonzero((stretch >= 0) & (b_places <= ends[stretch]))
    places = b_places[inside]
    a_at = np.full(len(inside), -1, dtype=np.intp)
    # The words in front of a figure know its place best, the words behind it are the next best.
    for neighbour in (places - 1, places):
        known = (neighbour >= 0) & (neighbour < len(b_shift))
        shift = np.where(known, b_shift[np.where(known, neighbour, 0)], NO_SHIFT)
        wanted = np.where(shift == NO_SHIFT, -1, places + shift)
        found = np.minimum(np.searchsorted(a_places, wanted), len(a_places) - 1)
        good = (a_places[found] == wanted) & _same_label(a.skeleton, wanted, b.skeleton, places)
        a_at = np.where((a_at < 0) & good, found, a_at)
    return a_at[a_at >= 0].astype(np.int32), inside[a_at >= 0].astype(np.int32)


def _same_label(a: Skeleton, a_places: Places, b: Skeleton, b_places: Places) -> Mask:
    """Whether the same words stand in front of each pair of places, but for a damaged character."""
    back = np.arange(1, LABEL + 1)
    a_index, b_index = a_places[:, None] - back, b_places[:, None] - back
    there = (a_index >= 0) & (b_index >= 0)
    equal = a[np.where(there, a_index, 0)] == b[np.where(there, b_index, 0)]
    same: Mask = (equal & there).sum(axis=1) * LABEL >= there.sum(axis=1) * LABEL_EQUAL
    return same


def agree(ours: Group, theirs: Group) -> bool | None:
    """Whether two groups of figures at one place say the same; None where they say nothing.

    Of two groups of several, half of the shorter one must be in the other.
    """
    a_values, b_values = {n.value for n in ours}, {n.value for n in theirs}
    a_asks = [n.value for n in ours if n.role == Role.ASKS]
    b_asks = [n.value for n in theirs if n.role == Role.ASKS]
    if a_asks or b_asks:
        hits = max(sum(v in b_values for v in a_asks), sum(v in a_values for v in b_asks))
        if hits * 2 >= max(1, min(len(a_asks) or 1, len(b_asks) or 1)):
            return True
        return None if _may_be_damaged(ours, theirs) else False
    denied = all(n.role == Role.DENIES for n in (*ours, *theirs)) and not a_values & b_values
    return False if denied else None


def _may_be_damaged(ours: Group, theirs: Group) -> bool:
    """Whether the two groups differ only by what a lost character does to a numeral."""
    for group in (ours, theirs):
        if all(number.role == Role.CONFIRMS for number in group):
            return True
    return any(
        maybe_damaged(a.value, b.value) for a in ours for b in theirs if a.spelled or b.spelled
    )
