"""The damage, forward: what a page's program makes of a traditional text.

Used as the certificate of a repair: a restored place is right only if the channel turns it into
exactly what the page shows. docs/text-repair.md explains each step.
"""

import re
from collections.abc import Mapping
from typing import Final

from crawler.extract.repair.cp936 import BYTES, decode, encode

CUTS: Final = (b"\xa3\xac", b"\xa3\xbb", b"\xa3\xbf")
"""， ； ？ : the program cuts the bytes here, also where they stand across two characters."""

_CUT: Final = re.compile(b"(" + b"|".join(CUTS) + b")")
_PRIVATE: Final = dict.fromkeys(range(57344, 63744))
_HALF: Final = {0xFF01 + i: 0x21 + i for i in range(94)}


def half_width(text: str) -> str:
    """Full-width ASCII and punctuation to half width."""
    return text.translate(_HALF)


def drop_private(text: str) -> str:
    """Some mirrors lose the private-use characters on the way."""
    return text.translate(_PRIVATE)


def glosses(listed: Mapping[str, str]) -> dict[bytes, bytes]:
    """A page's list as bytes: the code of each character and the gloss that follows it."""
    return {BYTES[char]: b"(" + encode(reading) + b")" for char, reading in listed.items()}


def damage(data: bytes, codes: Mapping[bytes, bytes]) -> str:
    """The page text that the cp936 bytes of one run become, given a list as by `glosses`."""
    present = {data[i : i + 2] for i in range(len(data) - 1)}
    for code in sorted(present & codes.keys()):
        data = data.replace(code, code + codes[code])
    return "".join(map(decode, _CUT.split(data)))
