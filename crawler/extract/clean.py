"""From the lines of the body to the report's own lines, each removal on record.

Evidence first: lines known as the site's template, lines that are links, runs of other pages'
titles, blocks that stand twice, and the form of a line (see `prompts`). Rules match on a folded
copy; what stays is published text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from archive.page import Dropped
from crawler.extract import prompts
from crawler.extract.boxes import BOX_TAGS, Boxes, boxes_of
from crawler.extract.editor import cut_editor
from crawler.extract.fold import fold, fold_lines, squeeze
from crawler.extract.hints import Hints
from crawler.extract.line_model import site_score
from crawler.extract.lines import Line
from crawler.extract.listings import RUNS_ON, drop_listings
from crawler.extract.metadata import key
from crawler.extract.recurring import candidates
from crawler.extract.tail import drop_tail
from crawler.extract.worklines import SOLID, Worklines

_PAGER = re.compile(
    r"^(?:[|<>《》«»\[\]共第页頁\d一\s.,，/-]|上一?页|下一?页|首页|尾页|末页|第\d+页|PAGE_?BREAK|#){1,40}$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^([=_*~+-])\1{3,}$")
_FOOTNOTE = re.compile(r"^\[\d{1,3}\]$|^[\[\]－—-]$")
_PAGE_LABEL = re.compile(r"第\s?\d{1,3}\s?页$")
_DATA_LINE = re.compile(
    r"(?:发布|发表|更新|来源|时间|日期|作者|记者|编辑|浏览|阅读|人气|字号|发布于|[\d年月日:：/.\-—TZ+]{8,}).{0,60}$"
    r"|.{0,24}(?:19|20)\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?\d{1,2}:\d\d.{0,40}$"
)
_AD_LABEL = re.compile(r"^(?:广告|推广|赞助|展开|收起|展开全文|置顶|原创|来源|评论|正文|×|x|X)$")
_FILE_NAME = re.compile(r"^(.{4,80})\.(?:docx?|pdf|wps|txt|rtf|pptx?)$", re.IGNORECASE)
_MIN_STEM: Final = 6
_SITES_RULES: Final = frozenset(("prompt", "link", "file_name", "related"))
_WORD = re.compile(r"\w")
_HEAD_LINES: Final = 12
_INTRO_MAX: Final = 400
DROP_AT: Final = 2.5
"""Log-odds at which a line between paragraphs goes: 1 % of tricky invented body lines reach it
under cross-validation, and a third of the prompts."""
DROP_AT_EDGE: Final = 1.7
"""The same before the first and after the last paragraph of the report."""
_WITNESS: Final = 1.0
"""Points a line between paragraphs must have more than, and has by being short and open: the
model alone drops nothing there."""
_BESIDE: Final = 0.2
_CLIP: Final = 4.0
_HOPELESS: Final = -5.0
"""Log-odds that no other evidence can lift to a drop."""
_CLAUSES: Final = 30
"""Characters of a line that must show more than the look of its character pairs."""
_LINK_ROW = re.compile(r"^\s*[^|｜，。：]{2,12}(?:[|｜][^|｜，。：]{2,12}){2,}$")
_SERIES: Final = 3
_MAX_LABEL: Final = 12
_POINT: Final = 0.75
"""What a point of `prompts` adds to the log-odds."""
_NAMED: Final = 2.0
"""Points of a line in which the site names itself; as much as an address has."""
_FOREIGN: Final = 1.0
_HALF_LINKED: Final = 0.4
_OF_BOXES: Final = BOX_TAGS | {"dd", "dt"}
_COMPANY: Final = 2.0
"""What a line dropped from a box says against the others in it."""
_MOST_COMPANY: Final = 2


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What stays and what was removed, in order."""

    lines: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    candidates: tuple[str, ...] = ()
    """Folded lines that are template if they recur on other pages of the site."""


def clean(lines: Sequence[Line], title: str, hints: Hints, brand: str = "") -> Cleaned:
    """Remove what is not the report.

    Args:
        lines: the container's lines.
        title: the page's title; its repetitions at the head go.
        hints: the profile's own rules and the lines known as the site's template.
        brand: what the site calls itself, where that is no agency's name; who says it is the site.
    """
    spaced = fold_lines([line.text for line in lines])
    folded = [squeeze(line) for line in spaced]
    work = Worklines(lines, spaced, folded, [site_score(line) for line in folded])
    boxes = boxes_of(work)
    counted = _recurring(work, title, boxes)
    _template(work, counted, hints)
    _profile(work, hints)
    _head(work, title)
    _page_labels(work, title)
    _link_rows(work)
    _file_names(work, title)
    drop_listings(work, title)
    own_name = squeeze(fold(brand))
    _prompts(work, boxes, own_name)
    _in_boxes(work, boxes)
    drop_tail(work)
    _title_echo(work, title)
    named = tuple(dict.fromkeys(folded[n] for n in sorted(counted)))
    return replace(_finish(work, hints, own_name), candidates=named)


def _recurring(work: Worklines, title: str, boxes: Boxes) -> frozenset[int]:
    solid = [n for n in range(len(work.lines)) if work.is_solid(n)]
    usual = {_block_kind(work.lines[n]) for n in solid}
    foreign = [
        n in boxes.foreign or (bool(usual) and _is_foreign(line, usual))
        for n, line in enumerate(work.lines)
    ]
    return candidates(work.folded, work.scores, solid, foreign, squeeze(fold(title)))


def _template(work: Worklines, counted: frozenset[int], hints: Hints) -> None:
    """Lines that recur on the site's other pages, where their form and place allow it."""
    template = frozenset(hints.template_lines)
    for n in counted if template else ():
        if work.folded[n] in template:
            work.drop(n, "template")


def _profile(work: Worklines, hints: Hints) -> None:
    drop = [re.compile(source) for source in hints.drop_lines]
    spam = [re.compile(source) for source in hints.spam_lines]
    cut = [re.compile(source) for source in hints.cut_blocks]
    patterns = bool(drop or spam or cut)
    cutting = False
    for n, folded in enumerate(work.folded):
        plain = work.spaced[n].strip() if patterns else ""
        if not folded:
            work.drop(n, "empty")
        elif _RULE.match(folded):
            work.drop(n, "rule")
        elif any(regex.search(plain) for regex in drop):
            work.drop(n, "profile")
        elif any(regex.search(plain) for regex in spam):
            work.drop(n, "spam")
        if cut and any(regex.search(plain) for regex in cut):
            cutting = True
        elif cutting and (len(folded) > SOLID or prompts.is_numbered(folded)):
            cutting = False
        if cutting:
            work.drop(n, "profile_block")


def _head(work: Worklines, title: str) -> None:
    """A main heading inside the container, with what stands above it and the line of data below."""
    bare = key(squeeze(fold(title)))
    for at, line in enumerate(work.lines[:_HEAD_LINES]):
        if line.block.tag != "h1" or not bare or key(work.folded[at]) not in bare:
            continue
        for n in range(at + 1):
            if not work.is_solid(n):
                work.drop(n, "head")
        for n in range(at + 1, min(at + _HEAD_LINES, len(work.lines))):
            if not _DATA_LINE.match(work.folded[n]):
                break
            work.drop(n, "head")
        return


def _page_labels(work: Worklines, title: str) -> None:
    bare = key(squeeze(fold(title)))
    for n in work.left():
        folded = work.folded[n]
        if _PAGER.match(folded) and not folded.isdigit() and not _FOOTNOTE.match(folded):
            work.drop(n, "pager")
        elif len(folded) <= 80 and _PAGE_LABEL.search(folded):
            rest = key(_PAGE_LABEL.sub("", folded))
            if rest and (rest in bare or bare in rest):
                work.drop(n, "page_label")


def _link_rows(work: Worklines) -> None:
    """A row of links between upright strokes: a menu that stands among the paragraphs."""
    for n in work.left():
        line = work.lines[n]
        if line.link_share > _HALF_LINKED and _LINK_ROW.match(line.text):
            work.drop(n, "link_row")


def _file_names(work: Worklines, title: str) -> None:
    """The title as the name of a file: a download that the site offers."""
    bare = key(squeeze(fold(title)))
    for n in work.left():
        name = _FILE_NAME.match(work.folded[n])
        if name and len(stem := key(name[1])) >= _MIN_STEM and (stem in bare or bare in stem):
            work.drop(n, "file_name")


def _prompts(work: Worklines, boxes: Boxes, brand: str) -> None:
    """Lines the model gives to the site, with the evidence of where they stand.

    Counted in: the lines beside (prompts come in clusters, headings between paragraphs), a block
    of another kind than the report's paragraphs, and links.
    """
    first, last = work.edges()
    left = work.left()
    usual = {_block_kind(work.lines[n]) for n in left if work.is_solid(n)}
    labels = Counter(_label(work.folded[n]) for n in left)
    credits_: list[int] = []
    for at, n in enumerate(left):
        label = _label(work.folded[n])
        if label and labels[label] > _SERIES:
            continue
        if _is_sites_alone(work.folded[n], brand):
            work.drop(n, "prompt")
            continue
        edge = (n < first or n > last) and not _announced(work, n)
        if _is_credit(work.lines[n], work.spaced[n]):
            credits_.append(n)
            continue
        named = bool(brand) and brand in work.folded[n]
        foreign = (
            named
            or n in boxes.foreign
            or prompts.is_framed(work.folded[n])
            or (bool(usual) and _is_foreign(work.lines[n], usual))
        )
        if work.scores[n] < _HOPELESS or not _says(work.folded[n]):
            continue
        points = prompts.prompt_points(work.folded[n]) + _NAMED * named
        apart = edge or foreign
        score = (
            work.scores[n] + _BESIDE * _beside(work, left, at, apart=apart) + _POINT * (points - 1)
        )
        score += _FOREIGN * (foreign + (work.lines[n].link_share > _HALF_LINKED))
        paragraph = len(work.folded[n]) >= SOLID and prompts.is_sentence(work.folded[n])
        if score < (DROP_AT_EDGE if apart and not paragraph else DROP_AT) or (
            len(work.folded[n]) >= _CLAUSES and points < _POINT
        ):
            continue
        if not foreign and prompts.tells_figures(work.folded[n]):
            continue
        if apart or points > _WITNESS:
            work.drop(n, "prompt")
    _credits(work, credits_, usual)


def _is_sites_alone(folded: str, brand: str) -> bool:
    """Whether a line is the site's whatever stands around it."""
    return folded == brand or bool(_AD_LABEL.match(folded)) or prompts.is_picture_note(folded)


def _announced(work: Worklines, n: int) -> bool:
    """Whether the line before stays and ends with a colon: what follows belongs to it."""
    return n > 0 and n - 1 not in work.rule and work.folded[n - 1].endswith((":", "："))


def _in_boxes(work: Worklines, boxes: Boxes) -> None:
    """What is left of a box of which the site has said something, unless it reads as a report."""
    for places in boxes.places.values():
        left = [n for n in places if n not in work.rule]
        gone = sum(work.rule.get(n) in _SITES_RULES for n in places)
        if not gone or any(prompts.is_protected(work.folded[n]) for n in left):
            continue
        weights = (
            work.scores[n] + _POINT * (prompts.prompt_points(work.folded[n]) - 1) for n in left
        )
        evidence = sum(max(-_CLIP, min(_CLIP, weight)) for weight in weights)
        if evidence + _COMPANY * min(gone, _MOST_COMPANY) >= DROP_AT_EDGE:
            for n in left:
                work.drop(n, "box")


def _credits(work: Worklines, found: Sequence[int], usual: set[tuple[str, str, str]]) -> None:
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
    return folded[0] not in RUNS_ON and bool(_WORD.search(folded))


_LONGEST_CREDIT: Final = 120
"""Characters as published: three times what `prompts.is_credit` takes, for pinyin in brackets."""


def _is_credit(line: Line, spaced: str) -> bool:
    """A line that names writers, editors or sources and leads nowhere."""
    short = len(line.text) <= _LONGEST_CREDIT and not line.linked
    return short and prompts.is_credit("".join(spaced.split()))


def _label(folded: str) -> str:
    """What stands before the colon of "price: 50"; a label that recurs is a list of the report."""
    label, colon, _ = folded.partition(":")
    return label if colon and len(label) <= _MAX_LABEL else ""


def _beside(work: Worklines, left: Sequence[int], at: int, *, apart: bool) -> float:
    """What the lines before and after say; apart from the paragraphs only their suspicion counts."""
    floor = 0.0 if apart else -_CLIP / 2
    near = (*left[max(0, at - 1) : at], *left[at + 1 : at + 2])
    return sum(max(floor, min(_CLIP, work.scores[n])) for n in near)


def _is_foreign(line: Line, usual: set[tuple[str, str, str]]) -> bool:
    """A box among paragraphs: advertisements stand there, headings and tables do not."""
    return line.block.tag in _OF_BOXES and _block_kind(line) not in usual


def _block_kind(line: Line) -> tuple[str, str, str]:
    """What kind of block a line stands in: its tag and class, and its parent's tag."""
    parent = line.block.getparent()
    return line.block.tag, line.block.get("class") or "", parent.tag if parent is not None else ""


def _title_echo(work: Worklines, title: str) -> None:
    """Leading lines that repeat the title, all but the first."""
    bare = key(squeeze(fold(title)))
    seen = 0
    for n in work.left()[:8]:
        own = key(work.folded[n])
        if bare and own == bare:
            seen += 1
            if seen > 1:
                work.drop(n, "title_echo")
        elif work.is_solid(n):
            break


def _finish(work: Worklines, hints: Hints, brand: str) -> Cleaned:
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
            text, cut = cut_editor(text, intro, brand)
            if cut:
                dropped.append(Dropped(cut, "editor"))
        if text:
            kept.append(text)
    return Cleaned(tuple(kept), tuple(dropped))


def _after_heading(work: Worklines, n: int) -> bool:
    return n > 0 and work.lines[n - 1].strong and len(work.lines[n].text) <= _INTRO_MAX
