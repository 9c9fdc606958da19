"""`xiaobao demo`."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import click
from rich.table import Table

from archive.errors import ConfigError
from archive.jsonable import json_line, jsonable
from crawler.cli.context import pass_config
from crawler.config import Config
from crawler.demo.profiles import write_profiles
from crawler.demo.visits import SecondVisit, crawl_twice
from crawler.demo.web import SampleWeb
from crawler.report import print_report, print_where, wide_console

FOLDER = Path("xiaobao-demo")
MARK = "demo.txt"
"""Lies in a demo's folder and says that it may be replaced."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@pass_config
def demo(config: Config, as_json: bool) -> None:
    """Crawl the built-in sample web on 127.0.0.1 twice and say what was archived.

    Between the two visits the web gets two weeks older: a page is new, one is changed, one has
    moved, some are missing, and the second visit finds just that.

    The archive goes to the folder xiaobao-demo, or the one named by --archive; an older demo there
    is replaced.
    """
    folder = config.archive if config.archive != Config().archive else FOLDER
    _make_room(folder)
    with SampleWeb(extended=True) as web:
        write_profiles(folder / "profiles", web.hosts)
        config = replace(
            config,
            archive=folder,
            profiles=folder / "profiles",
            allow_networks=("127.0.0.0/8",),
        )
        visits = crawl_twice(config, web)
    if as_json:
        click.echo(json_line({**jsonable(visits.first), "second_visit": visits.second}))
    else:
        print_report(visits.first)
        print_second(visits.second)
        print_where(visits.first.archive)
    if visits.second is None or visits.second.outcome != "finished":
        sys.exit(1)


def print_second(visit: SecondVisit | None) -> None:
    """What the second visit found, for a person."""
    if visit is None:
        return
    console = wide_console()
    console.print("\nThe second visit, two weeks later:\n", highlight=False)
    table = Table(box=None, pad_edge=False)
    table.add_column("site", no_wrap=True)
    table.add_column("id", no_wrap=True)
    columns = ("new", "changed", "unchanged", "moved", "missing")
    for name in columns:
        table.add_column(name, justify="right")
    table.add_column("skipped")
    for site in visit.sites:
        numbers = [str(getattr(site, name) or "") for name in columns]
        reasons = ", ".join(f"{number} {reason}" for reason, number in site.skipped.items())
        table.add_row(site.name, site.id, *numbers, reasons)
    console.print(table)
    new, changed = (sum(getattr(site, name) for site in visit.sites) for name in ("new", "changed"))
    console.print(
        f"\n{visit.captures} captures more: {new} new and {changed} changed, "
        f"{visit.documents} documents now. {visit.seconds:.0f} s."
    )


def _make_room(folder: Path) -> None:
    if (folder / MARK).is_file():
        shutil.rmtree(folder)
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder} holds something that is no demo; name another folder with --archive"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).write_text("A demo of xiaobao; the next one replaces it.\n")
    except OSError as error:
        raise ConfigError(f"cannot write in {folder}: {error.strerror}") from error
