"""Text repair on a page: damaged text nodes are restored in place, before anything reads them.

The damage works on bytes and hides lost ones in private-use characters, so repair comes before
any folding and before any extractor that drops such characters.
"""

from collections.abc import Iterable
from typing import Final

from lxml.html import HtmlElement

from archive.page import Repair, Span
from crawler.extract.lines import SKIPPED_TAGS
from crawler.extract.repair import repair_text

_CONTEXT: Final = 8
"""Characters on each side by which a restored place is found again in the clean text."""


def mend_tree(root: HtmlElement) -> tuple[Repair, tuple[str, ...]]:
    """Restore a page's text nodes in place.

    Returns:
        The repair, its spans counted in the restored nodes joined by newlines, and that text's
        surroundings of each span, by which `place_spans` finds it in the clean text.
    """
    nodes = list(_nodes(root))
    texts = [" ".join((getattr(owner, where) or "").split("\n")) for owner, where in nodes]
    repaired = repair_text("\n".join(texts))
    if repaired.status == "none":
        return Repair(), ()
    lines = repaired.text.split("\n")
    if len(lines) != len(nodes):
        return Repair("failed"), ()
    for (owner, where), text in zip(nodes, lines, strict=True):
        setattr(owner, where, text)
    around = tuple(_around(repaired.text, span) for span in repaired.spans)
    return Repair(repaired.status, repaired.spans), around


def _nodes(root: HtmlElement) -> Iterable[tuple[HtmlElement, str]]:
    for element in root.iter():
        if isinstance(element.tag, str) and (element.tag not in SKIPPED_TAGS) and element.text:
            yield element, "text"
        if element.tail:
            yield element, "tail"


def _around(text: str, span: Span) -> str:
    start = max(text.rfind("\n", 0, span.start) + 1, span.start - _CONTEXT)
    end = text.find("\n", span.end)
    end = min(len(text) if end < 0 else end, span.end + _CONTEXT)
    return text[start:end].replace("\n", " ")


def place_spans(repair: Repair, around: Iterable[str], text: str) -> Repair:
    """The repair with its spans counted in the page's clean text; spans in removed lines go."""
    placed: list[Span] = []
    after = 0
    for span, context in zip(repair.spans, around, strict=True):
        shift = context.find(span.restored)
        at = text.find(context, after)
        if at < 0:
            at = text.find(context)
        if at < 0 or shift < 0:
            continue
        start = at + shift
        after = start
        end = start + len(span.restored)
        placed.append(Span(start, end, span.damaged, span.restored, span.status, span.alternatives))
    placed.sort(key=lambda span: span.start)
    return Repair(repair.status, tuple(placed))
