"""How to cite a document: for reading, for BibTeX, for reference managers (CSL-JSON)."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from archive.export import Exported
from archive.jsonable import json_line
from archive.query import DocumentView

_BRACES = re.compile(r"[{}\\]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


Citable = DocumentView | Exported


def citation(view: Citable) -> str:
    """As GB/T 7714-2015 has an electronic document with a date of access."""
    author = view.issuer or view.source or view.site_name
    day = f"({view.published})" if view.published else ""
    seen = f"[{view.fetched_at:%Y-%m-%d}]"
    return _plain(f"{author}. {view.title}[EB/OL]. {view.site_name}, {day}{seen}. {view.url}.")


def bibtex(view: Citable) -> str:
    """One entry, keyed by the document's id."""
    fields = {
        "author": "{" + _tex(view.issuer or view.source or view.site_name) + "}",
        "title": "{" + _tex(view.title) + "}",
        "year": str(view.published.year) if view.published else None,
        "date": view.published.isoformat() if view.published else None,
        "organization": _tex(view.site_name),
        "url": _tex(view.url),
        "urldate": f"{view.fetched_at:%Y-%m-%d}",
        "note": f"sha256:{view.text_sha256}",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@online{{{view.id},\n" + ",\n".join(lines) + "\n}\n"


def csl(view: Citable) -> dict[str, Any]:
    """One CSL-JSON item."""
    item: dict[str, Any] = {
        "id": view.id,
        "type": "webpage",
        "title": _plain(view.title),
        "author": [{"literal": _plain(view.issuer or view.source or view.site_name)}],
        "container-title": _plain(view.site_name),
        "URL": view.url,
        "accessed": {"date-parts": [[*view.fetched_at.timetuple()[:3]]]},
        "language": "zh-Hant" if view.language_script == "hant" else "zh-Hans",
    }
    if view.published:
        item["issued"] = {"date-parts": [[*view.published.timetuple()[:3]]]}
    return item


def bibtex_entries(exported: Iterable[Exported]) -> Iterator[bytes]:
    """One BibTeX entry a document."""
    for document in exported:
        yield bibtex(document).encode("utf-8", "replace") + b"\n"


def csl_items(exported: Iterable[Exported]) -> Iterator[bytes]:
    """One CSL-JSON array for reference managers."""
    before = b"[\n"
    for document in exported:
        yield before + json_line(csl(document)).encode("utf-8", "replace")
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _tex(text: str) -> str:
    """Nothing in it may end the field or begin a command."""
    return _BRACES.sub("", _plain(text))
