"""Makes the damaged traditional text of hijacked mirrors out of clean text.

The damage is a chain of byte operations on GBK: characters are turned traditional one by one,
readings are put in by a byte-wise replace that also hits the second byte of one character and
the first of the next, and the result is cut at the bytes of ，；？ and decoded piece by piece.
"""

import re
from functools import cache

from opencc import OpenCC

# Characters these mirrors leave as they are, or turn differently from the first OpenCC choice.
_OVERRIDES = {c: c for c in "于范秘咨余群后采游并吃里征灶干愿"} | {
    "为": "為", "众": "眾", "净": "凈", "鉴": "鑒", "伪": "偽", "着": "著",
}  # fmt: skip
_READINGS = dict(
    re.findall(
        r"(.)([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+)",
        "個gè價jià內nèi動dòng務wù區qū協xié執zhí報bào學xué實shí導dǎo強qiáng態tài應yīng據jù擴kuò時shí業yè構gòu"
        "標biāo機jī權quán準zhǔn濟jì現xiàn環huán產chǎn當dāng發fā監jiān節jié紀jì結jié絡luò統tǒng經jīng網wǎng續xù"
        "習xí聯lián衛wèi規guī計jì訓xùn設shè認rèn調diào護hù責zé費fèi質zhì轉zhuǎn進jìn運yùn鄉xiāng醫yī鎮zhèn"
        "關guān隊duì項xiàng預yù領lǐng點diǎn優yōu嚴yán國guó堅jiān場chǎng對duì會huì營yíng爭zhēng級jí長zhǎng數shù"
        "創chuàng團tuán擔dān農nóng險xiǎn驗yàn",
    )
)
_CUTS = re.compile(rb"(\xa3\xac|\xa3\xbb|\xa3\xbf)")
_GLOSS = re.compile(r"\(([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,7})\)")


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


def glossed(line: str, *, full_width: bool = False, doubled_commas: bool = False) -> str:
    """One line as the mirrors show it; the options are what some of them do on top."""
    data = traditional(line).encode("gbk", "replace")
    for character in sorted(_READINGS, key=lambda c: c.encode("gbk")):
        code = character.encode("gbk")
        data = data.replace(code, code + b"(" + _READINGS[character].encode("gbk") + b")")
    text = "".join(_decode(piece) for piece in _CUTS.split(data))
    if full_width:
        text = _GLOSS.sub(r"（\1）", text)
    return text.replace("，", "，，") if doubled_commas else text


def traditional(line: str) -> str:
    """The line in traditional characters, one character at a time and without context."""
    convert = _converter().convert
    return "".join(_OVERRIDES.get(c) or str(convert(c)) for c in line)


def _decode(piece: bytes) -> str:
    """Windows cp936 with its user-defined areas; what is not valid becomes one "?"."""
    out: list[str] = []
    at = 0
    while at < len(piece):
        lead = piece[at]
        if lead < 0x80:  # noqa: PLR2004  # ASCII
            out.append(chr(lead))
            at += 1
        elif at + 1 == len(piece):
            out.append("?")
            at += 1
        else:
            out.append(_pair(lead, piece[at + 1]))
            at += 2
    return "".join(out)


def _pair(lead: int, trail: int) -> str:
    private = _private_use(lead, trail)
    if private is not None:
        return chr(private)
    return bytes((lead, trail)).decode("gbk", "replace").replace("�", "?")[:1]


def _private_use(lead: int, trail: int) -> int | None:
    """The code point of a pair in one of the three user-defined areas of cp936."""
    if 0xA1 <= trail <= 0xFE:  # noqa: PLR2004
        if 0xAA <= lead <= 0xAF:  # noqa: PLR2004
            return 0xE000 + (lead - 0xAA) * 94 + trail - 0xA1
        if 0xF8 <= lead <= 0xFE:  # noqa: PLR2004
            return 0xE234 + (lead - 0xF8) * 94 + trail - 0xA1
    if 0xA1 <= lead <= 0xA7 and 0x40 <= trail <= 0xA0 and trail != 0x7F:  # noqa: PLR2004
        return 0xE4C6 + (lead - 0xA1) * 96 + trail - 0x40 - (trail > 0x7F)  # noqa: PLR2004
    return None
