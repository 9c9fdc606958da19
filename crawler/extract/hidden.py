"""Elements a reader never sees: anti-copy phrases inside paragraphs, decoys, folded menus.

Only what is short is removed. Long hidden blocks are often the article itself, waiting for a
script or a "show all" button; whether they are body is judged later by what they hold.
"""

import re
from typing import Final

from lxml.html import HtmlElement

MAX_HIDDEN_CHARS: Final = 200
"""Longest hidden text removed; anti-copy phrases seen have 5 to 60 characters."""

_PHRASE: Final = 50
_SHARE: Final = 0.25
"""A hidden block with more of the page's text than this may be its article."""

_HIDING = re.compile(
    r"display\s*:\s*none"
    r"|visibility\s*:\s*(?:hidden|collapse)"
    r"|font-size\s*:\s*0*(?:\.0+|0)?(?:px|pt|em|rem|%)?\s*(?:!|;|$)"
    r"|font-size\s*:\s*(?:0?\.\d+|1)(?:px|pt)\s*(?:!|;|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:!|;|$)"
    r"|text-indent\s*:\s*-\d{3,}"
    r"|(?:left|top|right|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*0"
    r"|(?<![-\w])(?:width|height|max-height)\s*:\s*[01](?:px)?\s*(?:!|;|$)"
    r"|(?<![-\w])color\s*:\s*transparent"
    r"|transform\s*:\s*scale\(\s*0",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?(?![0-9a-f])|white|rgb\(\s*255\s*,\s*255\s*,\s*255)",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"background|border", re.IGNORECASE)
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{1,600})\}")
_COMMENT = re.compile(r"/\*.{0,2000}?\*/", re.DOTALL)
_SIMPLE_SELECTOR = re.compile(r"^(?:[a-z][a-z0-9]*)?([.#])([A-Za-z_][\w-]*)$")
_INLINE: Final = frozenset(
    [
        "span",
        "font",
        "i",
        "em",
        "b",
        "u",
        "s",
        "strong",
        "a",
        "label",
        "small",
        "big",
        "sub",
        "sup",
        "ins",
        "del",
    ]
)
_VOID: Final = frozenset(["img", "br", "hr", "input", "iframe", "video", "audio"])


def remove_hidden(root: HtmlElement) -> list[str]:
    """Take short hidden elements out of the tree; returns the texts removed."""
    classes, ids = _hiding_rules(root)
    removed = []
    whole = 0
    for element in _candidates(root, classes, ids):
        if element.getparent() is None or element.tag in {"body", "html", "head"}:
            continue
        if element.tag in _VOID:
            continue
        text = "".join(element.itertext()).strip()
        if len(text) > _PHRASE:
            whole = whole or _visible_chars(root)
            if len(text) > _SHARE * whole:
                continue
        if len(text) <= MAX_HIDDEN_CHARS and element.find(".//h1") is None:
            if text:
                removed.append(text)
            element.drop_tree()
    return removed


def _visible_chars(root: HtmlElement) -> int:
    silent = {"script", "style", "noscript", "template"}
    return sum(
        len((e.text or "").strip()) + len((e.tail or "").strip())
        for e in root.iter()
        if isinstance(e.tag, str) and e.tag not in silent
    )


def _candidates(root: HtmlElement, classes: set[str], ids: set[str]) -> list[HtmlElement]:
    found = [e for e in root.xpath("//*[@style]") if _is_hidden(e)]
    found += root.xpath("//*[@hidden]")
    if classes:
        found += [e for e in root.xpath("//*[@class]") if classes & set(e.get("class").split())]
    if ids:
        found += [e for e in root.xpath("//*[@id]") if e.get("id") in ids]
    return found


def _is_hidden(element: HtmlElement) -> bool:
    style = element.get("style") or ""
    if _HIDING.search(style):
        return True
    return element.tag in _INLINE and _WHITE.search(style) is not None and _on_white(element)


def _on_white(element: HtmlElement) -> bool:
    """Whether nothing around white text gives it another ground to stand on."""
    if _BACKGROUND.search(element.get("style") or ""):
        return False
    for depth, parent in enumerate(element.iterancestors()):
        style = parent.get("style") or ""
        if _BACKGROUND.search(style) or parent.get("bgcolor") or parent.get("background"):
            return False
        if depth and parent.get("class") and parent.tag not in {"div", "body", "html", "article"}:
            return False
    parent = element.getparent()
    around = "".join(parent.itertext()) if parent is not None else ""
    own = "".join(element.itertext())
    return len(around.strip()) > 2 * len(own.strip())


def _hiding_rules(root: HtmlElement) -> tuple[set[str], set[str]]:
    """Classes and ids that the page's own style sheets hide, single selectors only."""
    classes: set[str] = set()
    ids: set[str] = set()
    for style in root.iter("style"):
        sheet = style.text or ""
        if len(sheet) > 100_000 or "@media" in sheet:
            sheet = sheet.split("@media")[0][:100_000]
        for selectors, body in _RULE.findall(_COMMENT.sub("", sheet)):
            if not _HIDING.search(body.strip()):
                continue
            for selector in selectors.split(","):
                match = _SIMPLE_SELECTOR.match(selector.strip())
                if match:
                    (classes if match[1] == "." else ids).add(match[2])
    return classes, ids
