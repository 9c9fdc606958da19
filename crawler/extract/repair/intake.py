"""Taking bytes in: what a reading becomes by the next byte of the text that was lost."""

from collections.abc import Iterable, Iterator
from math import inf
from typing import Final

import numpy as np

from crawler.extract.repair import letters, tables
from crawler.extract.repair.cp936 import BYTES, PAIRS, is_private
from crawler.extract.repair.letters import Letter, Letters
from crawler.extract.repair.page_model import RARE_BLANK
from crawler.extract.repair.reading import NONE, Evidence, Reading
from crawler.extract.repair.symbols import fold

ANY_LEAD: Final = -2
HIGH_LEAD: Final = -3
LOW_LEAD: Final = -4
LEADS: Final = {ANY_LEAD: (0x81, 0xFF), HIGH_LEAD: (0xA1, 0xFF), LOW_LEAD: (0x81, 0xA1)}
"""What is known of a first byte that the page does not show."""


class Intake:
    """Puts bytes to readings and weighs the characters they make.

    Attributes:
        bound: readings with this score or less are not made; the beam has no place for them.
    """

    def __init__(self, evidence: Evidence) -> None:
        self.bound = -inf
        self._evidence = evidence
        self._score = evidence.model.score
        self._possible = tables.load().possible

    def pair(self, reading: Reading, code: bytes) -> Iterator[Reading]:
        """Two bytes that stand together on the page."""
        if self._breaks_list(reading, code[0]):
            return
        pair = PAIRS.get(code)
        owed = self._evidence.listed.get(pair, "") if pair else ""
        if not owed and pair:
            owed = dict(reading.latent).get(pair, "")
        for first in self.byte(reading, code[0]):
            for second in self.byte(first, code[1]):
                yield second.but(owed=owed) if second.owed != owed else second

    def trail(self, reading: Reading, byte: int) -> Iterator[Reading]:
        """A second byte that looks like ASCII."""
        for after in self.byte(reading, byte):
            code = after.data[-2:]
            if reading.barrier and int.from_bytes(code, "big") > reading.barrier:
                yield after  # a gloss stood between the bytes before this one could be set
            else:
                char = PAIRS[code]
                own = self._evidence.listed.get(char) or dict(reading.latent).get(char, "")
                yield after.but(owed=own)

    def _breaks_list(self, reading: Reading, byte: int) -> bool:
        """True if a listed character would have got its gloss right here."""
        if reading.last < 0:
            return False
        code = bytes((reading.last, byte))
        if code not in self._evidence.codes:
            return False
        return not reading.barrier or int.from_bytes(code, "big") < reading.barrier

    def byte(self, reading: Reading, byte: int) -> Iterable[Reading]:
        """One byte: the first of a character, or the second of the pending one."""
        if reading.pending == NONE:
            if byte <= 0x80:
                return ()
            return (_begun(reading, byte),)
        if reading.pending >= 0:
            char = PAIRS.get(bytes((reading.pending, byte)))
            if char is None or not self._possible(char) or is_private(char):
                return ()
            return self.completed(reading, char, bytes((byte,)))
        choice = letters.first_missing(byte, *LEADS[reading.pending])
        return [
            self.extended(reading, letter, letter.code, score)
            for score, letter in self.likeliest(reading, choice)
        ]

    def likeliest(self, reading: Reading, choice: Letters) -> Iterator[tuple[float, Letter]]:
        """The letters that leave `reading` in the beam, with its score then, the best first."""
        if not choice:
            return
        scores = reading.score + self._evidence.model.scores(*reading.context, choice)
        order = np.argsort(-scores, kind="stable")
        for index in order.tolist():
            score = float(scores[index])
            if score <= self.bound:
                break
            yield score, choice[index]

    def completed(self, reading: Reading, char: str, code: bytes) -> list[Reading]:
        """`char` is complete; `code`: those of its bytes that are not in `data` yet."""
        before2, before = reading.context
        out = []
        for letter in letters.letters_of(char):
            symbol = letter.symbol
            ln_p = self._score(before2, before, symbol) if symbol else RARE_BLANK
            out.append(self.extended(reading, letter, code, reading.score + ln_p + letter.extra))
        return out

    def extended(self, reading: Reading, letter: Letter, code: bytes, score: float) -> Reading:
        """`reading` with one more letter; `code`: those of its bytes not in `data` yet."""
        context = reading.context
        return Reading(
            score,
            NONE,
            code[-1],
            0,
            reading.owed,
            False,  # noqa: FBT003
            (context[1], letter.symbol) if letter.symbol else context,
            reading.text + (letter.half if self._evidence.folded else letter.simplified),
            reading.data + code,
            reading.unknown,
            reading.inserted,
            reading.latent,
            reading.orphan,
        )

    def literal(self, reading: Reading, text: str) -> Iterator[Reading]:
        """ASCII as it stands; folded punctuation that the channel cuts at counts as full width."""
        score, context = reading.score, reading.context
        for symbol in fold(text):
            score += self._score(*context, symbol)
            context = (context[1], symbol)
        wide = self._evidence.folded and text in ",;?"
        code = BYTES[chr(ord(text) + 0xFEE0)] if wide else b"".join(BYTES[c] for c in text)
        yield reading.but(
            score=score,
            last=code[-1] if wide else -1,
            barrier=0,
            context=context,
            text=reading.text + text,
            data=reading.data + code,
        )


def _begun(reading: Reading, byte: int) -> Reading:
    """`reading` with the first byte of its next character."""
    return Reading(
        reading.score,
        byte,
        byte,
        0,
        reading.owed,
        False,  # noqa: FBT003
        reading.context,
        reading.text,
        reading.data + byte.to_bytes(),
        reading.unknown,
        reading.inserted,
        reading.latent,
        reading.orphan,
    )
