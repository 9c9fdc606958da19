"""Restores one damaged text, run by run, and says how sure each broken place is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from archive.page import RepairStatus
from crawler.extract.repair import tables
from crawler.extract.repair.channel import damage, drop_private, glosses, half_width
from crawler.extract.repair.cp936 import BYTES, PAIRS
from crawler.extract.repair.detect import Damage
from crawler.extract.repair.gloss import CUT_GLOSS, GLOSS, GLOSSED, QUIET, TORN, TRIGGER, plain
from crawler.extract.repair.lattice import CALM, Search
from crawler.extract.repair.model import Model
from crawler.extract.repair.page_model import PageModel
from crawler.extract.repair.reading import LOST, Evidence, Reading, Token, tokens
from crawler.extract.repair.script import simplify
from crawler.extract.repair.symbols import START, fold

BACK: Final = 3
"""Undamaged characters before a broken place that the search starts with."""
CHECKED: Final = 60
"""Readings tried against the certificate."""
CERTAIN_MARGIN: Final = 3.0
LIKELY_MARGIN: Final = 4.0
DOUBTED_CERTAIN_MARGIN: Final = 10.0
DOUBTED_LIKELY_MARGIN: Final = 5.0
"""The same two where private-use characters may have been lost."""
MAX_ALTERNATIVES: Final = 4
DOUBT: Final = -7.2
"""Mean ln P of two characters below which bytes may be missing between them."""
LONGEST: Final = 120
"""Tokens after which a broken place that does not settle is given up."""
EFFORT: Final = 20_000
EFFORT_PER_CHARACTER: Final = 4
"""Readings made on one page before the rest of its places is given up; of 350 damaged pages the
worst needed 0.9 a character. A page of nothing but damage is done at 12,000 characters/s."""

_CLAUSE: Final = re.compile(r"[^,;，；？?\n]++[,;，；]?")

_FAMILIAR: Final = (
    (re.compile(LOST + r"(?=2315(?!\d))"), "1"),  # 12315, the consumers' hotline
    (re.compile(LOST + r"(?=[·.．・]15(?!\d))"), "3"),  # 3·15, the consumers' day
    (re.compile(LOST + r"(?=月15日)"), "3"),
    (re.compile(LOST + r"(?=0[012]\d年)"), "2"),
    (re.compile(LOST + r"(?=9[4-9]\d年)"), "1"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A broken place of one run: where it stood, and what is put there."""

    start: int
    end: int
    restored: str
    status: RepairStatus
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of output: restored text, and the broken place it comes from, if any."""

    text: str
    damaged: str = ""
    status: RepairStatus = "none"
    alternatives: tuple[str, ...] = ()


class Restorer:
    """Restores texts of one page. Holds what the page shows; make one a page."""

    def __init__(self, damage_: Damage, text: str, model: Model) -> None:
        """`text`: all visible text of the page, from which the rest is learned."""
        self._listed = damage_.listed
        self._doubled = damage_.doubled
        text = plain(text, doubled=damage_.doubled)
        self._effort = EFFORT + EFFORT_PER_CHARACTER * len(text)
        undamaged = _undamaged(text)
        seen = set(GLOSSED.sub("", "\n".join(undamaged)))
        self._evidence = Evidence(
            listed=damage_.listed,
            unlisted=seen - damage_.listed.keys(),
            folded=not damage_.full_width,
            dropped=not damage_.keeps_private,
            model=PageModel(model, self._plain("".join(undamaged))),
            codes=glosses(damage_.listed),
        )

    def pieces(self, text: str) -> Iterator[Piece]:
        """The restored text in stretches, in order; only broken places carry a status."""
        text = plain(text, doubled=self._doubled)
        cut = CUT_GLOSS.search(text)
        if cut and self._listed.get(cut[1], "").startswith(cut[2]) and cut[1] in self._listed:
            text = text[: cut.start() + 1]
        for run, broken in _runs(text):
            if broken:
                yield from self._run(run)
            else:
                yield Piece(self._plain(run))

    def _plain(self, text: str) -> str:
        """Text without broken places: glosses away, script back."""
        listed = self._listed
        bare = QUIET.sub(_without_quiet_gloss, text)
        bare = GLOSSED.sub(lambda m: m[1] if m[1] in listed else m[0], bare)
        return simplify(bare)

    def _run(self, run: str) -> Iterator[Piece]:
        position = 0
        context = (START, START)
        while match := TRIGGER.search(run, position):
            start = _back(run, match.start(), position)
            if start > position:
                plain = self._plain(run[position:start])
                context = _context(context, plain)
                yield Piece(plain)
            place = self._place(run, start, match.start(), context)
            if place.start > start:
                head = self._plain(run[start : place.start])
                context = _context(context, head)
                yield Piece(head)
            context = _context(context, place.restored)
            yield Piece(
                place.restored, run[place.start : place.end], place.status, place.alternatives
            )
            position = place.end
        yield Piece(self._plain(run[position:]))

    def _place(self, run: str, start: int, trigger: int, context: tuple[str, str]) -> Place:
        taken, ranked = self._read(run, start, trigger, context, losses=False)
        evidence = self._evidence
        doubt = evidence.dropped and (not ranked or self._odd(ranked[0], taken, context))
        if doubt:
            longer, others = self._read(run, start, trigger, context, losses=True)
            if others and (not ranked or others[0].score >= ranked[0].score):
                taken, ranked = longer, others
        if not ranked:
            return self._failed(run, trigger)
        return self._judged(ranked, taken, doubt=doubt)

    def _read(
        self, run: str, start: int, trigger: int, context: tuple[str, str], *, losses: bool
    ) -> tuple[list[Token], list[Reading]]:
        """The tokens of the place, and its readings that the channel confirms, best first."""
        search = Search(self._evidence, context, losses=losses)
        taken: list[Token] = []
        ahead = tokens(run, start)
        token = next(ahead, None)
        calm = 0
        while token is not None and len(taken) < LONGEST and self._effort > 0:
            following = next(ahead, None)
            self._effort -= search.advance(token, following)
            taken.append(token)
            if not search.readings:
                break
            if token.kind in ("torn", "query"):
                calm = 0
            elif token.kind == "char" and token.start > trigger:
                calm += 1
            quiet = following is None or following.kind == "char"
            if calm >= CALM and quiet and search.settled():
                break
            token = following
        if not taken:
            return taken, []
        whole = run[start : taken[-1].end]
        readings = search.complete()[:CHECKED]
        return taken, [r for r in readings if r.orphan or self._proves(r, whole)]

    def _odd(self, reading: Reading, taken: Sequence[Token], context: tuple[str, str]) -> bool:
        """True if the text is unlikely, or has a letter or digit that stood nowhere as such."""
        shown = {token.value for token in taken}
        new = (char for char in reading.text if char.isascii() and char.isalnum())
        return any(char not in shown for char in new) or self._strain(reading, context) < DOUBT

    def _strain(self, reading: Reading, context: tuple[str, str]) -> float:
        """How unlikely the unlikeliest two characters in a row are: mean ln P of them."""
        symbols = (*context, *fold(reading.text))
        scores = [self._evidence.model.score(*symbols[i : i + 3]) for i in range(len(symbols) - 2)]
        return min((sum(pair) / 2 for pair in pairwise(scores)), default=0.0)

    def _proves(self, reading: Reading, whole: str) -> bool:
        """The certificate: the channel makes of the reading exactly what the page shows."""
        if reading.orphan:
            return False
        evidence = self._evidence
        codes = {**evidence.codes, **glosses(dict(reading.latent))}
        page = damage(reading.data, codes)
        if evidence.dropped:
            page = drop_private(page)
        if evidence.folded:
            return half_width(page) == half_width(whole)
        return page == whole

    def _judged(self, ranked: Sequence[Reading], taken: Sequence[Token], *, doubt: bool) -> Place:
        ranked = [r.but(text=_familiar(r.text)) for r in ranked]
        best = ranked[0]
        others = [r for r in ranked if r.text != best.text]
        margin = best.score - others[0].score if others else float("inf")
        shown = best
        left, first = _same_head(taken, best.text)
        if first == len(taken) and margin < LIKELY_MARGIN:
            shown = others[0]  # best read as it stands, but in doubt: where the next one differs
            left, first = _same_head(taken, shown.text)
        if first == len(taken):
            return Place(taken[-1].end, taken[-1].end, "", "none", ())
        right, last = _same_tail(taken[first:], shown.text[left:])
        return Place(
            start=taken[first].start,
            end=taken[first + last - 1].end if last else taken[first].start,
            restored=best.text[left : len(best.text) - right],
            status=_status(best, margin, doubt=doubt),
            alternatives=tuple(
                dict.fromkeys(r.text[left : len(r.text) - right] for r in others[:MAX_ALTERNATIVES])
            ),
        )

    def _failed(self, run: str, trigger: int) -> Place:
        end = next((i for i in range(trigger + 2, len(run)) if run[i] in ",;，；。"), len(run))
        rest = GLOSS.sub("", TORN.sub(LOST, run[trigger:end])).replace("?", LOST)
        return Place(trigger, end, simplify(rest), "failed", ())


def _without_quiet_gloss(match: re.Match[str]) -> str:
    before, gloss, letter, reading = match.groups()
    code = BYTES.get(before, b"")
    pair = code[-1:] + BYTES[letter]
    split = gloss and pair > code  # the other gloss was put between the two bytes first
    if split or reading not in tables.load().readings.get(PAIRS.get(pair, ""), ()):
        return match[0]
    return f"{before}{gloss or ''}{letter}"


def _familiar(text: str) -> str:
    """Lost digits put back where only one fits: the hotline, the day, the century of a year."""
    if LOST not in text:
        return text
    for pattern, digit in _FAMILIAR:
        text = pattern.sub(digit, text)
    return text


def _status(best: Reading, margin: float, *, doubt: bool) -> RepairStatus:
    if LOST in best.text:
        return "failed"
    shown = best.unknown == 0 and not best.orphan
    if shown and margin >= (DOUBTED_CERTAIN_MARGIN if doubt else CERTAIN_MARGIN):
        return "certain"
    return "likely" if margin >= (DOUBTED_LIKELY_MARGIN if doubt else LIKELY_MARGIN) else "guess"


def _same_head(taken: Sequence[Token], text: str) -> tuple[int, int]:
    """Characters at the start of `text`, and tokens, that are not damaged."""
    count = index = 0
    while index < len(taken) and count < len(text):
        token = taken[index]
        if token.kind == "gloss":
            if index and taken[index - 1].kind == "char" and index > 0:
                index += 1
                continue
            break
        if token.kind == "torn" or simplify(token.value) != text[count]:
            break
        count += 1
        index += 1
    return count, index


def _same_tail(taken: Sequence[Token], text: str) -> tuple[int, int]:
    """Characters at the end of `text` that are not damaged, and tokens before them."""
    count, index = 0, len(taken)
    while index > 0 and count < len(text):
        glossed = taken[index - 1].kind == "gloss"
        token = taken[index - 2] if glossed and index > 1 else taken[index - 1]
        if token.kind != "char" or simplify(token.value) != text[len(text) - 1 - count]:
            break
        count += 1
        index -= 2 if glossed else 1
    return count, index


def _context(context: tuple[str, str], text: str) -> tuple[str, str]:
    symbols = "".join(context) + fold(text[-4:])
    return symbols[-2], symbols[-1]


def _undamaged(text: str) -> list[str]:
    """Clauses that no shifted bytes can reach: a broken place ends at the next cut mark."""
    out = []
    for match in _CLAUSE.finditer(text):
        before = text[max(0, match.start() - 2) : match.start()]
        if "?" not in before and text[match.end() : match.end() + 1] != "?":
            out.append(match[0])
    return out


def _back(run: str, index: int, floor: int) -> int:
    """Start of the `BACK` characters before `index`, their glosses not counted."""
    for _ in range(BACK):
        if run[index - 1 : index] == ")":
            opening = run.rfind("(", floor, index)
            if opening >= 0 and GLOSS.fullmatch(run, opening, index):
                index = opening
        if index <= floor:
            return floor
        index -= 1
    return index


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches that the channel took as one run, and whether they hold a broken place."""
    for line in text.splitlines(keepends=True):
        if not TRIGGER.search(line):
            yield line, False
            continue
        start = 0
        for index, char in enumerate(line):
            if char not in BYTES or char in "\r\n":
                if index > start:
                    yield line[start:index], True
                yield char, False
                start = index + 1
        if start < len(line):
            yield line[start:], True
