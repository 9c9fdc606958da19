"""How much a line looks like the site talking, not the report.

A list of phrases does not carry over to the next site (measured: a phrase list that left 5 junk
lines on pages it was written for left 53 on pages worded otherwise). So a line is judged by
points: what it talks about (the site itself, money for a download, a thing to click), its form (no
sentence end, a counter, an address, a label with a value) and where it stands. Each family counts
once or up to its cap; no single word decides.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from crawler.extract.patterns import literal_first

_SITE_TALK = literal_first(
    r"本站|本网站?(?!络)|该网站|我站|本平台|平台(?:声明|不承担)|本文[档库](?!明)|该文档|此文档|本资料|此资料|本素材|本资源"
    r"|本作品|本贴|本帖|此文(?!件)|本文(?:来[源自]|由|地址|链接|网址|标题|转自|仅代表|作者|版权|系|档|关键词|标签)"
    r"|本[篇页]|当前页|该文观点|站长(?:推荐|统计|之家|工具|qq)|小编|编者按?|网友|楼主|上传(?:者|人|用户)|用户上传|会员“|版权|著作权|免责|声明[:：]"
    r"|(?:请勿|禁止|谢绝)采集|盗用必究|不代表(?:编辑|本[站报刊网]|网站)|ai(?:为[您你]|生成|摘要|总结|提炼|速[览读]|解读|导读)|(?:大模型|智能)(?:自动)?(?:生成|摘要|摘取|提炼)|侵权(?:必究|请|联系|行为请|[,，。]|删|之处)|侵删|转载|摘编|转自|原作者|原文(?:链接|地址|标题)|(?:下面|以下)是(?:原|全)文|原标题|来源于?(?:网络|互联网)"
    r"|(?:采集|收集|整理|摘|来)自.{0,6}(?:网|互联网|www)|allrights|copyright|©|poweredby|收藏夹|浏览器|分辨率|内部编号"
    r"|(?:图片|文章|资料|文档|资源|内容)(?:均)?(?:来自|来源于|由)(?:网|互联网|用户|会员)"
)
_COMMERCE = literal_first(
    r"vip|会员|积分|金币|文豆|"
    r"[0123456789]\s?(?:豆|点券|下载券|下载币|学币)"
    r"|下载[券币点]|折扣|原价|现价|优惠价|特价|售价|定价[:：]|充值|付费|支付(?:完成|成功)"
    r"|¥\d|￥\d|包[年月]|已售|好评|买家|卖家|店[主家铺]|试[看读]|解锁|立减|券后|水印|旺旺|退换|售后|库存|加入购物车|立即购买"
    r"|所需(?:积分|点数)|点数\d|领取|赠送|首存|彩金|试玩|娱乐城|博彩|棋牌|老虎机|百家乐|六合彩|时时彩|赔率|比分|真人(?:娱乐|视讯)|电子游艺|注册送"
)
_ACTION = literal_first(
    r"下载|点击|戳这|扫[一码描]|扫.{0,4}带走|二维码|长按|识别图|关注(?:我们|公众号|微信|本|蓝字)|蓝字|收藏|登[录陆]|注册|分享(?:到|至|给|本)|转发|转给"
    r"|复制|到相册|刷新|展开|收起|全文(?:阅读|完$)|阅读全文|继续阅读|剩余\d|还剩|未读|查看更多|看更多|更多(?:内容|精彩|同类|资料|文章|>>)"
    r"|返回|回到|顶部|[上下]一?[篇页条]|[前后]一[个篇条]|打印|关闭|纠错|客服|在线咨询"
    r"|立即|免费|app|公众号|小程序|qq|微信(?:号|群|扫)|微博|朋友圈"
    r"|评论|点赞|首赞|赞\d|赏$|打赏|点在看|在看|跟帖|回帖|回复本|我来说|留言|提交|稿件|投稿|手机(?:看|版|访问|阅读|打开)|用手机|客户端|加载|播放|倍速"
    r"|只看|楼$|倒序|使用道具|书架|举报(?:不良|本|该|内容|反馈)|反馈|加群|搜一搜|索取|链接|预览|阅读量?\d|人气|浏览|阅览量|点击(?:数|量|次)"
)
_CHAT = literal_first(
    r"哈喽|嗨[,，]|亲[们,，]|兄弟姐妹们|坛友|楼主|博主|友友|轻[拍喷]|拍砖|劳驾|顶一下|好了[,，]就|小(?:助手|伙伴|主[们,，]|可爱)"
    r"|求(?:关注|点赞|分享|转发|收藏)|一字未?没?[动改]|看到会回|多多支持|不定期更|撒花|自取|[接上]楼"
)
_TONE = re.compile(
    r"[哈啦哦噢喔呗哟咯呀][!！~～。,，)）]|[哈啦哦噢喔呗哟咯呀~～]$|[~～](?=[!！。)）])"
)
"""Particles that end a spoken sentence; a report does not speak so."""
_LIST_HEAD = re.compile(
    r"^(?:相关(?!的)|关联(?:信息|阅读|推荐|文章|内容|报道|链接)|热门|推荐|最新|随机|猜你|更多|延伸|往[期年]|精彩|精选|同类|同店|其他人|大家|看过|看了|你可能|您可能|可能感兴趣|还在看|还想看|为你推荐|作者其他|上一|下一"
    r"|本类|阅读延伸|拓展阅读|友情|热词|标签|关键[字词]|文档热词|小时|一周|本周|排行)"
)
_ADDRESS = literal_first(
    r"https?:|www\.|\.(?<=\w\.)(?:com|cn|net|org|example|cc|vip)(?![a-z])|[@#](?<=[\w.]{2}[@#])\w+\.|"
    r"(?:qq|微信|vx)号?[:：]?\s?[a-z\d_-]{5,}"
    r"|icp备|公网安备|网站标识码|-(?<=\d{3}-)\d{3}-?\d{4}"
)
_COUNTER = literal_first(
    r"(?:浏览|点击|阅读|人气|下载|收藏|评论|点赞|查看|围观|阅览|热度|访问)(?:次数|人次|量|数|人数)?[:：]?\d|\d+(?:\.\d+)?[Ww万]?(?:次(?:浏览|点击|阅读|下载)|人(?:浏览|阅读|看过|下载|气|还?在看|收藏|评论|参与)|条(?:评论|想法|回复)|阅读|点赞|评论)|^\d{1,4}/\d{1,4}$|^共?\d+条"
)
_FILE = re.compile(
    r"格式[:：]|\.?(?:DOCX?|PDF|PPTX?|WORD|RTF|TXT)(?:格式|版|文档|文件)?(?![a-z])|\d(?:\.\d+)?\s?[KM]B?(?![a-z])|页数[:：]|共\d+页|第\d+页|^-?\d{1,3}/\d{1,3}-?$|文件大小|大小[:：]|全文共|约\d+字|正文约|字数[:：]",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^[【\[(（]?(?:标签|关键[词字]|TAGS?|来源|出处|作者|撰稿|原创|编辑|责编|责任编辑|校对|编审|审核|终审|初审|复审|监制|排版|美编|值班(?:编辑|主任)|供稿|通讯员|摄影|图/?文?|文/?图?|记者|时间|日期|发布(?:时间|日期|者|人|机构)?|更新(?:时间|日期)?|发表于|上传(?:时间|人|者)?|浏览|点击|阅读|人气|字号|字体|文字|分类|栏目|类别|所属|格式|大小|页数|编号|资料编号|索引号|发文机关|发文字号|文号|公开(?:范围|方式|类别|形式)|信息(?:来源|类别|名称)|主题(?:词|分类)|生成日期|成文日期|有效性|主办(?:单位)?|承办(?:单位)?|协办|技术支持|版权(?:所有)?|网址|本篇网址|摘要|简介|内容简介|文章(?:来源|作者|编辑|关键[字词])|签到天数|评分|适用|当前(?:位置|所在)|您?(?:现在)?的?位置|您现在的位置)(?:[:：丨|/]|(?=\d))",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"^[【\[(（]?(?:来源|作者|编辑|责编|责任编辑|校对|审核|审校|审读|撰文|总?监制|编审|主编|排版|美编|供稿|撰稿|图文|图|文|摄影|出品"
    r"|信息员|核稿|签发|供图|值班编辑|[初复终一二三]审|原标题|转自|素材来源|图片来源|总?策划|统筹|制图)[:：丨|/｜](?=[^)）\]】])"
    r"|^本文(?:首发|原载|刊发|发表|刊登)于"
    r"|^[(（【\[](?:本[报刊台网社]|[^。，,]{2,8}[报刊台网社])?[^。，,]{0,6}(?:记者|通讯员|实习生)[^。，,]{2,24}[)）】\]]$"
)
_PICTURE_NOTE = re.compile(
    r"^(?:[(（【\[](?:网络)?(?:图片|照片|配图|动图|题图|资料图片?)[^。]{2,30}[)）】\]]$|[↑↓▲△](?:网络)?(?:图|照片|配图|动图))"
)
"""Whose the picture is, in brackets of its own; what it shows was published with the text."""
_CRUMB = re.compile(
    r"(?:首页|主页|网站首页)\s?[>》/→»\-]|(?:位置|所在)[:：]?.{0,8}(?:首页|[>》/→»])|^[^。]{2,12}(?:[>》»][^。>》»]{2,12}){1,5}$"
)
_ARROWS = re.compile(r"[▼▲↓↑►◄→←»«☞☟👇👆]|>>|<<|\|<|>\|")
_CLAUSE = re.compile("[，,、；;]")
_COUNTED = re.compile("\\d[余多]?万?(?:[次件人场篇条份期元户家名批个台笔辆处]|%)")
_READER = re.compile("[您你]|欢迎|敬请")
_FRAMED = re.compile(
    "^([—=~⊙★☆◆◇●○■□▲△▼▽※►♦↓↑-])[^—=~⊙★☆◆◇●○■□▲△▼▽※►♦↓↑-].*\\1$"
    "|^[▶►→»☞].*[◀◄←«☜]$"
    "|^([—=~↓↑▼★☆-])\\2+[^—=~↓↑▼★☆-].*\\2$"
)
"""A line between the same signs: the site has set it off from the text."""
_FINAL = re.compile(r"[。！？!?…；;][”’\"'）)】]*$")
_WORK = re.compile(
    r"消费者|投诉|维权|宣传|活动|工作|部门|市场|监管|群众|经营者|商家|企业|调解|受理|开展|组织|落实|加强|推进|全市|全县|全省|全区|同比|案件|执法|检查|纠纷|服务|领导|单位"
)
_NUMBERED = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]{1,3}[)）、.．,，:：]|第[一二三四五六七八九十百\d]{1,4}[章节条部]|[一二三四五六七八九十]{1,2}是|[①-⑳]|案例[一二三四五六七八九十\d])"
)
_ARABIC = re.compile(r"^[（(]?\d{1,2}(?:[)）、．]|\.(?!\d))")
_DATE_LINE = re.compile(
    r"^[^\d]{0,24}(?:(?:19|20)[\dxX×*_○〇]{0,2}|二[○〇零OＯ0]?[一二三四五六七八九十○〇零]{1,3})\s?年\s?[\dxX×*一二三四五六七八九十元]{1,3}\s?月(?:\s?[\dxX×*一二三四五六七八九十]{1,3}\s?日)?[)）]?$"
)
_SIGNATURE = re.compile(
    r"^[^，。：:;；、丨｜\s]{2,30}(?:局|委|委员会|协会|消协|办公室|办|科|所|院|中心|公司|银行|分行|支行|政府|部|处|组|站|学校|分会|联合会|总队|支队|大队)$"
)
_SALUTATION = re.compile(
    r"^(?:各|尊敬的|亲爱的|同志们|全[市县区省]|致|.{2,20}(?:局|政府|委|协会|单位|机构|企业|经营者|消费者|朋友)们?[：:]$).{0,60}[：:]$"
)
_CAPTION = re.compile(r"^[图表]\s?[\d一二三四五六七八九十]")
_CLOSING = re.compile(r"^(?:此致|敬礼|特此|谨此|顺颂)")
_ATTACHMENT = re.compile(r"^附(?:件|表|图|录|[:：])")

_LONG: Final = 200
UNDECIDED: Final = 1.5
"""Points at which a long line may be the site's or the report's."""


@lru_cache(maxsize=4096)  # the same line is judged by its form and again by its place
def prompt_points(text: str) -> float:
    """How strongly a folded, squeezed line looks like the site talking; see the module.

    Args:
        text: from `fold.squeeze(fold.fold(line))`.
    """
    text = text.lower()
    size = len(text)
    site = len(set(_SITE_TALK.findall(text[:_LONG])))
    points = min(site, 3) * (1.8 if site == 1 else 1.6)
    if size > _LONG and not site:
        return -_body_points(text, size)
    points += 1.5 * min(len(set(_COMMERCE.findall(text))), 2)
    points += 1.2 * min(len(set(_CHAT.findall(text))) + bool(_TONE.search(text)), 3)
    actions = len(set(_ACTION.findall(text)))
    points += min(actions, 3) * (1.2 if size <= 40 else 0.5)
    if _ADDRESS.search(text):
        points += 2.0 if size <= 80 else 0.8
    if size <= 60:
        points += _short_points(text, size)
    return points + _form_points(text, size) - _body_points(text, size)


def _short_points(text: str, size: int) -> float:
    """What only short lines have: counters, file data, labels, breadcrumbs, arrows."""
    points = 0.0
    points += 2.0 if _COUNTER.search(text) else 0
    points += 1.2 if _FILE.search(text) else 0
    points += 1.5 if _LABEL.match(text) else 0
    points += 2.5 if _CRUMB.search(text) else 0
    points += 1.5 if _LIST_HEAD.match(text) and size <= 16 else 0
    points += 0.8 if _ARROWS.search(text) else 0
    points += 1.5 if _FRAMED.match(text) else 0
    return points


def _form_points(text: str, size: int) -> float:
    points = 0.0
    if not _FINAL.search(text):
        points += 0.6 if size <= 60 else 0.2
    if size <= 6:
        points += 0.4
    return points


def _body_points(text: str, size: int) -> float:
    points = 0.4 * min(len(set(_WORK.findall(text))), 4)
    if size >= 60:
        points += 0.4 * min(text.count("，") + text.count(","), 4) + 0.5 * min(text.count("。"), 3)
    if _NUMBERED.match(text):
        points += 1.5
    return points


def is_credit(text: str) -> bool:
    """Whether a folded line without blanks names writers, editors or where it first appeared."""
    return len(text) <= 40 and bool(_CREDIT.match(text))


def is_picture_note(text: str) -> bool:
    """Whether a folded line says where a picture comes from, and nothing else."""
    return bool(_PICTURE_NOTE.match(text))


def is_protected(text: str) -> bool:
    """Whether a short line is of a report's own furniture: date, signature, heading, salutation."""
    return bool(
        _DATE_LINE.match(text)
        or _SIGNATURE.match(text)
        or _NUMBERED.match(text)
        or _SALUTATION.match(text)
        or _ATTACHMENT.match(text)
        or _CAPTION.match(text)
        or _CLOSING.match(text)
    )


def is_date_line(text: str) -> bool:
    """Whether a line is a date, or an agency and a date, and nothing else."""
    return bool(_DATE_LINE.match(text))


def is_signature(text: str) -> bool:
    """Whether a line is the name of an agency and nothing else."""
    return bool(_SIGNATURE.match(text))


def is_framed(text: str) -> bool:
    """Whether a line stands between the same signs, set off from the text."""
    return bool(_FRAMED.match(text))


def is_sentence(text: str) -> bool:
    """Whether a line ends as a sentence."""
    return bool(_FINAL.search(text))


def is_list_heading(text: str) -> bool:
    """Whether a short line announces other pages."""
    return (
        len(text) <= 18 and bool(_LIST_HEAD.match(text.lstrip("【[《"))) and not is_sentence(text)
    )


def is_numbered(text: str) -> bool:
    """Whether a line starts with a Chinese heading number."""
    return bool(_NUMBERED.match(text))


def is_arabic(text: str) -> bool:
    """Whether a line starts with an Arabic list number."""
    return bool(_ARABIC.match(text))


def tells_figures(text: str) -> bool:
    """Whether a line is a sentence that counts what was done and does not speak of the site.

    Reports count downloads, clicks and readers of what an agency published; the site that shows
    the report does so in a label, not in a sentence with clauses.
    """
    text = text.lower()
    return bool(
        _FINAL.search(text)
        and _CLAUSE.search(text)
        and _COUNTED.search(text)
        and not _SITE_TALK.search(text)
        and not _COMMERCE.search(text)
        and not _ADDRESS.search(text)
        and not _READER.search(text)
    )


def form_features(text: str) -> Iterator[str]:
    """What the form of a folded line says, as features of the line model."""
    text = text.lower()
    size = len(text)
    for name, pattern in _FAMILIES:
        count = len(set(pattern.findall(text)))
        for step in range(min(count, 3)):
            yield f"{name}>{step}"
    if size <= 60:
        for name, pattern in _SHORT_FORMS:
            if pattern.search(text):
                yield name
    yield f"size{min(8, size // 8)}"
    yield "ends" if _FINAL.search(text) else "open"
    if is_protected(text):
        yield "protected"
    if is_arabic(text):
        yield "arabic"
    commas = text.count("，") + text.count(",")
    yield f"commas{min(3, commas)}"
    digits = sum(char.isdigit() for char in text)
    yield f"digits{min(4, 5 * digits // max(1, size))}"


_FAMILIES: Final = (
    ("site", _SITE_TALK),
    ("commerce", _COMMERCE),
    ("action", _ACTION),
    ("chat", _CHAT),
    ("tone", _TONE),
    ("work", _WORK),
)
_SHORT_FORMS: Final = (
    ("address", _ADDRESS),
    ("counter", _COUNTER),
    ("file", _FILE),
    ("label", _LABEL),
    ("crumb", _CRUMB),
    ("list_head", _LIST_HEAD),
    ("arrows", _ARROWS),
    ("framed", _FRAMED),
)
