"""Which year a document is about, whatever its title says.

Essay sites overwrite the year of old reports with a recent one, so the printed year is one witness
among several. Exact ones first: the yearly theme of the China Consumers Association (one a year
since 1997) and the ordinal of the day itself (the n-th is 1982 + n). Bounds second: laws that
"take effect", offices that existed only in certain years. Printed years last.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

from crawler.extract.fold import level
from crawler.extract.patterns import literal_first

THEMES: Final[dict[int, str]] = {
    1997: "讲诚信反欺诈",
    1998: "为了农村消费者",
    1999: "安全健康消费",
    2000: "明明白白消费",
    2001: "绿色消费",
    2002: "科学消费",
    2003: "营造放心消费环境",
    2004: "诚信维权",
    2005: "健康维权",
    2006: "消费与环境",
    2007: "消费和谐",
    2008: "消费与责任",
    2009: "消费与发展",
    2010: "消费与服务",
    2011: "消费与民生",
    2012: "消费与安全",
    2013: "让消费者更有力量",
    2014: "新消法新权益新责任",
    2015: "携手共治畅享消费",
    2016: "新消费我做主",
    2017: "网络诚信消费无忧",
    2018: "品质消费美好生活",
    2019: "信用让消费更放心",
    2020: "凝聚你我力量",
    2021: "守护安全畅通消费",
    2022: "共促消费公平",
    2023: "提振消费信心",
    2024: "激发消费活力",
    2025: "共筑满意消费",
    2026: "提升消费品质",
}
"""Themes as compiled from stored pages; those before 2012 by attestation and order only."""

_THEME_YEARS: Final = {theme: year for year, theme in THEMES.items()}
_COMMON_PHRASES: Final = frozenset(
    [
        "消费和谐",
        "绿色消费",
        "科学消费",
        "安全健康消费",
        "明明白白消费",
        "诚信维权",
        "健康维权",
        "提升消费品质",
        "提振消费信心",
        "激发消费活力",
        "共促消费公平",
        "为了农村消费者",
        "营造放心消费环境",
    ]
)
_THEME_RE = re.compile("|".join(sorted(_THEME_YEARS, key=len, reverse=True)))
_MARKS = re.compile(r"[\s，,、·.。!！:：;；\-—]+")
_QUOTED = re.compile("[“「《]([\u4e00-\u9fff]{5,16})[”」》]")
_PECULIAR: Final = 7
"""Characters from which a theme does not occur by chance."""
_SLIPS: Final = 2
_QUOTES: Final = "“”\"'‘’「」《》"
_ORDINAL = re.compile(
    r"第\s?(\d{2}|[一二三四五六七八九十]{2,3})\s?(?:个|届)(?:[“\"]?3[.·]?15[”\"]?)?(?:国际)?消费者权益(?:保护)?日"
)
_YEAR = re.compile(
    r"(?<!\d)((?:19[89]|20[0-4])\d)\s?(?=年|度|[-./]\d|[~—至]|[上下]半年|第?[一二三四]季度)"
)
_TITLE_YEAR = re.compile(r"(?<!\d)((?:19[89]|20[0-4])\d)(?!\d)")
_HAN_YEAR = re.compile(r"二[○〇零OＯ0]([○〇零OＯ0一二])([○〇零OＯ0一二三四五六七八九])年?")
_HAN_DIGITS: Final = {
    "○": 0,
    "〇": 0,
    "零": 0,
    "O": 0,
    "Ｏ": 0,
    "0": 0,
    **{c: n for n, c in enumerate("一二三四五六七八九", 1)},
}
_ABOUT = re.compile(
    r"(?<!\d)((?:19[89]|20[0-4])\d)年?(?:度|全年|[上下]半年|第?[一二三四]季度|1-\d{1,2}月)?(?:的)?[^，。；\d]{0,16}?(?:工作(?:总结|报告|情况|汇报|要点|计划)|总结|报告|情况|分析|受理|共(?:受理|接|处理)|投诉(?:举报)?(?:情况|数据)|消费维权|年主题|“?3[.·]?15)"
)
_EVENTS: Final[tuple[tuple[str, int, int], ...]] = (
    (
        r"新《?消(?:费者权益保护)?法》?[^。]{0,10}(?:即将|将|正式)?(?:实施|施行|颁布|出台)",
        2013,
        2015,
    ),
    (r"(?:即将|将于|将在)[^。]{0,14}(?:实施|施行)的新《?消(?:费者权益保护)?法", 2014, 2014),
    (r"消费者权益保护法实施条例", 2024, 2100),
    (r"国家市场监督管理总局|市场监管总局", 2018, 2100),
    (r"市场监督管理局|市场监管局", 2014, 2100),
    (r"银保监", 2018, 2023),
    (r"金融监管总局|金融监督管理总局", 2023, 2100),
    (r"全国12315(?:互联网)?平台", 2017, 2100),
    (r"ODR", 2018, 2100),
    (r"新冠|疫情防控|防疫物资", 2020, 2023),
    (r"家电下乡", 2008, 2013),
    (r"十六届三中全会", 2003, 2004),
    (r"十六届四中全会", 2004, 2005),
    (r"十六届五中全会", 2005, 2006),
    (r"十六届六中全会", 2006, 2007),
    (r"十七届三中全会", 2008, 2009),
    (r"十七届四中全会", 2009, 2010),
    (r"十七届五中全会", 2010, 2011),
    (r"十七届六中全会", 2011, 2012),
    (r"十八届三中全会", 2013, 2014),
    (r"十八届四中全会", 2014, 2015),
    (r"十八届五中全会", 2015, 2016),
    (r"十八届六中全会", 2016, 2017),
    (r"十九届[二三]中全会", 2018, 2019),
    (r"十九届四中全会", 2019, 2020),
    (r"十九届五中全会", 2020, 2021),
    (r"十九届六中全会", 2021, 2022),
    (r"二十届三中全会", 2024, 2025),
    (r"十一五”?(?:规划|时期|期间|开局)", 2005, 2011),
    (r"十二五”?(?:规划|时期|期间|开局)", 2010, 2016),
    (r"十三五”?(?:规划|时期|期间|开局)", 2015, 2021),
    (r"十四五”?(?:规划|时期|期间|开局)", 2020, 2026),
    (r"党的十六大", 2002, 2007),
    (r"党的十七大", 2007, 2012),
    (r"党的十八大", 2012, 2017),
    (r"党的十九大", 2017, 2022),
    (r"党的二十大|二十大精神", 2022, 2027),
    (r"习近平新时代", 2017, 2100),
    (r"(?:以|深入贯彻|坚持|落实)科学发展观", 2003, 2013),
    (r"保持共产党员先进性教育", 2005, 2006),
    (r"学习实践科学发展观", 2008, 2010),
    (r"创先争优", 2010, 2012),
    (r"群众路线教育实践", 2013, 2014),
    (r"三严三实", 2015, 2016),
    (r"两学一做", 2016, 2018),
    (r"不忘初心、?牢记使命”?主题教育", 2019, 2020),
    (r"党史学习教育", 2021, 2022),
    (r"征信业管理条例》?实施一周年", 2014, 2014),
    (r"食品安全法", 2009, 2100),
    (r"电子商务法", 2018, 2100),
    (r"[七7][日天]无理由", 2013, 2100),
    (r"汶川|抗震救灾", 2008, 2009),
    (r"北京奥运", 2007, 2009),
    (r"上海世博", 2009, 2011),
    (r"三聚氰胺|三鹿|问题奶粉", 2008, 2010),
    (r"微信|支付宝|网约车|共享单车", 2012, 2100),
    (r"直播带货", 2016, 2100),
)
"""What bounds a year: words, the first year they can stand in a report, and the last year they
are news. A report names past events too, so only the latest of them bounds the year above."""

_OLD_OFFICE = re.compile(r"工商行政管理|工商局|工商所|工商分局|国家工商")
_NEW_OFFICE = re.compile(r"市场监督管理|市场监管")
_NARROW: Final = 2
_OFFICE_ENDS: Final = 2019
_EVENT_RULES: Final = tuple((literal_first(regex), low, high) for regex, low, high in _EVENTS)
_PUBLISH_LINE = re.compile(
    r"(?:发布|更新|上传|编辑|添加|录入)(?:时间|日期|于)?|施行|颁布|第\d+号|通过|修订|修正|成立于|始于"
)
_HISTORY = re.compile(r"(?:198[34]|19[89]\d)年[^。]{0,20}(?:国际消费者|中国消费者|联盟|成立)")
_PLANNED = re.compile(
    "年?度?[，,]?[^，。；]{0,8}?(?:将继续|将进一步|工作打算|工作思路|工作计划|要继续)"
)
_LAST_YEAR = re.compile("去年|上年度?|全年|过去(?:的)?一年|年终|年度")
_THIS_YEAR = re.compile("今年|近日|日前|昨日|今日|本月|3月15日")
_SPRING: Final = 4
_OPENING: Final = 150


@dataclass(frozen=True, slots=True)
class Year:
    """The year a document claims and the one its evidence gives."""

    claimed: int | None
    inferred: int | None
    conflict: bool
    evidence: tuple[str, ...]


def read_year(
    title: str, text: str, published: date | None = None, *, timely: bool = False
) -> Year:
    """Weigh the evidence.

    Args:
        title: the document's title.
        text: the document, from `fold.level`.
        published: the page's date: a document is not later than it.
        timely: whether the page is of a kind that is published when it is written (news,
            notices); only then does its date say more, for essay sites upload years later.
    """
    folded, heading = text, level(title)
    claimed = _claimed(heading, folded)
    exact = _themes(folded, heading) + _ordinals(folded)
    low, high, bounds = _bounds(folded)
    if published:
        high = min(high, published.year)
    printed = _printed(folded, claimed)
    inferred, why = _decide(exact, printed, claimed, (low, high))
    if inferred is None and published and timely and published.year >= low:
        inferred, why = _from_date(folded, published)
    evidence = tuple(dict.fromkeys([*(w for _, w in exact), *why, *bounds]))
    conflict = bool(claimed and inferred and claimed != inferred)
    return Year(claimed, inferred, conflict, evidence)


def _from_date(text: str, published: date) -> tuple[int, list[str]]:
    """The year a timely page of that day is about: last year's work is told in spring."""
    past = published.month <= _SPRING and _LAST_YEAR.search(text) and not _THIS_YEAR.search(text)
    return published.year - bool(past), [f"published {published}"]


def _claimed(title: str, text: str) -> int | None:
    """The year in the title, else the year of the first sentence that says what it is about."""
    match = _TITLE_YEAR.search(title)
    if match:
        return int(match[1])
    han = _HAN_YEAR.search(title)
    if han:
        return _han_year(han)
    for match in (*_ABOUT.finditer(text[:600]), *_YEAR.finditer(text[:_OPENING])):
        if not _HISTORY.match(text, match.start()):
            return int(match[1])
    return None


def _han_year(match: re.Match[str]) -> int:
    return 2000 + 10 * _HAN_DIGITS[match[1]] + _HAN_DIGITS[match[2]]


def _themes(text: str, title: str) -> list[tuple[int, str]]:
    """Years whose theme is quoted, called a theme, or too peculiar to stand there by chance.

    Common phrases ("消费和谐") count only where they are called a theme. Quoted themes may be
    misspelt by a character or two.
    """
    whole = _MARKS.sub("", title) + "\n" + _MARKS.sub("", text)
    found = []
    for match in _THEME_RE.finditer(whole):
        before = whole[max(0, match.start() - 14) : match.start()]
        after = whole[match.end() : match.end() + 12]
        quoted = before[-1:] in _QUOTES and after[:1] in _QUOTES and bool(before[-1:])
        beside = "主题" in before or "主题" in after
        peculiar = len(match[0]) >= _PECULIAR and match[0] not in _COMMON_PHRASES
        if beside or peculiar or (quoted and match[0] not in _COMMON_PHRASES):
            year = _THEME_YEARS[match[0]]
            found.append((year, f"theme {match[0]}: {year}"))
    return found or _misspelt(whole)


def _misspelt(whole: str) -> list[tuple[int, str]]:
    """Quoted strings that differ from a long theme by little."""
    found = []
    for quoted in _QUOTED.findall(whole):
        for theme, year in _THEME_YEARS.items():
            if len(theme) < _PECULIAR or abs(len(theme) - len(quoted)) > _SLIPS:
                continue
            shared = len(set(theme) & set(quoted))
            if shared >= len(set(theme)) - _SLIPS and shared >= len(set(quoted)) - _SLIPS:
                found.append((year, f"theme {quoted}, nearly {theme}: {year}"))
    return found


def _ordinals(text: str) -> list[tuple[int, str]]:
    found = []
    for match in _ORDINAL.finditer(text):
        digits = match[1]
        value = int(digits) if digits.isdigit() else _han_number(digits)
        if 10 <= value <= 60:
            found.append((1982 + value, f"{match[0]}: {1982 + value}"))
    return found


def _han_number(digits: str) -> int:
    tens, _, ones = digits.partition("十")
    high = "一二三四五六七八九".find(tens) + 1 if tens else 1
    return 10 * high + ("一二三四五六七八九".find(ones) + 1 if ones else 0)


def _bounds(text: str) -> tuple[int, int, list[str]]:
    """Earliest and latest year that the institutions and events named allow."""
    low, high, latest = 1985, 2100, ""
    for regex, first, last in _EVENT_RULES:
        match = regex.search(text)
        if match and (first, -last) > (low, -high):
            low, high, latest = first, last, match[0]
    why = [f"{latest}: {low} or later"] if latest else []
    if latest and high < 2100:
        why.append(f"{latest}: {high} or earlier")
    if high > _OFFICE_ENDS and low <= _OFFICE_ENDS and not _NEW_OFFICE.search(text):
        old = _OLD_OFFICE.findall(text)
        if len(old) > 1:
            high = _OFFICE_ENDS
            why.append(f"{old[0]}: {high} or earlier")
    return low, high, why


def _printed(text: str, claimed: int | None) -> Counter[int]:
    """Years printed in the text, weighted: what the report is about counts most."""
    counts: Counter[int] = Counter()
    size = max(1, len(text))
    for match in _YEAR.finditer(text):
        around = text[max(0, match.start() - 12) : match.end() + 14]
        weight = 0.3 if _PUBLISH_LINE.search(around) else 1.0
        if match.start() < size * 0.1 or match.start() > size - 120:
            weight *= 1.5
        planned = _PLANNED.match(text, match.end())
        counts[int(match[1]) - bool(planned)] += round(weight * 10)
    for match in _ABOUT.finditer(text):
        counts[int(match[1])] += 25
    for match in _HAN_YEAR.finditer(text):
        counts[_han_year(match)] += 15
    if claimed:
        counts[claimed] += 5
    return counts


def _decide(
    exact: list[tuple[int, str]],
    printed: Counter[int],
    claimed: int | None,
    bounds: tuple[int, int],
) -> tuple[int | None, list[str]]:
    low, high = bounds
    counted = Counter(year for year, _ in exact if low <= year <= high)
    if counted:
        best = counted.most_common(1)[0][0]
        if claimed == best - 1 and printed[claimed] >= printed[best]:
            return claimed, [f"year {claimed}; the theme is announced for the next"]
        return best, []
    if claimed and low <= claimed <= high:
        return claimed, [f"year {claimed} in the title or first sentence"]
    fitting = Counter({year: n for year, n in printed.items() if low <= year <= high})
    if fitting:
        best = fitting.most_common(1)[0][0]
        return best, [f"year {best} printed most"]
    return (low, []) if high - low <= _NARROW else (None, [])
