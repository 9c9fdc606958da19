"""Folding text for search: one character in, one character out.

Simplified and traditional, full and half width, upper and lower case, and the many shapes of one
punctuation mark become the same character, so that a reader finds a text however it was typed.
Every character becomes exactly one other: a place in the folded text is the same place in the
published one.
"""

import re
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

FOLD_VERSION = "1"
"""Goes up when the table changes; an index made with another one must be made again."""

# Shapes of one mark: Chinese and Western, simplified and traditional ways of setting type.
_MARKS = {
    '"': "“”„‟〝〞「」『』",
    "'": "‘’‚‛",
    "-": "‐‑‒–—―−",
    "~": "〜∼",
    "·": "•‧∙⋅・･",
    "<": "〈",
    ">": "〉",
    "[": "〔【",
    "]": "〕】",
}
_DIGITS = frozenset("0123456789")
_DIGIT_SEPARATOR = re.compile(r"(?<=[0-9])[.·](?=[0-9])")


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    pairs = files("archive").joinpath("fold_han.txt").read_text("utf-8").split()
    table.update({ord(pair[0]): pair[1] for pair in pairs})
    table.update({ord(shape): mark for mark, shapes in _MARKS.items() for shape in shapes})
    table.update({full: chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)})
    # Lower case of Latin, Greek and Cyrillic; the few letters that would grow stay as they are.
    for code in range(0x0530):
        small = chr(code).lower()
        if len(small) == 1 and small != chr(code):
            table[code] = small
    table.update({full: chr(full - 0xFEE0 + 32) for full in range(0xFF21, 0xFF3B)})
    # Blanks and control characters are one blank, half of a broken character is no character.
    blanks = [*range(0x21), *range(0x7F, 0xA1), 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029]
    blanks += [0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF]
    table.update(dict.fromkeys(blanks, " "))
    table.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
    return table


_FOLD = _table()


def fold(text: str) -> str:
    """The folded form of `text`, of the same length. Folding twice changes nothing."""
    return text.translate(_FOLD)


def search_form(text: str) -> str:
    """What search compares: the folded text without points inside numbers.

    3.15, 3·15 and 315 name the same day. This form can be shorter than the text.
    """
    return _DIGIT_SEPARATOR.sub("", fold(text))


@lru_cache(maxsize=256)  # a page of results asks twenty times for the same
def place_pattern(form: str) -> re.Pattern[str]:
    """A pattern that finds the search form `form` in a published text.

    It names all shapes of each character, which is 40 times quicker than folding the text first.
    """
    return re.compile(
        "".join(
            _shapes(here) + (_POINTS if here in _DIGITS and after in _DIGITS else "")
            for here, after in pairwise([*form, " "])
        )
    )


def _inverse() -> dict[str, str]:
    shapes: dict[str, str] = {}
    for code, folded in _FOLD.items():
        shapes[folded] = shapes.get(folded, folded) + chr(code)
    return shapes


_SHAPES = _inverse()


def _shapes(folded: str) -> str:
    shapes = _SHAPES.get(folded)
    return f"[{re.escape(shapes)}]" if shapes else re.escape(folded)


_POINTS = f"[{re.escape(_SHAPES['.'] + _SHAPES['·'])}]?"
