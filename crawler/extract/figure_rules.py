"""How reports word their figures: one rule a name, the first that fits wins.

The names and units are those of docs/figures.md.
"""

import re
from dataclasses import dataclass
from typing import Final

from crawler.extract.patterns import literal_first

COMPLAIN: Final = r"(?:投诉|申（投）诉|投（申）诉|申诉|信访投诉|消费纠纷|消费争议|纠纷|诉转案)"
_GRANDS: Final = (
    r"诉求|投诉举报(?:和|与|及|、)?咨询|咨询(?:和|与|及|、)?投诉举报|各类信息|来电来访|来访来电|工单|来电|各类(?:消费)?(?:咨询|投诉)[^，。；\d]{0,10}(?:举报|投诉|咨询)|(?:咨询|投诉|申诉|举报)[、，和及与]{1}[^，。；\d]{0,8}?(?:咨询|投诉|申诉|举报)[、，和及与]{1}[^，。；\d]{0,6}?(?:咨询|举报|投诉|建议)"
    r"|(?:咨询|投诉)(?:和|与|及|、)(?:投诉|咨询)|举报(?:和|与|及|、)咨询|咨询(?:和|与|及|、)举报|话务量|呼入|服务请求|信息"
)
_BOTH: Final = r"(?:投诉|申诉)(?:和|与|及|、|/)?(?:各类)?举报|举报(?:和|与|及|、|/)?(?:投诉|申诉)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A name, the units it can have, and the words before or right after the number."""

    name: str
    units: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str] | None = None


def _rule(name: str, units: str, before: str, after: str | None = None) -> Rule:
    return Rule(
        name,
        frozenset(units.split()),
        literal_first(before),
        literal_first(after) if after else None,
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
        rf"(?:挽回|追回|挽救|避免|减少|帮助[^，。；\d]{{0,6}}挽){_GAP}$|(?:少受|减少|避免|免受)[^，。；\d]{{0,6}}损失[^，。；\d]{{0,4}}$|挽回[^。；\d]{{0,16}}损失[^，。；\d]{{0,6}}$",
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
        rf"(?:(?:调解|调处|解决|办结|处结|处理|化解|和解)(?:成功|完毕|完成|了)?[^，。；：\d]{{0,8}}{COMPLAIN}(?:案件)?[^，。；：\d]{{0,5}}|(?:成功|已|现场|当场|共|妥善|全部)[^，。；：\d]{{0,4}}(?:调解|调处|解决|办结|处结|化解|和解|处理)(?:成功|完毕|完成|了)?[^，。；：\d]{{0,4}}|调解处理|(?:调解|调处|和解)成功[^，。；：\d]{{0,6}}|(?:办结|处结|结案|解决|调解)(?:投诉)?(?:了)?)$",
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
        rf"{COMPLAIN}(?:案件|信息|件)?[^，。；：\d]{{0,10}}$",
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
        r"^[^，。；\d]{0,14}(?:进行|开展|实施)了?[^，。；\d]{0,6}(?:检查|巡查|排查|抽查)",
    ),
)

BY_UNIT: Final = {
    unit: tuple(rule for rule in RULES if unit in rule.units)
    for unit in frozenset[str]().union(*(rule.units for rule in RULES))
}
"""The rules that a number of a unit may fit, in order."""
