"""Search for the texts that the channel can have turned into a broken place.

The bytes of the lost text stand in the damaged one, shifted against the character borders; only
the bytes that a "?" swallowed are missing. The search walks the damaged place from left to right,
keeps the readings that are still possible, and weighs them with the language model.
"""

from heapq import nlargest
from math import inf
from operator import itemgetter
from typing import Final

from crawler.extract.repair.meanings import Meanings
from crawler.extract.repair.reading import NONE, Evidence, Reading, Token

BEAM: Final = 60
"""Readings kept at a time; 30 gives the same on 175 damaged lines without private-use characters."""
SPREAD: Final = 28.0
"""Readings this many nats behind the best are given up."""
CALM: Final = 4
"""Undamaged characters that must follow a broken place before it is judged."""
CALM_SPREAD: Final = 14.0
LOSS_SPREAD: Final = 10.0
LOSS_BEAM: Final = 4
LOSS_ROW_BEAM: Final = 3
MAX_IN_A_ROW: Final = 3
UNENDED: Final = -4.0
"""Cost of a text that ends in one of `_OPENING`; a sentence wrapped onto the next line does."""

_OPENING: Final = frozenset(",、“‘《〈「『【(")
"""Marks that something has to follow."""

_score: Final = itemgetter(0)


class Search:
    """The search of one broken place; make a new one for each."""

    def __init__(self, evidence: Evidence, context: tuple[str, str], *, losses: bool) -> None:
        """Starts at a character border.

        Args:
            evidence: what the page shows.
            context: the two folded characters before the place.
            losses: look for private-use characters that are not there any more, too.
        """
        self._meanings = Meanings(evidence)
        self._losses = losses
        start = Reading(
            score=0.0,
            pending=NONE,
            last=-1,
            barrier=0,
            owed="",
            lone=False,
            context=context,
            text="",
            data=b"",
            unknown=0,
            inserted=0,
            latent=(),
            orphan=False,
        )
        self.readings = [start]

    def advance(self, token: Token, following: Token | None) -> int:
        """Takes in one more token, and returns how many readings had to be looked at.

        `following` is the next token, None at the end of the run.
        """
        ahead: list[Reading] = []
        made = 0
        self._meanings.intake.bound = -inf
        for reading in self.readings:
            before = len(ahead)
            ahead += self._meanings.of(reading, token, following)
            made += len(ahead) - before
            self._trim(ahead)
        if self._losses:
            shifted = self._shifted()
            for _ in range(MAX_IN_A_ROW):
                longer = [
                    after for reading in shifted for after in self._meanings.after_loss(reading)
                ]
                for reading in longer:
                    before = len(ahead)
                    ahead += self._meanings.of(reading, token, following)
                    made += len(ahead) - before
                    self._trim(ahead)
                shifted = nlargest(LOSS_ROW_BEAM, longer)
        if following is None:
            ahead = [_ended(reading) for reading in ahead]
        ahead.sort(key=_score, reverse=True)
        limit = ahead[0].score - SPREAD if ahead else 0.0
        self.readings = [reading for reading in ahead[:BEAM] if reading.score >= limit]
        return made

    def _trim(self, ahead: list[Reading]) -> None:
        """Drops what the beam cannot hold any more, and notes how good a reading has to be."""
        if len(ahead) > BEAM:
            ahead.sort(key=_score, reverse=True)
            del ahead[BEAM:]
            self._meanings.intake.bound = max(ahead[-1].score, ahead[0].score - SPREAD)

    def _shifted(self) -> list[Reading]:
        """The best readings between whose bytes something can have been lost."""
        best = self.readings[0].score
        return [
            reading
            for reading in self.readings
            if reading.pending >= 0 and not reading.lone and reading.score > best - LOSS_SPREAD
        ][:LOSS_BEAM]

    def settled(self) -> bool:
        """True if every reading that still matters stands at a character border."""
        best = self.readings[0].score
        return all(
            reading.pending == NONE and not reading.lone and not reading.owed
            for reading in self.readings
            if reading.score > best - CALM_SPREAD
        )

    def complete(self) -> list[Reading]:
        """The readings that end at a character border, the best first."""
        return [r for r in self.readings if r.pending == NONE and not r.owed]


def _ended(reading: Reading) -> Reading:
    """`reading` at the end of its text."""
    if reading.pending == NONE and reading.context[1] in _OPENING:
        return reading.but(score=reading.score + UNENDED)
    return reading
