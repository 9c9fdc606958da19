"""The script maps and readings of tables.json, read once per process and never changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from crawler.extract.repair.cp936 import PAIRS, is_private


@dataclass(frozen=True, slots=True)
class Tables:
    """What is known of characters.

    Attributes:
        traditional: simplified character to what the damaging program wrote for it, where they
            differ.
        simplified: traditional character to the simplified characters it may stand for, the
            likeliest first. More than one only where simplified text uses the traditional
            character too (著 stands for 着 and 著).
        readings: traditional character to its pinyin readings, tone marks on.
        by_reading: reading to the characters that have it.
    """

    traditional: Mapping[str, str]
    simplified: Mapping[str, tuple[str, ...]]
    readings: Mapping[str, tuple[str, ...]]
    by_reading: Mapping[str, str]

    def possible(self, char: str) -> bool:
        """True if the damaging program can have written `char`, an aligned character."""
        return self.traditional.get(char, char) == char


@cache
def load() -> Tables:
    """The tables that come with the project."""
    data = json.loads(Path(__file__).with_name("tables.json").read_text(encoding="utf-8"))
    flat = data["s2t"]
    traditional = dict(zip(flat[::2], flat[1::2], strict=True))
    simplified: dict[str, list[str]] = {}
    for s, t in traditional.items():
        simplified.setdefault(t, []).append(s)
    for t, options in simplified.items():
        options.sort(key=lambda s: (not _modern(s), s))
        if t not in traditional and _modern(t):
            options.append(t)
    flat = data["t2s"]
    for t, s in zip(flat[::2], flat[1::2], strict=True):
        simplified.setdefault(t, [s])
    readings: dict[str, list[str]] = {}
    for reading, chars in data["readings"].items():
        for char in chars:
            readings.setdefault(char, []).append(reading)
    return Tables(
        traditional=MappingProxyType(traditional),
        simplified=MappingProxyType({t: tuple(s) for t, s in simplified.items()}),
        readings=MappingProxyType({c: tuple(r) for c, r in readings.items()}),
        by_reading=MappingProxyType(dict(data["readings"])),
    )


def _modern(char: str) -> bool:
    """True for a character of GB 2312, the set of simplified print."""
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


@cache
def by_first_byte() -> Mapping[int, str]:
    """First byte to all characters with it that clean text can hold."""
    return _by_byte(0)


@cache
def by_second_byte() -> Mapping[int, str]:
    """Second byte to all characters with it that clean text can hold."""
    return _by_byte(1)


def _by_byte(index: int) -> Mapping[int, str]:
    possible = load().possible
    out: dict[int, list[str]] = {}
    for code, char in PAIRS.items():
        if possible(char) and not is_private(char):
            out.setdefault(code[index], []).append(char)
    return MappingProxyType({byte: "".join(chars) for byte, chars in out.items()})
