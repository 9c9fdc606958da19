"""Lines that are the site's template if other pages of the site have them too.

A line that stands word for word on many pages of a site is template, or a sentence that an agency
puts into each yearly report. The count cannot tell them apart, so form and place decide first, on
one page alone, which lines are worth counting; a line they leave to the report is never dropped,
however often it recurs:

- after the last paragraph: anything that is no sentence and no part of a report (signature, date,
  heading, closing words, a label with its value, a line in brackets);
- before the first paragraph: the same, but headings stand there too, so the line must be in doubt;
- a box of another kind than the paragraphs: as after the last paragraph, sentences included;
- sentences, and all lines between paragraphs: only where the model leans to the site.
"""

import re
from collections.abc import Sequence
from typing import Final

from crawler.extract import prompts

MAX_CANDIDATES: Final = 40
"""Most lines a page hands over for counting; template is rarely more than a dozen."""
_LONGEST: Final = 300
_SHORTEST: Final = 3
_AFTER: Final = -2.5
"""Log-odds of `line_model.site_score`: invented slogans of portals reach -2.6 to .2."""
_BEFORE: Final = -0.5
"""Headings without a number ("主要做法") reach -1.3."""
_LEANING: Final = 0.0
_OF_A_REPORT = re.compile(
    r"^谢谢|[:：]$|^[（(【\[].*[)）】\]]$|^[^:：]{1,8}[:：]."
    r"|^第?[一二三四五六七八九十\d]+[篇则份]|(?:篇|范文|方案|总结|体会|计划|报告)[一二三四五六七八九十\d]{1,3}$"
)


def candidates(
    folded: Sequence[str],
    scores: Sequence[float],
    solid: Sequence[int],
    foreign: Sequence[bool],
    title: str,
) -> frozenset[int]:
    """The places of the lines that may be counted, and be dropped once they recur.

    Args:
        folded: the body's lines, folded and squeezed.
        scores: their log-odds to be the site's.
        solid: places of lines that are surely running text, in order.
        foreign: which lines stand in a box of another kind than the paragraphs.
        title: the page's title, folded and squeezed; no line that is part of it is template.
    """
    first, last = (solid[0], solid[-1]) if solid else (0, len(folded))
    sure = frozenset(solid)
    found = []
    for n, line in enumerate(folded):
        if n in sure or not _SHORTEST <= len(line) <= _LONGEST or line in title:
            continue
        if prompts.is_protected(line):
            continue
        boxed = foreign[n]
        if _OF_A_REPORT.search(line) or (prompts.is_sentence(line) and not boxed):
            least = _LEANING
        elif n > last or boxed:
            least = _AFTER
        else:
            least = _BEFORE if n < first else _LEANING
        if scores[n] > least:
            found.append(n)
    return frozenset(found[-MAX_CANDIDATES:])
