"""Is a text about consumer protection?

Terms and weights come from a lexicon tuned on 48 titles and the body of five reports. The title
alone lets neighbours in (property management, the 12345 line, hospital complaints, wage arrears,
plain product sampling) and turns good pages away, so a text decides by three things together:
different strong terms, their weighted sum, and how densely consumer words stand in it.
"""

import re
from typing import Final

from archive.page import Topic
from crawler.extract.fold import fold, squeeze

_WEIGHTS: Final[dict[int, str]] = {
    6: "消费者权益 消费维权 消保委 消委会 消费者协会 消费者委员会 消费者权益保护委员会 保护消费者权益委员会 12315 消费者投诉 消费投诉 "
    "国际消费者权益日 消费者权益日",
    5: "消协 消费权益 消费者申诉 消费者权益保护日 消费维权年主题 挽回经济损失 投诉情况分析 投诉分析 消费者权益保护法 消费者权益保护条例",
    4: "投诉举报 申诉举报 新消法 放心消费 消费纠纷 一会两站 消保 消费侵权 侵害消费者 投诉热点 调解成功率 受理投诉 消费争议 消费者诉求",
    3: "消法 消费环境 消费教育 消费警示 消费评议 比较试验 诉转案 先行赔付 ODR 维权站 维权服务站 消费者满意度 无理由退货 办结率 挽回损失 "
    "预付式消费 消费体察 消费投诉公示 金融消费者",
    2: "消费提示 消费引导 五进 12365 12331 年主题 假冒伪劣 市场监管 市场监督管理 工商局 工商所 商品质量抽检 红盾 霸王条款 预付卡 消费者",
    1: "首问 12345",
}
_KINDS: Final[dict[int, str]] = {
    4: "分析报告 工作总结 活动总结",
    3: "总结报告 年度报告 数据分析 情况分析 统计分析 情况通报 白皮书 年报 情况汇报",
    2: "总结 心得体会 活动方案 工作计划 典型案例 工作情况 工作报告",
    1: "策划",
}
_NEGATIVE: Final[dict[int, str]] = {
    9: "是多少号码 什么节日 微信文章模板",
    8: "电话是多少",
    6: "是什么 怎么投诉 投诉方式 多久 招聘 招标 中标 手抄报 祝福语 对联",
    5: "采购 遴选 作文 市场前景 行业研究 流程公示",
    4: "行政处罚决定书 注销 许可证 党建 信息管理系统 模板下载 广告语",
    3: "食品安全监督抽检 主持词 论文 扶贫 标语",
    2: "演讲稿 PPT",
}


def _table(groups: dict[int, str]) -> dict[str, int]:
    return {term: weight for weight, terms in groups.items() for term in terms.split()}


def _pattern(terms: dict[str, int]) -> re.Pattern[str]:
    longest = sorted(terms, key=len, reverse=True)
    return re.compile("|".join(re.escape(term) for term in longest))


_TOPIC: Final = _table(_WEIGHTS)
_KIND: Final = _table(_KINDS)
_AGAINST: Final = _table(_NEGATIVE)
_TOPIC_RE: Final = _pattern(_TOPIC)
_KIND_RE: Final = _pattern(_KIND)
_AGAINST_RE: Final = _pattern(_AGAINST)
_DAY = re.compile(r"(?<![\d.])3[.．·•‧・-]?15(?!\d)")
_DAY_WEIGHT: Final = 4
_CORE = re.compile(
    r"消费者|消费维权|消费投诉|消费纠纷|消费争议|消费环境|消费教育|消费侵权|消费权益|放心消费|消费警示|消费提示|消费领域|消保|消协|消委|12315|(?<![\d.])3[.．·•‧・-]?15(?!\d)"
)
_COMPLAINTS = re.compile(r"投诉[^\d，。；]{0,10}\d[\d.,]{0,12}[万余多]{0,2}[件起宗]")
_REPORTS = re.compile(r"举报[^\d，。；]{0,10}\d[\d.,]{0,12}[万余多]{0,2}[件起宗]")
_BOTH_COUNTED: Final = 4
"""Counting complaints and reports apart is what market regulators do; their neighbours (property
management, citizens' lines) count complaints only."""
TITLE_SCORE: Final = 5
KIND_FROM: Final = 3
STRONG: Final = 5
_LEAST: Final = 14.0
"""Evidence a note of a few lines needs; the longest off-topic neighbours of that size reach 8."""
_MORE: Final = 20.0
_LONG: Final = 2_500
"""Characters from which on a text needs all of it."""
_FLOOR: Final = 500
_DENSE: Final = 6.0
_TITLE: Final = 0.75
_PLAIN: Final = 8
_PLAIN_TITLE: Final = 1.4
"""A title that names both the subject and the kind of report leaves little doubt."""


def topic_of_title(title: str) -> Topic:
    """Whether a title promises a report on consumer protection; the crawler fetches from 5 on."""
    text = squeeze(fold(title))
    terms = _terms(text)
    score = sum(terms.values())
    if score >= KIND_FROM:
        score += sum(_KIND[term] for term in set(_KIND_RE.findall(text)))
    score -= sum(_AGAINST[term] for term in set(_AGAINST_RE.findall(text)))
    return Topic(score, tuple(terms), score >= TITLE_SCORE)


def topic_of_text(text: str, title: str = "") -> Topic:
    """Whether a text is about consumer protection.

    The evidence is the weighted sum of different terms, the density of consumer words, and the
    title; how much is needed grows with the length, for long texts touch on many things.

    Args:
        text: the whole clean body.
        title: its title; speaks for little where the body says nothing.
    """
    body = squeeze(fold(text))
    terms = _terms(body)
    score = sum(terms.values())
    strong = sum(weight >= STRONG for weight in terms.values())
    density = len(_CORE.findall(body)) * 1000 / max(_FLOOR, len(body))
    promised = max(-10, min(12, topic_of_title(title).score)) if title else 0
    weight = _PLAIN_TITLE if promised >= _PLAIN else _TITLE
    evidence = score + 4 * min(density, _DENSE) + weight * promised
    if _COMPLAINTS.search(body) and _REPORTS.search(body):
        evidence += _BOTH_COUNTED
    needed = _LEAST + _MORE * min(1.0, len(body) / _LONG)
    named = strong > 0 or density >= 2 or promised >= _PLAIN
    return Topic(score, tuple(terms), evidence >= needed and named)


def _terms(text: str) -> dict[str, int]:
    """The terms found with their weights, each once, longest first at every place."""
    found = {term: _TOPIC[term] for term in dict.fromkeys(_TOPIC_RE.findall(text))}
    if _DAY.search(text):
        found["3·15"] = _DAY_WEIGHT
    return found
