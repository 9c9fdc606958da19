"""The language model, adapted to one page: what the page says elsewhere it is likely to say here."""

from collections import Counter
from itertools import pairwise
from math import exp, log
from typing import Final

from crawler.extract.repair.model import Model
from crawler.extract.repair.symbols import START, fold

PAIR_TRUST: Final = 0.4
PAIR_DELAY: Final = 12.0
TRIPLE_TRUST: Final = 0.8
TRIPLE_DELAY: Final = 3.0


class PageModel:
    """ln P(character | two before), from the general model and the undamaged text of a page."""

    def __init__(self, model: Model, text: str) -> None:
        """`text`: restored text of the page without its broken places."""
        self._model = model
        folded = START + fold(text)
        self._pairs = Counter(pairwise(folded))
        self._triples = Counter(zip(folded, folded[1:], folded[2:], strict=False))
        self._singles = Counter(folded)
        self._known: dict[tuple[str, str, str], float] = {}

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
        return log(max(p, 1e-9))
