"""What is wrong with a profile file, in words that name file, line, key and remedy."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from spiders.schema import Example, Family
from spiders.toml_lines import find_line

_WORDS = {
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list in [ ]",
    "dict_type": "must be a table",
    "dataclass_type": "must be a table",
    "missing": "is missing",
    "missing_argument": "is missing",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A profile file as it was read."""

    path: str
    text: str


def problems(error: ValidationError, cls: type[Family], sources: Sequence[Source]) -> Iterator[str]:
    """One line for each thing wrong: `path:line: what`.

    `sources` are the site's file and then its family's; a key is blamed on the first file that
    has it.
    """
    for found in error.errors(include_url=False):
        location = tuple(found.get("ctx", {}).get("at", found["loc"]))
        location = tuple(step for step in location if step != "[key]")
        yield f"{_place(location, sources)}: {_what(found, location, cls)}"


def _place(location: tuple[str | int, ...], sources: Sequence[Source]) -> str:
    own = sources[0]
    for source in sources:
        if exact := find_line(source.text, location, nearest=False):
            return f"{source.path}:{exact}"
    return f"{own.path}:{find_line(own.text, location) or 1}"


def _what(found: Any, location: tuple[str | int, ...], cls: type[Family]) -> str:
    table, key = _named(location)
    if found["type"] == "unexpected_keyword_argument":
        known = _keys_at(cls, location[:-1])
        near = next((name for name in known if key.startswith(name)), None) or next(
            iter(difflib.get_close_matches(key, known, n=1)), None
        )
        remedy = f"did you mean {near!r}?" if near else f"known keys: {', '.join(known)}"
        return f"unknown key {key!r}{table and f' in {table}'}; {remedy}"
    words = _WORDS.get(found["type"])
    if words is None:
        words = found["msg"].removeprefix("Value error, ")
        words = words.replace("Input should be", "must be").replace("False", "false")
    return f"{table} {key} {words}" if table else f"{key} {words}"


def _named(location: tuple[str | int, ...]) -> tuple[str, str]:
    """("[list.page]", "kind") for ("list", "page", "kind")."""
    path = list(location)
    suffix = ""
    while path and isinstance(path[-1], int):
        suffix = f" (entry {int(path.pop()) + 1}){suffix}"
    *tables, key = [str(step) for step in path if not isinstance(step, int)] or ["profile"]
    shown = f"[[{tables[0]}]]" if len(path) > 1 and isinstance(path[1], int) else ""
    return shown or (f"[{'.'.join(tables)}]" if tables else ""), key + suffix


def _keys_at(cls: type[Any], location: Sequence[str | int]) -> list[str]:
    """The keys that the table at `location` may have."""
    for step in location:
        if isinstance(step, str):
            inner = _dataclass_in(get_type_hints(cls).get(step))
            if inner is None:
                return []
            cls = inner
    renamed = {"kind": "is"} if cls is Example else {}
    return [renamed.get(f.name, f.name) for f in fields(cls)]


def _dataclass_in(hint: Any) -> type[Any] | None:
    if is_dataclass(hint) and isinstance(hint, type):
        return hint
    if get_origin(hint) in (tuple, Union, UnionType, Annotated):
        return next((found for arg in get_args(hint) if (found := _dataclass_in(arg))), None)
    return None
