"""A second opinion where our own choice of container is weak.

trafilatura costs five to ten times our own pass, so it is asked only on pages with little running
text or with text scattered over many containers: short notices, poems, comment pages.
"""

import copy
from typing import Final

from lxml.html import HtmlElement

from crawler.extract.body import Body
from crawler.extract.lines import Line, tidy

MAX_DEPTH: Final = 100
"""Nesting from which trafilatura's helpers go quadratic; real pages stay below 60."""
_LEAST: Final = 0.5
"""How long its text must be against ours to be taken."""


def second_opinion(root: HtmlElement, body: Body, url: str | None) -> Body:
    """The body as trafilatura sees it, unless it found next to nothing."""
    if _depth(root) > MAX_DEPTH:
        return body
    import trafilatura  # noqa: PLC0415 half a second to import, and most pages never need it

    found = trafilatura.extract(
        copy.deepcopy(root), url=url, favor_precision=True, include_comments=False
    )
    if not found:
        return body
    own = sum(len(line.text) for line in body.lines)
    texts = [tidy(line) for line in found.split("\n")]
    lines = tuple(Line(text, root) for text in texts if text)
    if sum(len(line.text) for line in lines) < _LEAST * own:
        return body
    return Body(lines, body.before or body.lines, body.after, body.aside, sure=False)


def _depth(root: HtmlElement) -> int:
    """How deep a tree is nested."""
    depths = {root: 0}
    for element in root.iter():
        parent = element.getparent()
        depths[element] = depths.get(parent, 0) + 1
    return max(depths.values())
