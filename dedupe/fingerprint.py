"""Everything a text is looked up and compared by, made once and small enough to be stored.

The *skeleton* is the text's Chinese characters in folded form, without numerals and without 某:
what stays when somebody changes the script, the years, the figures' form, the punctuation or puts
pronunciations in brackets. Figures are kept beside it with their place in the skeleton.
"""

import hashlib
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedupe.fold import IS_HAN, IS_NUMERAL, Codes, Mask, as_text, folded_codes
from dedupe.numbers import numbers
from dedupe.placed import PlacedNumbers

VERSION = 1
"""Goes up when any value below is made in another way; others are not comparable."""

SHINGLE = 8
"""Characters in a shingle. Shorter ones are shared by chance, longer ones die with each damage."""
FEATURE = 4
"""Characters in a simhash feature: the width the simhash package slides by default."""
OPENING = 8
"""Characters behind a paragraph's number that stand for it: it is placed behind them."""
SAMPLING = ((800, 4), (1600, 8), (3200, 16))
SAMPLING_LONG = 32
"""(skeleton length below, one shingle in n is kept): 88 rows for a long document, and never so few
that an excerpt of 300 characters shares fewer than the three a candidate needs."""

Skeleton = npt.NDArray[np.uint16]
Hashes = npt.NDArray[np.uint64]

_MASKED = re.compile(
    r"(?:19|20)(?:xx|\*\*|__?|□□|○○)"
    r"|(?:x{2,6}|\*{1,6}|_{1,6}|某{1,3}|○{2,6})(?=[省市县区镇乡州旗盟村局委会公银同])"
)
_GLOSS = re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹɡêḿ]{1,6}\)")
_HEADING = re.compile(
    r"(?:^|\n)[ 【(《]{0,6}((?:(?:范文|例文|样本|方案|篇)[一二三四五六七八九十\d]{1,2}"
    r"|第[一二三四五六七八九十\d]{1,2}篇)(?![章节年月]))"
)
_NUMBERING = re.compile(r"(?:^|\n) {0,8}(一、)")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_GRAM_BASE = np.uint64(0x100000001B3)


@dataclass(frozen=True, slots=True)
class Breaks:
    """Skeleton places where another work may begin."""

    headings: tuple[int, ...] = ()
    """Before a heading such as 篇二 or 范文三."""
    numberings: tuple[int, ...] = ()
    """Before a paragraph that begins with 一、: one work has one such numbering."""


NO_BREAKS = Breaks()


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What a text is looked up and compared by. Two are comparable when `version` is the same."""

    version: int
    exact: str
    """SHA-256 of the Chinese characters and digits; empty for a text without any."""
    simhash: int
    """64 bits over the skeleton's 4-grams, unsigned; 0 for a text without any."""
    shingles: tuple[int, ...]
    """Sampled 8-gram hashes, 32 bits, signed, ascending."""
    skeleton: Skeleton
    numbers: PlacedNumbers
    masked: int
    """Places where a name or a year was replaced by XX, 某, ** or the like."""
    breaks: Breaks

    @property
    def n_han(self) -> int:
        """Characters in the skeleton."""
        return len(self.skeleton)

    @property
    def bands(self) -> tuple[int, int, int, int]:
        """The simhash in four pieces of 16 bits: of two 3 bits apart, one piece is equal."""
        value = self.simhash
        return (
            value >> 48, value >> 32 & 0xFFFF, value >> 16 & 0xFFFF, value & 0xFFFF,
        )  # fmt: skip


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a document's text. Any string has one."""
    lines = folded_codes(text)
    read = readable_mask(lines)
    codes = lines[read]
    folded = as_text(codes)
    kept = skeleton_mask(codes)
    skeleton = codes[kept].astype("<u2")
    before = np.concatenate(([0], np.cumsum(kept)))
    found = [
        (min(int(before[n.start]) + OPENING * n.opens, len(skeleton)), n) for n in numbers(folded)
    ]
    found.sort(key=lambda placed: placed[0])
    return Fingerprint(
        version=VERSION,
        exact=_exact(codes),
        simhash=simhash(gram_hashes(skeleton, FEATURE)),
        shingles=sampled(gram_hashes(skeleton, SHINGLE), len(skeleton)),
        skeleton=skeleton,
        numbers=PlacedNumbers.of([n for _, n in found], [place for place, _ in found]),
        masked=sum(1 for _ in _MASKED.finditer(folded)),
        breaks=_breaks(lines, read, before),
    )


def text_places(text: str) -> npt.NDArray[np.int64]:
    """For each skeleton character its place in `text`."""
    lines = folded_codes(text)
    read = np.flatnonzero(readable_mask(lines))
    return read[skeleton_mask(lines[read])]


def readable_mask(codes: Codes) -> Mask:
    """Which characters of a folded text are read: not the pronunciations put behind characters.

    Blanks go too, except between digits, where they part two figures.
    """
    kept: Mask = (codes != ord(" ")) & (codes != ord("\n"))
    said = np.flatnonzero(kept)
    digit = (codes[said] >= ord("0")) & (codes[said] <= ord("9"))
    parted = (said[1:] - said[:-1] > 1) & digit[1:] & digit[:-1]
    kept[said[:-1][parted] + 1] = True
    if (codes == ord("(")).any():
        for match in _GLOSS.finditer(as_text(codes)):
            kept[match.start() : match.end()] = False
    return kept


def skeleton_mask(codes: Codes) -> Mask:
    """Which characters of a folded text belong to its skeleton."""
    numeral = IS_NUMERAL[codes]
    kept: Mask = IS_HAN[codes] & ~numeral & (codes != ord("某"))
    # 百分之 writes the % sign and 点 the decimal point of a numeral: not text either.
    percent = np.flatnonzero(codes[:-2] == ord("百"))
    percent = percent[(codes[percent + 1] == ord("分")) & (codes[percent + 2] == ord("之"))]
    kept[percent + 1] = kept[percent + 2] = False
    point = np.flatnonzero(codes[1:-1] == ord("点")) + 1
    kept[point[numeral[point - 1] & numeral[point + 1]]] = False
    return kept


def _breaks(lines: Codes, read: Mask, before: npt.NDArray[np.int64]) -> Breaks:
    text = as_text(lines)
    index = np.concatenate(([0], np.cumsum(read)))

    def places(pattern: re.Pattern[str]) -> tuple[int, ...]:
        found = (match.start(1) for match in pattern.finditer(text))
        return tuple(sorted({int(before[index[place]]) for place in found}))

    return Breaks(places(_HEADING), places(_NUMBERING))


def _exact(codes: Codes) -> str:
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    said = IS_HAN[codes] | digit | (codes == ord("%"))
    point = np.flatnonzero(codes[1:-1] == ord(".")) + 1
    said[point[digit[point - 1] & digit[point + 1]]] = True
    if not said.any():
        return ""
    return hashlib.sha256(codes[said].astype("<u2").tobytes()).hexdigest()


def gram_hashes(skeleton: Skeleton, width: int) -> Hashes:
    """The 64-bit hash of each run of `width` characters; entry i begins at character i."""
    count = len(skeleton) - width + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    wide = skeleton.astype(np.uint64)
    value = wide[:count].copy()
    for offset in range(1, width):
        value *= _GRAM_BASE
        value += wide[offset : offset + count]
    # splitmix64's finish: every bit of the sum reaches every bit of the hash.
    value *= _MULTIPLIER
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def simhash(hashes: Hashes) -> int:
    """The simhash of features with these hashes, as the simhash package computes it.

    A feature that occurs n times counts n times: hand each occurrence in. A bit is set where more
    than half of the occurrences have it.
    """
    if not len(hashes):
        return 0
    bits = np.unpackbits(hashes.astype(">u8").view(np.uint8)).reshape(-1, 64)
    ones = bits.sum(axis=0, dtype=np.int64)
    return int.from_bytes(np.packbits(ones * 2 > len(hashes)).tobytes(), "big")


def sampled(hashes: Hashes, length: int) -> tuple[int, ...]:
    """The shingles kept of a skeleton of `length` characters, as signed 32-bit numbers.

    What a sparse sample keeps a dense one keeps too, so texts of any two lengths can meet.
    """
    keep_one_in = next((n for below, n in SAMPLING if length < below), SAMPLING_LONG)
    kept = hashes[hashes % np.uint64(keep_one_in) == 0]
    return tuple(np.unique((kept >> np.uint64(32)).astype(np.uint32).view(np.int32)).tolist())


def hamming(a: int, b: int) -> int:
    """Bits in which two simhashes differ."""
    return (a ^ b).bit_count()
