"""What all commands share: the common options, the configuration and the open archive."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from archive.archive import Archive
from crawler.config import Config, load_config

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS = (
    click.option(
        "--archive",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the archive.  [default: xiaobao-archive; env: XIAOBAO_ARCHIVE]",
    ),
    click.option(
        "--database",
        metavar="URL",
        help="Database, where not SQLite in that folder.  [env: XIAOBAO_DATABASE_URL]",
    ),
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Configuration file.  [default: xiaobao.toml where there is one]",
    ),
)

profiles_option = click.option(
    "--profiles",
    type=click.Path(path_type=Path),
    help="Folder of site profiles to add to the built-in ones.",
)
workers_option = click.option("--workers", type=click.IntRange(min=1), help="Extraction processes.")


def common_options(command: Callable[P, R]) -> Callable[P, R]:
    """Give a group or command the options --archive, --database and --config."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def pass_config(command: Callable[Concatenate[Config, P], R]) -> Callable[P, R]:
    """Call a command with the configuration as its first argument.

    The common options may stand before or behind the command's name; behind wins.
    """

    @common_options
    @functools.wraps(command)
    def configured(*args: Any, **kwargs: Any) -> R:
        given = {name: kwargs.pop(name, None) for name in ("archive", "database", "config_file")}
        outer = click.get_current_context().find_root().params
        given = {name: value or outer.get(name) for name, value in given.items()}
        config = load_config(
            given["config_file"], archive=given["archive"], database=given["database"]
        )
        return command(config, *args, **kwargs)

    return configured


def pass_archive(command: Callable[Concatenate[Archive, P], R]) -> Callable[P, R]:
    """Call a command with the open archive as its first argument; it must exist."""

    @pass_config
    @functools.wraps(command)
    def opened(config: Config, *args: Any, **kwargs: Any) -> R:
        with config.open_archive() as archive:
            return command(archive, *args, **kwargs)

    return opened
