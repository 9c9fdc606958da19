"""Reading profile files: the built-in sites and families, and a folder of the user's own.

A broken file never hides the others: its errors are kept beside the profiles that could be read,
and raised when that site is asked for.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from archive.errors import ConfigError
from spiders.problems import Source, problems
from spiders.schema import FAMILY, PROFILE, Family, Profile
from spiders.toml_lines import find_line

__all__ = ["Profile", "ProfileSet", "load_profiles", "merge"]

_F = TypeVar("_F", bound=Family)
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")
_OF_THE_FILE = ("schema", "id", "detect")


@dataclass(frozen=True, slots=True)
class ProfileSet:
    """All sites that can be crawled, and what is wrong with the files that cannot be used."""

    profiles: Mapping[str, Profile]
    """By id, in order of id."""
    errors: Mapping[str, tuple[str, ...]]
    """By file name without `.toml` ("cms/NAME" for a family): lines `path:line: what`."""
    families: Mapping[str, Family]

    def marks(self) -> dict[str, tuple[str, ...]]:
        """Family to the regexes that show it, as `crawler.detect.detect_family` takes them."""
        return {name: family.detect for name, family in self.families.items() if family.detect}

    def get(self, site: str) -> Profile:
        """The profile of one site; ConfigError when it is unknown or broken."""
        if site in self.errors:
            raise ConfigError("\n".join(self.errors[site]))
        if site not in self.profiles:
            near = difflib.get_close_matches(site, self.profiles, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "xiaobao sites list shows all sites"
            raise ConfigError(f"unknown site {site!r}; {hint}")
        return self.profiles[site]


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    source: Source
    table: dict[str, Any]
    errors: tuple[str, ...] = ()


def load_profiles(extra: Path | None = None) -> ProfileSet:
    """The built-in sites, and those of the folder `extra` (its `cms/` holds families).

    Raises ConfigError only when `extra` is not a folder.
    """
    package = files("spiders")
    family_files = list(_read(package / "cms", "spiders/cms"))
    site_files = list(_read(package / "sites", "spiders/sites"))
    if extra is not None:
        if not extra.is_dir():
            raise ConfigError(f"{extra} is not a folder; --profiles takes a folder of site files")
        family_files += _read(extra / "cms", str(extra / "cms"))
        site_files += _read(extra, str(extra))
    errors: dict[str, tuple[str, ...]] = {}
    families = _usable_families(family_files, errors)
    profiles: dict[str, Profile] = {}
    seen: dict[str, _File] = {}
    for file in site_files:
        if file.name in seen:
            other = seen[file.name].source.path
            what = f"id {file.name!r} is taken by {other}; give this file another name and id"
            errors[file.name] = (f"{file.source.path}:1: {what}",)
            continue
        seen[file.name] = file
        try:
            profiles[file.name] = _profile(file, families, errors)
        except ConfigError as error:
            errors[file.name] = tuple(str(error).split("\n"))
    return ProfileSet(
        dict(sorted(profiles.items())),
        dict(sorted(errors.items())),
        {name: family for name, (_, family) in families.items()},
    )


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A family under a site: tables merge key by key, lists and single values replace."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _read(folder: Traversable, shown: str) -> Iterator[_File]:
    if not folder.is_dir():
        return
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml") and item.is_file():
            yield _parse(item, f"{shown}/{item.name}")


def _parse(item: Traversable, shown: str) -> _File:
    name = item.name.removesuffix(".toml")
    try:
        text = item.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return _File(name, Source(shown, ""), {}, (f"{shown}:1: cannot be read: {error.strerror}",))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return _File(name, Source(shown, ""), {}, (f"{shown}:{line}: is not UTF-8; save it so",))
    source = Source(shown, text)
    try:
        return _File(name, source, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        what = _AT_LINE.sub("", str(error))
        return _File(name, source, {}, (f"{shown}:{line}: is not TOML: {what}",))


def _usable_families(
    found: list[_File], errors: dict[str, tuple[str, ...]]
) -> dict[str, tuple[_File, Family]]:
    usable: dict[str, tuple[_File, Family]] = {}
    for file in found:
        key = f"cms/{file.name}"
        if file.name in usable or file.name == "none":
            what = f"family {file.name!r} exists already; give this file another name and id"
            errors[key] = (f"{file.source.path}:1: {what}",)
            continue
        try:
            usable[file.name] = file, _checked(FAMILY, Family, file, file.table, (file.source,))
        except ConfigError as error:
            errors[key] = tuple(str(error).split("\n"))
    return usable


def _profile(
    file: _File,
    families: Mapping[str, tuple[_File, Family]],
    errors: Mapping[str, tuple[str, ...]],
) -> Profile:
    name = file.table.get("family", "none")
    if name == "none" or not isinstance(name, str) or file.errors:
        return _checked(PROFILE, Profile, file, file.table, (file.source,))
    if name not in families:
        line = find_line(file.source.text, ("family",)) or 1
        place = f"{file.source.path}:{line}: family {name!r}"
        if f"cms/{name}" in errors:
            raise ConfigError(f"{place} is broken: {errors[f'cms/{name}'][0]}")
        known = ["none", *families]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"families: {', '.join(known)}"
        raise ConfigError(f"{place} is unknown; {hint}")
    family, _ = families[name]
    inherited = {key: value for key, value in family.table.items() if key not in _OF_THE_FILE}
    sources = (file.source, family.source)
    return _checked(PROFILE, Profile, file, merge(inherited, file.table), sources)


def _checked(
    adapter: TypeAdapter[_F],
    cls: type[Family],
    file: _File,
    table: Mapping[str, Any],
    sources: tuple[Source, ...],
) -> _F:
    if file.errors:
        raise ConfigError("\n".join(file.errors))
    try:
        # as JSON, because pydantic is strict about types there and still takes lists for tuples
        made = adapter.validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        raise ConfigError("\n".join(problems(error, cls, sources))) from None
    if made.id != file.name:
        line = find_line(file.source.text, ("id",)) or 1
        what = f"id {made.id!r} is not the file's name; write id = {file.name!r} or rename the file"
        raise ConfigError(f"{file.source.path}:{line}: {what}")
    return made
