"""Lines that lead to other pages: links, runs of their titles, blocks that stand twice, tips."""

import re
from collections.abc import Sequence
from typing import Final

from crawler.extract import prompts
from crawler.extract.fold import fold, squeeze
from crawler.extract.worklines import Worklines

_DOC_NOUN = re.compile(
    r"(?:总结|小结|方案|计划|规划|报告|范文|范本|模板|体会|心得|感悟|汇报|材料|讲话|讲话稿|演讲稿|发言稿|策划书?|承诺书|倡议书|通知|作文|简历|合同|协议书?|评语"
    r"|述职|事迹|日记|读后感|观后感|句子|文案|大全|标语|口号|祝福语|手抄报|工作报告|自查报告|申请书?|思想汇报|说明书|词汇编|表现|情况|摘要|启事|公告|公示|通报|细则|预案"
    r"|要点|方法|技巧|攻略|知识|须知|名单|安排|纪要|会)(?:[(（][^)）]{1,8}[)）])?(?:\d{1,2}篇?|[一二三四五六七八九十]{1,3}篇?)?$"
)
_HAN = re.compile("[\u3400-\u9fff]")
_LINK: Final = 0.7
_LABEL: Final = 8
"""Characters that may stand beside a link to say what it is, and the link is longer than they."""
_MIN_RUN: Final = 3
_OF_RUN: Final = 0.6
_MIN_BLOCK: Final = 4
_TITLE_MAX: Final = 45
_DATED = re.compile(r"\D(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[)）\]]?$")
"""A title and the day of its page: a row of a list."""
_BRACKETED = re.compile(r"^【[\u3400-\u9fff]{2,6}】$")
_NUMBER = re.compile(r"[(（]?[一二三四五六七八九十\d]{1,3}[)）]?$")
_MIN_STEM: Final = 3
RUNS_ON: Final = "，。；、,"
"""A line that starts so continues the line before: no prompt does."""


def drop_listings(work: Worklines, title: str) -> None:
    """Remove links, runs of other pages' titles and terms of use.

    Args:
        work: the lines.
        title: the page's; headings of works repeat it and are no other pages.
    """
    _links(work)
    _repeated(work)
    _related(work, squeeze(fold(title)))
    _tips(work)


def _links(work: Worklines) -> None:
    """Lines that are links and no sentences: other pages, buttons, tags."""
    for n in work.left():
        line, folded = work.lines[n], work.folded[n]
        labelled = line.linked >= _LABEL and len(line.text) - line.linked <= _LABEL
        if not (labelled or line.link_share >= _LINK) or len(folded) > 80:
            continue
        if prompts.is_sentence(folded):
            continue
        if not prompts.is_protected(folded) or (
            line.link_share > 0.95 and not folded.startswith("附")
        ):
            work.drop(n, "link")


def _repeated(work: Worklines) -> None:
    """Blocks of other pages' titles that stand on the page twice, line for line."""
    left = [n for n in work.left() if not prompts.is_numbered(work.folded[n])]
    places: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(left) - _MIN_BLOCK + 1):
        block = tuple(work.folded[n] for n in left[at : at + _MIN_BLOCK])
        if all(
            _title_like(work, n) or prompts.is_list_heading(work.folded[n])
            for n in left[at : at + _MIN_BLOCK]
        ):
            places.setdefault(block, []).append(at)
    for block, starts in places.items():
        if (
            len(starts) > 1
            and len(set(block)) == _MIN_BLOCK
            and len("".join(block)) >= _MIN_BLOCK * 8
        ):
            for at in starts:
                for n in left[at : at + _MIN_BLOCK]:
                    work.drop(n, "repeated")


def _related(work: Worklines, title: str) -> None:
    """Runs of other pages' titles, with or without a heading that announces them."""
    left = work.left()
    at = 0
    while at < len(left):
        n = left[at]
        announced = prompts.is_list_heading(work.folded[n]) and not work.is_solid(n)
        start = at + 1 if announced else at
        stop = _run_end(work, left, start, title)
        run = left[start:stop]
        named = sum(bool(_DOC_NOUN.search(work.folded[m])) for m in run)
        arabic = sum(prompts.is_arabic(work.folded[m]) for m in run)
        dated = sum(bool(_DATED.search(work.folded[m])) for m in run)
        if (announced and run and (named or arabic or len(run) <= 3)) or (
            len(run) >= _MIN_RUN and max(named, dated) >= _OF_RUN * len(run)
        ):
            if announced:
                work.drop(n, "related")
            elif at and _is_short_label(work, left[at - 1]):
                work.drop(left[at - 1], "related")
            last = stop
            if announced and arabic:
                last = (
                    max(k for k in range(start, stop) if prompts.is_arabic(work.folded[left[k]]))
                    + 1
                )
            for m in left[start:last]:
                work.drop(m, "related")
            at = last
        elif announced and not run:
            if work.scores[n] > 0:
                work.drop(n, "related")
            at += 1
        else:
            at = max(stop, at + 1) if not announced else at + 1


def _run_end(work: Worklines, left: Sequence[int], start: int, title: str) -> int:
    """Where the run of lines that look like titles ends."""
    stop = start
    while stop < len(left) and _title_like(work, left[stop]):
        stop += 1
    if start < stop < len(left) and _heads_a_work(work, left[stop - 1], left[stop], title):
        stop -= 1
    return stop


def _heads_a_work(work: Worklines, n: int, following: int, title: str) -> bool:
    """Whether a line is the heading of the paragraph after it."""
    stem = _NUMBER.sub("", work.folded[n])
    named = len(stem) > _MIN_STEM and stem in title
    return work.is_solid(following) and (work.lines[n].strong or named)


def _is_short_label(work: Worklines, n: int) -> bool:
    folded = work.folded[n]
    if _BRACKETED.match(folded):
        return True
    return len(folded) <= 14 and folded.endswith((":", "：")) and not prompts.is_protected(folded)


def _title_like(work: Worklines, n: int) -> bool:
    folded = work.folded[n]
    return (
        4 <= len(folded) <= _TITLE_MAX
        and len(_HAN.findall(folded)) > 2
        and folded[0] not in RUNS_ON
        and not _BRACKETED.match(folded)
        and not re.search("[。！？；;]", folded)
        and folded.count("，") + folded.count(",") <= 1
        and not prompts.is_protected(folded)
        and not folded.endswith((":", "："))
    )


def _tips(work: Worklines) -> None:
    """A heading such as "kind reminder" and the numbered terms of the site after it."""
    left = work.left()
    for at, n in enumerate(left):
        folded = work.folded[n]
        if len(folded) > 10 or not re.search("提示|提醒|须知|说明|声明|规则", folded):
            continue
        run = []
        for m in left[at + 1 :]:
            if not prompts.is_arabic(work.folded[m]):
                break
            run.append(m)
        sites = sum(work.scores[m] > 0 for m in run)
        if run and (sites * 2 >= len(run) or work.scores[n] > 0):
            for m in [n, *run]:
                work.drop(m, "tips")
