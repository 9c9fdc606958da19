"""The character trigram model: how likely a character is after two others."""

from array import array
from bisect import bisect_left
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from crawler.extract.repair.symbols import UNKNOWN

_STEP: Final = 16.0
"""Stored numbers are -ln(p) * 16 (see train_model.py)."""

COMMON_RANK: Final = 1200
"""Characters that count as common: they cover about 93 % of running text."""


class Model:
    """A back-off model over characters as `symbols.fold` writes them. Read only, so shareable.

    Rows of followers are sorted, so that a look-up is one binary search per order: `start2[i]` to
    `start2[i+1]` are the followers of character i in `char2`; `start3` does the same for pairs.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            chars = stored["chars"]
            self._rank = {chr(int(code)): index for index, code in enumerate(chars)}
            self._p1: array[int] = array("H", stored["p1"].tobytes())
            self._bow1: bytes = stored["bow1"].tobytes()
            self._start2 = array("I", stored["start2"].tobytes())
            self._char2 = array("H", stored["char2"].tobytes())
            self._p2: bytes = stored["p2"].tobytes()
            self._bow2: bytes = stored["bow2"].tobytes()
            self._start3 = array("I", stored["start3"].tobytes())
            self._char3 = array("H", stored["char3"].tobytes())
            self._p3: bytes = stored["p3"].tobytes()
        self._row1 = np.frombuffer(self._p1, dtype=np.uint16)
        self._row2 = np.frombuffer(self._char2, dtype=np.uint16)
        self._row3 = np.frombuffer(self._char3, dtype=np.uint16)
        self._cost2 = np.frombuffer(self._p2, dtype=np.uint8)
        self._cost3 = np.frombuffer(self._p3, dtype=np.uint8)
        self._unknown = self._rank[UNKNOWN]
        han = (char for char in self._rank if "\u4e00" <= char <= "\u9fff")
        self.common = frozenset(islice(han, COMMON_RANK))

    def score(self, before2: str, before: str, char: str) -> float:
        """Ln P(char | before2 before); all three one folded character each."""
        rank = self._rank
        third = rank.get(char, self._unknown)
        second = rank.get(before, self._unknown)
        first = rank.get(before2, self._unknown)
        char2 = self._char2
        end = self._start2[first + 1]
        pair = bisect_left(char2, second, self._start2[first], end)
        weight = 0.0
        if pair < end and char2[pair] == second:
            char3 = self._char3
            stop = self._start3[pair + 1]
            found = bisect_left(char3, third, self._start3[pair], stop)
            if found < stop and char3[found] == third:
                return -self._p3[found] / _STEP
            weight = -self._bow2[pair] / _STEP
        end = self._start2[second + 1]
        found = bisect_left(char2, third, self._start2[second], end)
        if found < end and char2[found] == third:
            return weight - self._p2[found] / _STEP
        return weight - (self._bow1[second] + self._p1[third]) / _STEP

    def rank(self, char: str) -> int:
        """The number of a folded character in this model, for `scores`."""
        return self._rank.get(char, self._unknown)

    def scores(
        self, before2: str, before: str, ranks: npt.NDArray[np.uint16]
    ) -> npt.NDArray[np.float64]:
        """Ln P of each of the characters with these numbers, as `score` has it."""
        second = self.rank(before)
        first = self.rank(before2)
        start, end = self._start2[second], self._start2[second + 1]
        costs = self._row1[ranks] + np.int64(self._bow1[second])
        _put(costs, ranks, self._row2[start:end], self._cost2[start:end])
        end = self._start2[first + 1]
        pair = bisect_left(self._char2, second, self._start2[first], end)
        if pair < end and self._char2[pair] == second:
            start, end = self._start3[pair], self._start3[pair + 1]
            costs += self._bow2[pair]
            _put(costs, ranks, self._row3[start:end], self._cost3[start:end])
        out: npt.NDArray[np.float64] = costs / -_STEP
        return out


def _put(
    costs: npt.NDArray[np.int64],
    ranks: npt.NDArray[np.uint16],
    row: npt.NDArray[np.uint16],
    known: npt.NDArray[np.uint8],
) -> None:
    """Sets the costs of those characters that stand in `row`, which is sorted."""
    if len(row):
        at = np.minimum(row.searchsorted(ranks), len(row) - 1)
        found = row[at] == ranks
        costs[found] = known[at[found]]


@cache
def load() -> Model:
    """The model that comes with the project, read once per process."""
    return Model(Path(__file__).with_name("model.npz"))
