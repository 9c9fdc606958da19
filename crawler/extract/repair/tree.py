"""Repair of a whole page before its body is looked for, and where the repairs went.

A page is judged by all its visible text, but restored text node by text node, because the channel
worked on text nodes. What becomes of the nodes is up to extraction, so the broken places are kept
with their neighbours and looked up in the final text by `locate`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archive.page import RepairStatus, Span
from crawler.extract.repair.reading import LOST
from crawler.extract.repair.text import RANK, restorer_for

NEIGHBOURS: Final = 12
"""Characters kept on either side of a broken place."""
SHORTEST: Final = 2
"""Neighbours that must be found again at least; fewer would match by chance."""

_SILENT: Final = frozenset(("script", "style", "template", "noscript"))
_ATTRIBUTES: Final = ("content", "title", "alt")


@dataclass(frozen=True, slots=True)
class Fix:
    """One broken place of a page: what stood there, what was put, and what stands around it."""

    damaged: str
    restored: str
    status: RepairStatus
    alternatives: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TreeRepair:
    """What was done to a page.

    Attributes:
        status: "none" if the page did not go through the channel, "certain" if only glosses had
            to go, else the worst status of `fixes`.
        fixes: the broken places in document order.
    """

    status: RepairStatus = "none"
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place of the tree that holds text: an element's text or tail, or one of its attributes."""

    element: HtmlElement
    name: str

    def read(self) -> str:
        if self.name in ("text", "tail"):
            return getattr(self.element, self.name) or ""
        return self.element.get(self.name) or ""

    def write(self, value: str) -> None:
        if self.name in ("text", "tail"):
            setattr(self.element, self.name, value)
        else:
            self.element.set(self.name, value)


def repair_tree(tree: HtmlElement) -> TreeRepair:
    """Restores the damaged text of `tree` in place; any other tree is left as it is."""
    slots = list(_slots(tree))
    texts = [slot.read() for slot in slots]
    restorer = restorer_for("\n".join(texts))
    if restorer is None:
        return TreeRepair()
    fixes: list[Fix] = []
    worst = 1
    for slot, text in zip(slots, texts, strict=True):
        pieces = list(restorer.pieces(text))
        restored = "".join(piece.text for piece in pieces)
        if restored != text:
            slot.write(restored)
        end = 0
        for piece in pieces:
            start, end = end, end + len(piece.text)
            if piece.status != "none":
                worst = max(worst, RANK.index(piece.status))
                fixes.append(
                    Fix(
                        piece.damaged,
                        piece.text,
                        piece.status,
                        piece.alternatives,
                        restored[max(0, start - NEIGHBOURS) : start],
                        restored[end : end + NEIGHBOURS],
                    )
                )
    return TreeRepair(RANK[worst], tuple(fixes))


def locate(text: str, repair: TreeRepair) -> tuple[Span, ...]:
    """The broken places of a page that are part of `text`, the text extracted from it.

    A place whose neighbours are not found is left out: it was in a part that extraction dropped.
    """
    spans: dict[int, Span] = {}
    cursor = 0
    for fix in repair.fixes:
        start = _find(text, fix, cursor, spans)
        if start is None:
            continue
        end = start + len(fix.restored)
        spans[start] = Span(start, end, fix.damaged, fix.restored, fix.status, fix.alternatives)
        cursor = max(cursor, end)
    return tuple(spans[start] for start in sorted(spans))


def without_guesses(text: str, spans: Iterable[Span], *, offset: int = 0) -> str:
    """`text` with U+FFFD for each character that was guessed or could not be brought back.

    Args:
        text: a stretch of the text that `spans` count in.
        spans: broken places.
        offset: where `text` starts.
    """
    chars = list(text)
    for span in spans:
        if span.status in ("guess", "failed"):
            inside = range(max(0, span.start - offset), min(len(chars), span.end - offset))
            for index in inside:
                chars[index] = LOST if chars[index] != "\n" else "\n"
    return "".join(chars)


def _find(text: str, fix: Fix, cursor: int, taken: dict[int, Span]) -> int | None:
    if text == fix.before + fix.restored + fix.after:  # a whole node: no chance meeting
        return len(fix.before)
    before, after = _same_line_end(fix.before), _same_line_start(fix.after)
    for size in (NEIGHBOURS, NEIGHBOURS // 2, SHORTEST):
        left, right = before[-size:], after[:size]
        if len(left) + len(right) < SHORTEST and len(fix.restored) < NEIGHBOURS:
            return None
        wanted = left + fix.restored + right
        for origin in (max(0, cursor - len(left)), 0):
            found = text.find(wanted, origin)
            while found >= 0 and found + len(left) in taken:
                found = text.find(wanted, found + 1)
            if found >= 0:
                return found + len(left)
    return None


def _same_line_end(text: str) -> str:
    """What follows the last blank: extraction may change blanks."""
    return text.rsplit(maxsplit=1)[-1] if text and not text[-1].isspace() else ""


def _same_line_start(text: str) -> str:
    return text.split(maxsplit=1)[0] if text and not text[0].isspace() else ""


def _slots(tree: HtmlElement) -> Iterator[_Slot]:
    """Every place that holds text a reader or an index sees, in document order."""
    opened = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event == "start":
            if isinstance(element.tag, str) and element.tag not in _SILENT:
                for name in _ATTRIBUTES:
                    if element.get(name):
                        yield _Slot(element, name)
                if element.text:
                    yield _Slot(element, "text")
            opened += 1
            continue
        if event == "end":
            opened -= 1
        if opened and element.tail:  # the tail of `tree` itself is not part of it
            yield _Slot(element, "tail")
