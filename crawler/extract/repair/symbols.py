"""The alphabet of the language model: what characters it tells apart."""

from typing import Final

START: Final = "。"
"""Stands before the first character of a line: lines begin as sentences do."""
UNKNOWN: Final = "\ufffd"
"""Any character that training did not see."""

_FOLD: Final = {
    **{0xFF01 + i: 0x21 + i for i in range(94)},
    **{ord(c): "0" for c in "123456789０１２３４５６７８９"},
    **{ord("a") + i: "A" for i in range(26)},
    **{ord("B") + i: "A" for i in range(25)},
    **{0xFF21 + i: "A" for i in range(26)},
    **{0xFF41 + i: "A" for i in range(26)},
    **{ord(c): None for c in " \t\r\u3000\u00a0"},
}


def fold(text: str) -> str:
    """`text` as the model reads it: half width, one digit, one letter, no blanks."""
    return text.translate(_FOLD)
