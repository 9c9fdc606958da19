"""Repair of plain text: one text is one page."""

from dataclasses import dataclass
from typing import Final

from archive.page import RepairStatus, Span
from crawler.extract.repair import model, tables
from crawler.extract.repair.detect import MIN_GLOSSES, detect
from crawler.extract.repair.gloss import HINT
from crawler.extract.repair.restore import Restorer

RANK: Final[tuple[RepairStatus, ...]] = ("none", "certain", "likely", "guess", "failed")
"""From best to worst."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text after repair.

    Attributes:
        text: the text; the very same object where nothing was damaged.
        status: "none" if the text did not go through the channel, "certain" if only glosses had
            to go, else the worst status of `spans`.
        spans: the broken places, in code points of `text`, in order.
    """

    text: str
    status: RepairStatus
    spans: tuple[Span, ...] = ()


def load_tables() -> None:
    """Reads all tables now instead of at the first damaged page, e.g. before workers fork."""
    model.load()
    tables.load()
    tables.by_first_byte()
    tables.by_second_byte()


def repair_text(text: str) -> Repaired:
    """Restores `text` if it is damaged; any other text comes back as it is."""
    restorer = restorer_for(text)
    if restorer is None:
        return Repaired(text, "none")
    out: list[str] = []
    spans: list[Span] = []
    end = 0
    for piece in restorer.pieces(text):
        start, end = end, end + len(piece.text)
        out.append(piece.text)
        if piece.status != "none":
            spans.append(
                Span(start, end, piece.damaged, piece.text, piece.status, piece.alternatives)
            )
    worst = max((RANK.index(span.status) for span in spans), default=1)
    return Repaired("".join(out), RANK[worst], tuple(spans))


def restorer_for(text: str) -> Restorer | None:
    """What can restore a page with this visible text; None if the page is not damaged."""
    glosses = HINT.finditer(text)
    if sum(1 for _ in zip(range(MIN_GLOSSES), glosses, strict=False)) < MIN_GLOSSES:
        return None  # the cheap way out for nearly every page
    trained = model.load()
    found = detect(text, trained.common)
    return None if found is None else Restorer(found, text, trained)
