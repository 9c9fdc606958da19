"""Code page 936 (Windows GBK) with its user-defined areas, both ways.

Python's ``gbk`` codec knows neither the user-defined pairs, which Windows and PHP show as
private-use characters, nor the single bytes 80 and FF. The damaged pages need all of them: the
private-use characters carry bytes of the lost text (docs/text-repair.md, "The channel").
"""

from typing import Final

UNPAIRED: Final = "?"
"""What the damaging program wrote for a lone lead byte or an invalid pair."""

EURO: Final = "\u20ac"
LAST_SINGLE: Final = "\uf8f5"


def _user_defined(lead: int, trail: int) -> str | None:
    if 0xAA <= lead <= 0xAF and trail >= 0xA1:
        return chr(0xE000 + (lead - 0xAA) * 94 + trail - 0xA1)
    if lead >= 0xF8 and trail >= 0xA1:
        return chr(0xE234 + (lead - 0xF8) * 94 + trail - 0xA1)
    if 0xA1 <= lead <= 0xA7 and trail <= 0xA0:
        return chr(0xE4C6 + (lead - 0xA1) * 96 + trail - 0x40 - (trail > 0x7F))
    return None


def _pairs() -> dict[bytes, str]:
    pairs = {}
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF)):
            pair = bytes((lead, trail))
            try:
                char: str | None = pair.decode("gbk")
            except UnicodeDecodeError:
                char = _user_defined(lead, trail)
            if char is not None:
                pairs[pair] = char
    return pairs


PAIRS: Final = _pairs()
"""Every valid pair of bytes and its character."""

BYTES: Final = {
    **{char: pair for pair, char in PAIRS.items()},
    **{chr(byte): bytes((byte,)) for byte in range(0x80)},
    EURO: b"\x80",
    LAST_SINGLE: b"\xff",
}
"""Every character with a code, and its one or two bytes."""


def encode(text: str) -> bytes:
    """The bytes of `text`; KeyError for a character without a code (see `BYTES`)."""
    return b"".join([BYTES[char] for char in text])


def decode(data: bytes) -> str:
    """Reads bytes as the damaging program did: never fails, `UNPAIRED` for what is no character.

    A lone lead byte at the end gives one `UNPAIRED`; an invalid pair gives one for both bytes.
    """
    out = []
    index = 0
    while index < len(data):
        byte = data[index]
        if byte <= 0x80 or byte == 0xFF:
            out.append(chr(byte) if byte < 0x80 else EURO if byte == 0x80 else LAST_SINGLE)
            index += 1
        else:
            pair = data[index : index + 2]
            out.append(PAIRS.get(pair, UNPAIRED))
            index += 2
    return "".join(out)


def is_private(char: str) -> bool:
    """True for the private-use characters of the user-defined areas."""
    return "\ue000" <= char <= "\uf8ff"
