"""Is the whole work on the page, or a preview that invites to buy the rest?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from archive.page import Completeness
from crawler.extract.fold import fold, squeeze
from crawler.extract.hints import Hints

_PAGES_LEFT = re.compile(
    r"(?:还剩|剩余|还有|余下|剩下|仅剩)\d{1,4}(?:页|%)|已(?:阅读|预览|显示|看)(?:到第)?\d{1,4}页|(?:试读|预览|免费阅读)(?:已|到此)?(?:结束|完毕|部分)"
    r"|(?:仅|只)(?:显示|展示|供|提供|可|能)?(?:预览|试读)|(?:此处|以下|以上|此|本页|页面|这里)(?:仅|只)?(?:为|是|显示|展示)?(?:部分|节选|片段|试读|预览|节录)"
    r"|(?:登[录陆]|付费|购买|下载|开通|充值|解锁|关注|注册|会员|VIP)[^。]{0,14}(?:查看|阅读|获取|浏览|看|显示|得到|解锁)(?:到)?(?:全文|全部|完整|剩余|余下|后续|其余|整篇)"
    r"|(?:未完|全文|完整版|剩余内容|余下内容)[^。]{0,8}(?:请)?(?:下载|登录|购买|付费|开通)"
)
_CHARS = re.compile(
    r"(?:全文|正文|全篇|本文|文章|原文|文档|总字数|字数)(?:共有?|总共|共计|合计|大?约|[:：])*(\d{3,6})(?:余|多)?个?字"
)
_CUT_TAIL = re.compile(r"(?:\.{3,}|…{1,3}|\.\.\.)$")
_NEAR: Final = 0.9
_SHORT: Final = 0.75
_MAX_LINE: Final = 400


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of the work the page holds, and how long the page says it is."""

    completeness: Completeness
    chars_claimed: int | None


def judge(text: str, furniture: Iterable[str], hints: Hints) -> Extent:
    """Weigh what the page says about its length against the text at hand.

    Args:
        text: the clean body.
        furniture: the other lines of the page, removed ones included.
        hints: the profile's own patterns.
    """
    lines = [squeeze(fold(line[:_MAX_LINE])) for line in furniture]
    claimed = _claimed(lines, hints)
    size = len("".join(text.split()))
    if _says_preview(lines, hints) or (claimed and size < _SHORT * claimed):
        return Extent("preview", claimed)
    if claimed and size >= _NEAR * claimed:
        return Extent("full", claimed)
    tail = hints.truncated_tail
    if _CUT_TAIL.search(text) or (tail and re.search(tail, text)):
        return Extent("preview", claimed)
    if hints.complete_default in {"full", "preview"}:
        return Extent("full" if hints.complete_default == "full" else "preview", claimed)
    return Extent("unknown", claimed)


def _claimed(lines: Iterable[str], hints: Hints) -> int | None:
    patterns = [re.compile(hints.total_chars)] if hints.total_chars else []
    for line in lines:
        for pattern in (*patterns, _CHARS):
            match = pattern.search(line)
            if match:
                return int(match[1])
    return None


def _says_preview(lines: Iterable[str], hints: Hints) -> bool:
    own = [re.compile(source) for source in (hints.pages_left, hints.pages_read) if source]
    return any(p.search(line) for line in lines for p in (*own, _PAGES_LEFT))
