"""The site editor's own sentences in the first and last paragraphs of an essay.

"下面是小编为大家整理的…，欢迎阅读！" stands inside a paragraph whose beginning may be the report's own
words, so the clause is cut and not the paragraph. A sentence must name the editor's doing and make
the reader an offer; either alone occurs in reports.
"""

import re
from collections.abc import Sequence

from crawler.extract.fold import fold, squeeze

_EDITOR = re.compile(
    r"小编|小助手|编者|本(?:资料|文档|素材)|笔者为|(?:搜罗|搜集|甄选|精选|挑选|收集|整理)(?:整理|编辑|汇总|筛选)?[了出](?:一[份些篇]|[这以下]|几篇|多篇)|(?:为|给|替)(?:大家|你们?|您|各位)(?:朋友|网友|同学)?(?:带来|整理|收集|搜集|准备|分享|推荐|介绍|提供|精心|搜罗|编写)"
    r"|(?:精心|特意)?(?:整理|收集|搜集|挑选|准备|编辑|推荐)了?的?.{0,30}(?:供|希望|欢迎|仅供)|(?:全部|所有)(?:内容|分享)|本站|本栏目|分享了"
)
_OFFER = re.compile(
    r"范文|欢迎(?:大家)?(?:阅读|参考|借鉴|查看|收藏|关注|下载)|(?:供|仅供)(?:大家|各位|您|你|参考|借鉴)|(?:希望|盼望)(?:能|可以|会)?(?:对)?(?:大家|各位|你|您)|(?:希望|可以|能够?)?(?:对|给)?(?:大家|您|你|各位)(?:有所)?(?:帮助|喜欢)"
    r"|帮(?:助)?(?:到)?(?:大家|你|您)|一起来?(?:看看|阅读|了解|欣赏)|看看吧|有需要的(?:朋友|同学|小伙伴|读者)|希望能?对.{0,10}有(?:所|些|一定)?(?:启发|帮助|借鉴)|以上(?:就是|便是|是|即)|下面(?:就?是|请|我们|和)|以下(?:就?是)|接下来(?:就?是)?|值得(?:收藏|阅读)|[往接]着?下(?:看|翻|读|拉)|送上|取用|祝(?:各位|大家|您|你)|更多.{0,16}(?:关注|请|访问|浏览)|(?:篇|材料|文章|总结|方案|体会)[,，]?(?:希望|供|欢迎|以供|仅供)"
)
_READER = re.compile("[您你]|大家|各位|读者|网友|朋友")
"""Whom a site speaks to in its own name; a newspaper that names itself reports."""
_ON_WRITING = re.compile(
    r"(?:总结|报告|方案|材料|体会|文章|汇报|发言稿?|范文|计划)[^。！？!?]{0,8}"
    r"(?:怎么|怎样|如何|咋|该?从哪里?|要注意|应当?包含|有哪些|哪几)[^。！？!?]{0,10}[?？]"
    r"|(?:怎么|怎样|如何|咋)[^。！？!?]{0,16}写[^。！？!?]{0,12}[?？]|^导语[:：]"
    r"|^(?:资料|文档|素材|内容)简介[:：]"
    r"|^(?:工作)?(?:总结|报告|方案|计划|体会|心得)是[^。！？!?]{2,16}的[^。！？!?]{1,10}[。！!]"
)
"""Essay sites begin so, with some lines on writing; a report does not ask how to write one."""
_CLAUSE = re.compile(r"[^。！？!?；;]*[。！？!?；;]*")
_COMMA = re.compile(r"[，,：:]")


def cut_editor(text: str, intro: re.Pattern[str] | None = None, brand: str = "") -> tuple[str, str]:
    """A paragraph without the site editor's sentence, and that sentence.

    Cut from the clause that names the editor or makes the offer; what stands before may be the
    report's own words. The mark that closed the kept clause becomes a full stop only if the clause
    ended with a comma in the source, where it is left as it is. `brand`: the site's name, folded.
    """
    if intro:
        match = intro.search(text)
        if match:
            return (text[: match.start()] + text[match.end() :]).strip(), match[0]
    sentences = [s for s in _CLAUSE.findall(text) if s]
    marks = [_editorial(s, brand) for s in sentences]
    if any(map(_ON_WRITING.search, sentences)):
        marks = [mark or "小编" in s for mark, s in zip(marks, sentences, strict=True)]
    if not any(marks):
        return text, ""
    first = marks.index(True)
    last = len(marks) - 1 - marks[::-1].index(True)
    if last + 1 < len(sentences) and all(len(s) <= 20 for s in sentences[last + 1 :]):
        last = len(sentences) - 1
    head, clauses = "".join(sentences[:first]), _COMMA.split(sentences[first])
    keep = _clause_cut(sentences[first], clauses)
    if any(_ON_WRITING.search(s) for s in sentences[: first + 1]):
        head, first, keep = "", 0, 0
    cut = sentences[first][keep:] + "".join(sentences[first + 1 : last + 1])
    kept = head + sentences[first][:keep] + "".join(sentences[last + 1 :])
    return kept.rstrip("，, "), cut.strip()


def _editorial(sentence: str, brand: str) -> bool:
    folded = squeeze(fold(sentence))
    named = bool(brand) and brand in folded and _READER.search(folded)
    return bool((named or _EDITOR.search(folded)) and _OFFER.search(folded))


def _clause_cut(sentence: str, clauses: Sequence[str]) -> int:
    """Where in a sentence the first clause of the editor starts."""
    place = 0
    for clause in clauses:
        folded = squeeze(fold(clause))
        if _EDITOR.search(folded) or _OFFER.search(folded):
            return place
        place += len(clause) + 1
    return min(place, len(sentence))
