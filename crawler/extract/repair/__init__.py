"""Brings back text that went through the pinyin channel (docs/text-repair.md).

The door of the package: `repair_text` for plain text.
"""

from dataclasses import dataclass
from typing import Final

from archive.page import RepairStatus, Span
from crawler.extract.repair import model
from crawler.extract.repair.detect import MIN_GLOSSES, Damage, detect
from crawler.extract.repair.gloss import GLOSS, SPACED
from crawler.extract.repair.restore import Piece, Restorer

__all__ = ["Repaired", "repair_text"]

_RANK: Final[tuple[RepairStatus, ...]] = ("none", "certain", "likely", "guess", "failed")


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


def repair_text(text: str) -> Repaired:
    """Restores `text` if it is damaged; any other text comes back as it is."""
    found = _detected(text)
    if found is None:
        return Repaired(text, "none")
    text = _closed(text)
    restorer = Restorer(found, text, model.load())
    return _joined(restorer.pieces(text))


def _detected(text: str) -> Damage | None:
    seen = GLOSS.finditer(text)
    if sum(1 for _ in zip(range(MIN_GLOSSES), seen, strict=False)) < MIN_GLOSSES:
        return None
    return detect(text, model.load().common)


def _closed(text: str) -> str:
    """Glosses without the blank that some mirrors leave in them."""
    return SPACED.sub(r"\1\2)", text)


def _joined(pieces: "list[Piece] | object") -> Repaired:
    out: list[str] = []
    spans: list[Span] = []
    length = 0
    worst = 1
    for piece in pieces:  # type: ignore[attr-defined]
        if piece.status != "none":
            spans.append(
                Span(
                    length,
                    length + len(piece.text),
                    piece.damaged,
                    piece.text,
                    piece.status,
                    piece.alternatives,
                )
            )
            worst = max(worst, _RANK.index(piece.status))
        out.append(piece.text)
        length += len(piece.text)
    return Repaired("".join(out), _RANK[worst], tuple(spans))
