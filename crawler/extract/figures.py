"""Headline figures of a report: named numbers, exact, each with its sentence and place.

A number is named by the words nearest before it in its clause (or right after it, as in "3725件
投诉"), its unit, and what the sentence before has set as the subject. Numbers about one case, one
shop or one class of goods are not the report's own figures and get no name. Names, units and
wording: docs/figures.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from archive.page import Figure
from crawler.extract.figure_rules import BY_UNIT, COMPLAIN
from crawler.extract.numbers import Number, numbers_in, plain
from crawler.extract.patterns import literal_first

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")
_BOTH_NAMES = re.compile("申（投）诉|投（申）诉")
_CLAUSE_BREAK = re.compile(r"[，,；;。：:！？!?\n（）()]")
_REACH: Final = 34
"""Characters before a number that may name it."""

_SUBSCOPE = literal_first(
    r"某|先生|女士|小姐|类(?<=[\u4e00-\u9fff]类)(?:商品|服务|投诉)|类投诉|类商品|类服务|方面的?(?:投诉|举报|咨询)|行业(?:投诉|举报)|领域(?:投诉|举报)|(?:家电|电动|电话|网络购物|网购|食品|服装|家具|房屋|汽车|手机|通讯|教育|美容|餐饮|旅游|快递|物业|装修|互联网|预付(?:式|卡))[^，。；]{0,8}(?:投诉|举报|咨询)"
)
_OF_A_CLASS = re.compile(r"(?:类|方面|领域|行业|问题)(?:商品|服务)?[，：,:]$")
_CLASSES = re.compile(r"\d+(?:个)?大?(?:类|品种|种)")
_PUNITIVE = literal_first("(?:加倍|双倍|多倍|惩罚性)赔偿|欺诈")
_SAMPLED = re.compile("抽[检查样取]|检[测验]")
_FAILED = re.compile("不合格|合格|问题|同比|类")
_FAR_REACH: Final = 400
"""Characters before a number where a verb may name goods and samples."""
_ENDLESS: Final = 2_000
"""Longest sentence that is kept whole; longer ones are tables and rubble without a full stop."""
_AFTER: Final = 24
"""Characters behind a number that may name it."""
_SETTLED_AFTER = re.compile(
    r"(?:消费者|消费)?(?:投诉|申诉|纠纷)?[^，。；：\d]{0,4}(?:调解成功|成功调解|达成(?:一致|和解|调解|协议)|握手言和"
    r"|(?:双方)?和解|(?:得到|获得)?(?:妥善|圆满)?(?:解决|化解)|办结)"
)
_ALL_ENQUIRIES = re.compile(r"(?:全?都?)(?:是|为|属于?)[^，。；\d]{0,16}咨询")
_OF_COMPLAINTS = re.compile(
    r"占(?:受理|全部)?投诉(?:总数|总量|总件数|件数)?的$|(?<!调解)成功率[^，。；\d]{0,4}$"
)
_TAKES = re.compile(r"(?:投诉|举报|咨询)占了?$")
_RATE_END = re.compile(r"[率度][^，。；]{0,6}$")
_NEAR_END = re.compile("[，,；;。：:、]")
_MARKS = re.compile("[，,：:]")
_TARGET = re.compile(
    r"力争|争取|不低于|不少于|预计|拟(?:于|在|组织|举办|开展|印|邀请|建)|计划(?:于|在|组织|举办|开展|印|培育|新)"
)
"""From here on a sentence tells what is meant to be, and not what was."""
_FUND = re.compile("资金池|资金规模|保证金|准备金|专项资金|基金")
_SPENT = re.compile("已|支付|支出|使用|动用|垫付")
_EMPTY: Final = 2
_HEDGE = re.compile(
    r"(?:共计?|合计|总计|累计|约|近|超过?|达到?|逾|为|了|有|至|高达|各类|各种|将近|总共|在|以上|计)+$"
)
_WHOLE = re.compile(r"共|累计|合计|总计")
_COMPARED = re.compile(
    r"(?:同比|环比|比上年|比去年|较上年|较去年|上年同期|去年同期|增长|增加|上升|下降|减少|提高|降低|占[^，。；\d]{0,14}|比[^，。；\d]{0,8})(?:了|约|到|近|为)?$"
)
_CASE_SENTENCE = literal_first(
    r"(?:消费者|市民|村民)[\u4e00-\u9fff]?某|(?:先生|女士|小姐|某某)(?<=[\u4e00-\u9fff]..)|案例[一二三四五六七八九十\d]|投诉称|反映称|某(?:公司|商场|超市|店|酒店|医院|品牌)"
)
_CASE_BEGINS = re.compile(r"\s*[【\[]?(?:(?:典型)?案例|案情)")
"""A paragraph that starts so tells one case to its end."""


def read_figures(text: str, plain_text: str, offset: int = 0) -> tuple[Figure, ...]:
    """The named figures of a document.

    Args:
        text: the document.
        plain_text: the same from `fold.level`.
        offset: where it starts in the page's text; `start` and `end` count from the page's.
    """
    figures: list[Figure] = []
    told = _BOTH_NAMES.sub("消费者投诉", plain_text)
    case = False
    for sentence in _SENTENCE.finditer(told):
        case = case and told[sentence.start() - 1 : sentence.start()] != "\n"
        case = case or bool(_CASE_BEGINS.match(sentence[0]))
        if case or _CASE_SENTENCE.search(sentence[0]):
            continue
        numbers = numbers_in(sentence[0])
        for number, name in _named(sentence[0], numbers, seen=bool(figures)):
            start = sentence.start() + number.start
            figures.append(
                Figure(
                    name,
                    plain(number.value),
                    _unit(name, number.unit),
                    _around(text, sentence.start(), sentence.end(), start),
                    offset + start,
                    offset + sentence.start() + number.end,
                )
            )
    return check(_unique(figures))


def _around(text: str, start: int, end: int, at: int) -> str:
    """The sentence of a number; of one that never ends, what stands around the number."""
    if end - start > _ENDLESS:
        start, end = max(start, at - _FAR_REACH), min(end, at + _FAR_REACH)
    return text[start:end].strip()


def _named(sentence: str, numbers: Sequence[Number], *, seen: bool) -> Iterator[tuple[Number, str]]:
    previous_end = 0
    held = ""
    target = _TARGET.search(sentence)
    meant = target.start() if target else len(sentence)
    for place, number in enumerate(numbers):
        following = numbers[place + 1].start if place + 1 < len(numbers) else len(sentence)
        left = sentence[max(previous_end, number.start - _REACH) : number.start]
        right = sentence[number.end : min(following, number.end + _AFTER)]
        previous_end = number.end
        if number.start > meant:
            break
        name = _name(number, left, right, held, seen=seen) or _by_sentence(
            number, sentence[max(0, number.start - _FAR_REACH) : number.start], left
        )
        held = name or held
        if name:
            yield number, name


def _name(number: Number, left: str, right: str, held: str, *, seen: bool) -> str | None:
    """The name of one number from the words around it."""
    clause = _last_clause(left)
    before = left[: len(left) - len(clause)]
    if _is_no_figure(number, clause, before, seen=seen):
        return None
    context = _strip_hedge(_CLASSES.sub("类", clause))
    near = _NEAR_END.split(right)[0]
    if number.unit == "件" and _ALL_ENQUIRIES.match(right):
        near = "咨询"
    wider = _MARKS.sub("", _strip_hedge(left)) if len(clause.strip()) <= _EMPTY else ""
    if wider and _SUBSCOPE.search(left):
        return None
    if number.unit == "件" and _SETTLED_AFTER.match(right):
        return "complaints_settled"
    if number.unit == "%" and held == "complaints_settled" and _OF_COMPLAINTS.search(clause):
        return "mediation_rate"
    fitting = BY_UNIT.get(number.unit, ())
    name = (
        next((rule.name for rule in fitting if rule.before.search(context)), None)
        or next((rule.name for rule in fitting if rule.after and rule.after.search(near)), None)
        or next((rule.name for rule in fitting if wider and rule.before.search(wider)), None)
    )
    return _refine(name, wider or context, held) if name else None


def _by_sentence(number: Number, before: str, left: str) -> str | None:
    """Weights of destroyed goods and samples taken, named by a verb earlier in the sentence."""
    if number.unit == "公斤" and "销毁" in before:
        return "goods_destroyed"
    if number.unit == "批次" and _SAMPLED.search(before) and not _FAILED.search(left):
        return "inspections"
    return None


def _is_no_figure(number: Number, clause: str, before: str, *, seen: bool) -> bool:
    """Growth, shares of a class and punitive cases: numbers that are not the report's own.

    Complaints about one class of goods count only as the first figure of a document, where they
    are what it is about.
    """
    own_share = (
        _RATE_END.search(clause)
        or _TAKES.search(clause)
        or (number.unit == "%" and _OF_COMPLAINTS.search(clause))
    )
    compared = _COMPARED.search(clause.rstrip()) and not own_share
    of_a_class = _SUBSCOPE.search(clause) and (seen or not _WHOLE.search(clause))
    fund = number.unit == "元" and _FUND.search(clause) and not _SPENT.search(clause)
    punitive = number.unit == "件" and _PUNITIVE.search(clause)
    return bool(_OF_A_CLASS.search(before) or compared or of_a_class or punitive or fund)


def _last_clause(left: str) -> str:
    pieces = _CLAUSE_BREAK.split(left)
    last = pieces[-1]
    return last if last.strip() or len(pieces) == 1 else pieces[-2]


def _strip_hedge(text: str) -> str:
    return _HEDGE.sub("", text.rstrip("“”\"' "))


def _refine(name: str, context: str, held: str) -> str | None:
    """A rule's name, corrected by what the clause and the figure before it say."""
    if name == "complaints_settled" and "投诉" not in context:
        return {"reports_received": "reports_settled", "cases_filed": None}.get(held, name)
    if name == "cases_filed" and re.search(COMPLAIN, context):
        return "complaints_received"
    if name == "visitors" and re.search("赔|退|补偿|咨询", context):
        return "enquiries" if "咨询" in context else None
    return name


_COUNTED: Final = frozenset(
    (
        "demands_total",
        "complaints_and_reports",
        "complaints_received",
        "reports_received",
        "enquiries",
    )
)


def _unit(name: str, unit: str) -> str:
    """Demands are counted in 件, whatever the source calls one; people stay people."""
    return "件" if name in _COUNTED and unit in {"条", "次", "份"} else unit


def _unique(figures: Sequence[Figure]) -> list[Figure]:
    """Figures without repetitions of the same name, value and unit."""
    seen: dict[tuple[str, str, str], Figure] = {}
    for figure in figures:
        seen.setdefault((figure.name, figure.value, figure.unit), figure)
    return list(seen.values())


_RATIOS: Final = (
    ("failure_rate", "inspections_failed", "inspections"),
    ("mediation_rate", "complaints_settled", "complaints_received"),
)
_TOLERANCE: Final = Decimal("0.6")


def check(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Flag rates that contradict their own counts in the same sentence: 236 of 624 is not 63 %."""
    flagged = list(figures)
    for rate_name, part_name, whole_name in _RATIOS:
        for at, rate in enumerate(flagged):
            if rate.name != rate_name:
                continue
            part = _beside(flagged, part_name, rate)
            whole = _beside(flagged, whole_name, rate)
            if part is None or whole is None or not whole:
                continue
            real = part * 100 / whole
            if abs(real - Decimal(rate.value)) > max(_TOLERANCE, real / 50):
                reason = f"{plain(part)} of {plain(whole)} is {plain(round(real, 2))} %"
                flagged[at] = replace(rate, sanity=reason)
    return tuple(flagged)


def _beside(figures: Sequence[Figure], name: str, rate: Figure) -> Decimal | None:
    """The nearest value of a name in the rate's sentence."""
    same = [f for f in figures if f.name == name and f.text == rate.text and f.start < rate.start]
    return Decimal(same[-1].value) if same else None
