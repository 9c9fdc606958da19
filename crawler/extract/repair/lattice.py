"""Search for the texts that the channel can have turned into a broken place.

The bytes of the lost text stand in the damaged one, shifted against the character borders; only
the bytes that a "?" swallowed are missing. The search walks the damaged place from left to right,
keeps the readings that are still possible, and weighs them with the language model.
"""

from collections.abc import Iterable, Iterator
from heapq import nlargest
from itertools import islice
from math import inf, log
from operator import itemgetter
from typing import Final

import numpy as np

from crawler.extract.repair import letters, tables
from crawler.extract.repair.cp936 import BYTES, PAIRS, is_private
from crawler.extract.repair.letters import Letter, Letters
from crawler.extract.repair.page_model import RARE_BLANK
from crawler.extract.repair.reading import LOST, NONE, Evidence, Reading, Token
from crawler.extract.repair.symbols import fold

BEAM: Final = 60
"""Readings kept at a time; 30 gives the same on 175 damaged lines without private-use characters."""
SPREAD: Final = 28.0
"""Readings this many nats behind the best are given up."""
CALM: Final = 4
"""Undamaged characters that must follow a broken place before it is judged."""
CALM_SPREAD: Final = 14.0
ORPHAN: Final = -16.0
"""Cost of a gloss whose character is lost though no step of the channel loses it."""
CHOICES: Final = 40
"""Characters thought of where a second byte is missing."""
MAX_UNKNOWN: Final = 10
"""Bytes that may be missing in one place."""
LOSS: Final = -2.0
"""Cost of a lost private-use character; about one shifted pair in eight is one."""
LOSS_SPREAD: Final = 10.0
LOSS_BEAM: Final = 4
LOSS_CHOICES: Final = 4
LOSS_ROW_BEAM: Final = 3
MAX_IN_A_ROW: Final = 3
UNDEFINED: Final = -5.5
"""Cost of an undefined pair behind a "?": as likely as an ASCII character there, and its second
byte is one of 126. Without it such readings, which are many, fill the beam."""
UNENDED: Final = -4.0
"""Cost of a text that ends in one of `_OPENING`; a sentence wrapped onto the next line does."""

_OPENING: Final = frozenset(",、“‘《〈「『【(")
"""Marks that something has to follow."""

_UNDEFINED: Final = {
    lead: tuple(
        trail
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFF))
        if bytes((lead, trail)) not in PAIRS
    )
    for lead in range(0x81, 0xFF)
}
ANY_LEAD: Final = -2
HIGH_LEAD: Final = -3
LOW_LEAD: Final = -4
_LEADS: Final = {ANY_LEAD: (0x81, 0xFF), HIGH_LEAD: (0xA1, 0xFF), LOW_LEAD: (0x81, 0xA1)}
"""What is known of a first byte that the page does not show."""

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
        self.evidence = evidence
        self.losses = losses
        self.score = evidence.model.score
        self.folded = evidence.folded
        self.known = tables.load()
        self.bound = -inf
        self.cuts = ",;?，；？" if evidence.folded else "，；？"
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
        self.bound = -inf
        for reading in self.readings:
            before = len(ahead)
            ahead += self._after(reading, token, following)
            made += len(ahead) - before
            self._trim(ahead)
        if self.losses:
            shifted = self._shifted()
            for _ in range(MAX_IN_A_ROW):
                longer = [after for reading in shifted for after in self._inserted(reading)]
                for reading in longer:
                    before = len(ahead)
                    ahead += self._after(reading, token, following)
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
            self.bound = max(ahead[-1].score, ahead[0].score - SPREAD)

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

    def _after(self, reading: Reading, token: Token, following: Token | None) -> Iterable[Reading]:
        if reading.owed and (token.kind != "gloss" or token.value != reading.owed):
            return ()
        if token.kind == "gloss":
            return self._gloss(reading, token.value)
        if token.kind == "torn":
            return self._torn(reading, token.value)
        if token.kind == "query":
            return self._query(reading, following)
        return self._char(reading, token.value)

    # What each token can mean

    def _gloss(self, reading: Reading, value: str) -> Iterator[Reading]:
        if reading.owed:
            code = int.from_bytes(reading.data[-2:], "big")
            yield reading.but(owed="", barrier=code)
            return
        if reading.pending != NONE:
            return
        char = PAIRS.get(reading.data[-2:], "")
        if value in self.known.readings.get(char, ()):
            listed = self._taken_as_listed(reading, char, value)
            if listed is not None:
                yield listed.but(barrier=int.from_bytes(BYTES[char], "big"))
                return
        yield from self._literal(reading, f"({value})")

    def _torn(self, reading: Reading, value: str) -> Iterator[Reading]:
        evidence = self.evidence
        if reading.lone:
            return
        if reading.pending <= ANY_LEAD:
            yield from self._torn_after_loss(reading, value)
            return
        for char in self.known.by_reading.get(value, ""):
            code = BYTES[char]
            if code[0] != reading.last:
                continue
            number = int.from_bytes(code, "big")
            torn = self._taken_as_listed(reading, char, value)
            if torn is not None and not (reading.barrier and number > reading.barrier):
                for after in self._feed(torn, code[1]):
                    yield after.but(barrier=number)
        if reading.pending == NONE:
            for char, own in evidence.listed.items():
                if own == value:
                    orphan = reading.but(score=reading.score + ORPHAN, orphan=True)
                    yield from self._emit(orphan, char, BYTES[char])

    def _torn_after_loss(self, reading: Reading, value: str) -> Iterator[Reading]:
        """The first byte of the glossed character went with a lost private-use character."""
        for char in self.known.by_reading.get(value, ""):
            torn = self._taken_as_listed(reading, char, value)
            if torn is not None:
                for after in self._emit(torn, char, BYTES[char]):
                    yield after.but(barrier=int.from_bytes(BYTES[char], "big"))

    def _taken_as_listed(self, reading: Reading, char: str, value: str) -> Reading | None:
        """`reading` with `char` on the page's list, at a cost if nothing else shows it there."""
        own = self.evidence.listed.get(char)
        if own == value or (char, value) in reading.latent:
            return reading
        if own is not None or char in self.evidence.unlisted:
            return None
        return reading.but(
            latent=(*reading.latent, (char, value)), score=reading.score + self._latent_cost(char)
        )

    def _latent_cost(self, char: str) -> float:
        simplified = self.known.simplified[char][0]
        return min(-2.0, -2.0 + 0.4 * (self.score("", "", simplified) + 6.0))

    def _query(self, reading: Reading, following: Token | None) -> Iterator[Reading]:
        if reading.pending == NONE:
            yield from self._literal(reading, "?")
        elif reading.lone and self.folded:
            yield from self._bytes(reading, b"\xa3\xbf")
        if reading.lone:
            return
        ends = following is None or (following.kind != "gloss" and following.value in self.cuts)
        if ends:
            yield from self._lone(reading)
        if reading.pending >= 0:
            yield from self._swallowed(reading)

    def _char(self, reading: Reading, char: str) -> Iterator[Reading]:
        if char in self.cuts:
            mark = BYTES[chr(ord(char) + 0xFEE0)] if char in ",;?" else BYTES[char]
            yield from self._bytes(reading, mark)
            return
        if reading.lone:
            return
        code = BYTES[char]
        if len(code) == 2:
            yield from self._bytes(reading, code)
        elif reading.pending == NONE:
            yield from self._literal(reading, char)
        else:
            if code[0] >= 0x40:
                yield from self._trail(reading, code[0])
            if self.folded and "!" <= char <= "~":
                yield from self._bytes(reading, bytes((0xA3, code[0] + 0x80)))

    # Bytes that are not seen

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
        listed = () if reading.barrier else self.evidence.listed
        found = []
        for score, letter in self._likeliest(reading, letters.second_missing(reading.pending)):
            if letter.char not in listed:
                found.append(self._with(reading, letter, letter.code[1:], score))
                if len(found) == CHOICES:
                    break
        return found

    def _swallowed(self, reading: Reading) -> Iterator[Reading]:
        """An invalid pair: a second byte with an ASCII character, or an undefined pair."""
        if reading.unknown >= MAX_UNKNOWN:
            return
        for after in self._second_bytes(reading):
            score = self.score(*after.context, "0") + log(0.5)
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

    def _inserted(self, reading: Reading) -> Iterator[Reading]:
        """A private-use character was here: second byte of one character, first of the next."""
        if reading.pending >= 0:
            choice, missing = letters.before_private(reading.pending), 1
        else:
            choice, missing = letters.lost_before_private(*_LEADS[reading.pending]), 0
        for score, letter in islice(self._likeliest(reading, choice), LOSS_CHOICES):
            after = self._with(reading, letter, letter.code[missing:], score)
            yield after.but(
                pending=HIGH_LEAD if after.last in letters.PRIVATE_HIGH else LOW_LEAD,
                last=-1,
                score=after.score + LOSS,
                inserted=after.inserted + 1,
                unknown=after.unknown + 2,
            )

    # Taking bytes in

    def _bytes(self, reading: Reading, code: bytes) -> Iterator[Reading]:
        """Two bytes that stand together on the page."""
        if self._breaks_list(reading, code[0]):
            return
        pair = PAIRS.get(code)
        owed = self.evidence.listed.get(pair, "") if pair else ""
        if not owed and pair:
            owed = dict(reading.latent).get(pair, "")
        for first in self._feed(reading, code[0]):
            for second in self._feed(first, code[1]):
                yield second.but(owed=owed) if second.owed != owed else second

    def _trail(self, reading: Reading, byte: int) -> Iterator[Reading]:
        """A second byte that looks like ASCII."""
        for after in self._feed(reading, byte):
            code = after.data[-2:]
            if reading.barrier and int.from_bytes(code, "big") > reading.barrier:
                yield after  # a gloss stood between the bytes before this one could be set
            else:
                char = PAIRS[code]
                own = self.evidence.listed.get(char) or dict(reading.latent).get(char, "")
                yield after.but(owed=own)

    def _breaks_list(self, reading: Reading, byte: int) -> bool:
        """True if a listed character would have got its gloss right here."""
        if reading.last < 0:
            return False
        code = bytes((reading.last, byte))
        if code not in self.evidence.codes:
            return False
        return not reading.barrier or int.from_bytes(code, "big") < reading.barrier

    def _feed(self, reading: Reading, byte: int) -> Iterable[Reading]:
        if reading.pending == NONE:
            if byte <= 0x80:
                return ()
            return (_begun(reading, byte),)
        if reading.pending >= 0:
            char = PAIRS.get(bytes((reading.pending, byte)))
            if char is None or not self.known.possible(char) or is_private(char):
                return ()
            return self._emit(reading, char, bytes((byte,)))
        choice = letters.first_missing(byte, *_LEADS[reading.pending])
        return [
            self._with(reading, letter, letter.code, score)
            for score, letter in self._likeliest(reading, choice)
        ]

    def _likeliest(self, reading: Reading, choice: Letters) -> Iterator[tuple[float, Letter]]:
        """The letters that leave `reading` in the beam, with its score then, the best first."""
        if not choice:
            return
        scores = reading.score + self.evidence.model.scores(*reading.context, choice)
        order = np.argsort(-scores, kind="stable")
        for index in order.tolist():
            score = float(scores[index])
            if score <= self.bound:
                break
            yield score, choice[index]

    def _emit(self, reading: Reading, char: str, code: bytes) -> list[Reading]:
        """`char` is complete; `code`: those of its bytes that are not in `data` yet."""
        before2, before = reading.context
        out = []
        for letter in letters.letters_of(char):
            symbol = letter.symbol
            ln_p = self.score(before2, before, symbol) if symbol else RARE_BLANK
            out.append(self._with(reading, letter, code, reading.score + ln_p + letter.extra))
        return out

    def _with(self, reading: Reading, letter: Letter, code: bytes, score: float) -> Reading:
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
            reading.text + (letter.half if self.folded else letter.simplified),
            reading.data + code,
            reading.unknown,
            reading.inserted,
            reading.latent,
            reading.orphan,
        )

    def _literal(self, reading: Reading, text: str) -> Iterator[Reading]:
        """ASCII as it stands; folded punctuation that the channel cuts at counts as full width."""
        score, context = reading.score, reading.context
        for symbol in fold(text):
            score += self.score(*context, symbol)
            context = (context[1], symbol)
        wide = self.folded and text in ",;?"
        code = BYTES[chr(ord(text) + 0xFEE0)] if wide else b"".join(BYTES[c] for c in text)
        yield reading.but(
            score=score,
            last=code[-1] if wide else -1,
            barrier=0,
            context=context,
            text=reading.text + text,
            data=reading.data + code,
        )


def _ended(reading: Reading) -> Reading:
    """`reading` at the end of its text."""
    if reading.pending == NONE and reading.context[1] in _OPENING:
        return reading.but(score=reading.score + UNENDED)
    return reading


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
