"""How well documents match: the same figures on every engine, so that both give one order.

An engine's own rank is its own (bm25 here, ts_rank there), and costs most of a second for a word
that stands everywhere. Ours takes two steps. All hits are marked by which terms they have, and
whether the title has them, a rare term counting more than a frequent one. The best of them, the
newest where marks are equal, are then marked by how often the terms stand in their text, as bm25
does: more is better, but ever less so, and a long text needs more. They come before all others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select

from archive.fold import place_pattern
from archive.models import Document, SearchEntry
from archive.search.columns import Columns
from archive.search.match import Standing

TITLE = 2.0
"""What a term in the title counts, beside 1 for standing anywhere."""
READ = 100
"""Texts that are read: five pages of results, in some 6 milliseconds."""
SATURATION = 1.2
"""From bm25, with its usual value: so many times make half of what many times make."""
LENGTH = 2_000
"""Characters of an ordinary report."""
AHEAD = 1_000.0
"""Put on the marks of those whose text was read; 32 terms count 96 at most."""

_TEXTS = (
    select(SearchEntry.number, Document.text)
    .join(Document, Document.id == SearchEntry.document_id)
    .where(SearchEntry.number.in_(bindparam("numbers", expanding=True)))
)
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Marked:
    """Hits with their marks, in the same order; more is better."""

    hits: Places
    """Places in the columns."""
    marks: NDArray[np.float64]


def relevance(
    connection: Connection,
    columns: Columns,
    hits: Places,
    forms: Sequence[str],
    stands: Callable[[str], Standing],
) -> Marked:
    """The marks of `hits` (places in `columns`) for the terms `forms`."""
    numbers = columns.number[hits]
    marks = np.zeros(len(hits))
    weights: dict[str, float] = {}
    for form in forms:
        found = stands(form)
        weights[form] = 1.0 / float(np.log2(2 + np.count_nonzero(found.anywhere)))
        marks += weights[form] * found.anywhere[numbers]
        marks += TITLE * weights[form] * found.in_title[numbers]
    chosen = _top(marks, keys(columns, hits), READ)
    counted = _counted(connection, numbers[chosen].tolist(), weights)
    marks[chosen] += [AHEAD + counted.get(number, 0.0) for number in numbers[chosen].tolist()]
    return Marked(hits, marks)


def best(columns: Columns, marked: Marked, before: tuple[float, int] | None, limit: int) -> Places:
    """The `limit` best hits behind the place (mark, key) in that order, newest first of equals."""
    hits, marks, order = marked.hits, marked.marks, keys(columns, marked.hits)
    if before:
        mark, key = before
        later = (marks < mark) | ((marks == mark) & (order < key))
        hits, marks, order = hits[later], marks[later], order[later]
    return hits[_top(marks, order, limit)]


def _top(marks: NDArray[np.float64], order: NDArray[np.int64], count: int) -> Places:
    """The places of the `count` best marks, by `order` where equal, best first."""
    chosen = np.arange(len(marks))
    if len(marks) > count > 0:
        edge = np.partition(marks, -count)[-count]
        above, equal = np.flatnonzero(marks > edge), np.flatnonzero(marks == edge)
        wanted = count - len(above)  # at least one: the mark at the edge is an equal one
        if len(equal) > wanted:
            equal = equal[np.argpartition(order[equal], -wanted)[-wanted:]]
        chosen = np.concatenate([above, equal])
    return chosen[np.lexsort((order[chosen], marks[chosen]))[::-1]][:count]


def keys(columns: Columns, hits: Places) -> NDArray[np.int64]:
    """One number for the day and the number of each hit, the later the larger."""
    joined: NDArray[np.int64] = columns.day[hits].astype(np.int64) << NUMBER_BITS
    return joined | columns.number[hits]


NUMBER_BITS = 42
"""Of a day and a number in one 64-bit key: days need 22 bits until the year 9999."""


def _counted(
    connection: Connection, numbers: Sequence[int], weights: Mapping[str, float]
) -> dict[int, float]:
    """What the texts of these documents make of how often the terms stand in them."""
    patterns = [(place_pattern(form), weight) for form, weight in weights.items()]
    found = {}
    for number, text in connection.execute(_TEXTS, {"numbers": numbers}):
        needed = SATURATION * (0.25 + 0.75 * len(text) / LENGTH)
        total = 0.0
        for pattern, weight in patterns:
            times = len(pattern.findall(text))
            total += weight * times / (times + needed)
        found[number] = total
    return found
