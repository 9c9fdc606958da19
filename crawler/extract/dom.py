"""Markup as a tree, within limits.

libxml2 stops at 256 nested elements unless told otherwise and then hands back an empty tree
without a word; `huge_tree` reads on. What is larger than the limits here is refused before
parsing: some inputs of a few megabytes keep an extractor busy for minutes.
"""

import re
import sys
from dataclasses import dataclass
from typing import Final

import lxml.html
from lxml.html import HtmlElement

MAX_CHARS: Final = 2_000_000
"""Longest page that is read; the longest real article page measured had 0.8 million."""
MAX_TAGS: Final = 20_000
"""Most "<" a page may hold; real article pages have 300 to 6,000."""

_PARSER_OPTIONS: Final = {"huge_tree": True, "remove_pis": True, "encoding": "utf-8"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that lxml reads but refuses to write, as it must when elements are removed."""
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,9}));?", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>", re.IGNORECASE)


def too_complex(html: str) -> bool:
    """Whether a page is larger than extraction reads."""
    return len(html) > MAX_CHARS or html.count("<") > MAX_TAGS


def _reference(match: re.Match[str]) -> str:
    """A character reference as it stands, or nothing where no tree may hold its character."""
    code = int(match[1], 16) if match[1] else int(match[2])
    refused = code > sys.maxunicode or 0xD800 <= code < 0xE000 or _CONTROL.match(chr(code))
    return "" if refused else match[0]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, and whether it holds the whole page: libxml2 cuts at 2,048 nested elements."""

    root: HtmlElement | None
    whole: bool = True


def parse(html: str) -> Parsed:
    """The page as a tree; no root where there is no markup to read.

    Lone surrogates and control characters would make lxml drop the text around them; they are
    replaced first.
    """
    clean = _DECLARATION.sub("", _CONTROL.sub("", html))
    if "&#" in clean:
        clean = _REFERENCE.sub(_reference, clean)
    payload = clean.encode("utf-8", "replace")
    if not payload.strip():
        return Parsed(None)
    parser = lxml.html.HTMLParser(**_PARSER_OPTIONS)
    try:
        root = lxml.html.document_fromstring(payload, parser=parser)
    except (lxml.etree.LxmlError, ValueError):
        return Parsed(None)
    cut = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return Parsed(root if isinstance(root, HtmlElement) else None, whole=not cut)
