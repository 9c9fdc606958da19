"""The values of the search: what is seen, what the page says, and a reading of it."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from crawler.extract.repair.gloss import READING
from crawler.extract.repair.page_model import PageModel

LOST: Final = "\ufffd"
"""Stands for what no byte is left of."""
NONE: Final = -1
"""No byte is waiting for its second."""

_TOKEN: Final = re.compile(rf"\?(?P<torn>{READING})\)|\((?P<gloss>{READING})\)|.", re.DOTALL)


class Token(NamedTuple):
    """One thing seen on the page: a character, a gloss, or a gloss that lost its bracket."""

    kind: str
    """char, gloss, torn (``?guó)``) or query (``?``)."""
    value: str
    """The character, or the reading."""
    start: int
    end: int


def tokens(text: str, start: int) -> Iterator[Token]:
    """The tokens of `text` from index `start` on."""
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup or ("query" if match[0] == "?" else "char")
        yield Token(kind, match[kind] if match.lastgroup else match[0], *match.span())


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the page says about the program that damaged it.

    Attributes:
        listed: glossed characters and their readings.
        unlisted: characters that stand on the page without a gloss, so cannot be on the list.
        folded: full-width punctuation was folded to half width.
        dropped: private-use characters may have been lost.
        model: the language model, adapted to this page.
        codes: `listed` as the channel wants it.
    """

    listed: Mapping[str, str]
    unlisted: AbstractSet[str]
    folded: bool
    dropped: bool
    model: PageModel
    codes: Mapping[bytes, bytes]


class Reading(NamedTuple):
    """One possible reading of the tokens so far."""

    score: float
    pending: int
    """First byte of a character whose second is to come; -1 none, see `_LEADS` for less."""
    last: int
    """The last true byte, -1 if it is not known or was ASCII."""
    barrier: int
    """Code of the character whose gloss stands after `last`, 0 if none does."""
    owed: str
    """Reading that must follow as a gloss."""
    lone: bool
    """The last byte stood alone before a cut."""
    context: tuple[str, str]
    text: str
    """Simplified, in the width of the page."""
    data: bytes
    unknown: int
    """Bytes that the page does not show."""
    inserted: int
    latent: tuple[tuple[str, str], ...]
    """Characters taken to be on the page's list though no intact gloss shows it."""
    orphan: bool

    def but(self, **changes: Any) -> "Reading":
        """This reading with some fields changed."""
        return self._replace(**changes)
