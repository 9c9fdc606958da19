"""The characters that a byte can belong to, in sets that are weighed at once.

Where a byte is missing, a hundred or two characters come into question. Their numbers in the
language model are looked up once per process, so that a whole set costs a few array operations.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crawler.extract.repair import model, tables
from crawler.extract.repair.channel import half_width
from crawler.extract.repair.cp936 import BYTES
from crawler.extract.repair.symbols import fold

RARE: Final = -12.5
"""ln P below which a character is not thought of where its first byte is missing."""
ODD: Final = -10.0
"""Added for full-width letters, digits and signs that Chinese text rarely has."""

PRIVATE_HIGH: Final = frozenset((*range(0xAA, 0xB0), *range(0xF8, 0xFF)))
PRIVATE_LEADS: Final = PRIVATE_HIGH | frozenset(range(0xA1, 0xA8))
"""First bytes of private-use characters; those of `PRIVATE_HIGH` have second bytes from A1 on."""

_ODD: Final = frozenset(map(chr, range(0xFF01, 0xFF5F))) - set("，；：？！（）％．－＋／～＝")
BLANK: Final = " "
"""Stands for an empty symbol in a set."""


class Letter(NamedTuple):
    """One thing that an aligned character of the damaged page can have been."""

    char: str
    """As the channel wrote it."""
    code: bytes
    simplified: str
    half: str
    """`simplified` in half width."""
    symbol: str
    """`simplified` as the language model reads it; empty for a blank."""
    extra: float
    """Added to ln P of the symbol."""


class Letters:
    """Letters that can stand in one place, by second byte and simplified form, the last first.

    Attributes:
        ranks: their numbers in the language model.
        extra: their `Letter.extra`.
        symbols: their symbols as one string, `BLANK` for an empty one.
    """

    __slots__ = ("_chars", "_simplified", "extra", "ranks", "symbols")

    def __init__(self, chars: Iterable[str]) -> None:
        """`chars`: two-byte characters that the channel can have written."""
        found = [letter for char in chars for letter in _letters_of(char)]
        found.sort(key=lambda one: (one.code[1], one.simplified, one.code[0]), reverse=True)
        rank = model.load().rank
        ranks = [rank(letter.symbol) for letter in found]
        self.ranks: npt.NDArray[np.uint16] = np.array(ranks, dtype=np.uint16)
        self.extra: npt.NDArray[np.float32] = np.array([x.extra for x in found], dtype=np.float32)
        self._chars = "".join(letter.char for letter in found)
        self._simplified = "".join(letter.simplified for letter in found)
        self.symbols = "".join(letter.symbol or BLANK for letter in found)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._chars)

    def __getitem__(self, index: int) -> Letter:
        """Letters are made when they are asked for: most of a set never are."""
        options = letters_of(self._chars[index])
        return next(one for one in options if one.simplified == self._simplified[index])

    def where(self, symbol: str) -> list[int]:
        """The indices of the letters with this symbol, which may be `BLANK`."""
        out = []
        index = self.symbols.find(symbol)
        while index >= 0:
            out.append(index)
            index = self.symbols.find(symbol, index + 1)
        return out


def _letters_of(char: str) -> tuple[Letter, ...]:
    return tuple(
        Letter(
            char,
            BYTES[char],
            simplified,
            half_width(simplified),
            fold(simplified),
            ODD if simplified in _ODD else 0.0,
        )
        for simplified in tables.load().simplified.get(char) or (char,)
    )


@cache
def letters_of(char: str) -> tuple[Letter, ...]:
    """What `char` can have been; more than one where simplified characters became the same."""
    return _letters_of(char)


@cache
def second_missing(first: int) -> Letters:
    """Letters with this first byte whose second byte is no ASCII character."""
    return Letters(c for c in tables.by_first_byte().get(first, "") if BYTES[c][1] > 0x80)


@cache
def before_private(first: int) -> Letters:
    """Letters with this first byte whose second byte can begin a private-use character."""
    chars = tables.by_first_byte().get(first, "")
    return Letters(c for c in chars if BYTES[c][1] in PRIVATE_LEADS)


@cache
def first_missing(second: int, low: int, high: int) -> Letters:
    """Usual letters with this second byte and a first byte from `low` up to before `high`."""
    return Letters(c for c in _usual(second) if low <= BYTES[c][0] < high)


@cache
def lost_before_private(low: int, high: int) -> Letters:
    """Usual letters whose first byte is as told and whose second can begin a private-use one."""
    return Letters(c for b in PRIVATE_LEADS for c in _usual(b) if low <= BYTES[c][0] < high)


@cache
def _usual(second: int) -> str:
    """Characters with this second byte that are not too rare to think of."""
    score = model.load().score
    return "".join(
        char
        for char in tables.by_second_byte().get(second, "")
        if score("", "", _letters_of(char)[0].symbol or BLANK) > RARE
    )
