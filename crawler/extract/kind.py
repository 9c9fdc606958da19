"""What kind of document a text is: title cues first, body cues where the title is silent.

Half of the titles are missing or generic, and news and data analyses overlap, so cues are points
and the kind with most points wins: a title cue is worth about three body cues.
"""

import re
from collections import defaultdict
from typing import Final

from crawler.extract.fold import level, squeeze
from crawler.extract.patterns import literal_first

_TITLE: Final[tuple[tuple[str, float, str], ...]] = (
    (
        "plan",
        9,
        r"活动(?:策划|方案)|策划书?|实施方案|活动安排|工作(?:计划|要点|打算|思路|安排)|工作方案|行动方案|宣传方案|方案(?:范文|[一二三四五六七八九十\d])?$|计划(?:书|范文)?$",
    ),
    (
        "typical_cases",
        9,
        r"(?:典型|维权|投诉|侵权|十大|消费|警示)[^，。]{0,10}案例|案例(?:选编|分析|汇编|通报|集|选登|发布)|以案说|案例$",
    ),
    (
        "data_analysis",
        9,
        r"(?:投诉|举报|受理|咨询|诉求|热线)[^，。]{0,16}(?:分析|统计|数据|情况通报|成绩单|白皮书|报告|情况)|(?:12315|消费维权)[^，。]{0,16}(?:分析|统计|数据|情况通报|成绩单|白皮书)|数据(?:分析|报告|发布|通报)|(?:情况)?(?:统计)?分析(?:报告)?$|投诉热点|白皮书",
    ),
    ("data_analysis", 11, r"分析(?:报告)?$"),
    ("data_analysis", 9, r"(?:报告|数据|统计|监测)(?:显示|表明)"),
    (
        "data_analysis",
        5,
        r"(?:受理|接收|接到|挽回)[^，。]{0,14}\d|投诉量|同比|位居|居首|投诉(?:前|最多|集中)|成(?:投诉)?热点",
    ),
    ("reflection", 9, r"心得|体会|感悟|观后感|读后感|有感|感想"),
    (
        "notice",
        8,
        r"通知(?:书)?$|公告$|通告$|公示$|的通知|关于(?:召开|征集|开展|举办|做好|印发|组织)[^，。]{2,40}(?:通知|函|公告)|征集|邀请函",
    ),
    (
        "activity_summary",
        8,
        r"(?:活动|宣传周|宣传月|权益日|3[.·]?15|宣传)[^，。]{0,14}(?:总结|小结|汇报|情况|报告|简报|纪实|回顾)",
    ),
    # What is summed up. An account of 3·15 month may tell of the year's work as well: this is more
    # than all that a title (8) and a body (9 times 1.4) can say for a work summary.
    (
        "activity_summary",
        21,
        r"(?:活动|宣传[周月])的?(?:情况)?的?(?:总结|小结|汇报|报告|回顾|纪实)",
    ),
    (
        "work_summary",
        8,
        r"(?:工作|年度|年终|[上下]半年|季度|维权|消保|权益|保护|建设|创建)[^，。]{0,10}(?:总结|报告|汇报|情况|小结|综述|回顾|述职)|工作(?:总结|报告|汇报|情况)|自查报告",
    ),
    ("work_summary", 5, r"总结|小结|汇报|年报"),
    (
        "speech",
        9,
        r"讲话|致辞|演讲|倡议书|公开信|承诺书|发言|主持词|贺信|致.{0,12}(?:消费者|经营者|市民)的?(?:一封)?信",
    ),
    (
        "law",
        9,
        r"(?:办法|条例|规定|细则|规则|规程|意见|标准|制度|章程)(?:[(（][^)）]{1,20}[)）])?$|保护法$|解读|释义",
    ),
    (
        "alert",
        9,
        r"警示|消费提示|提示$|提醒|比较试验|抽检|抽查|监督抽查|消费体察|调查报告|调查|测评|点评|风险|警惕|当心|谨防|小心|别上当|避坑|陷阱|如何(?:选购|维权)|注意事项|小贴士|指南",
    ),
    (
        "news",
        6,
        r"举行|召开|启动|顺利|圆满|开展|走进|亮相|揭牌|签约|出席|调研|进社区|进校园|拉开帷幕|多措并举|护航|助力|我[省市县区](?!消|投)|成功|落幕|在.{2,10}举",
    ),
    ("news", 4, r"发布|公布|获|约谈|打造|织密|守护|筑牢|“.{2,12}”"),
)
_BODY: Final[tuple[tuple[str, float, str, int], ...]] = (
    (
        "plan",
        1.6,
        r"活动(?:目的|主题|时间|地点|对象|内容|形式|步骤|安排)[:：一二三]?|经费预算|(?:拟|将)(?:于|在|组织|开展|召开|邀请)|指导思想|工作目标|组织领导|实施步骤|工作要求|人员分工|活动要求|活动口号",
        6,
    ),
    (
        "notice",
        2.0,
        r"各(?:委员|成员|有关|相关|县|市|区|单位|分会)[^。\n]{0,30}[:：]\n|请于|请各|特此通知|特此公告|有关事项通知如下|联系人[:：]|报送至?|附件[:：1]|现予(?:公告|公布|公示)",
        4,
    ),
    (
        "typical_cases",
        2.0,
        r"案例[一二三四五六七八九十\d]|【?(?:案情|基本案情|案例点评|调解(?:过程|结果)|处理(?:过程|结果)|案件评析|消委(?:会)?点评|点评|法律分析|消费提示|评析)】?[:：]?|消费者[\u4e00-\u9fff]?(?:某|先生|女士|小姐)",
        6,
    ),
    (
        "data_analysis",
        1.2,
        r"占比|占\d[\d.]*%|(?:报告|数据|统计|监测)(?:显示|表明)|同比|环比|占(?:总量|投诉(?:总)?量|比|全部)|位居|居(?:第一|首位)|排(?:名|在)第?|(?:商品|服务)类投诉|投诉(?:热点|性质|问题)|按(?:性质|类别|内容|商品|服务)|百分点|类别(?:看|分)",
        12,
    ),
    (
        "activity_summary",
        1.4,
        r"(?:本次|此次|这次|整个|活动)(?:宣传)?活动|活动(?:期间|当天|现场|中|取得|共)|发放(?:宣传)?(?:资料|材料|单)|悬挂(?:横幅|标语)|展板|咨询台|宣传单|现场(?:接受|受理|解答)|3(?<![\d.]3)[.·]?15(?!\d)(?:国际)?",
        9,
    ),
    (
        "work_summary",
        1.4,
        r"(?:一年来|今年以来|全年|上半年|年度|一年|[上下]半年|本年度)|(?:主要)?工作(?:情况|总结|成效|做法|开展情况)|现将[^。]{0,30}(?:总结|汇报|报告)如下|存在(?:的)?(?:问题|不足)|下一步(?:工作)?(?:打算|计划|安排)?|下一年|明年(?:的)?工作|工作思路|队伍建设|履职|一会两站|办结率|挽回(?:经济)?损失",
        9,
    ),
    (
        "reflection",
        2.0,
        r"(?:我|让我|使我)(?:深(?:深|刻|切)|认识到|明白|感受|懂得|学到|体会|觉得|想)|心得|体会|收获(?:很|颇|良)|受益匪浅|作为一名|感触",
        6,
    ),
    (
        "speech",
        2.5,
        r"(?:同志们|各位(?:领导|来宾|代表|朋友|嘉宾|消费者)|尊敬的|女士们|先生们|朋友们|大家(?:上午|下午|晚上)?好)[,，!！:：、]|谢谢大家|我(?:们)?(?:郑重)?(?:承诺|倡议)|倡议(?:如下|人)|预祝",
        4,
    ),
    (
        "law",
        2.5,
        r"第(?:(?<=\A第)|(?<=\n第))[一二三四五六七八九十百]+条|本(?:办法|条例|规定|细则)|自[^。]{4,16}起(?:施行|实施)",
        6,
    ),
    (
        "alert",
        1.8,
        r"(?:提醒|提示|建议)(?:广大)?(?:消费者|市民)|消费者(?:要|应|在选购|购买时|切勿|务必)|(?:谨防|警惕|切勿|注意(?:查看|保留|识别)|理性消费|选购时|索要(?:发票|票据)|保留(?:好)?(?:凭证|证据))|不合格(?:样品|项目|产品)|(?:样品|批次)[^。]{0,12}(?:检测|检验|测试)|本次(?:比较试验|抽检|调查|体察)|问卷",
        8,
    ),
    (
        "news",
        2.0,
        r"本报讯|(?:记者|通讯员)\s?[\u4e00-\u9fff]{2,4}|记者(?:从|昨日|近日|获悉|了解)|日前|近日|获悉|据悉|据介绍|(?:负责人|局长|会长|秘书长|主任)[^。]{0,12}(?:表示|说|介绍|指出|强调)|讯[(（]",
        6,
    ),
)
_TITLE_RULES: Final = tuple((kind, points, literal_first(regex)) for kind, points, regex in _TITLE)
_BODY_RULES: Final = tuple(
    (kind, points, literal_first(regex), cap) for kind, points, regex, cap in _BODY
)
_LEAD_RULES: Final = tuple(
    (kind, points, literal_first(regex))
    for kind, points, regex in (
        (
            "work_summary",
            4.0,
            r"现将[^。\n]{0,40}工作[^。\n]{0,16}(?:总结|汇报|报告|情况)[^。\n]{0,6}如下",
        ),
        (
            "activity_summary",
            4.0,
            r"现将[^。\n]{0,40}活动[^。\n]{0,16}(?:总结|汇报|报告|情况)[^。\n]{0,6}如下",
        ),
        (
            "notice",
            4.0,
            r"现(?:将|就)[^。\n]{0,40}(?:事项|工作|要求|安排)?[^。\n]{0,8}(?:通知|布置|安排|公告|公布)如下",
        ),
        (
            "plan",
            4.0,
            r"(?:特)?制[定订](?:如下|本|以下)?[^。\n]{0,16}(?:方案|计划)|(?:计划|方案|安排)如下",
        ),
        (
            "data_analysis",
            3.0,
            r"现将[^。\n]{0,30}(?:投诉|受理|举报|诉求)[^。\n]{0,16}(?:分析|通报|公布|情况)[^。\n]{0,8}如下",
        ),
        (
            "news",
            3.0,
            r"^(?:[^\n]{0,20})?(?:本报讯|[\u4e00-\u9fff]{2,6}(?:网|社|报|台)[^。\n]{0,12}(?:讯|电)|\(?(?:记者|通讯员))",
        ),
        (
            "news",
            2.0,
            r"^(?:(?!3月15日(?:是|为))\d{1,2}月(?:\d{1,2}日|[上中下]旬)|连日来|近日|日前|昨日|今日|[\u4e00-\u9fff]{2,10}(?:网|报|社|台)[\u4e00-\u9fff]{0,4}讯)",
        ),
        ("typical_cases", 4.0, r"现(?:将|公布|发布)[^。\n]{0,40}案例|公布[^。\n]{0,24}案例"),
        ("speech", 4.0, r"^(?:同志们|各位|尊敬的|女士们|大家)"),
    )
)
_I = re.compile(
    r"我(?<![自为]我)(?!们?(?:市|县|区|省|局|行|所|会|协|委|院|校|公司|单位|国|镇|乡|社区|支行|分行|科|处|站))(?:们)?"
)
_FIRST_PERSON = re.compile(rf"{_I.pattern}|感(?:受|触|悟|想)|体会到|收获|受益|启发")
_NAMED_ONLY: Final = 3.0
"""Points for a title that says 心得 over a plain account of an activity."""
_LEAD_CHARS: Final = 500
_BODY_CHARS: Final = 8_000
_MIN_POINTS: Final = 1.5


def kind_of(title: str, text: str) -> str:
    """One of the kinds of the command-line contract; `other` where nothing tells.

    Args:
        title: the document's title, which may be empty or generic.
        text: the document, from `fold.level`.
    """
    points: dict[str, float] = defaultdict(float)
    heading = squeeze(level(title))
    for kind, value, regex in _TITLE_RULES:
        if regex.search(heading):
            points[kind] = max(points[kind], value)
    body = text[:_BODY_CHARS]
    if points["reflection"] and not _FIRST_PERSON.search(body):
        points["reflection"] = _NAMED_ONLY
    for kind, value, regex in _LEAD_RULES:
        if regex.search(body[:_LEAD_CHARS]):
            points[kind] += value
    length = max(1.0, len(body) / 1500)
    for kind, value, regex, cap in _BODY_RULES:
        if kind == "reflection" and not _I.search(body):
            continue
        found = regex.findall(body)
        different = len(set(found))
        points[kind] += value * min(different + 0.5 * (len(found) - different), cap) / length**0.5
    best = max(points, key=lambda kind: points[kind], default="other")
    return best if points and points[best] >= _MIN_POINTS else "other"
