"""The figures of a text as values, in whatever form they are written.

1013, 1,013, １０１３ and 一千零一十三 are one value; so are 35万 and 350000, 85% and 百分之八十五.
What looks like a figure and says nothing about the year's work is left out: years, dates, times of
day, hotlines. A masked figure (X, **) is not there at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

HOTLINES = frozenset(
    {"12315", "12345", "315", "3.15", "12358", "12365", "12331", "96315", "110", "120", "12580"}
)
"""Numbers that every consumer-protection text holds, whatever the year."""

DIGITS_ASKED = 2
"""A one-digit number is as often a list mark or the same next year as a result."""

_ARABIC = re.compile(
    r"(?P<digits>\d{1,2}·\d{1,2}(?!\d)|\d{1,3}(?:,\d{3}){1,4}(?![\d,])(?:\.\d{1,12})?"
    r"|\d{1,12}(?:\.\d{1,12}){0,6})"
    r"(?P<mask>(?:[.,]?[x*_□○])?)"
    r"(?P<scale>万亿|[千百]?[万亿]|[百千](?=[余多]?[元件人起户份次家吨]))?"
    r"(?P<percent>%)?"
)
_CHINESE = re.compile(
    r"(?P<percent>百分之)?(?P<numeral>[〇零一二三四五六七八九十百千万亿两]{1,20}"
    r"(?:点[〇零一二三四五六七八九]{1,8})?)"
)
_DATE_MARK = re.compile(r"[年月日号时点](?!次|均)")
ITEM_DIGITS = 2
_ITEM_ENDS = frozenset(".、):")
_MASK_BEFORE = re.compile(r"[x*_□○][.,]?\Z")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LIST_MARK = re.compile(r"\d[、)]|\d{1,2}\.(?:(?:19|20)\d\d|\d{5,12})(?!\d)")
"""3.2017年总结: the mark of a list and a year; no report gives a figure to five decimals."""
_MASKED_YEAR = re.compile(r"\d\d(?:xx|\*\*|__?|□□|○○)年")
_PLAIN = re.compile(r"\d{1,20}(?:\.\d{1,20})?%?")
_CLASSIFIERS = frozenset(
    "件元人起户家份条个项批次场期例篇名宗吨公亩台套辆块页处所座间平立斤字余多种类张只支本部"
)
_ORDINAL_BEFORE = frozenset("第初")
_DIGIT_NAMES = "零一二三四五六七八九"
_DIGIT = {c: i for i, c in enumerate(_DIGIT_NAMES)} | {"〇": 0, "两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_SCALE = {
    "万": 10**4, "亿": 10**8, "万亿": 10**12, "百": 100, "千": 1000,
    "百万": 10**6, "千万": 10**7, "百亿": 10**10, "千亿": 10**11,
}  # fmt: skip


class Role(IntEnum):
    """What a figure can say about two texts that have one at the same place."""

    CONFIRMS = 0
    """A lone 十 or 百: as often part of a word as the number 10 or 100."""
    ASKS = 1
    """A result: equal ones bind two texts, unequal ones part them."""
    DENIES = 2
    """A hotline, 3·15: the same in every report, so only an unequal pair says something."""
    ANSWERS = 3
    """One digit: says something only beside one that asks."""


@dataclass(frozen=True, slots=True)
class Number:
    """One figure of a text."""

    start: int
    end: int
    value: str
    """Decimal string in base units without trailing zeros; a rate ends in %."""
    role: Role
    opens: bool = False
    """The number of a paragraph: the words behind it, not those in front, say what it counts."""
    spelled: bool = False
    """Written in Chinese numerals, where one lost character makes another value."""


def numbers(folded: str) -> list[Number]:
    """The figures of a folded text, in order of their place."""
    found = [*_arabic(folded), *_chinese(folded)]
    found.sort(key=lambda number: number.start)
    return found


def _arabic(text: str) -> Iterator[Number]:
    for match in _ARABIC.finditer(text):
        digits = match["digits"]
        start, end = match.span()
        if _MASKED_YEAR.match(text, start):
            yield Number(start, end, digits, Role.DENIES)
        elif _marks_item(text, start, match.end("digits")):
            if len(digits) >= DIGITS_ASKED:
                yield Number(start, end, digits, Role.DENIES, opens=True)
        elif sum(c.isdigit() for c in digits) < DIGITS_ASKED:
            if not _says_nothing(text, match):
                value = _value(digits, match["scale"], match["percent"])
                yield Number(start, end, value, Role.ANSWERS)
        elif not _says_nothing(text, match):
            counts = match["scale"] or match["percent"] or text[end : end + 1] in _CLASSIFIERS
            if "·" in digits or (digits in HOTLINES and not counts):
                # 315, 3.15 and 3·15 are one day; 120件 is a result like any other.
                plain = digits.replace(".", "").replace("·", "")
                yield Number(start, end, plain, Role.DENIES)
            else:
                value = _value(digits, match["scale"], match["percent"])
                yield Number(start, end, value, Role.ASKS)


def _says_nothing(text: str, match: re.Match[str]) -> bool:
    """Whether a number is masked in part, or a year, a date or a list's mark."""
    start, end = match.start(), match.end("digits")
    if match["mask"] or _MASK_BEFORE.search(text, max(0, start - 2), start):
        return True
    bare = not match["scale"] and not match["percent"]
    if bare and (_YEAR.fullmatch(match["digits"]) or _LIST_MARK.match(text, start)):
        return True
    return bool(_DATE_MARK.match(text, end))


def _marks_item(text: str, start: int, end: int) -> bool:
    """Whether a number only counts paragraphs: 12. or 12、 at the start of one."""
    before = text[start - 1 : start] if start else ""
    return (
        end - start <= ITEM_DIGITS
        and text[end : end + 1] in _ITEM_ENDS
        and not text[end + 1 : end + 2].isdigit()
        and not before.isalnum()
    )


def _value(digits: str, scale: str | None, percent: str | None) -> str:
    plain = digits.replace(",", "")
    if plain.count(".") > 1:  # a paragraph number or an address, compared as it stands
        return plain
    value = Decimal(plain) * _SCALE.get(scale or "", 1)
    return _decimal(value) + (percent or "")


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _chinese(text: str) -> Iterator[Number]:
    for match in _CHINESE.finditer(text):
        value = chinese_value(match["numeral"])
        if value is None:
            continue
        start, end = match.span()
        if match["percent"]:
            yield Number(start, end, _decimal(value) + "%", Role.ASKS, spelled=True)
            continue
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        if before.isdigit() or before in _ORDINAL_BEFORE or value < 10:  # noqa: PLR2004
            continue
        if after in "年月日号":
            continue
        counted = len(match["numeral"]) > 1 and after in _CLASSIFIERS
        role = Role.ASKS if counted else Role.CONFIRMS
        yield Number(start, end, _decimal(value), role, spelled=True)


def maybe_damaged(a: str, b: str) -> bool:
    """Whether one lost, doubled or changed character makes one value, spelled out, the other."""
    if not (_PLAIN.fullmatch(a) and _PLAIN.fullmatch(b)):
        return False
    x, y = spelled_out(a), spelled_out(b)
    if len(x) > len(y):
        x, y = y, x
    if len(y) - len(x) > 1:
        return False
    start = next((i for i, c in enumerate(x) if c != y[i]), len(x))
    return x[start:] == y[start + 1 :] or x[start + 1 :] == y[start + 1 :]


def spelled_out(value: str) -> str:
    """A value of `Number` in Chinese numerals: 1013 is 一千零一十三."""
    whole, _, fraction = value.removesuffix("%").partition(".")
    out = _section_names(whole)
    if fraction:
        out += "点" + "".join(_DIGIT_NAMES[int(c)] for c in fraction)
    return out


def _section_names(whole: str) -> str:
    out, gap = "", False
    groups = [whole[max(0, i - 4) : i] for i in range(len(whole), 0, -4)][::-1]
    for index, group in enumerate(groups):
        names = ""
        for place, digit in enumerate(group):
            if digit == "0":
                gap = bool(out or names)
                continue
            names += ("零" if gap else "") + _DIGIT_NAMES[int(digit)]
            names += ("", "十", "百", "千")[len(group) - 1 - place]
            gap = False
        out += names + (("", "万", "亿", "万亿")[min(3, len(groups) - 1 - index)] if names else "")
    return out.removeprefix("一") if out.startswith("一十") else out or "零"


def chinese_value(numeral: str) -> Decimal | None:
    """The value of a Chinese numeral such as 一千零一十三 or 三点五; None where it writes none."""
    whole, _, fraction = numeral.partition("点")
    number = _whole(whole)
    if number is None or not fraction:
        return number
    digits = "".join(str(_DIGIT[c]) for c in fraction)
    return number + Decimal(f"0.{digits}")


def _whole(numeral: str) -> Decimal | None:
    if len(numeral) > 1 and all(c in _DIGIT for c in numeral):  # 二〇一三: digit by digit
        return Decimal("".join(str(_DIGIT[c]) for c in numeral))
    total = section = digit = 0
    for char in numeral:
        if char in _DIGIT:
            digit = _DIGIT[char]
        elif char in _UNIT:
            section += (digit or 1) * _UNIT[char]
            digit = 0
        else:
            scale = _SCALE[char]
            if not (section or digit or total):
                return None  # 万 or 亿 alone: 万里, 亿万
            if char == "亿":
                total, section = (total + section + digit) * scale, 0
            else:
                total, section = total + (section + digit) * scale, 0
            digit = 0
    return Decimal(total + section + digit)
