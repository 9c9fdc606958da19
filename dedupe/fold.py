"""One form for both scripts and both widths.

Folding keeps the length: character i of the folded text is character i of the text, so every
offset found in one holds in the other.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]

_LIMIT = 0x10000
_HAN_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
_BLANKS = "\t\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u180e\u2028\u2029\u202f\u205f\u3000\ufeff\u2060"
# How a character is written in the figures of a text: one form each.
_SIGNS = {
    "％": "%", "．": ".", "×": "x", "﹪": "%", "＊": "*",
    "•": "·", "・": "·", "‧": "·", "∙": "·", "●": "·", "＿": "_",
}  # fmt: skip
NUMERALS = "〇零一二三四五六七八九十百千万亿两"
"""Characters that write numbers, in their folded form."""


def _fold_table() -> npt.NDArray[np.uint32]:
    table = np.arange(_LIMIT, dtype=np.uint32)
    full = np.arange(0xFF01, 0xFF5F)
    table[full] = full - 0xFEE0
    table[ord("，")] = ord("，")  # parts two figures, where a narrow comma may group thousands
    for char in _BLANKS:
        table[ord(char)] = ord(" ")
    table[0x2000:0x2010] = ord(" ")
    for char, plain in _SIGNS.items():
        table[ord(char)] = ord(plain)
    pairs = Path(__file__).with_name("fold_table.txt").read_text(encoding="utf-8").strip()
    for char, name in zip(pairs[::2], pairs[1::2], strict=True):
        table[ord(char)] = ord(name)
    upper = np.arange(ord("A"), ord("Z") + 1)
    table[upper] = upper + 32
    table[np.arange(0xFF21, 0xFF3B)] = upper + 32
    return table


def _marked(characters: str) -> Mask:
    marks = np.zeros(_LIMIT, dtype=np.bool_)
    marks[[ord(char) for char in characters]] = True
    return marks


def _han() -> Mask:
    marks = np.zeros(_LIMIT, dtype=np.bool_)
    for start, end in _HAN_RANGES:
        marks[start:end] = True
    return marks


_FOLD = _fold_table()
IS_HAN = _han()
"""By code point below 0x10000: whether it is a Chinese character."""
IS_NUMERAL = _marked(NUMERALS)
"""By code point below 0x10000: whether it is a folded Chinese numeral."""


def folded_codes(text: str) -> Codes:
    """The folded code points of `text`, one for each character.

    Characters beyond U+FFFF (rare names, emoji) all become U+FFFF: they say too little to be kept
    apart.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return _FOLD[np.minimum(codes, _LIMIT - 1)]


def as_text(codes: Codes) -> str:
    """The string of these code points."""
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
