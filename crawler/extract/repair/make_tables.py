"""Makes tables.json: script maps from `opencc`, readings from `pypinyin`. Run it by hand.

    python -m crawler.extract.repair.make_tables

Sources and licences: OpenCC's STCharacters and TSCharacters (Apache-2.0), pypinyin (MIT).
"""

import json
from pathlib import Path

import opencc
from pypinyin import Style, pinyin

from crawler.extract.repair.cp936 import BYTES

# Where the damaging program departs from OpenCC's first choice, read off captured pages
# (docs/text-repair.md, "Script"): mostly characters that it leaves as they are.
OVERRIDES = {
    **{char: char for char in "于范秘咨余群后采游并吃里征灶干愿"},
    "为": "為",
    "众": "眾",
    "净": "凈",
    "鉴": "鑒",
    "伪": "偽",
    "着": "著",
}


def to_traditional() -> dict[str, str]:
    """Simplified character to traditional, one by one, where they differ and both have a code."""
    convert = opencc.OpenCC("s2t").convert
    out = {char: convert(char) for char in map(chr, range(0x4E00, 0xA000)) if char in BYTES}
    out.update(OVERRIDES)
    return {s: t for s, t in out.items() if s != t and t in BYTES}


def to_simplified(image: dict[str, str]) -> dict[str, str]:
    """Traditional character to simplified for those that `image`'s inverse does not cover."""
    convert = opencc.OpenCC("t2s").convert
    covered = set(image.values())
    out = {}
    for char in map(chr, range(0x4E00, 0xA000)):
        simplified = convert(char)
        known = char in BYTES and simplified in BYTES
        if known and char not in covered and simplified != char and not _modern(char):
            out[char] = simplified
    return out


def _modern(char: str) -> bool:
    """True for a character of GB 2312, which simplified text may hold as it is."""
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


def readings(chars: set[str]) -> dict[str, str]:
    """Reading to the characters that have it, all readings of each character."""
    out: dict[str, list[str]] = {}
    for char in sorted(chars):
        for reading in pinyin(char, style=Style.TONE, heteronym=True)[0]:
            if reading != char and all(letter in BYTES for letter in reading):
                out.setdefault(reading, []).append(char)
    return {reading: "".join(chars) for reading, chars in sorted(out.items())}


def main() -> None:
    """Writes tables.json beside this file."""
    image = to_traditional()
    other = to_simplified(image)
    tables = {
        "s2t": "".join(s + t for s, t in sorted(image.items())),
        "t2s": "".join(t + s for t, s in sorted(other.items())),
        "readings": readings(set(image.values()) | set(other)),
    }
    path = Path(__file__).with_name("tables.json")
    path.write_text(json.dumps(tables, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
