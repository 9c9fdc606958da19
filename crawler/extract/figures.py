"""Headline figures of a report: named numbers, exact, each with its sentence and place.

A number is named by the words nearest before it in its clause (or right after it, as in "3725件
投诉"), its unit, and what the sentence before has set as the subject. Numbers about one case, one
shop or one class of goods are not the report's own figures and get no name. Names, units and
wording: docs/figures.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from archive.page import Figure
from crawler.extract.numbers import Number, numbers_in, plain

_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")
_BOTH_NAMES = re.compile("申（投）诉|投（申）诉")
_CLAUSE_BREAK = re.compile(r"[，,；;。：:！？!?\n（）()]")
_REACH: Final = 34
"""Characters before a number that may name it."""

_COMPLAIN: Final = r"(?:投诉|申（投）诉|投（申）诉|申诉|信访投诉|消费纠纷|消费争议|纠纷|诉转案)"
_RECEIVE: Final = (
    r"(?:受理|接收|接到|接受|收到|登记|处理|接待|办理|接|收|承办|共有|处置|接诉|流转|分流)"
)
_GRANDS: Final = (
    r"诉求|投诉举报(?:和|与|及|、)?咨询|咨询(?:和|与|及|、)?投诉举报|各类信息|来电来访|来访来电|工单|来电|各类(?:消费)?(?:咨询|投诉)[^，。；\d]{0,10}(?:举报|投诉|咨询)|(?:咨询|投诉|申诉|举报)[、，和及与]{1}[^，。；\d]{0,8}?(?:咨询|投诉|申诉|举报)[、，和及与]{1}[^，。；\d]{0,6}?(?:咨询|举报|投诉|建议)"
    r"|(?:咨询|投诉)(?:和|与|及|、)(?:投诉|咨询)|举报(?:和|与|及|、)咨询|咨询(?:和|与|及|、)举报|话务量|呼入|服务请求|信息"
)
_BOTH: Final = r"(?:投诉|申诉)(?:和|与|及|、|/)?(?:各类)?举报|举报(?:和|与|及|、|/)?(?:投诉|申诉)"


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    units: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str] | None = None


def _rule(name: str, units: str, before: str, after: str | None = None) -> _Rule:
    return _Rule(
        name,
        frozenset(units.split()),
        re.compile(before),
        re.compile(after) if after else None,
    )


_GAP: Final = r"[^，。；：\d]{0,12}"
RULES: Final = (
    # money
    _rule(
        "fines",
        "元",
        rf"(?:罚没|罚款|罚金|没收违法所得|没款|罚没款|处罚金额|罚没入库){_GAP}$",
        r"^(?:的)?(?:罚没款|罚款)",
    ),
    _rule(
        "case_value", "元", rf"(?:案值|货值|涉案金额|案件标的|涉案货值|涉案价值|案件金额){_GAP}$"
    ),
    _rule("advance_compensation", "元", rf"(?:先行赔付|先行垫付|先赔|赔付先行){_GAP}$"),
    _rule(
        "double_compensation", "元", rf"(?:加倍赔偿|惩罚性赔偿|双倍赔偿|三倍赔偿|多倍赔偿){_GAP}$"
    ),
    _rule(
        "disputed_amount",
        "元",
        rf"(?:涉及(?:争议|投诉)?金额|争议金额|涉及金额|争议标的|投诉金额|涉案争议){_GAP}$",
    ),
    _rule(
        "loss_recovered",
        "元",
        rf"(?:挽回|追回|挽救|避免|减少|帮助[^，。；\d]{{0,6}}挽){_GAP}$|挽回[^。；\d]{{0,16}}损失[^，。；\d]{{0,6}}$",
        r"^(?:的)?(?:经济)?损失",
    ),
    _rule(
        "compensation_paid",
        "元",
        rf"(?:赔偿|赔付|退赔|退款|退还|理赔|补偿|返还|退费|赔款){_GAP}$",
        r"^(?:的)?(?:赔偿|赔付|补偿|退款)",
    ),
    # shares
    _rule(
        "mediation_rate",
        "%",
        r"(?:调解(?:成功)?率|成功调解率|调处(?:成功)?率|调成率|和解率)[^，。；\d]{0,8}$",
    ),
    _rule(
        "failure_rate",
        "%",
        r"(?:不合格率|不合格(?:发现)?率|不合格检出率|问题发现率)[^，。；\d]{0,8}$",
    ),
    _rule("pass_rate", "%", r"(?<!不)合格率[^，。；\d]{0,8}$"),
    _rule(
        "reply_rate",
        "%",
        r"(?:回复率|答复率|反馈率|回应率|响应率|按时回复|及时率|按期率)[^，。；\d]{0,8}$",
    ),
    _rule("follow_up_rate", "%", r"回访率[^，。；\d]{0,8}$"),
    _rule("satisfaction_rate", "%", r"(?:满意率|满意度|好评率)[^，。；\d]{0,8}$"),
    _rule("advance_compensation_rate", "%", r"(?:先行赔付率|赔付率)[^，。；\d]{0,8}$"),
    _rule("acceptance_rate", "%", r"受理率[^，。；\d]{0,8}$"),
    _rule(
        "settlement_rate",
        "%",
        r"(?:办结率|处结率|结案率|解决率|处理率|处置率|办理率|成功率|化解率|调处率|完结率|办结)[^，。；\d]{0,8}$",
    ),
    # batches
    _rule(
        "inspections_failed",
        "批次",
        r"(?:不合格|问题|不达标|未达标|不符合)[^，。；：\d]{0,10}$",
        r"^(?:产品|商品|样品|食品)?(?:为)?(?:不合格|不达标)|^[^，。；\d]{0,6}不合格",
    ),
    _rule(
        "inspections",
        "批次",
        rf"(?:抽检|抽查|检验|检测|抽样|送检|监测|检查|抽取|快检|抽验|共检){_GAP}$|(?:商品|产品|样品|食品)(?:共)?$",
    ),
    # cases
    _rule(
        "complaints_settled",
        "件",
        rf"(?:(?:调解|调处|解决|办结|处结|处理|化解|和解)(?:成功|完毕|完成|了)?[^，。；：\d]{{0,8}}{_COMPLAIN}(?:案件)?[^，。；：\d]{{0,5}}|(?:成功|已|现场|当场|共|妥善|全部)[^，。；：\d]{{0,4}}(?:调解|调处|解决|办结|处结|化解|和解|处理)(?:成功|完毕|完成|了)?[^，。；：\d]{{0,4}}|调解处理|(?:调解|调处|和解)成功[^，。；：\d]{{0,6}}|(?:办结|处结|结案|解决|调解)(?:投诉)?(?:了)?)$",
    ),
    _rule(
        "cases_filed",
        "件",
        rf"(?:立案|查处|查办|查获|办理(?:各类)?(?:行政)?(?:违法)?案件|立案查处|办结案件|案件|查结|侦办|依法处理){_GAP}$",
        r"^(?:[^，。；\d]{0,8})?(?:违法)?案件?(?!件)",
    ),
    _rule("enquiries", "人次", r"(?:咨询|询问)[^，。；：\d]{0,6}$"),
    _rule(
        "demands_total",
        "件 人次 次 条",
        rf"(?:{_GRANDS})[^，。；：\d]{{0,12}}$",
        r"^(?:各类)?(?:消费者)?诉求",
    ),
    _rule(
        "complaints_and_reports",
        "件 条",
        rf"(?:{_BOTH})[^，。；：\d]{{0,12}}$",
        r"^(?:消费者)?(?:投诉举报|申诉举报)",
    ),
    _rule(
        "enquiries",
        "件 人次 次 条 份",
        r"(?:咨询|解答|询问|答疑)[^，。；：\d]{0,12}$",
        r"^(?:各类|消费者|群众|消费)?(?:的)?咨询",
    ),
    _rule(
        "reports_received",
        "件 条",
        r"(?:举报)[^，。；：\d]{0,10}$",
        r"^(?:各类|消费者)?(?:的)?举报",
    ),
    _rule(
        "complaints_received",
        "件 条 次",
        rf"{_COMPLAIN}(?:案件|信息|件)?[^，。；：\d]{{0,10}}$",
        r"^(?:各类|消费者|消费)?(?:的)?(?:投诉|申诉|消费纠纷)",
    ),
    # campaign
    _rule(
        "leaflets",
        "份",
        r"(?:发放|散发|印发|派发|分发|印制|赠送|发送|张贴|编印|发出|印刷|送出)[^。；：\d]{0,24}$|(?:传单|资料|手册|宣传单|宣传册|宣传品|折页|彩页|读本|明白纸)[^，。；：\d]{0,5}$",
        r"^[^，。；\d]{0,6}(?:宣传)?(?:资料|传单|手册|折页|宣传单|宣传册)",
    ),
    _rule(
        "visitors",
        "人次",
        r"(?:接待|参与|参加|吸引|惠及|覆盖|触达|受众|受益|到场|参观|服务|受教育|来访)[^，。；：\d]{0,14}$|(?:群众|消费者|市民|观众)[^，。；：\d]{0,3}$",
        r"^(?:群众|消费者|市民)?(?:参加|参与|到场|参观)",
    ),
    _rule(
        "service_stations",
        "个",
        r"(?:维权站|维权服务站|投诉站|联络站|服务站|监督站|受理点|维权点|联络点|“?一会两站”?|投诉(?:服务)?点|分会|工作站|维权网点|站点)[^，。；：\d]{0,8}$",
        r"^(?:[^，。；\d]{0,10})(?:维权站|维权服务站|投诉站|联络站|服务站|监督站|受理点|联络点|维权点)",
    ),
    _rule(
        "goods_destroyed",
        "件 公斤 吨 元 个 盒 瓶 箱 袋 种 批次 条 台",
        r"(?:销毁|捣毁|焚毁|销毁了)[^。；\d]{0,26}$",
    ),
    _rule(
        "premises_checked",
        "户次 户 个",
        r"(?:检查|巡查|排查|走访|出动)[^，。；：\d]{0,14}$",
        r"^(?:次)?(?:经营户|经营者|商家|企业|单位|门店|店铺)",
    ),
)
_SUBSCOPE = re.compile(
    r"某|先生|女士|小姐|[\u4e00-\u9fff]类(?:商品|服务|投诉)|类投诉|类商品|类服务|方面的?(?:投诉|举报|咨询)|行业(?:投诉|举报)|领域(?:投诉|举报)|(?:家电|电动|电话|网络购物|网购|食品|服装|家具|房屋|汽车|手机|通讯|教育|美容|餐饮|旅游|快递|物业|装修|互联网|预付(?:式|卡))[^，。；]{0,8}(?:投诉|举报|咨询)"
)
_OF_A_CLASS = re.compile(r"(?:类|方面|领域|行业|问题)(?:商品|服务)?[，：,:]$")
_CLASSES = re.compile(r"\d+(?:个)?大?(?:类|品种|种)")
_PUNITIVE = re.compile("(?:加倍|双倍|多倍|惩罚性)赔偿|欺诈")
_WHOLE = re.compile(r"共|累计|合计|总计")
_COMPARED = re.compile(
    r"(?:同比|环比|比上年|比去年|较上年|较去年|上年同期|去年同期|增长|增加|上升|下降|减少|提高|降低|占[^，。；\d]{0,14}|比[^，。；\d]{0,8})(?:了|约|到|近|为)?$"
)
_CASE_SENTENCE = re.compile(
    r"(?:消费者|市民|村民)[\u4e00-\u9fff]?某|[\u4e00-\u9fff](?:先生|女士|小姐|某某)|案例[一二三四五六七八九十\d]|投诉称|反映称|某(?:公司|商场|超市|店|酒店|医院|品牌)"
)
_SHARED: Final = re.compile(r"^[件起宗例]?(?:，|,)?(?:其中)[：:，,]?$")


def read_figures(text: str, plain_text: str, offset: int = 0) -> tuple[Figure, ...]:
    """The named figures of a document.

    Args:
        text: the document.
        plain_text: the same from `fold.level`.
        offset: where it starts in the page's text; `start` and `end` count from the page's.
    """
    figures: list[Figure] = []
    for sentence in _SENTENCE.finditer(_BOTH_NAMES.sub("消费者投诉", plain_text)):
        if _CASE_SENTENCE.search(sentence[0]):
            continue
        numbers = numbers_in(sentence[0])
        for number, name in _named(sentence[0], numbers, seen=bool(figures)):
            start = sentence.start() + number.start
            figures.append(
                Figure(
                    name,
                    plain(number.value),
                    _unit(name, number.unit),
                    text[sentence.start() : sentence.end()].strip(),
                    offset + start,
                    offset + sentence.start() + number.end,
                )
            )
    return check(_unique(figures))


def _named(sentence: str, numbers: Sequence[Number], *, seen: bool) -> Iterator[tuple[Number, str]]:
    previous_end = 0
    held = ""
    for place, number in enumerate(numbers):
        following = numbers[place + 1].start if place + 1 < len(numbers) else len(sentence)
        left = sentence[max(previous_end, number.start - _REACH) : number.start]
        right = sentence[number.end : min(following, number.end + 14)]
        previous_end = number.end
        name = _name(number, left, right, held, seen=seen)
        held = name or held
        if name:
            yield number, name


def _name(number: Number, left: str, right: str, held: str, *, seen: bool) -> str | None:
    """The name of one number from the words around it.

    Complaints about one class of goods are named only as the first figure of a document, where
    they are what it is about.
    """
    clause = _last_clause(left)
    if _OF_A_CLASS.search(left[: len(left) - len(clause)]):
        return None
    if _COMPARED.search(clause.rstrip()) and not re.search(r"(?:率|度)[^，。；]{0,6}$", clause):
        return None
    if _SUBSCOPE.search(clause) and (seen or not _WHOLE.search(clause)):
        return None
    if number.unit == "件" and _PUNITIVE.search(clause):
        return None
    context = _strip_hedge(_CLASSES.sub("类", clause))
    for rule in RULES:
        if number.unit in rule.units and rule.before.search(context):
            return _refine(rule.name, number, context, held)
    near = re.split("[，,；;。：:、]", right)[0]
    for rule in RULES:
        if number.unit in rule.units and rule.after and rule.after.search(near):
            return _refine(rule.name, number, context, held)
    wider = _strip_hedge(left)
    if not clause.strip() or len(clause.strip()) <= 2:
        for rule in RULES:
            if number.unit in rule.units and rule.before.search(
                wider.replace("，", "").replace(",", "").replace("：", "").replace(":", "")
            ):
                return _refine(rule.name, number, wider, held)
    return None


def _last_clause(left: str) -> str:
    pieces = _CLAUSE_BREAK.split(left)
    last = pieces[-1]
    return last if last.strip() or len(pieces) == 1 else pieces[-2]


def _strip_hedge(text: str) -> str:
    return re.sub(
        r"(?:共计?|合计|总计|累计|约|近|超过?|达到?|逾|为|了|有|至|高达|各类|各种|将近|总共|在|以上|计)+$",
        "",
        text.rstrip("“”\"' "),
    )


_REPORT_CONTEXT: Final = frozenset(("reports_received",))


def _refine(name: str, number: Number, context: str, held: str) -> str | None:
    if name == "complaints_settled" and held in _REPORT_CONTEXT and "投诉" not in context:
        return "reports_settled"
    if name == "settlement_rate" and not re.search("率", context) and number.unit != "%":
        return None
    if name == "cases_filed" and re.search(_COMPLAIN, context):
        return "complaints_received"
    if name == "visitors" and re.search("赔|退|补偿", context):
        return None
    if name == "complaints_settled" and held == "cases_filed" and "投诉" not in context:
        return None
    if name == "visitors" and re.search("咨询", context):
        return "enquiries"
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
