"""From the lines of the body to the report's own lines, each removal on record.

Evidence first: lines known as the site's template, lines that are links, runs of other pages'
titles, blocks that stand twice, and the form of a line (see `prompts`). Rules match on a folded
copy; what stays is published text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from archive.page import Dropped
from crawler.extract import prompts
from crawler.extract.editor import cut_editor
from crawler.extract.fold import fold, fold_lines, squeeze
from crawler.extract.hints import Hints
from crawler.extract.line_model import site_score
from crawler.extract.lines import Line
from crawler.extract.metadata import key
from crawler.extract.recurring import candidates

_PAGER = re.compile(
    r"^(?:[|<>《》«»\[\]共第页頁\d一\s.,，/-]|上一?页|下一?页|首页|尾页|末页|第\d+页|PAGE_?BREAK|#){1,40}$",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"^\[\d{1,3}\]$|^[\[\]－—-]$")
_PAGE_LABEL = re.compile(r"第\s?\d{1,3}\s?页$")
_DOC_NOUN = re.compile(
    r"(?:总结|小结|方案|计划|规划|报告|范文|范本|模板|体会|心得|感悟|汇报|材料|讲话|讲话稿|演讲稿|发言稿|策划书?|承诺书|倡议书|通知|作文|简历|合同|协议书?|评语"
    r"|述职|事迹|日记|读后感|观后感|句子|文案|大全|标语|口号|祝福语|手抄报|工作报告|自查报告|申请书?|思想汇报|说明书|词汇编|表现|情况|摘要|启事|公告|公示|通报|细则|预案"
    r"|要点|方法|技巧|攻略|知识|须知|名单|安排|纪要|会)(?:[(（][^)）]{1,8}[)）])?(?:\d{1,2}篇?|[一二三四五六七八九十]{1,3}篇?)?$"
)
_DATA_LINE = re.compile(
    r"(?:发布|发表|更新|来源|时间|日期|作者|记者|编辑|浏览|阅读|人气|字号|发布于|[\d年月日:：/.\-—TZ+]{8,}).{0,60}$"
)
_AD_LABEL = re.compile(r"^(?:广告|推广|赞助|展开|收起|展开全文|置顶|原创|来源|评论|正文|×|x|X)$")
_WORD = re.compile(r"\w")
_HAN = re.compile("[\u3400-\u9fff]")
_HEAD_LINES: Final = 12
_INTRO_MAX: Final = 400
_MIN_RUN: Final = 3
_MIN_BLOCK: Final = 4
_TITLE_MAX: Final = 45
_SOLID: Final = 40
DROP_AT: Final = 2.5
"""Log-odds at which a line between paragraphs goes: 1 % of tricky invented body lines reach it
under cross-validation, and a third of the prompts."""
DROP_AT_EDGE: Final = 1.4
"""The same before the first and after the last paragraph of the report."""
_WITNESS: Final = 1.0
"""Points a line between paragraphs must have besides: the model alone drops nothing there."""
_BESIDE: Final = 0.2
_CLIP: Final = 4.0
_HOPELESS: Final = -5.0
"""Log-odds that no other evidence can lift to a drop."""
_CLAUSES: Final = 30
"""Characters of a line that must show more than the look of its character pairs."""
_RUNS_ON: Final = "，。；、,"
"""A line that starts so continues the line before: no prompt does."""
_SERIES: Final = 3
_MAX_LABEL: Final = 12
_POINT: Final = 0.75
"""What a point of `prompts` adds to the log-odds."""
_FOREIGN: Final = 1.0
_HALF_LINKED: Final = 0.4
_BOXES: Final = frozenset(("div", "center", "aside", "dl", "dd", "dt", "ul", "form", "fieldset"))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What stays and what was removed, in order."""

    lines: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    candidates: tuple[str, ...] = ()
    """Folded lines that are template if they recur on other pages of the site."""


@dataclass(slots=True)
class _Work:
    """The lines under work: `rule[n]` names the rule that removes line n."""

    lines: Sequence[Line]
    folded: Sequence[str]
    scores: Sequence[float]
    """Log-odds of each line to be the site's."""
    rule: dict[int, str] = field(default_factory=dict)

    def left(self) -> list[int]:
        return [n for n in range(len(self.lines)) if n not in self.rule]

    def drop(self, n: int, rule: str) -> None:
        self.rule.setdefault(n, rule)


def clean(lines: Sequence[Line], title: str, hints: Hints) -> Cleaned:
    """Remove what is not the report.

    Args:
        lines: the container's lines.
        title: the page's title; its repetitions at the head go.
        hints: the profile's own rules and the lines known as the site's template.
    """
    folded = [squeeze(line) for line in fold_lines([line.text for line in lines])]
    work = _Work(lines, folded, [site_score(line) for line in folded])
    counted = _recurring(work, title)
    _template(work, counted, hints)
    _profile(work, hints)
    _head(work, title)
    _page_labels(work, title)
    _links(work)
    _repeated(work)
    _related(work)
    _tips(work)
    _prompts(work)
    _tail(work)
    _title_echo(work, title)
    named = tuple(dict.fromkeys(folded[n] for n in sorted(counted)))
    return replace(_finish(work, hints), candidates=named)


def _recurring(work: _Work, title: str) -> frozenset[int]:
    solid = [n for n in range(len(work.lines)) if _solid(work, n)]
    usual = {_block_kind(work.lines[n]) for n in solid}
    foreign = [bool(usual) and _is_foreign(line, usual) for line in work.lines]
    return candidates(work.folded, work.scores, solid, foreign, squeeze(fold(title)))


def _template(work: _Work, counted: frozenset[int], hints: Hints) -> None:
    """Lines that recur on the site's other pages, where their form and place allow it."""
    template = frozenset(hints.template_lines)
    for n in counted if template else ():
        if work.folded[n] in template:
            work.drop(n, "template")


def _profile(work: _Work, hints: Hints) -> None:
    drop = [re.compile(source) for source in hints.drop_lines]
    spam = [re.compile(source) for source in hints.spam_lines]
    cut = [re.compile(source) for source in hints.cut_blocks]
    patterns = bool(drop or spam or cut)
    cutting = False
    for n, folded in enumerate(work.folded):
        plain = fold(work.lines[n].text).strip() if patterns else ""
        if not folded:
            work.drop(n, "empty")
        elif any(regex.search(plain) for regex in drop):
            work.drop(n, "profile")
        elif any(regex.search(plain) for regex in spam):
            work.drop(n, "spam")
        if cut and any(regex.search(plain) for regex in cut):
            cutting = True
        elif cutting and (len(folded) > _SOLID or prompts.is_numbered(folded)):
            cutting = False
        if cutting:
            work.drop(n, "profile_block")


def _head(work: _Work, title: str) -> None:
    """A main heading inside the container, with what stands above it and the line of data below."""
    bare = key(squeeze(fold(title)))
    for at, line in enumerate(work.lines[:_HEAD_LINES]):
        if line.block.tag != "h1" or not bare or key(work.folded[at]) not in bare:
            continue
        for n in range(at + 1):
            if not _solid(work, n):
                work.drop(n, "head")
        for n in range(at + 1, min(at + _HEAD_LINES, len(work.lines))):
            if not _DATA_LINE.match(work.folded[n]):
                break
            work.drop(n, "head")
        return


def _page_labels(work: _Work, title: str) -> None:
    bare = key(squeeze(fold(title)))
    for n in work.left():
        folded = work.folded[n]
        if _PAGER.match(folded) and not folded.isdigit() and not _FOOTNOTE.match(folded):
            work.drop(n, "pager")
        elif len(folded) <= 80 and _PAGE_LABEL.search(folded):
            rest = key(_PAGE_LABEL.sub("", folded))
            if rest and (rest in bare or bare in rest):
                work.drop(n, "page_label")


def _links(work: _Work) -> None:
    """Lines that are links and no sentences: other pages, buttons, tags."""
    for n in work.left():
        line, folded = work.lines[n], work.folded[n]
        if line.link_share < 0.7 or len(folded) > 80 or prompts.is_sentence(folded):
            continue
        if not prompts.is_protected(folded) or (
            line.link_share > 0.95 and not folded.startswith("附")
        ):
            work.drop(n, "link")


def _repeated(work: _Work) -> None:
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


def _related(work: _Work) -> None:
    """Runs of other pages' titles, with or without a heading that announces them."""
    left = work.left()
    at = 0
    while at < len(left):
        n = left[at]
        announced = prompts.is_list_heading(work.folded[n]) and not _solid(work, n)
        start = at + 1 if announced else at
        stop = start
        while stop < len(left) and _title_like(work, left[stop]):
            stop += 1
        run = left[start:stop]
        named = sum(bool(_DOC_NOUN.search(work.folded[m])) for m in run)
        arabic = sum(prompts.is_arabic(work.folded[m]) for m in run)
        if (announced and run and (named or arabic or len(run) <= 3)) or (
            len(run) >= _MIN_RUN and named >= 0.6 * len(run)
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


def _is_short_label(work: _Work, n: int) -> bool:
    folded = work.folded[n]
    return len(folded) <= 14 and folded.endswith((":", "：")) and not prompts.is_protected(folded)


def _title_like(work: _Work, n: int) -> bool:
    folded = work.folded[n]
    return (
        4 <= len(folded) <= _TITLE_MAX
        and len(_HAN.findall(folded)) > 2
        and folded[0] not in _RUNS_ON
        and not re.search("[。！？；;]", folded)
        and folded.count("，") + folded.count(",") <= 1
        and not prompts.is_protected(folded)
        and not folded.endswith((":", "："))
    )


def _tips(work: _Work) -> None:
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


def _solid(work: _Work, n: int) -> bool:
    """A line that is surely running text of the report."""
    folded = work.folded[n]
    return len(folded) >= _SOLID and prompts.is_sentence(folded) and work.scores[n] < 0


def _edges(work: _Work) -> tuple[int, int]:
    """First and last solid line; before and after them a line needs less to be dropped."""
    solid = [n for n in work.left() if _solid(work, n)]
    return (solid[0], solid[-1]) if solid else (0, len(work.lines))


def _prompts(work: _Work) -> None:
    """Lines the model gives to the site, with the evidence of where they stand.

    Counted in: the lines beside (prompts come in clusters, headings between paragraphs), a block
    of another kind than the report's paragraphs, and links.
    """
    first, last = _edges(work)
    left = work.left()
    usual = {_block_kind(work.lines[n]) for n in left if _solid(work, n)}
    labels = Counter(_label(work.folded[n]) for n in left)
    credits_: list[int] = []
    for at, n in enumerate(left):
        label = _label(work.folded[n])
        if label and labels[label] > _SERIES:
            continue
        if _AD_LABEL.match(work.folded[n]):
            work.drop(n, "prompt")
            continue
        edge = n < first or n > last
        if _is_credit(work.lines[n]):
            credits_.append(n)
            continue
        foreign = bool(usual) and _is_foreign(work.lines[n], usual)
        if work.scores[n] < _HOPELESS or not _says(work.folded[n]):
            continue
        points = prompts.prompt_points(work.folded[n])
        score = (
            work.scores[n] + _BESIDE * _beside(work, left, at, edge=edge) + _POINT * (points - 1)
        )
        score += _FOREIGN * (foreign + (work.lines[n].link_share > _HALF_LINKED))
        if score < (DROP_AT_EDGE if edge or foreign else DROP_AT) or (
            len(work.folded[n]) >= _CLAUSES and points < _POINT
        ):
            continue
        if edge or foreign or points >= _WITNESS:
            work.drop(n, "prompt")
    _credits(work, credits_, usual)


def _credits(work: _Work, found: Sequence[int], usual: set[tuple[str, str, str]]) -> None:
    """Lines that name writers, editors and sources before or after the text.

    Among the paragraphs, in their markup and with nothing of the site beside them, they were
    published as part of the text. Elsewhere, and beside prompts, they are the site's.
    """
    places = frozenset(found)
    for n in found:
        before = next((m for m in range(n - 1, -1, -1) if m not in places), None)
        after = next((m for m in range(n + 1, len(work.lines)) if m not in places), None)
        among = (m for m in (before, after) if m in work.rule)
        if any(work.rule[m] not in {"empty", "credit"} for m in among if m is not None) or (
            usual and _block_kind(work.lines[n]) not in usual
        ):
            work.drop(n, "credit")


def _says(folded: str) -> bool:
    """Whether a line says something by itself: brackets and the end of a sentence do not."""
    return folded[0] not in _RUNS_ON and bool(_WORD.search(folded))


def _is_credit(line: Line) -> bool:
    """A line that names writers, editors or sources and leads nowhere."""
    return not line.linked and prompts.is_credit("".join(fold(line.text).split()))


def _label(folded: str) -> str:
    """What stands before the colon of "price: 50"; a label that recurs is a list of the report."""
    label, colon, _ = folded.partition(":")
    return label if colon and len(label) <= _MAX_LABEL else ""


def _beside(work: _Work, left: Sequence[int], at: int, *, edge: bool) -> float:
    """What the lines before and after say; at an edge only their suspicion counts."""
    floor = 0.0 if edge else -_CLIP / 2
    near = (*left[max(0, at - 1) : at], *left[at + 1 : at + 2])
    return sum(max(floor, min(_CLIP, work.scores[n])) for n in near)


def _is_foreign(line: Line, usual: set[tuple[str, str, str]]) -> bool:
    """A box among paragraphs: advertisements stand there, headings and tables do not."""
    return line.block.tag in _BOXES and _block_kind(line) not in usual


def _block_kind(line: Line) -> tuple[str, str, str]:
    """What kind of block a line stands in: its tag and class, and its parent's tag."""
    parent = line.block.getparent()
    return line.block.tag, line.block.get("class") or "", parent.tag if parent is not None else ""


def _tail(work: _Work) -> None:
    """After the last solid line: slogans and labels between and after dropped prompts."""
    _, last = _edges(work)
    dropped = 0
    for n in range(last + 1, len(work.lines)):
        if n in work.rule:
            dropped += 1
            continue
        folded = work.folded[n]
        if prompts.is_protected(folded) or prompts.is_sentence(folded):
            continue
        if dropped >= 2 and len(folded) <= 40:
            work.drop(n, "tail")
            dropped += 1


def _title_echo(work: _Work, title: str) -> None:
    """Leading lines that repeat the title, all but the first."""
    bare = key(squeeze(fold(title)))
    seen = 0
    for n in work.left()[:8]:
        own = key(work.folded[n])
        if bare and own == bare:
            seen += 1
            if seen > 1:
                work.drop(n, "title_echo")
        elif _solid(work, n):
            break


def _finish(work: _Work, hints: Hints) -> Cleaned:
    left = work.left()
    edge = set(left[:4]) | set(left[-3:])
    intro = re.compile(hints.intro_regex) if hints.intro_regex else None
    kept: list[str] = []
    dropped: list[Dropped] = []
    for n, line in enumerate(work.lines):
        rule = work.rule.get(n)
        if rule:
            if rule != "empty":
                dropped.append(Dropped(line.text, rule))
            continue
        text = line.text
        if (n in edge and len(text) <= _INTRO_MAX) or _after_heading(work, n):
            text, cut = cut_editor(text, intro)
            if cut:
                dropped.append(Dropped(cut, "editor"))
        if text:
            kept.append(text)
    return Cleaned(tuple(kept), tuple(dropped))


def _after_heading(work: _Work, n: int) -> bool:
    return n > 0 and work.lines[n - 1].strong and len(work.lines[n].text) <= _INTRO_MAX
