"""What each thing seen on a damaged page can mean, in bytes of the text that was lost."""

from collections.abc import Iterable, Iterator
from itertools import islice
from math import log
from typing import Final

from crawler.extract.repair import letters, tables
from crawler.extract.repair.cp936 import BYTES, PAIRS
from crawler.extract.repair.intake import ANY_LEAD, HIGH_LEAD, LEADS, LOW_LEAD, Intake
from crawler.extract.repair.reading import LOST, NONE, Evidence, Reading, Token

ORPHAN: Final = -16.0
"""Cost of a gloss whose character is lost though no step of the channel loses it."""
CHOICES: Final = 40
"""Characters thought of where a second byte is missing."""
MAX_UNKNOWN: Final = 10
"""Bytes that may be missing in one place."""
LOSS: Final = -2.0
"""Cost of a lost private-use character; about one shifted pair in eight is one."""
LOSS_CHOICES: Final = 4
UNDEFINED: Final = -5.5
"""Cost of an undefined pair behind a "?": as likely as an ASCII character there, and its second
byte is one of 126. Without it such readings, which are many, fill the beam."""

_UNDEFINED: Final = {
    lead: tuple(
        trail
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF))
        if bytes((lead, trail)) not in PAIRS
    )
    for lead in range(0x81, 0xFF)
}


class Meanings:
    """The readings that one more token makes of a reading."""

    def __init__(self, evidence: Evidence) -> None:
        self.intake = Intake(evidence)
        self._evidence = evidence
        self._known = tables.load()
        self._cuts = ",;?，；？" if evidence.folded else "，；？"

    def of(self, reading: Reading, token: Token, following: Token | None) -> Iterable[Reading]:
        """What `token` makes of `reading`; `following` is the next token, None at the end."""
        if reading.owed and (token.kind != "gloss" or token.value != reading.owed):
            return ()
        if token.kind == "gloss":
            return self._gloss(reading, token.value)
        if token.kind == "torn":
            return self._torn(reading, token.value)
        if token.kind == "query":
            return self._query(reading, following)
        return self._char(reading, token.value)

    def after_loss(self, reading: Reading) -> Iterator[Reading]:
        """A private-use character was here: second byte of one character, first of the next."""
        if reading.pending >= 0:
            choice, missing = letters.before_private(reading.pending), 1
        else:
            choice, missing = letters.lost_before_private(*LEADS[reading.pending]), 0
        for score, letter in islice(self.intake.likeliest(reading, choice), LOSS_CHOICES):
            after = self.intake.extended(reading, letter, letter.code[missing:], score)
            yield after.but(
                pending=HIGH_LEAD if after.last in letters.PRIVATE_HIGH else LOW_LEAD,
                last=-1,
                score=after.score + LOSS,
                inserted=after.inserted + 1,
                unknown=after.unknown + 2,
            )

    def _gloss(self, reading: Reading, value: str) -> Iterator[Reading]:
        if reading.owed:
            code = int.from_bytes(reading.data[-2:], "big")
            yield reading.but(owed="", barrier=code)
            return
        if reading.pending != NONE:
            return
        char = PAIRS.get(reading.data[-2:], "")
        if value in self._known.readings.get(char, ()):
            listed = self._taken_as_listed(reading, char, value)
            if listed is not None:
                yield listed.but(barrier=int.from_bytes(BYTES[char], "big"))
                return
        yield from self.intake.literal(reading, f"({value})")

    def _torn(self, reading: Reading, value: str) -> Iterator[Reading]:
        evidence = self._evidence
        if reading.lone:
            return
        if reading.pending <= ANY_LEAD:
            yield from self._torn_after_loss(reading, value)
            return
        for char in self._known.by_reading.get(value, ""):
            code = BYTES[char]
            if code[0] != reading.last:
                continue
            number = int.from_bytes(code, "big")
            torn = self._taken_as_listed(reading, char, value)
            if torn is not None and not (reading.barrier and number > reading.barrier):
                for after in self.intake.byte(torn, code[1]):
                    yield after.but(barrier=number)
        if reading.pending == NONE:
            for char, own in evidence.listed.items():
                if own == value:
                    orphan = reading.but(score=reading.score + ORPHAN, orphan=True)
                    yield from self.intake.completed(orphan, char, BYTES[char])

    def _torn_after_loss(self, reading: Reading, value: str) -> Iterator[Reading]:
        """The first byte of the glossed character went with a lost private-use character."""
        for char in self._known.by_reading.get(value, ""):
            torn = self._taken_as_listed(reading, char, value)
            if torn is not None:
                for after in self.intake.completed(torn, char, BYTES[char]):
                    yield after.but(barrier=int.from_bytes(BYTES[char], "big"))

    def _taken_as_listed(self, reading: Reading, char: str, value: str) -> Reading | None:
        """`reading` with `char` on the page's list, at a cost if nothing else shows it there."""
        own = self._evidence.listed.get(char)
        if own == value or (char, value) in reading.latent:
            return reading
        if own is not None or char in self._evidence.unlisted:
            return None
        return reading.but(
            latent=(*reading.latent, (char, value)), score=reading.score + self._latent_cost(char)
        )

    def _latent_cost(self, char: str) -> float:
        simplified = self._known.simplified[char][0]
        return min(-2.0, -2.0 + 0.4 * (self._evidence.model.score("", "", simplified) + 6.0))

    def _query(self, reading: Reading, following: Token | None) -> Iterator[Reading]:
        if reading.pending == NONE:
            yield from self.intake.literal(reading, "?")
        elif reading.lone and self._evidence.folded:
            yield from self.intake.pair(reading, b"\xa3\xbf")
        if reading.lone:
            return
        ends = following is None or (following.kind != "gloss" and following.value in self._cuts)
        if ends:
            yield from self._lone(reading)
        if reading.pending >= 0:
            yield from self._swallowed(reading)

    def _char(self, reading: Reading, char: str) -> Iterator[Reading]:
        if char in self._cuts:
            mark = BYTES[chr(ord(char) + 0xFEE0)] if char in ",;?" else BYTES[char]
            yield from self.intake.pair(reading, mark)
            return
        if reading.lone:
            return
        code = BYTES[char]
        if len(code) == 2:
            yield from self.intake.pair(reading, code)
        elif reading.pending == NONE:
            yield from self.intake.literal(reading, char)
        else:
            if code[0] >= 0x40:
                yield from self.intake.trail(reading, code[0])
            if self._evidence.folded and "!" <= char <= "~":
                yield from self.intake.pair(reading, bytes((0xA3, code[0] + 0x80)))

    def _lone(self, reading: Reading) -> Iterator[Reading]:
        if reading.pending == NONE:
            # First byte of a character whose second byte is the A3 of the cut mark.
            yield reading.but(
                pending=ANY_LEAD, last=-1, barrier=0, lone=True, unknown=reading.unknown + 1
            )
            return
        if reading.unknown >= MAX_UNKNOWN:
            return
        for after in self._second_bytes(reading):
            yield after.but(lone=True, unknown=after.unknown + 1)

    def _second_bytes(self, reading: Reading) -> list[Reading]:
        """The likeliest completions of the pending character by a byte that is not seen."""
        listed = () if reading.barrier else self._evidence.listed
        found = []
        for score, letter in self.intake.likeliest(
            reading, letters.second_missing(reading.pending)
        ):
            if letter.char not in listed:
                found.append(self.intake.extended(reading, letter, letter.code[1:], score))
                if len(found) == CHOICES:
                    break
        return found

    def _swallowed(self, reading: Reading) -> Iterator[Reading]:
        """An invalid pair: a second byte with an ASCII character, or an undefined pair."""
        if reading.unknown >= MAX_UNKNOWN:
            return
        for after in self._second_bytes(reading):
            score = self._evidence.model.score(*after.context, "0") + log(0.5)
            yield after.but(
                score=after.score + score,
                text=after.text + LOST,
                data=after.data + b"0",
                last=-1,
                context=(after.context[1], "0"),
                unknown=after.unknown + 2,
            )
            for lead in _UNDEFINED[after.last]:
                if lead > 0x80:
                    yield after.but(
                        score=after.score + UNDEFINED,
                        pending=lead,
                        last=lead,
                        data=after.data + bytes((lead,)),
                        unknown=after.unknown + 2,
                    )
