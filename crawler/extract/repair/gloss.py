"""How glosses look on damaged pages: 國(guó), and ?guó) where the bracket was eaten."""

import re
from typing import Final

PINYIN: Final = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ"
"""Letters of a reading as a class body."""

READING: Final = rf"[{PINYIN}]{{1,7}}"

GLOSS: Final = re.compile(rf"\(({READING})\)")
GLOSSED: Final = re.compile(rf"([\u4e00-\u9fff])\(({READING})\)")
CUT_GLOSS: Final = re.compile(rf"([\u4e00-\u9fff])\(([{PINYIN}]{{0,7}})\Z")
"""The start of a gloss at the end of a text: titles and descriptions are cut to a length."""
TORN: Final = re.compile(rf"\?{READING}\)")
SPACED: Final = re.compile(rf"([(?])({READING})[ \u00a0]\)")
"""A gloss with a blank before the closing bracket, as some mirrors write it."""

TRIGGER: Final = re.compile(rf"\?(?={READING}\)|[,;?，；？])")
"""Where a broken place can begin: a lost byte before a gloss or before a cut mark."""


def closed(text: str) -> str:
    """`text` with the glosses that carry a blank written as all others are."""
    return SPACED.sub(r"\1\2)", text)
