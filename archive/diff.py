"""What differs between two texts, sentence by sentence, then character by character.

Compared is the folded text, so that a traditional copy of a simplified report differs only where
it says something else; shown is what was published.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from archive.fold import fold

_SENTENCE = re.compile(r"[^。！？；\n]*(?:[。！？；\n]+|$)")
MAX_CLOSE = 1_500
"""Characters of a changed passage compared one by one: the time grows with the square."""
MAX_WORK = 300_000
"""Pairs of equal characters met while comparing closely, in one difference: about a second. Two
reports have some ten thousand; a text of few different characters, made for it, has millions."""
MAX_PAIRS = 30
"""Such pairs for each character of one passage: difflib meets them again at every piece it finds
(measured: nine passages of 900 characters, three different ones, took 45 s). Prose has five."""
ALIKE = 0.4
"""Below this share of equal characters a passage is shown as another one, not as an edited one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that is equal in both, or stands in one of them only."""

    kind: Literal["equal", "only_a", "only_b"]
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two texts as one sequence of pieces: joining `a` (or `b`) of all gives the text back."""

    pieces: tuple[Piece, ...]
    equal: int
    """Characters of the first text that stand in the second in order."""

    @property
    def same(self) -> bool:
        """Whether the two say the same, script and width aside."""
        return all(piece.kind == "equal" for piece in self.pieces)


def diff(a: str, b: str) -> Difference:
    """How to get from `a` to `b`."""
    left, right = _SENTENCE.findall(a)[:-1], _SENTENCE.findall(b)[:-1]  # the last is empty
    # Sentences that come again and again are left out of matching (autojunk): a text made of one
    # line would take hours.
    matcher = SequenceMatcher(
        None, [fold(s).strip() for s in left], [fold(s).strip() for s in right]
    )
    pieces: list[Piece] = []
    work = 0
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        before, after = "".join(left[i1:i2]), "".join(right[j1:j2])
        if tag == "equal":
            pieces.append(Piece("equal", before, after))
        else:
            pairs = _pairs(before, after)
            work += pairs
            near = work <= MAX_WORK and pairs <= MAX_PAIRS * max(len(before), len(after))
            pieces.extend(_close(before, after) if near else _apart(before, after))
    joined = tuple(_joined(pieces))
    return Difference(joined, sum(len(p.a) for p in joined if p.kind == "equal"))


def _pairs(a: str, b: str) -> int:
    """Pairs of equal characters: what one look through these passages costs."""
    if not (a and b) or max(len(a), len(b)) > MAX_CLOSE:
        return 0
    left, right = Counter(fold(a)), Counter(fold(b))
    return sum(n * right[char] for char, n in left.items())


def _close(a: str, b: str) -> Iterator[Piece]:
    if a and b and max(len(a), len(b)) <= MAX_CLOSE:
        matcher = SequenceMatcher(None, fold(a), fold(b), autojunk=False)
        if matcher.ratio() >= ALIKE:
            for tag, i1, i2, j1, j2 in matcher.get_opcodes():
                if tag == "equal":
                    yield Piece("equal", a[i1:i2], b[j1:j2])
                else:
                    yield from _apart(a[i1:i2], b[j1:j2])
            return
    yield from _apart(a, b)


def _apart(a: str, b: str) -> Iterator[Piece]:
    if a:
        yield Piece("only_a", a, "")
    if b:
        yield Piece("only_b", "", b)


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last and last.kind == piece.kind:
            last = Piece(piece.kind, last.a + piece.a, last.b + piece.b)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last
