"""Tells pages damaged by the channel from all others that carry pinyin or traditional characters.

The rules and their limits were measured on 621 clean newspaper pages, 134 script-converted pages,
868 review pages and 200 synthetic teaching pages without a false positive (docs/text-repair.md).
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from crawler.extract.repair import tables
from crawler.extract.repair.gloss import GLOSSED, doubles_commas, plain

MIN_GLOSSES: Final = 5
MIN_CHARACTERS: Final = 3
MIN_DIFFERING: Final = 0.97
MIN_VALID: Final = 0.97
MIN_GLOSSED: Final = 0.95
MIN_DENSITY: Final = 8 / 1000
MIN_COMMON: Final = 0.5

_NARROW: Final = re.compile(r"[\u4e00-\u9fff)][,;]")
_HAN_RUN: Final = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Damage:
    """What a damaged page tells about the program that damaged it.

    Attributes:
        listed: the characters glossed on this page and their readings (the page's list).
        full_width: most ， and ； of the page are full-width still; else they were folded.
        keeps_private: private-use characters are there, so none were dropped.
        doubled: commas were doubled afterwards (see `gloss.plain`).
    """

    listed: dict[str, str]
    full_width: bool
    keeps_private: bool
    doubled: bool


def detect(text: str, common: frozenset[str]) -> Damage | None:
    """What is wrong with `text` if it went through the channel, else None.

    Args:
        text: all visible text of a page; less than `MIN_GLOSSES` glosses are never enough.
        common: the most frequent characters, simplified.
    """
    known = tables.load()
    doubled = doubles_commas(text)
    text = plain(text, doubled=doubled)
    pairs = Counter(GLOSSED.findall(text))
    total = sum(pairs.values())
    if total < MIN_GLOSSES:
        return None
    readings: dict[str, Counter[str]] = {}
    valid = 0
    for (char, reading), count in pairs.items():
        if reading in known.readings.get(char, ()):
            readings.setdefault(char, Counter())[reading] += count
            valid += count
    differing = sum(n for (char, _), n in pairs.items() if char in known.simplified)
    if len(readings) < MIN_CHARACTERS or min(valid / total, differing / total) < MIN_VALID:
        return None
    seen = Counter(char for char in text if char in readings)
    if valid < MIN_GLOSSED * sum(seen.values()):
        return None
    if total < MIN_DENSITY * sum(map(len, _HAN_RUN.findall(text))):
        return None
    usual = sum(1 for char in readings if known.simplified[char][0] in common)
    if usual < MIN_COMMON * len(readings):
        return None
    return Damage(
        listed={char: counts.most_common(1)[0][0] for char, counts in readings.items()},
        full_width=text.count("，") + text.count("；") > len(_NARROW.findall(text)),
        keeps_private=any("\ue000" <= char <= "\uf8ff" for char in text),
        doubled=doubled,
    )
