"""Line numbers in a TOML file, which the standard parser does not give.

A reading aid for error messages: it knows headers and keys, not values. Where it cannot tell, it
names the nearest line it knows.
"""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]#]{1,200}?)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]{1,200})\s*=")
_LONG = ("'''", '"""')

Path = tuple[str | int, ...]


def find_line(text: str, location: Sequence[str | int], *, nearest: bool = True) -> int | None:
    """The 1-based line of the key or table at `location`, or of the nearest one around it.

    A location is a path such as ("start", 0, "max_pages"). None when the file has no part of it.
    """
    lines = _lines(text)
    for length in range(len(location), 0 if nearest else len(location) - 1, -1):
        line = lines.get(tuple(location[:length]))
        if line is not None:
            return line
    return None


def _lines(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if inside is not None:
            inside = None if inside in line else inside
            continue
        header = _HEADER.match(line)
        if header and not _KEY.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_names(key[1])), number)
            inside = _opened(line)
    return found


def _names(dotted: str) -> Path:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))


def _opened(line: str) -> str | None:
    """The quotes of a multi-line text that this line opens and does not close."""
    return next((quotes for quotes in _LONG if line.count(quotes) % 2), None)
