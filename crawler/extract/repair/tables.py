"""The script maps and readings of tables.json, read once per process and never changed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from crawler.extract.repair.cp936 import BYTES, PAIRS, is_private


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
        by_lead: (first byte, reading) to the characters that begin with this byte and have this
            reading: a gloss that broke a pair leaves exactly this much of its character.
        by_reading: reading to the characters that have it.
    """

    traditional: Mapping[str, str]
    simplified: Mapping[str, tuple[str, ...]]
    readings: Mapping[str, frozenset[str]]
    by_lead: Mapping[tuple[int, str], tuple[str, ...]]
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
    readings: dict[str, set[str]] = {}
    by_lead: dict[tuple[int, str], list[str]] = {}
    for reading, chars in data["readings"].items():
        for char in chars:
            readings.setdefault(char, set()).add(reading)
            by_lead.setdefault((BYTES[char][0], reading), []).append(char)
    return Tables(
        traditional=MappingProxyType(traditional),
        simplified=MappingProxyType({t: tuple(s) for t, s in simplified.items()}),
        readings=MappingProxyType({c: frozenset(r) for c, r in readings.items()}),
        by_reading=MappingProxyType(dict(data["readings"])),
        by_lead=MappingProxyType({key: tuple(chars) for key, chars in by_lead.items()}),
    )


def _modern(char: str) -> bool:
    """True for a character of GB 2312, the set of simplified print."""
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


@cache
def by_first_byte() -> Mapping[int, tuple[tuple[int, str], ...]]:
    """First byte to (second byte, character), for all characters that clean text can hold."""
    out: dict[int, list[tuple[int, str]]] = {}
    for code, char in _possible():
        out.setdefault(code[0], []).append((code[1], char))
    return MappingProxyType({lead: tuple(found) for lead, found in out.items()})


@cache
def by_second_byte() -> Mapping[int, tuple[tuple[str, bytes], ...]]:
    """Second byte to (character, bytes), for all characters that clean text can hold."""
    out: dict[int, list[tuple[str, bytes]]] = {}
    for code, char in _possible():
        out.setdefault(code[1], []).append((char, code))
    return MappingProxyType({trail: tuple(found) for trail, found in out.items()})


def _possible() -> Iterator[tuple[bytes, str]]:
    traditional = load().traditional
    for code, char in PAIRS.items():
        if traditional.get(char, char) == char and not is_private(char):
            yield code, char
