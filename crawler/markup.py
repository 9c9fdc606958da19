"""Parsing the HTML of a list page so that no text, however strange, raises."""

import re

from parsel import Selector
from w3lib.html import get_base_url

_UNENCODABLE = re.compile(r"[\ud800-\udfff]")


def parse_html(text: str) -> Selector:
    """The page as a parsel Selector; an empty page has no elements worth selecting."""
    return Selector(text=encodable(text) if text.strip() else " ", type="html")


def attribute(element: Selector, name: str) -> str | None:
    """One attribute's value. `Selector.attrib` raises when another one is named like `{'`."""
    value: str | None = element.root.get(name)
    return value


def encodable(text: str) -> str:
    """The text without lone surrogates, which JSON escapes can hold and UTF-8 cannot."""
    return _UNENCODABLE.sub("\ufffd", text)


def base_of(text: str, url: str) -> str:
    """Where the page's links start from: its `<base href>`, or its own URL."""
    try:
        return get_base_url(text, url)
    except ValueError:  # a <base> that is no URL
        return url
