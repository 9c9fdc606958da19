"""From an attached file to the clean lines of a report.

A file has no furniture of a site, but it has pages: numbers at their foot, a line that every page
repeats, and sentences cut where the paper ends.
"""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from archive.page import Dropped, Outcome
from crawler.extract import prompts
from crawler.extract.fold import fold, squeeze
from crawler.extract.formats import Unreadable, read_sheets
from crawler.extract.metadata import clean_title

_PAGE_NUMBER = re.compile(
    r"^[\-—–－·~]\s?\d{1,4}\s?[\-—–－·~]$|^第\s?\d{1,4}\s?页(?:[\s,，/]{0,2}共\s?\d{1,4}\s?页)?$"
    r"|^\d{1,4}\s?/\s?\d{1,4}$"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_SPREAD = re.compile(r"(?<=[\u3400-\u9fff，。；：、]) (?=[\u3400-\u9fff，。；：、])")
_TOUCHING = re.compile(r"[\u3400-\u9fff](?=[\u3400-\u9fff])")
_NOUN = re.compile(
    r"(?:总结|小结|报告|方案|计划|要点|通知|通报|公告|公示|情况|分析|案例|讲话|汇报|办法|规定|意见|提示|警示|白皮书|年报|简报|倡议书|表)"
    r"(?:[(（][^)）]{1,12}[)）])?$"
)
_ENDED = re.compile("[。！？!?；;：:][”’\"'）)】]*$")
_RUNNING: Final = 3
"""Pages from which a first or last line they share is the paper's."""
_FULL: Final = 0.85
"""Share of the page's width from which a line without a sentence end is cut."""
_LEAST_WIDTH: Final = 18
_HAN_SHARE: Final = 0.5
_EDGE: Final = 2
"""Lines at the head and foot of a page that may be the paper's."""
_HEAD: Final = 8
_MAX_TITLE: Final = 60


@dataclass(frozen=True, slots=True)
class Attached:
    """What a file gave; `lines` is empty where `outcome` is not ok."""

    outcome: Outcome
    lines: tuple[str, ...] = ()
    title: str = ""
    dropped: tuple[Dropped, ...] = ()


def read_attachment(payload: bytes) -> Attached:
    """The text of an office file or PDF; never raises for what the bytes hold."""
    try:
        sheets = read_sheets(payload)
    except Unreadable as reason:
        return Attached(reason.outcome)
    lines = list(itertools.chain(*sheets.pages))
    dropped: list[Dropped] = []
    if sheets.broken:
        lines, dropped = _without_furniture(sheets.pages)
        lines = _joined(lines)
    text = "".join(lines)
    letters = len(_LETTER.findall(text))
    if letters and len(_HAN.findall(text)) < _HAN_SHARE * letters:
        return Attached("undecodable")
    return Attached("ok", tuple(lines), _title(lines), tuple(dropped))


def _without_furniture(pages: Sequence[Sequence[str]]) -> tuple[list[str], list[Dropped]]:
    """The pages' lines in one, without page numbers and the lines that head or foot each page."""
    edges = Counter(line for page in pages for line in {*page[:_EDGE], *page[-_EDGE:]})
    running = {line for line, n in edges.items() if n >= max(_RUNNING, len(pages) // 2)}
    first = _first_number(pages)
    lines: list[str] = []
    dropped: list[Dropped] = []
    for number, page in enumerate(pages):
        for at, line in enumerate(page):
            edge = at < _EDGE or at >= len(page) - _EDGE
            own = first is not None and line == str(first + number)
            if edge and (own or _PAGE_NUMBER.match(line)):
                dropped.append(Dropped(line, "page_number"))
            elif edge and line in running:
                dropped.append(Dropped(line, "page_head"))
            else:
                lines.append(line)
    return lines, dropped


def _first_number(pages: Sequence[Sequence[str]]) -> int | None:
    """The number of the first page, where bare numbers at the edges of pages count up from it."""
    firsts = Counter(
        int(line) - number
        for number, page in enumerate(pages)
        for line in {*page[:_EDGE], *page[-_EDGE:]}
        if line.isdecimal() and len(line) <= 4
    )
    best = firsts.most_common(1)
    return best[0][0] if best and best[0][1] > 1 and best[0][0] > 0 else None


def _joined(lines: Sequence[str]) -> list[str]:
    """Lines that end where the paper does, joined to the next."""
    sizes = sorted(len(line) for line in lines)
    width = sizes[int(0.9 * (len(sizes) - 1))] if sizes else 0
    joined: list[str] = []
    cut = False
    for raw in lines:
        line = _tight(raw)
        folded = squeeze(fold(line))
        if cut and not (prompts.is_numbered(folded) or prompts.is_arabic(folded)):
            between = " " if joined[-1][-1].isascii() and joined[-1][-1].isalpha() else ""
            joined[-1] += (between if line[0].isascii() and line[0].isalpha() else "") + line
        else:
            joined.append(line)
        cut = len(raw) >= max(_LEAST_WIDTH, _FULL * width) and not _ENDED.search(line)
    return joined


def _tight(line: str) -> str:
    """A line without the blanks that a justified line has between its characters."""
    spread = len(_SPREAD.findall(line))
    return _SPREAD.sub("", line) if spread > len(_TOUCHING.findall(line)) else line


def _title(lines: Sequence[str]) -> str:
    """The first line that names a kind of report, with the agency on a line of its own above."""
    for at, line in enumerate(lines[:_HEAD]):
        bare = squeeze(line)
        if len(bare) > _MAX_TITLE or prompts.is_sentence(bare) or not _NOUN.search(bare):
            continue
        above = squeeze(lines[at - 1]) if at else ""
        named = prompts.is_signature(above) and len(above) + len(bare) <= _MAX_TITLE
        return clean_title(above + bare if named else bare)
    return ""
