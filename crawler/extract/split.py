"""A page that holds several works, cut into them.

Precision first: an ordinary report is never cut. Headings of works count only as a series: the
same stem with numbers that rise from one, each followed by a text of its own. Pages without such
headings are cut where their title says how many works they hold and the numbering of sections starts
again from one; where a work closes with its date and the next one's title follows; or where sections
start again and each time an agency of another place writes.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crawler.extract import prompts
from crawler.extract.fold import fold, fold_lines, level, squeeze
from crawler.extract.hints import Hints
from crawler.extract.issuer import find_issuer
from crawler.extract.region import region_of

_NUMERALS: Final = "一二三四五六七八九十"
_NUMBER: Final = r"(?P<n>[一二三四五六七八九十]{1,3}|\d{1,2})"
_WORKS: Final = (
    r"(?:篇|范文|范本|样本|模板|方案|策划书?|总结|小结|心得体会|心得|体会|感悟|报告|计划|汇报|材料|讲话稿|演讲稿|发言稿|倡议书"
    r"|通知|简报|信息|稿|文章|例文|内容|范例|样例|示例|样稿)"
)
_HEADINGS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^[【\[(（<《]?(?P<stem>.{{0,40}}?{_WORKS})(?:精选|之)?[(（【:：\-—－_·\s]{{0,2}}第?{_NUMBER}(?:篇)?[)）】\]>》]?(?:[:：、.\s](?P<rest>.{{0,40}}))?$",
        rf"^[【\[(（<《]?第{_NUMBER}(?P<stem>篇|则|份)[)）】\]>》]?[:：、\s]?(?P<rest>.{{0,40}})$",
        rf"^[【\[(（<《](?P<stem>篇|范文|例文){_NUMBER}[)）】\]>》](?P<rest>.{{0,40}})$",
        rf"^{_NUMBER}[.、．](?P<stem>.{{4,40}}{_WORKS})(?P<rest>)$",
        rf"^(?P<stem>篇|范文|例文){_NUMBER}[:：、.\s]?(?P<rest>.{{0,40}})$",
    )
)
_INLINE = re.compile(
    r"(?P<stem>方案|范文|总结|心得体会|策划书|策划|计划|报告|篇)(?P<n>[一二三四五六七八九十])(?=[^、，。,是和或的至到中也])"
)
_COUNT = re.compile(r"(?P<n>[一二三四五六七八九十]{1,3}|\d{1,2})\s?(?:篇|则|份|例)")
_MANY = re.compile(r"精选|通用|合集|汇总|大全|集锦|汇编|荟萃|范文推荐")
_RESTART = re.compile(r"^[（(]?一[)）]?[、.．,，:：]")
_SECTION = re.compile(
    r"^[（(]?[一二三四五六七八九十]{1,3}[)）]?[、.．,，:：]|^\d{1,2}[、.．]|^第[一二三四五六七八九十]"
)
_ENDED = re.compile(r"[。！？!?；;”]$")
_MIN_WORK: Final = 80
_MIN_INLINE: Final = 200
_MIN_SILENT: Final = 150
_MAX_HEADING: Final = 60
_MIN_TITLE: Final = 6
_MOST_WORKS: Final = 30
_TITLE = re.compile(
    r"(?:总结|小结|报告|汇报|方案|计划|要点|讲话|致辞|发言|体会|心得|倡议书|通知|通报|简报|情况|分析)"
    r"(?:[(（][^)）]{1,12}[)）])?$"
)
_MAX_INTRO: Final = 400


@dataclass(frozen=True, slots=True)
class Work:
    """One work: its title and where it stands in the page's text."""

    title: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """A heading: where it starts, where the text after it starts, and what it says."""

    start: int
    body: int
    title: str


def number(digits: str) -> int:
    """1 to 99 from Arabic digits or Chinese numerals; 0 where it is none."""
    if digits.isdigit():
        return int(digits)
    tens, ten, ones = digits.partition("十")
    if not ten:
        return _NUMERALS.find(digits) + 1 if len(digits) == 1 else 0
    high = _NUMERALS.find(tens) + 1 if tens else 1
    return 10 * high + (_NUMERALS.find(ones) + 1 if ones else 0)


def split(lines: Sequence[str], title: str, hints: Hints) -> list[Work]:
    """The works of a page; one where nothing says otherwise.

    Args:
        lines: the page's clean lines; the page's text is these joined by newlines.
        title: the page's title.
        hints: a profile may name the heading line of a work (`compilation`, `split_marker`).
    """
    text = "\n".join(lines)
    folded = [squeeze(line) for line in fold_lines(lines)]
    marks = (
        _by_profile(lines, hints)
        or _by_headings(lines, folded, title)
        or _by_inline(text)
        or _by_restarts(lines, folded, title)
        or _by_endings(lines, folded)
        or _by_issuers(lines, folded)
    )
    if not marks:
        return [_work(title, text, 0, len(text))]
    ends = [mark.start for mark in marks[1:]] + [len(text)]
    return [
        _work(mark.title or title, text, mark.body, end)
        for mark, end in zip(marks, ends, strict=True)
    ]


def _work(title: str, text: str, start: int, end: int) -> Work:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    body = piece.strip()
    return Work(title, body, start + lead, start + lead + len(body))


def _offsets(lines: Sequence[str]) -> list[int]:
    places, at = [], 0
    for line in lines:
        places.append(at)
        at += len(line) + 1
    return places


def _by_profile(lines: Sequence[str], hints: Hints) -> list[_Mark]:
    source = hints.split_marker or hints.compilation
    if not source:
        return []
    marker = re.compile(source)
    found = [(n, line) for n, line in enumerate(lines) if marker.search(fold(line).strip())]
    places = _offsets(lines)
    marks = [_Mark(places[n], places[n] + len(line) + 1, line.strip()) for n, line in found]
    return _long_enough(marks, len("\n".join(lines)), _MIN_WORK)


def _by_headings(lines: Sequence[str], folded: Sequence[str], title: str) -> list[_Mark]:
    """The longest series of heading lines with one stem and rising numbers."""
    bare = _stem(squeeze(fold(_COUNT.sub("", title))))
    series: dict[str, list[tuple[int, int]]] = {}
    for n, line in enumerate(lines):
        if len(line) > _MAX_HEADING or _ENDED.search(line):
            continue
        found = _heading(folded[n], bare)
        if found:
            series.setdefault(found[0], []).append((found[1], n))
    places = _offsets(lines)
    size = len("\n".join(lines))
    best: list[_Mark] = []
    for items in series.values():
        run = _rising(items)
        marks = [_Mark(places[n], places[n] + len(lines[n]) + 1, _tidy(lines[n])) for _, n in run]
        if run and run[0][0] == 2 and places[run[0][1]] >= _MIN_SILENT:
            marks.insert(0, _Mark(0, 0, ""))
        marks = _long_enough(marks, size, _MIN_WORK)
        if len(marks) > len(best):
            best = marks
    return best


def _heading(line: str, title: str) -> tuple[str, int] | None:
    """The stem and number of a work's heading, a folded line."""
    for at, pattern in enumerate(_HEADINGS):
        match = pattern.match(line)
        if match and number(match["n"]):
            return f"{at}{_stem(match['stem'] or '')}", number(match["n"])
    match = re.match(rf"^(?P<stem>.{{4,40}}?){_NUMBER}$", line)
    if match and title and len(match["stem"]) >= 6 and _stem(match["stem"]) in title:
        return "t", number(match["n"])
    return None


def _stem(text: str) -> str:
    return re.sub(r"[^\w\u3400-\u9fff]|20\d\d年?", "", text)


def _tidy(heading: str) -> str:
    return heading.strip(" 　【】[]<>《》*")


def _rising(items: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The items whose numbers rise by one, from one or two."""
    run: list[tuple[int, int]] = []
    for value, place in items:
        if (not run and value in {1, 2}) or (run and value == run[-1][0] + 1):
            run.append((value, place))
    return run if len(run) > 1 or (run and run[0][0] == 2) else []


def _long_enough(marks: Sequence[_Mark], size: int, least: int) -> list[_Mark]:
    """The marks, if every work between them has a text of its own; else none."""
    ends = [mark.start for mark in marks[1:]] + [size]
    if len(marks) < 2 or any(
        end - mark.body < least for mark, end in zip(marks, ends, strict=True)
    ):
        return []
    return list(marks)


def _by_inline(text: str) -> list[_Mark]:
    """Headings run into the text: "…27日方案二为了…", three and more of one kind."""
    series: dict[str, list[tuple[int, int, int]]] = {}
    for match in _INLINE.finditer(text):
        items = series.setdefault(match["stem"], [])
        expected = items[-1][0] + 1 if items else 1
        if number(match["n"]) == expected:
            items.append((expected, match.start(), match.end()))
    for items in series.values():
        if len(items) >= 3:
            marks = [_Mark(start, end, text[start:end]) for _, start, end in items]
            marks = _long_enough(marks, len(text), _MIN_INLINE)
            if marks:
                return marks
    return []


def claimed_works(title: str) -> int:
    """How many works a page's title promises; 0 where it promises none, 99 for "many"."""
    folded = squeeze(fold(title))
    match = _COUNT.search(folded)
    if match and number(match["n"]) > 1:
        return number(match["n"])
    return 99 if _MANY.search(folded) else 0


def _by_restarts(lines: Sequence[str], folded: Sequence[str], title: str) -> list[_Mark]:
    """Works without headings: their section numbers start again.

    Only where the title promises several works. A work starts with the paragraph before its
    section 一; the paragraphs above that one close the work before.
    """
    claimed = claimed_works(title)
    if not claimed:
        return []
    restarts = [n for n, line in enumerate(folded) if _RESTART.match(line)]
    if len(restarts) < 2 or len(restarts) > claimed + 1:
        return []
    starts = [0] + [
        _opening(lines, folded, n, before) for before, n in itertools.pairwise(restarts)
    ]
    places = _offsets(lines)
    marks = [_Mark(places[n], places[n], "") for n in dict.fromkeys(starts)]
    return _long_enough(marks, len("\n".join(lines)), _MIN_SILENT)


def _by_endings(lines: Sequence[str], folded: Sequence[str]) -> list[_Mark]:
    """Works that end with a date and are followed by the title of the next one.

    A notice with its attachment is one work: a line that starts with 附 between them says so.
    """
    places = _offsets(lines)
    starts = [
        n
        for n in range(1, len(lines))
        if prompts.is_date_line(folded[n - 1]) and _is_title(folded[n])
    ]
    if not starts or any(line.lstrip().startswith("附") for line in lines):
        return []
    marks = [_Mark(0, 0, lines[0] if _is_title(folded[0]) else "")]
    marks += [_Mark(places[n], places[n], _tidy(lines[n])) for n in starts]
    return _long_enough(marks, len("\n".join(lines)), _MIN_SILENT)


def _is_title(line: str) -> bool:
    """A folded line of its own that names a kind of work and is no numbered heading."""
    return bool(
        _MIN_TITLE <= len(line) <= _MAX_HEADING
        and _TITLE.search(line)
        and not _SECTION.match(line)
        and not _ENDED.search(line)
        and not prompts.is_sentence(line)
    )


def _by_issuers(lines: Sequence[str], folded: Sequence[str]) -> list[_Mark]:
    """Works without a word of it: sections start again, and each time another agency writes.

    A report in two parts has sections that start again as well, but one agency.
    """
    restarts = [n for n, line in enumerate(folded) if _RESTART.match(line)]
    if not 2 <= len(restarts) <= _MOST_WORKS:
        return []
    starts = [0] + [
        _opening(lines, folded, n, before) for before, n in itertools.pairwise(restarts)
    ]
    ends = [*starts[1:], len(lines)]
    bodies = ["\n".join(lines[a:b]) for a, b in zip(starts, ends, strict=True)]
    issuers = [find_issuer(level(body), "") for body in bodies]
    regions = [region_of(level(i), "", i) if i else None for i in issuers]
    codes = [region.code for region in regions if region]
    if len(codes) < len(bodies) or len(set(codes)) < len(codes):
        return []
    places = _offsets(lines)
    titles = [_tidy(lines[n]) if _is_title(folded[n]) else "" for n in starts]
    marks = [_Mark(places[n], places[n], t) for n, t in zip(starts, titles, strict=True)]
    return _long_enough(marks, len("\n".join(lines)), _MIN_SILENT)


def _opening(lines: Sequence[str], folded: Sequence[str], restart: int, floor: int) -> int:
    """The line a work starts at, given its section 一."""
    at = restart - 1
    while at > floor + 1 and not _ENDED.search(lines[at].strip()):
        at -= 1
    if at > floor and _SECTION.match(folded[at]):
        return restart
    title_above = at - 1 > floor and len(lines[at - 1]) <= _MAX_HEADING
    if title_above and not _ENDED.search(lines[at - 1]) and not _SECTION.match(lines[at - 1]):
        return at - 1
    return at
