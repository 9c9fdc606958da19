r"""Undoing what page borders and anti-copy scripts did inside sentences.

Document viewers begin every page with its number, also in mid-sentence: "…效果\\n\\n5、明显…".
Scripts put blanks into words and single quotes before them.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archive.page import Dropped

_NUMBERED = re.compile(r"^(\d{1,3})、\s?")
_BARE = re.compile(r"^[-—–\s]*(?:第\s?)?(\d{1,3})(?:\s?[页頁])?[-—–\s]*$")
_ENDED = re.compile(r"[。！？：；!?:;”』」）)]\s*$")
_LOST_BREAK = re.compile(
    r"(?<=[\u3400-\u9fff。；：！？”）])[ \u3000](?=[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.．](?!\d))"
)
_BLANKS = re.compile(r"(?<=[\u3400-\u9fff])[ \u3000]{2,6}(?=[\u3400-\u9fff])")
_QUOTE = re.compile(r"(?<=[\u3400-\u9fff，。；、])['‘’](?=[\u3400-\u9fff])")
_MIN_PAGES: Final = 5
_MIN_PAGE: Final = 100
"""Characters of the median page; the items of a list without full stops are shorter."""
_MIN_BARE: Final = 3
_MID_SENTENCE: Final = 0.8
_PROSE: Final = 40
_HEADING: Final = 20


@dataclass(frozen=True, slots=True)
class Joined:
    """Lines with pages joined, and what was taken out."""

    lines: tuple[str, ...]
    dropped: tuple[Dropped, ...]


def join_lines(lines: Sequence[str]) -> Joined:
    """Join sentences across page borders, then mend blanks and stray quotes in prose."""
    dropped: list[Dropped] = []
    joined = _join_numbered(list(lines), dropped)
    joined = _join_bare(joined, dropped)
    return Joined(tuple(mend(line, dropped) for line in joined), tuple(dropped))


def mend(line: str, dropped: list[Dropped]) -> str:
    """A line without blanks inside words and without a lone quote."""
    if len(line) < _PROSE:
        return _BLANKS.sub(" ", line)
    mended = _BLANKS.sub("", line)
    if len(_QUOTE.findall(mended)) == 1 and mended.count("'") + mended.count("‘") <= 1:
        mended = _QUOTE.sub("", mended)
        dropped.append(Dropped("'", "stray_quote"))
    return mended


def _join_numbered(lines: list[str], dropped: list[Dropped]) -> list[str]:
    """Join paragraphs that start with 1、 2、 … k、 where the one before has not ended.

    A real list "1、… 2、…" ends its items with a full stop; page borders do not. Demanded: at
    least five consecutive numbers and four of five borders in mid-sentence.
    """
    places = _run(lines, _NUMBERED)
    if len(places) < _MIN_PAGES:
        return lines
    borders = [at for at in places[1:] if at]
    if sorted(len(lines[at]) for at in places)[len(places) // 2] < _MIN_PAGE:
        return lines
    open_ends = sum(not _ENDED.search(lines[at - 1]) for at in borders)
    if open_ends < _MID_SENTENCE * len(borders):
        return lines
    result: list[str] = []
    for at, line in enumerate(lines):
        if at not in places:
            result.append(line)
            continue
        match = _NUMBERED.match(line)
        rest = line[match.end() :] if match else line
        dropped.append(Dropped(line[: len(line) - len(rest)].strip(), "page_number"))
        if result and at != places[0]:
            _append(result, rest)
        else:
            result.append(rest)
    return [part for line in result for part in _LOST_BREAK.sub("\n", line).split("\n")]


def _append(result: list[str], rest: str) -> None:
    if _ENDED.search(result[-1]) and re.match(r"\d{1,2}[.．、]|[一二三四五六七八九十]", rest):
        result.append(rest)
    else:
        result[-1] += rest


def _run(lines: Sequence[str], pattern: re.Pattern[str]) -> list[int]:
    """Places of lines whose numbers run 1, 2, 3 … without a gap."""
    places: list[int] = []
    for at, line in enumerate(lines):
        match = pattern.match(line)
        if match and int(match[1]) == len(places) + 1:
            places.append(at)
    return places


def _join_bare(lines: list[str], dropped: list[Dropped]) -> list[str]:
    """Remove page numbers on lines of their own and join the sentence they cut."""
    numbers = [(at, int(m[1])) for at, line in enumerate(lines) if (m := _BARE.match(line))]
    if len(numbers) < _MIN_BARE or any(b[1] - a[1] != 1 for a, b in itertools.pairwise(numbers)):
        return lines
    if _are_headings(lines, [at for at, _ in numbers]):
        return lines
    places = {at for at, _ in numbers}
    result: list[str] = []
    broken = False
    for at, line in enumerate(lines):
        if at in places:
            dropped.append(Dropped(line, "page_number"))
            broken = bool(result) and not _ENDED.search(result[-1])
        elif broken:
            result[-1] += line
            broken = False
        else:
            result.append(line)
    return result


def _are_headings(lines: Sequence[str], places: Sequence[int]) -> bool:
    """Whether numbers on lines of their own count sections or rows: no page is numbered "01".

    Most of them stand before a heading or a cell then, not before running text.
    """
    if any(lines[at].startswith("0") for at in places):
        return True
    following = [lines[at + 1] for at in places if at + 1 < len(lines)]
    short = sum(len(line) <= _HEADING and not _ENDED.search(line) for line in following)
    return short * 2 > len(places)
