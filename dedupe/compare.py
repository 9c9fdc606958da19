"""The verdict on a pair of texts: the same work, another report on the same template, or neither.

Shared wording makes a pair worth judging, figures decide it: next year's report keeps the wording
and changes the figures, a repost changes everything else and keeps them. Both are compared only
where the texts run side by side, sentence by sentence, so the parts of a compilation and the junk
around a repost do not count.
"""

from dataclasses import dataclass
from typing import Literal

from dedupe.align import Aligner, Piece, Span
from dedupe.evidence import compare_numbers
from dedupe.fingerprint import Fingerprint
from dedupe.places import places_against, places_same

RULE_VERSION = 1
"""Goes up when any verdict may change; stored with each edge."""

Kind = Literal["repost", "excerpt_of", "contains", "shares_section", "same_template", "unrelated"]

CONTAINED = 0.6
"""Share of the shorter text found in the longer one from which it counts as contained. Excerpts
with masked names and damaged characters keep .7 and more; reports of neighbouring years share up
to .62 of the wording in yearly bulletins, where figures then decide."""
BOTH = 0.5
"""Share of the longer text found in the shorter one from which they are one text, not a part."""
SECTION = 300
"""Characters shared in dense stretches that make a section worth an edge."""
SECTION_SHARE = 0.3
"""A section under this share of the shorter text never joins two works: four provinces once met
over one national slogan section."""
SECTION_FIGURES = 3
"""Equal figures that a shared section needs to join two works: without any it is a quotation."""
GAP = 0.15
"""What a character between two shared pieces costs, in shared characters: an abridged copy leaves
out as much as it keeps, a stock phrase lies thousands of characters away."""
AGREE = 0.8
"""Share of compared figures that must be equal. Copies of one work lie above .95, next year's
reports under .6 even when half of their figures stayed."""
PLACES_DECIDE = 3
"""With fewer equal figures than this, place names are asked too."""
PLACES_AGAINST = 2
"""Contradicting place names that make another report; one may be a slip or a correction."""
DOUBT = 0.55
"""From this agreement on a person may want to look."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What two texts `a` and `b` are to each other, and why. Spans count skeleton characters."""

    kind: Kind
    """`excerpt_of`: a is a part of b; `contains`: a holds b."""
    a_coverage: float
    b_coverage: float
    a_span: Span
    b_span: Span
    matched: int
    """Characters of the shorter text found in the other."""
    figures_compared: int
    figures_equal: int
    places_same: int = 0
    """Counted only where places speak against each other."""
    places_against: int = 0

    @property
    def coverage(self) -> float:
        """Share of the shorter text that stands in the longer one."""
        return max(self.a_coverage, self.b_coverage)

    @property
    def agreement(self) -> float | None:
        """Share of compared figures that are equal; None where there was none to compare."""
        if not self.figures_compared:
            return None
        return self.figures_equal / self.figures_compared

    @property
    def same_work(self) -> bool:
        """Whether this pair alone is reason enough to put both into one cluster."""
        return joins(self.kind, self.coverage, self.figures_equal)

    @property
    def contradicts(self) -> bool:
        """Whether this pair is reason to keep both apart."""
        return self.kind == "same_template"

    @property
    def weight(self) -> float:
        """How much this pair speaks for one cluster: matched characters times agreement squared.

        Pairs without figures count as if three in four agreed (measured as the best choice among
        several on clusters of public reports).
        """
        agreement = self.agreement
        return self.matched * (0.75 if agreement is None else agreement) ** 2

    def turned(self) -> "Verdict":
        """The same verdict with a and b exchanged."""
        kinds: dict[Kind, Kind] = {"excerpt_of": "contains", "contains": "excerpt_of"}
        return Verdict(
            kind=kinds.get(self.kind, self.kind),
            a_coverage=self.b_coverage,
            b_coverage=self.a_coverage,
            a_span=self.b_span,
            b_span=self.a_span,
            matched=self.matched,
            figures_compared=self.figures_compared,
            figures_equal=self.figures_equal,
            places_same=self.places_same,
            places_against=self.places_against,
        )


def joins(kind: str, coverage: float, figures_equal: int) -> bool:
    """Whether an edge with these values puts both documents into one cluster."""
    if kind == "shares_section":
        return coverage >= SECTION_SHARE and figures_equal >= SECTION_FIGURES
    return kind in ("repost", "excerpt_of", "contains")


@dataclass(frozen=True, slots=True)
class _Layer:
    """Pieces of b that follow each other in a: one copy of (a part of) a inside b."""

    pieces: tuple[Piece, ...]
    compared: int
    equal: int

    @property
    def length(self) -> int:
        return sum(piece.end - piece.start for piece in self.pieces)

    @property
    def b_span(self) -> Span:
        return self.pieces[0].start, self.pieces[-1].end

    @property
    def a_span(self) -> Span:
        return min(p.a_start for p in self.pieces), max(p.a_end for p in self.pieces)


class Matcher:
    """One text, ready to be compared with many."""

    def __init__(self, text: Fingerprint) -> None:
        """Index `text` once."""
        self._text = text
        self._aligner = Aligner(text)

    def compare(self, other: Fingerprint) -> Verdict:
        """The verdict on this text (a) and `other` (b)."""
        if (other.n_han, other.exact) < (self._text.n_han, self._text.exact):
            # The longer text may hold the shorter one twice: the map goes from long to short.
            return Matcher(other).compare(self._text).turned()
        return self._compare(other)

    def _compare(self, longer: Fingerprint) -> Verdict:
        a, b = self._text, longer
        alignment = self._aligner.align(b.skeleton)
        if not alignment.b_stretches:
            return _UNRELATED
        layers = [
            _Layer(pieces, *compare_numbers(a, b, alignment.b_shift, [p[:2] for p in pieces]))
            for pieces in map(_body, _layers(alignment.pieces()))
        ]
        main = max(layer.length for layer in layers)
        best = max((layer for layer in layers if layer.length * 2 >= main), key=_standing)
        matched = sum(int(alignment.b_covered[p.start : p.end].sum()) for p in best.pieces)
        a_coverage, b_coverage = min(1.0, matched / a.n_han), matched / b.n_han
        kind = _kind(a_coverage, b_coverage, matched)
        same, against = 0, 0
        if kind != "unrelated" and best.equal < PLACES_DECIDE:
            against = places_against(a.skeleton, b.skeleton, alignment)
            same = places_same(b.skeleton, alignment) if against >= PLACES_AGAINST else 0
        if kind != "unrelated" and _different(best, same, against):
            kind = "same_template"
        return Verdict(
            kind=kind,
            a_coverage=a_coverage,
            b_coverage=b_coverage,
            a_span=best.a_span,
            b_span=best.b_span,
            matched=matched,
            figures_compared=best.compared,
            figures_equal=best.equal,
            places_same=same,
            places_against=against,
        )


def compare(a: Fingerprint, b: Fingerprint) -> Verdict:
    """The verdict on two texts. For one against many, use `Matcher`."""
    return Matcher(a).compare(b)


_UNRELATED = Verdict("unrelated", 0.0, 0.0, (0, 0), (0, 0), 0, 0, 0)


def _kind(a_coverage: float, b_coverage: float, matched: int) -> Kind:
    """How two texts lie in each other, a being the shorter one."""
    if a_coverage >= CONTAINED:
        return "repost" if b_coverage >= BOTH else "excerpt_of"
    return "shares_section" if matched >= SECTION else "unrelated"


def _different(layer: _Layer, places_same: int, places_against: int) -> bool:
    if layer.compared and layer.equal < AGREE * layer.compared:
        return True
    if layer.equal >= PLACES_DECIDE:
        return False
    return places_against >= PLACES_AGAINST and places_against > places_same


def _standing(layer: _Layer) -> float:
    agreement = layer.equal / layer.compared if layer.compared else 0.75
    return layer.length * agreement**2


def _body(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces that are one run, without those that two texts share far from it by accident.

    The run with the most characters, each character between two pieces costing `GAP`.
    """
    best, best_score = pieces[:1], 0.0
    run: list[Piece] = []
    score = 0.0
    for piece in pieces:
        score -= GAP * (piece.start - run[-1].end) if run else 0
        if score <= 0:
            run, score = [], 0.0
        run = [*run, piece]
        score += piece.end - piece.start
        if score > best_score:
            best, best_score = run, score
    return tuple(best)


def _layers(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces grouped so that no group uses a part of a twice; each group in order of place.

    Usually all are one group; a page that holds two reports on one template makes two. The piece
    with the most equal characters comes first: a copy before a longer stretch of stock phrases.
    """
    layers: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-p.equal, p.start)):
        a_span = (piece.a_start, piece.a_end)
        for layer in layers:
            if not any(_overlap(a_span, (other.a_start, other.a_end)) for other in layer):
                layer.append(piece)
                break
        else:
            layers.append([piece])
    return [sorted(layer) for layer in layers]


def _overlap(a: Span, b: Span) -> bool:
    """Whether two spans share half of the shorter one."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared * 2 > max(1, min(a[1] - a[0], b[1] - b[0]))
