"""A text that its page shows in several pieces: the floors of a forum.

Blocks between them are replies, so the pieces are not beside each other, and only the text itself
says that they belong together: the sections of the later one go on where those of the one before
end.
"""

import re
from collections.abc import Sequence
from typing import Final

from lxml.html import HtmlElement

from crawler.extract.lines import Line
from crawler.extract.split import number

_SECTION = re.compile(r"^(?P<n>[一二三四五六七八九十]{1,3})\s?[、.．]")
_MOST: Final = 20


def continued(
    container: HtmlElement, root: HtmlElement, lines: Sequence[Line]
) -> list[HtmlElement]:
    """The later blocks of the container's tag and class that go on with its sections, in order.

    Args:
        container: where the text begins.
        root: the tree.
        lines: all lines of the tree.
    """
    kind = container.get("class")
    last = _sections(container, lines)[-1:]
    if not kind or not last:
        return []
    found: list[HtmlElement] = []
    behind = False
    for element in root.iter(container.tag):
        if element is container:
            behind = True
        elif behind and element.get("class") == kind and len(found) < _MOST:
            sections = _sections(element, lines)
            if sections and sections[0] == last[0] + 1:
                found.append(element)
                last = sections[-1:]
    return found


def _sections(element: HtmlElement, lines: Sequence[Line]) -> list[int]:
    """The numbers of the sections that begin in an element."""
    inside = set(element.iter())
    matches = (_SECTION.match(line.text) for line in lines if line.block in inside)
    return [number(match["n"]) for match in matches if match]
