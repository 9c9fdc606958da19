"""The body that wrote a document, not the site that shows it.

Evidence in order: a signature at the end, the title's own prefix, the source the page states, the
subject of the first paragraphs, "…从X获悉" in news, and at last the agency named most often.
Superiors ("在市委、市政府的领导下") are not issuers.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from crawler.extract.fold import level
from crawler.extract.region import places_in

_TAILS: Final = (
    "消费者权益保护委员会 保护消费者权益委员会 消费者权益保护协会 消费者委员会 消费者协会 消费者权益保障委员会 消保委 消委会 消委 消协 消费者权益保护局 消费者权益保护分会 "
    "市场监督管理委员会 市场监督管理总局 市场监督管理分局 市场监督管理局 市场监督管理所 市场和质量监督管理委员会 市场和质量监督管理局 市场监管总局 市场监管分局 市场监管局 市场监管所 市场监管委 市监局 "
    "工商行政管理总局 工商行政管理局 工商行政管理分局 工商行政管理所 工商分局 工商局 工商所 工商总局 质量技术监督局 质监局 食品药品监督管理局 食药监局 "
    "银保监局 银保监分局 银监局 保监局 金融监管局 金融监督管理局 金融监管总局 通信管理局 邮政管理局 物价局 商务局 烟草专卖局 文化和旅游局 药监局 卫生健康委员会 "
    "中心支行 分行 支行 农商行 农村商业银行 农村信用社 信用社 农信社 银行 保险公司 分公司 供电局 "
    "投诉举报中心 举报中心 投诉中心 指挥中心 12315中心 消保分局 消保科 消保处 消保分会 分会 12315指挥中心 "
    "人民政府 办事处 街道办 司法局 检察院 人民法院 教育局 农业农村局"
)
_TAIL_RE: Final = "|".join(sorted(_TAILS.split(), key=len, reverse=True))
_LEFT_STOP: Final = (
    "第二天 第一 天 一名 名 基层 我们 我 一个 某 以上 从 由 向 对 和 与 及 经 在 被 据 到 为 是 的 了 于 将 并 以 给 使 让 把 对于 关于 按照 根据 围绕 联合 会同 邀请 组织 记者 近日 日前 昨日 今日 今天 昨天 获悉 "
    "领导 配合 协调 支持 通过 截至 此次 其中 当天 期间 以来 上午 下午 报送 上报 报告 转发 印发 各 等 该 本 我 全 两 三 个 余家 日 月 年 号 季度 半年 去年 今年 同时 另外 此外 据悉 本报讯 通讯员 "
    "投诉 举报 要求 表示 针对 依托 利用 加强 开展 成立 召开 举办 参加 协助 推动 指导 督促 安排 部署 受理 接受 接到 共 成员 单位 方面 找"
)
_STOP_RE = re.compile("|".join(sorted(_LEFT_STOP.split(), key=len, reverse=True)))
_BRANCH: Final = r"(?:[\u4e00-\u9fff]{2,5}?(?:分局|工商所|监管所|监管分局|分会|支行|分行|消保科|消保股|消保处|指挥中心))?"
_TAIL_AT = re.compile(rf"(?:{_TAIL_RE}){_BRANCH}(?![人员干部者们])")
_BRANCH_AT = re.compile(_BRANCH)
_LEAD_END = re.compile(r"(?:12315|[\u4e00-\u9fffA-Za-z×*○〇_]){0,18}\Z")
_NO_NAME = re.compile(
    "消费者?|投诉|举报|12315|权益|保护|维权|受理|申诉|申投诉|地方|商业|国有|股份制"
)
_PLACE_LIKE = re.compile(
    r"(?:[\u4e00-\u9fffXx×*_○某]{1,6}?(?:省|市|自治区|自治州|州|盟|地区|县|区|旗|镇|乡|街道|新区|开发区))+$|^(?:省|市|县|区|州|镇|乡)$"
)
_SIGN_LINE = re.compile(
    rf"^[（(]?(?:来源|供稿|发布机构|作者)?[:：]?\s*(?P<name>[^，。；：、\s]{{2,30}}?(?:{_TAIL_RE}|局|委员会|协会|办公室|分会|科|所|中心|公司))[)）]?$"
)
_GIVEN = re.compile("(?:供稿|提供|发布|宣|整理)$")
_DATED = re.compile(
    r"[\d二〇○零一三四五六七八九十×xX*]{2,4}\s?年\s?[\d一二三四五六七八九十×xX*]{1,3}\s?月"
)
_HEARD = re.compile(
    rf"(?:记者|笔者)?(?:近日|日前|昨日|今日|昨天|今天|\d+日)?(?:，|,)?(?:从|据)(?P<name>[^，。；：、]{{0,16}}?(?:{_TAIL_RE}))(?:[^，。]{{0,10}})?(?:获悉|了解到|得知|消息|通报|介绍|统计|发布|数据)"
)
_ANY_TAIL = re.compile(_TAIL_RE)
_NAME_REACH: Final = 18
_SAID = re.compile(
    rf"(?P<name>[^，。；：、…“”（）()\s]{{0,{_NAME_REACH}}}?(?:{_TAIL_RE}))(?!的)(?:近日|日前|今日|今天|昨日|\d{{1,2}}月\d{{1,2}}日|上午|下午)?[^，。；：]{{0,8}}?(?:在[^，。；]{{2,30}}?(?:领导|指导|支持|关心|部署)下|发布|公布|通报|召开|举办|举行|开展|受理|印发|组织|联合|启动|提醒|提示|接收|接到|认真|扎实|积极|围绕|坚持|紧扣|紧紧|以|按照|充分|切实|全面|深入|立足|加大|始终|不断|高度|早|精心)"
)
_TITLE_PREFIX = re.compile(
    rf"^(?P<name>[^，。：:“”]{{0,22}}?(?:{_TAIL_RE}|局|委员会|协会|政府|办公室|分局))(?=关于|\s|20\d\d|二[○〇零]|[上下]半年|第?[一二三四]季度|全年|年度|消费|召开|举办|开展|发布|公布|通报|投诉|受理|[:：]|12315|[“3３]|工作|上|一|扎实|积极|多|举)"
)
_SUPERIOR = re.compile(
    r"的?(?:正确|坚强|统一|具体|大力|关心|亲切|精心|有力|业务)*(?:领导|指导|部署|支持|要求|安排|统一|关心|重视|帮助|(?:相关|有关)?(?:工作)?(?:要求|部署|安排)|文件|通知|精神|授予|评为|表彰|确定)"
)
_SUPERIORS = re.compile(r"[、和及].{0,24}?(?:领导|指导|支持|重视)下?")
_GENERIC: Final = frozenset(
    [
        "我局",
        "本局",
        "该局",
        "市局",
        "县局",
        "区局",
        "省局",
        "总局",
        "分局",
        "银行",
        "公司",
        "支行",
        "分行",
        "我行",
        "本行",
        "集团",
        "分公司",
    ]
)
_NATIONAL = re.compile(r"^(?:国家|全国|中国|中央|总局)")
_HEAD_CHARS: Final = 500


_OWN_NAME = re.compile(rf"(?:本|我|[省市县区州旗镇])?(?:{_TAIL_RE})")


def names_no_place(issuer: str) -> bool:
    """Whether a name is what a body calls itself at home: "市消保委", "县局", of any place."""
    return _OWN_NAME.fullmatch(issuer) is not None


def find_issuer(text: str, title: str, source: str | None = None) -> str | None:
    """The name of the issuing body as the page writes it; None where nothing names one.

    Args:
        text: the document, from `fold.level`.
        title: its title.
        source: the source the page states, used if it is an agency and no newspaper or site.
    """
    folded, heading = text, level(title)
    names = Counter(_mentions(folded))
    signed = _signature(folded)
    candidates = [
        signed,
        _prefix(heading),
        _agency(level(source)) if source else None,
        _heard(folded[:_HEAD_CHARS]),
        _subject(folded[: 2 * _HEAD_CHARS]),
        _in_title(heading),
        names.most_common(1)[0][0] if names else None,
    ]
    national = next(_said(folded[:_HEAD_CHARS]), None)
    if national and _NATIONAL.match(trim(national["name"])):
        candidates.append(trim(national["name"]))
    candidates.insert(1, _own_bank(folded, names))
    named = (name for name in candidates if name and _is_named(name))
    masked = folded + "\n" + heading
    best = next((name for name in named if f"某{name}" not in masked), None)
    return _fuller(best, names) if best else None


_ADDRESSED = re.compile(r"^[^\n]{0,30}各[^\n]{2,120}[：，](?=\n)", re.MULTILINE)
_WE_BANK = re.compile(r"(?<![自为])[我本]行(?![业动为使政走]|政)")


def _own_bank(text: str, names: Counter[str]) -> str | None:
    """The bank that says "we": the branch named most often, or a bank; never the central bank."""
    banks = Counter(
        {
            name: n
            for name, n in names.items()
            if re.search("[分支]行$|银行$", name) and "人民银行" not in name
        }
    )
    branches = Counter(
        {name: n for name, n in banks.items() if name.endswith("行") and not name.endswith("银行")}
    )
    best = (branches or banks).most_common(1)
    return best[0][0] if best and _WE_BANK.search(text) else None


_NOT_ONE = re.compile(
    "某|各|部分|辖区|辖内|属地|所在地?|当地|本地|有关|相关|其他|其它|周边|毗邻|两地|多家"
)
"""Begins what is said of several bodies, or of whichever it may be: 辖区工商所, 部分市场监管所."""
_LEVEL = re.compile(r"^(?:省|市|县|区|州|镇|乡|总)|[省市县区州盟旗镇乡]$|[Xx×*○_]|^.?[某]")


def _is_named(name: str) -> bool:
    """Whether a name says which body it is: 市消协 and 洪州工商所 do, 消费者协会 does not."""
    match = re.search(
        rf"(?:{_TAIL_RE}|局|委员会|协会|政府|办公室|分局|分会|科|处|所|中心|公司)$", name
    )
    lead = name[: match.start()] if match else name
    if name in _GENERIC or _NOT_ONE.match(name):
        return False
    if name in {"消保分局", "市场监管分局"}:
        return True
    if name.endswith("政府"):
        return bool(places_in(name))
    own = _NO_NAME.sub("", lead)
    return bool(len(own) >= 2 or _LEVEL.search(lead) or places_in(name))


_ORG_BEFORE = re.compile(
    r"(?:中国)?[\u4e00-\u9fff]{2,6}?(?:银行|人寿|财险|保险|电信|移动|联通|电网|烟草|邮政|石化|石油|农商行|信用社)(?:股份)?(?:有限(?:责任)?公司)?$"
)


def trim(name: str) -> str:
    """An agency's name without the words that run into it from the left."""
    match = re.search(rf"(?:{_TAIL_RE}){_BRANCH}$", name)
    lead_end = match.start() if match else len(name)
    lead = name[:lead_end]
    places = places_in(name)
    inside = [(start, end) for start, end, _, _ in places if start < lead_end]
    if inside:
        first = inside[0][0]
        for (_, end), (start, _) in itertools.pairwise(inside):
            if start != end:
                first = start
        run_in = list(_STOP_RE.finditer(name, inside[0][1], lead_end))
        if run_in:
            return name[run_in[-1].end() :]
        before = _ORG_BEFORE.search(_STOP_RE.split(name[:first])[-1])
        return (before[0] if before else "") + name[first:]
    stops = list(_STOP_RE.finditer(lead))
    cut = stops[-1].end() if stops else 0
    return name[cut:]


def _mentions(text: str) -> Iterator[str]:
    """Agencies named in a text that are not superiors, in order."""
    for match in _TAIL_AT.finditer(text):
        clause = re.split("[。；;]", text[match.end() : match.end() + 40])[0]
        if _SUPERIOR.match(clause) or _SUPERIORS.match(clause):
            continue
        name = _named_at(text, match)
        if name != match[0] or len(name) > 3:
            yield name


def _named_at(text: str, tail: re.Match[str]) -> str:
    """The whole name that a tail such as 消费者协会 ends."""
    lead = _LEAD_END.search(text[max(0, tail.start() - 18) : tail.start()])
    return trim((lead[0] if lead else "") + tail[0])


def _signature(text: str) -> str | None:
    """An agency on a line of its own among the last, or right before a date there."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for line in reversed(lines[-6:]):
        bare = _DATED.split(line)[0].strip(" 　，,()（）").split(" ")[0]
        bare = _GIVEN.sub("", bare)
        match = _SIGN_LINE.match(bare)
        if match and len(bare) <= 32 and not re.match("附|联系|抄送|主办|承办|地址", bare):
            return match["name"]
    for line in lines[:4]:
        match = _SIGN_LINE.match(line)
        if match and not re.match("各|致|关于", line) and re.search(rf"(?:{_TAIL_RE})$", line):
            return match["name"]
    tail = re.search(
        rf"(?:。|\n|^)\s*(?P<name>[^，。；：、\n]{{2,24}}?(?:{_TAIL_RE}))\s*[\d二〇○×xX]{{2,4}}年[^。]{{1,10}}日?[)）]?\s*$",
        text[-80:],
    )
    return trim(tail["name"]) if tail else None


def _prefix(title: str) -> str | None:
    match = _TITLE_PREFIX.match(title)
    if not match or re.match(r"20\d\d|关于|全市|全省|全县", match["name"]):
        return None
    return match["name"]


def _in_title(title: str) -> str | None:
    match = _TAIL_AT.search(title)
    return re.sub(r"^(?:20\d\d年度?|关于|\d+年)", "", _named_at(title, match)) if match else None


def _agency(source: str) -> str | None:
    match = re.search(
        rf"(?:{_TAIL_RE}|局|委员会|协会|政府|办公室|[市县区]委|分局|科|处)$", source.strip()
    )
    return source.strip() if match else None


def _heard(head: str) -> str | None:
    match = _HEARD.search(head)
    return trim(match["name"]) if match else None


def _said(head: str) -> Iterator[re.Match[str]]:
    """The places where an agency is said to do something: `_SAID.finditer`, in a tenth of its time.

    The pattern alone tries every agency word behind every character. A name begins at most
    `_NAME_REACH` characters before its agency word and after the last mark: only there it is tried.
    """
    end = 0
    tail = _ANY_TAIL.search(head)
    while tail:
        start = max(end, tail.start() - _NAME_REACH)
        marks = (n for n in range(tail.start() - 1, start - 1, -1) if _is_mark(head[n]))
        match = _SAID.match(head, next(marks, start - 1) + 1)
        if match:
            yield match
            end = match.end()
        tail = _ANY_TAIL.search(head, max(end, tail.start() + 1))


def _is_mark(char: str) -> bool:
    return char in "，。；：、…“”（）()" or char.isspace()


def _subject(head: str) -> str | None:
    """The first agency that does something in the opening paragraphs."""
    head = _ADDRESSED.sub("", head)
    for match in _said(head):
        branch = _BRANCH_AT.match(head, match.end("name"))
        name = trim(match["name"] + (branch[0] if branch else ""))
        if name and name not in _GENERIC and not _NATIONAL.match(name):
            return name
    return next((name for name in _mentions(head) if not _NATIONAL.match(name)), None)


_SAME: Final = (
    frozenset(
        ["消费者权益保护委员会", "保护消费者权益委员会", "消费者委员会", "消保委", "消委会", "消委"]
    ),
    frozenset(["消费者协会", "消协"]),
    frozenset(["市场监督管理局", "市场监管局", "市监局"]),
    frozenset(["工商行政管理局", "工商局"]),
)


def _fuller(name: str, names: Counter[str]) -> str:
    """The same body's fuller name from the text: 市消委 is 广元市消费者权益保护委员会 there."""
    tail = re.search(rf"(?:{_TAIL_RE})$", name)
    if not tail or places_in(name[: tail.start() + 1]):
        return name
    group = next((g for g in _SAME if tail[0] in g), frozenset({tail[0]}))
    level = name[: tail.start()][-1:]
    for other, _ in names.most_common():
        end = re.search(rf"(?:{_TAIL_RE})$", other)
        if end and end[0] in group and len(other) > len(name) and places_in(other):
            lead = other[: end.start()]
            if not level or lead.endswith(level) or level not in "省市县区":
                return other
    return name
