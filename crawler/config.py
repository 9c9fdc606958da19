"""The configuration: defaults, then the file, then the environment, then the command line."""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from archive.archive import Archive
from archive.db import DATABASE_FILE
from archive.errors import ConfigError

DEFAULT_FILE = Path("xiaobao.toml")
ENVIRONMENT = {
    "archive": "XIAOBAO_ARCHIVE",
    "database": "XIAOBAO_DATABASE_URL",
    "profiles": "XIAOBAO_PROFILES",
    "contact": "XIAOBAO_CONTACT",
    "allow_networks": "XIAOBAO_ALLOW_NETWORKS",
    "workers": "XIAOBAO_WORKERS",
}


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


@checked(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Config:
    """Everything that can be set; the same names in the file, see `ENVIRONMENT` for variables."""

    archive: Path = Path("xiaobao-archive")
    """Folder of the archive."""
    database: str | None = None
    """Database URL; None: SQLite inside the archive's folder."""
    profiles: Path | None = None
    """A folder of site profiles to add to the built-in ones."""
    contact: str = "https://github.com/xiaobao-archive/xiaobao"
    """URL or address in the User-Agent, where a site's operator can reach you."""
    allow_networks: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Networks that may be fetched from although they are not public."""
    workers: Annotated[int, Field(ge=1, le=256)] = max(1, os.cpu_count() or 1)
    """Extraction processes."""
    max_pages: Annotated[int, Field(ge=1)] | None = None
    """Most fetches a site and run, where that is less than its profile says."""

    def open_archive(self, *, create: bool = False) -> Archive:
        """Open the archive that this configuration names. Raises ArchiveError."""
        return Archive.open(self.archive, self.database, create=create)

    def holds_archive(self) -> bool:
        """Whether there is an archive to open: a database was named, or lies in the folder."""
        return self.database is not None or (self.archive / DATABASE_FILE).is_file()

    def to_json(self) -> dict[str, Any]:
        """Plain values from which `from_json` makes the same configuration."""
        return {
            field.name: str(value) if isinstance(value, Path) else value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "Config":
        """The inverse of `to_json`."""
        return _checked(values, "configuration")


_CONFIG = TypeAdapter(Config)


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    values: dict[str, Any]


def load_config(
    file: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    **options: Any,
) -> Config:
    """Read the configuration; `options` that are None were not given.

    Raises ConfigError for an unreadable file, an unknown key or a value of the wrong kind, naming
    the place it came from.
    """
    values: dict[str, Any] = {}
    for source in (_file(file), _environment(environment)):
        _checked(source.values, source.name)
        values |= source.values
    given = {name: value for name, value in options.items() if value is not None}
    return _checked(values | given, "command line")


def with_options(config: Config, **options: Any) -> Config:
    """`config` with the options that are not None put in their place."""
    given = {name: value for name, value in options.items() if value is not None}
    return replace(config, **given)


def _file(file: Path | None) -> _Source:
    path = file or DEFAULT_FILE
    if file is None and not path.is_file():
        return _Source(str(path), {})
    try:
        return _Source(str(path), tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"cannot read the configuration {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error


def _environment(environment: Mapping[str, str]) -> _Source:
    values: dict[str, Any] = {
        name: text for name, variable in ENVIRONMENT.items() if (text := environment.get(variable))
    }
    if "allow_networks" in values:
        values["allow_networks"] = tuple(values["allow_networks"].replace(",", " ").split())
    return _Source("environment", values)


def _checked(values: Mapping[str, Any], where: str) -> Config:
    try:
        return _CONFIG.validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        if first["type"] == "unexpected_keyword_argument":
            known = ", ".join(field.name for field in fields(Config))
            raise ConfigError(f"{where}: unknown setting {name!r}; known are {known}") from error
        raise ConfigError(f"{where}: {name}: {first['msg']}") from error
