"""Lines after the last paragraph: what goes because of the lines around it."""

import itertools
import re
from typing import Final

from crawler.extract import prompts
from crawler.extract.worklines import Worklines

_SAYS = re.compile("[\u3400-\u9fff]{2}")
_DOUBTFUL: Final = 0.3
"""Their mean log-odds; names of people reach .1."""
_SEVERAL: Final = 2
"""Lines at the end that speak for each other."""
_TAIL: Final = 40
"""Characters of the longest line that goes with the lines around it."""
_ITEM = re.compile(r"^[（(]?(\d{1,2})(?:[)）、．]|\.(?!\d))")
_ITEMS: Final = -3.0
"""Log-odds of an item of a list that the site has begun."""
_LETTERS = re.compile(r"^[\W_]*[A-Za-z]{2,12}(?: [A-Za-z]{2,12})?[\W_]*$")
"""END, THE END: a word without a Chinese letter after the text."""
_MAYBE: Final = -1.0
"""Log-odds that are made up for by junk on both sides, after the last paragraph."""


def drop_tail(work: Worklines) -> None:
    """After the last solid line: slogans and labels between and after dropped prompts."""
    _, last = work.edges()
    _close(work, last)
    dropped = 0
    for n in range(last + 1, len(work.lines)):
        if n in work.rule:
            dropped += 1
            continue
        folded = work.folded[n]
        if _goes_on(work, n) or _LETTERS.match(folded) or _announces_dropped(work, n):
            work.drop(n, "tail")
            dropped += 1
        if prompts.is_protected(folded) or prompts.is_sentence(folded):
            continue
        if len(folded) <= _TAIL and (dropped >= _SEVERAL or _among_dropped(work, n)):
            work.drop(n, "tail")
            dropped += 1


def _is_idle(work: Worklines, n: int) -> bool:
    """Whether a line below a closed report has no part in one: no attachment, copy or contact."""
    folded = work.folded[n]
    part = prompts.is_protected(folded) or ":" in folded or folded[0] in "(（[【"
    return work.scores[n] > 0 and not part


def _goes_on(work: Worklines, n: int) -> bool:
    """Whether a line is the next item of a numbered list whose items before are gone."""
    before, own = (_ITEM.match(work.folded[m]) for m in (n - 1, n))
    numbered = before is not None and own is not None and int(own[1]) == int(before[1]) + 1
    return numbered and n - 1 in work.rule and work.scores[n] > _ITEMS


def _announces_dropped(work: Worklines, n: int) -> bool:
    """Whether a line ends with a colon and the two lines after it are gone."""
    return work.folded[n].endswith((":", "：")) and {n + 1, n + 2} <= work.rule.keys()


def _among_dropped(work: Worklines, n: int) -> bool:
    """Whether the lines before and after are gone and the line itself may be the site's."""
    return {n - 1, n + 1} <= work.rule.keys() and work.scores[n] > _MAYBE


def _close(work: Worklines, last: int) -> None:
    """Lines after the agency and date that close a report, and lines that all look like the site's.

    Attachments, copies and contacts come after the date of a report too; names of bodies do not.
    """
    rest = [n for n in work.left() if n > last and not prompts.is_sentence(work.folded[n])]
    for at, (agency, day) in enumerate(itertools.pairwise(rest)):
        signed = prompts.is_signature(work.folded[agency])
        if signed and prompts.is_date_line(work.folded[day]):
            for n in rest[at + 2 :]:
                if prompts.is_signature(work.folded[n]) or _is_idle(work, n):
                    work.drop(n, "tail")
            break
    loose = [n for n in rest if not prompts.is_protected(work.folded[n]) and n not in work.rule]
    beside = sum(rule == "prompt" for n, rule in work.rule.items() if n > last)
    sayings = all(_SAYS.search(work.folded[n]) and ":" not in work.folded[n] for n in loose)
    scores = [work.scores[n] for n in loose]
    if len(loose) + beside < _SEVERAL or not scores or not sayings:
        return
    if min(scores) > 0 and sum(scores) > _DOUBTFUL * len(scores):
        for n in loose:
            work.drop(n, "tail")
