"""How glosses look on damaged pages: 國(guó), and ?guó) where the bracket was eaten."""

import re
from typing import Final

PINYIN: Final = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ"
"""Letters of a reading as a class body."""

READING: Final = rf"[{PINYIN}]{{1,7}}"

GLOSS: Final = re.compile(rf"\(({READING})\)")
GLOSSED: Final = re.compile(rf"([\u4e00-\u9fff])\(({READING})\)")
QUIET: Final = re.compile(rf"([^\x00-\x7f])(\({READING}\))?([@-~])\(({READING})\)")
"""A gloss between characters that broke nothing: 念_(huì), where the last byte of 念 and the _ are
the code of a listed character."""
CUT_GLOSS: Final = re.compile(rf"([\u4e00-\u9fff])\(([{PINYIN}]{{0,7}})\Z")
"""The start of a gloss at the end of a text: titles and descriptions are cut to a length."""
TORN: Final = re.compile(rf"\?{READING}\)")
HINT: Final = re.compile(rf"[(（]{READING} ?[)）]")
"""Anything that may be a gloss, in whatever dress."""
_DRESSED: Final = re.compile(rf"([(?（])({READING})[ \u00a0]?[)）]")
"""A gloss as mirrors write it: some put a blank in it, some widen its brackets."""
_COMMA: Final = re.compile(r"([,，])\1")

TRIGGER: Final = re.compile(rf"\?(?={READING}\)|[,;?，；？])")
"""Where a broken place can begin: a lost byte before a gloss or before a cut mark."""


def doubles_commas(text: str) -> bool:
    """True if most commas of `text` are doubled, as one kind of mirror does to whole pages."""
    return 4 * len(_COMMA.findall(text)) > text.count("，") + text.count(",")


def plain(text: str, *, doubled: bool) -> str:
    """`text` with what some mirrors do on top of the channel taken back.

    Glosses get narrow brackets without a blank. With `doubled`, doubled commas become single; a
    doubled comma among single ones is the author's.
    """
    out = _DRESSED.sub(_bare, text)
    return _COMMA.sub(r"\1", out) if doubled else out


def _bare(gloss: re.Match[str]) -> str:
    return f"{'(' if gloss[1] == '（' else gloss[1]}{gloss[2]})"
