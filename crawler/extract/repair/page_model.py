"""The language model, adapted to one page: what the page says elsewhere it is likely to say here."""

from collections import Counter
from itertools import pairwise
from math import exp, log
from typing import Final

import numpy as np
import numpy.typing as npt

from crawler.extract.repair.letters import BLANK, Letters
from crawler.extract.repair.model import Model
from crawler.extract.repair.symbols import START, fold

PAIR_TRUST: Final = 0.4
PAIR_DELAY: Final = 12.0
TRIPLE_TRUST: Final = 0.8
TRIPLE_DELAY: Final = 3.0
RARE_BLANK: Final = -12.0
"""ln P of a blank, which the model does not know."""
MAX_ROWS: Final = 4000
"""Rows of `scores` kept: 6 MB."""
LEAST: Final = 1e-9
"""No character is less likely than this."""


class PageModel:
    """ln P(character | two before), from the general model and the undamaged text of a page."""

    def __init__(self, model: Model, text: str) -> None:
        """`text`: restored text of the page without its broken places."""
        self._model = model
        folded = START + fold(text)
        self._pairs = Counter(pairwise(folded))
        self._triples = Counter(zip(folded, folded[1:], folded[2:], strict=False))
        self._singles = Counter(folded)
        self._after: dict[str, list[str]] = {}
        for before, char in self._pairs:
            self._after.setdefault(before, []).append(char)
        self._known: dict[tuple[str, str, str], float] = {}
        self._rows: dict[tuple[str, str, Letters], npt.NDArray[np.float64]] = {}

    def score(self, before2: str, before: str, char: str) -> float:
        """See the class; all three one folded character each."""
        key = (before2, before, char)
        value = self._known.get(key)
        if value is None:
            value = self._known[key] = self._score(key)
        return value

    def _score(self, key: tuple[str, str, str]) -> float:
        p = exp(self._model.score(*key))
        before2, before, char = key
        seen = self._singles[before]
        if seen:
            trust = PAIR_TRUST * seen / (seen + PAIR_DELAY)
            p += trust * (self._pairs[before, char] / seen - p)
            seen = self._pairs[before2, before]
            if seen:
                trust = TRIPLE_TRUST * seen / (seen + TRIPLE_DELAY)
                p += trust * (self._triples[key] / seen - p)
        return log(max(p, LEAST))

    def scores(self, before2: str, before: str, letters: Letters) -> npt.NDArray[np.float64]:
        """Ln P of each of `letters`, with its `extra`; not to be changed."""
        key = (before2, before, letters)
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) >= MAX_ROWS:
                self._rows.clear()
            row = self._rows[key] = self._row(before2, before, letters)
        return row

    def _row(self, before2: str, before: str, letters: Letters) -> npt.NDArray[np.float64]:
        p = np.exp(self._model.scores(before2, before, letters.ranks))
        seen = self._singles[before]
        if seen:
            shares = np.zeros(len(p))
            followers = self._after.get(before, ())
            after = [(char, letters.where(char)) for char in followers if char in letters.symbols]
            for char, places in after:
                shares[places] = self._pairs[before, char] / seen
            p += PAIR_TRUST * seen / (seen + PAIR_DELAY) * (shares - p)
            seen = self._pairs[before2, before]
            if seen:
                for char, places in after:
                    shares[places] = self._triples[before2, before, char] / seen
                p += TRIPLE_TRUST * seen / (seen + TRIPLE_DELAY) * (shares - p)
        row = np.log(np.maximum(p, LEAST))
        row[letters.where(BLANK)] = RARE_BLANK
        row += letters.extra
        return row
