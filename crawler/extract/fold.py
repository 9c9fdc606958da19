"""The folded copy of a text that rules match on; the published characters are never changed.

Folding removes pinyin groups such as "費(fèi)", maps traditional to simplified, full-width ASCII
to half width, and drops blanks and bullets.
"""

import itertools
import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

from opencc import OpenCC

_FEW: Final = 3
_PINYIN = re.compile(r"(?<=[\u3400-\u9fff])[(（][a-zü\u00e0-\u01dc]{1,6}[)）]")
_BLANKS = re.compile(r"[\s•·●◆■▪>》〉|｜_\u200b-\u200f\ufeff]+")
_TRADITIONAL = re.compile(
    "[們個爲這來時對學會國過還發經現開關間題無從業東車長門見電話語說認請讓費質貨買賣權條檔載讀閱頁單價萬與義"
    "級統網線總結給維護報導環產務實處當動進運達辦協調議論證詞訊記計設許評試該誠資訴購貿領頭顯類養館馬體點黨齊]"
)


@cache
def _converter() -> Any:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """The text in simplified characters; free where it holds no traditional ones."""
    if not _TRADITIONAL.search(text):
        return text
    converted: str = _converter().convert(text)
    return converted


_FULL: Final = str.maketrans(",:;()!?％﹪０１２３４５６７８９", "，：；（）！？%%0123456789")
_GROUPED = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


def level(text: str) -> str:
    """The text in simplified characters with one form of each mark, place for place.

    Captured pages mix "," and "，" freely. The length never changes, so a place found here is the
    place in the published text.
    """
    marks = _GROUPED.sub(",", text.translate(_FULL))
    plain = simplified(marks)
    return plain if len(plain) == len(text) else marks


def has_glosses(text: str) -> bool:
    """A cheap look whether a text may be damaged: pinyin in brackets behind Han."""
    return next(itertools.islice(_PINYIN.finditer(text), _FEW, None), None) is not None


def fold(text: str) -> str:
    """The copy rules match on, blanks kept."""
    return _fold_line(text) if len(text) <= _LINE else _fold(text)


def _fold(text: str) -> str:
    return simplified(_UNSTABLE.sub(_compatible, _PINYIN.sub("", text)))


_UNSTABLE = re.compile("[^\\n 0-9\u3400-\u4dbf\u4e00-\u9fff、。“”《》]+")
"""What NFKC may change. Han and these marks never do, nor do they combine with what stands beside
them; asking for each of them took more time than all else here."""


def _compatible(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])


_LINE: Final = 200
_fold_line = lru_cache(maxsize=4096)(_fold)  # rules ask for the same lines again and again


def fold_lines(lines: Sequence[str]) -> list[str]:
    """`fold` for many lines at once: one conversion instead of one a line."""
    folded = fold("\n".join(lines)).split("\n")
    return folded if len(folded) == len(lines) else [fold(line) for line in lines]


def squeeze(folded: str) -> str:
    """A folded text without blanks and bullets."""
    return _BLANKS.sub("", folded)
