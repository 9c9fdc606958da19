"""Boxes that stand among a report's paragraphs: a download, an offer, a notice, a table.

What a box holds belongs together, so its lines are judged as one. A line of a download box may say
no more than the report's title or a price; the button beside it tells whose box it is. No name of
a class is asked: a box is the largest element around a line that holds no paragraph.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml.html import HtmlElement

from crawler.extract.worklines import Worklines

BOX_TAGS: Final = frozenset(
    ("div", "center", "aside", "dl", "ul", "form", "fieldset", "section", "small", "blockquote")
)
"""Tables are not judged as one: a report's own tables stand among its paragraphs too."""
_MAX_LINES: Final = 8
"""More lines are a part of the report in markup of its own, a list or a section."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Which lines stand in which box."""

    places: Mapping[HtmlElement, Sequence[int]]
    foreign: frozenset[int]
    """Lines in a box whose tag and class no element around a paragraph has."""


def boxes_of(work: Worklines) -> Boxes:
    """Find the boxes among the lines; there are none where no line is surely a paragraph."""
    holding: set[HtmlElement] = set()
    for n in range(len(work.lines)):
        if work.is_solid(n):
            _add_ancestors(work.lines[n].block, holding)
    found: dict[HtmlElement, list[int]] = {}
    for n, line in enumerate(work.lines) if holding else ():
        box = _around(line.block, holding)
        if box is not None and box.tag in BOX_TAGS:
            found.setdefault(box, []).append(n)
    usual = {_kind(element) for element in holding}
    small = {box: places for box, places in found.items() if len(places) <= _MAX_LINES}
    other = (places for box, places in small.items() if _kind(box) not in usual)
    return Boxes(small, frozenset(n for places in other for n in places))


def _kind(element: HtmlElement) -> tuple[str, str]:
    return element.tag, element.get("class") or ""


def _add_ancestors(element: HtmlElement | None, holding: set[HtmlElement]) -> None:
    while element is not None and element not in holding:
        holding.add(element)
        element = element.getparent()


def _around(element: HtmlElement, holding: set[HtmlElement]) -> HtmlElement | None:
    """The largest element around that holds no paragraph."""
    if element in holding:
        return None
    parent = element.getparent()
    while parent is not None and parent not in holding:
        element, parent = parent, parent.getparent()
    return element if parent is not None else None
