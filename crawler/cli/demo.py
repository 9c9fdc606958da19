"""`xiaobao demo`."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import click

from archive.errors import ConfigError
from archive.jsonable import json_line
from crawler.cli.context import pass_config
from crawler.config import Config
from crawler.demo.profiles import write_profiles
from crawler.demo.web import SampleWeb
from crawler.report import print_report
from crawler.run import crawl_sites

FOLDER = Path("xiaobao-demo")
MARK = "demo.txt"
"""Lies in a demo's folder and says that it may be replaced."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@pass_config
def demo(config: Config, as_json: bool) -> None:
    """Crawl the built-in sample web on 127.0.0.1 and say what was archived.

    The archive goes to the folder xiaobao-demo, or the one named by --archive; an older demo there
    is replaced.
    """
    folder = config.archive if config.archive != Config().archive else FOLDER
    _make_room(folder)
    with SampleWeb() as web:
        sites = write_profiles(folder / "profiles", web.hosts)
        config = replace(
            config,
            archive=folder,
            profiles=folder / "profiles",
            allow_networks=("127.0.0.0/8",),
        )
        report = crawl_sites(config, sorted(sites))
    if as_json:
        click.echo(json_line(report))
    else:
        print_report(report)
    if report.outcome != "finished":
        sys.exit(1)


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
