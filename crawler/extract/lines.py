"""A tree as lines: what a reader sees as one line, with what its markup says about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

BLOCK_TAGS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "ucapcontent",
    ]
)
HEADING_TAGS: Final = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
SKIPPED_TAGS: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "canvas",
        "iframe",
        "object",
        "embed",
        "applet",
        "audio",
        "video",
        "map",
        "head",
        "select",
        "option",
        "optgroup",
        "datalist",
        "textarea",
        "button",
        "input",
        "meter",
        "progress",
    ]
)
_CELLS: Final = frozenset(("td", "th"))
_STRONG: Final = frozenset(("strong", "b"))
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u2002-\u200a\u3000]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_PROSE_MARK = re.compile("[。！？；，、：!?;,:]")
_MIN_PROSE: Final = 12
"""Shortest line counted as prose; shorter ones with a mark are labels and prompts as often."""


@dataclass(slots=True, eq=False)
class Line:
    """One line of a page and the evidence its markup gives."""

    text: str
    block: HtmlElement
    """The innermost block element it stands in."""
    linked: int = 0
    """Characters inside links."""
    strong: bool = False
    """All of it is set bold, or it is a heading element."""

    @property
    def link_share(self) -> float:
        """0 to 1: how much of the line is link text."""
        return self.linked / max(1, len(self.text))

    @property
    def prose(self) -> int:
        """Characters that read as running text: outside links, in a line with punctuation."""
        rest = len(self.text) - self.linked
        if rest < _MIN_PROSE or self.linked * 2 > len(self.text):
            return 0
        return rest if _PROSE_MARK.search(self.text) else 0


def tidy(text: str) -> str:
    """A text run with blanks folded to one and invisible marks removed."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()


class _Collector:
    """Gathers text runs into lines while a tree is walked."""

    def __init__(self, root: HtmlElement) -> None:
        self.lines: list[Line] = []
        self.blocks: list[HtmlElement] = [root]
        self.runs: list[str] = []
        self.linked = 0
        self.bold = 0
        self.links = 0
        self.strongs = 0

    def text(self, run: str | None) -> None:
        if not run:
            return
        self.runs.append(run)
        size = len(run) - run.count(" ") if run.isascii() else len(run)
        if not run.isspace():
            if self.links:
                self.linked += size
            if self.strongs:
                self.bold += size

    def flush(self) -> None:
        if self.runs:
            text = tidy("".join(self.runs))
            if text:
                block = self.blocks[-1]
                strong = self.bold >= len(text) or block.tag in HEADING_TAGS
                self.lines.append(Line(text, block, min(self.linked, len(text)), strong))
            self.runs = []
        self.linked = self.bold = 0


def lines_of(root: HtmlElement) -> list[Line]:
    """The lines of a tree in reading order.

    Cells of a table row stand on one line unless a cell holds blocks of its own. Preformatted
    text keeps its lines.
    """
    collector = _Collector(root)
    for event, element in _walk(root):
        tag = element.tag
        if event == "start":
            _open(collector, element, tag)
        else:
            _close(collector, element, tag, root)
    collector.flush()
    return collector.lines


def _walk(root: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    walker = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, element in walker:
        if event == "comment":
            yield "comment", element
        elif element.tag in SKIPPED_TAGS or _is_mark(element):
            if event == "start":
                walker.skip_subtree()
            else:
                yield "skipped", element
        else:
            yield event, element


def _is_mark(element: HtmlElement) -> bool:
    """A raised footnote mark (a link into the same page) or a wiki's edit button."""
    if element.tag != "sup":
        return bool(element.tag == "span" and element.get("class") == "mw-editsection")
    link = element.find("a")
    return bool(link is not None and "#" in (link.get("href") or ""))


def _is_layout(cell: HtmlElement) -> bool:
    """A cell that holds lines of its own: a page laid out in a table, not a table of data."""
    return any(child.tag == "br" or child.tag in BLOCK_TAGS for child in cell)


def _open(collector: _Collector, element: HtmlElement, tag: str) -> None:
    if tag in BLOCK_TAGS or (tag in _CELLS and _is_layout(element)):
        collector.flush()
        collector.blocks.append(element)
    elif tag == "br":
        collector.flush()
    elif tag == "a":
        collector.links += 1
    elif tag in _STRONG:
        collector.strongs += 1
    elif tag in _CELLS and collector.runs:
        collector.runs.append(" ")
    if tag == "pre" and element.text and "\n" in element.text:
        _preformatted(collector, element.text)
    else:
        collector.text(element.text)


def _close(collector: _Collector, element: HtmlElement, tag: str, root: HtmlElement) -> None:
    if collector.blocks[-1] is element:
        collector.flush()
        collector.blocks.pop()
    elif tag == "a":
        collector.links -= 1
    elif tag in _STRONG:
        collector.strongs -= 1
    if element is not root:
        collector.text(element.tail)


def _preformatted(collector: _Collector, text: str) -> None:
    for part in text.split("\n"):
        collector.text(part)
        collector.flush()
