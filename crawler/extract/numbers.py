"""Numbers as Chinese reports write them, read exactly: "1.2万余件", "三万份", "76.6万人次"."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

_DIGITS: Final = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_SMALL: Final = {"十": 10, "百": 100, "千": 1000}
_SCALE: Final = {
    "": Decimal(1),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10_000),
    "十万": Decimal(100_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "万亿": Decimal(1_000_000_000_000),
}
_UNIT_NAMES: Final = {
    "件次": "件",
    "件": "件",
    "起": "件",
    "宗": "件",
    "例": "件",
    "桩": "件",
    "单": "件",
    "人次": "人次",
    "余人次": "人次",
    "人": "人次",
    "名": "人次",
    "位": "人次",
    "次": "次",
    "元": "元",
    "元人民币": "元",
    "块": "元",
    "%": "%",
    "％": "%",
    "﹪": "%",
    "批次": "批次",
    "批": "批次",
    "组": "批次",
    "份": "份",
    "册": "份",
    "张": "份",
    "本": "份",
    "页": "份",
    "个": "个",
    "家": "个",
    "所": "个",
    "处": "个",
    "户": "户",
    "户次": "户次",
    "家次": "户次",
    "公斤": "公斤",
    "千克": "公斤",
    "吨": "吨",
    "条": "条",
    "场": "场",
    "场次": "场",
    "期": "期",
    "盒": "盒",
    "瓶": "瓶",
    "箱": "箱",
    "袋": "袋",
    "台": "台",
    "部": "部",
    "种": "种",
    "品种": "种",
    "类": "类",
}
"""A counted word and the base unit it is stated in; docs/figures.md."""

LOST: Final = "\ufffd"
"""Stands for a character that is not known; a number beside it may lack digits."""

_UNITS: Final = "|".join(sorted(_UNIT_NAMES, key=len, reverse=True))
NUMBER: Final = re.compile(
    # One class stands first, so that positions without a digit are passed over at once.
    r"(?P<digits>[\d一二三四五六七八九两十](?<![\d.A-Za-z年第\ufffd].)(?!(?<=\ufffd[,，.]\d)\d\d(?!\d))"
    r"(?:(?<=\d)(?:\d{0,2}(?:[,，]\d{3})+(?:\.\d+)?|\d*(?:\.\d+)?)"
    r"|(?<=[一二三四五六七八九两])[零〇一二三四五六七八九十百千万两]{0,12}"
    r"|(?<=十)[一二三四五六七八九]?万?))"
    r"\s?(?P<m1>余|多|来|几)?(?P<scale>万亿|千万|百万|十万|亿|万|千|百)?(?P<m2>余|多)?\s?(?:个(?=批次|品种|单位|小时))?"
    rf"(?P<unit>{_UNITS})(?!份工作|来自|月|以上学历)"
)
_PERCENT_WORD = re.compile(
    r"百分之(?P<digits>[零〇一二三四五六七八九十百点两]++|\d++(?:\.\d++)?+)(?!\.?\ufffd)"
)
_BARE_SCALE = re.compile(
    r"(?P<scale>[千万百])(?<![\d一二三四五六七八九十百千\ufffd].)(?P<m>余|多)(?P<unit>份|件|人次|元|张|册|本|起)"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A counted quantity in base units and its place in the text."""

    value: Decimal
    unit: str
    word: str
    """The unit as written."""
    start: int
    end: int


def numbers_in(text: str) -> list[Number]:
    """Every number with a unit, in order; money and counts exact."""
    found = [number for m in NUMBER.finditer(text) if (number := _number(m))]
    for match in _PERCENT_WORD.finditer(text):
        value = _decimal(match["digits"])
        if value is not None:
            found.append(Number(value, "%", "%", match.start(), match.end()))
    for match in _BARE_SCALE.finditer(text):
        word = match["unit"]
        found.append(
            Number(_SCALE[match["scale"]], _UNIT_NAMES[word], word, match.start(), match.end())
        )
    return sorted(found, key=lambda number: number.start)


def _number(match: re.Match[str]) -> Number | None:
    digits, scale = match["digits"], match["scale"] or ""
    value = _decimal(digits)
    if value is None or digits == "一":
        return None
    word = match["unit"]
    unit = _UNIT_NAMES[word]
    value *= _SCALE[scale]
    if unit == "吨":
        value, unit = value * 1000, "公斤"
    return Number(value, unit, word, match.start("digits"), match.end())


def _decimal(digits: str) -> Decimal | None:
    plain = digits.replace(",", "").replace("，", "")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return _han(digits)


def _han(digits: str) -> Decimal | None:
    """A number in Chinese numerals; None for what is no number."""
    whole, point, part = digits.partition("点")
    high = total = current = 0
    for char in whole:
        if char in _DIGITS:
            current = _DIGITS[char]
        elif char in _SMALL:
            total += (current or 1) * _SMALL[char]
            current = 0
        elif char == "万":
            high, total, current = high + (total + current) * 10_000, 0, 0
        else:
            return None
    value = Decimal(high + total + current)
    if point:
        value += Decimal("0." + "".join(str(_DIGITS.get(char, 0)) for char in part))
    return value


def plain(value: Decimal) -> str:
    """A decimal as a plain string: no exponent, no trailing zeros after the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
