"""`xiaobao import`."""

import sys
from pathlib import Path
from typing import Any

import click

from archive.errors import Unavailable
from archive.jsonable import json_line, jsonable
from archive.runs import totals
from crawler.cli.context import pass_config, profiles_option, workers_option
from crawler.cli.look import loader_of
from crawler.config import Config, with_options
from crawler.importing import Import, Imported
from crawler.ingest import drain
from crawler.logs import configure_logging

SITE_TYPES = ("government", "association", "news", "template_essay", "document_library", "mirror")


@click.command(name="import")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)
@click.option(
    "--site-type", type=click.Choice(SITE_TYPES), help="What hosts without a profile are."
)
@workers_option
@profiles_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@pass_config
def import_(
    config: Config,
    paths: tuple[Path, ...],
    site_type: str | None,
    workers: int | None,
    profiles: Path | None,
    as_json: bool,
) -> None:
    """Take pages that were saved before into the archive, and extract them.

    PATH is a WARC file, a folder of WARC files or of pages below folders named as hosts, or a list:
    a .jsonl file with lines {"file", "url", "at"}. Started again, it goes on where it was.
    """
    config = with_options(config, workers=workers, profiles=profiles)
    configure_logging()
    rules = loader_of(config, None).import_rules(site_type)
    failed = False
    with config.open_archive(create=True) as archive:
        with Import(archive, rules) as run:
            for path in paths:
                try:
                    run.add(path)
                except Unavailable as error:
                    failed = True
                    click.echo(f"xiaobao: {error}", err=True)
        drain(archive, config.workers)
        with archive.database.read() as connection:
            held = totals(connection)
    if as_json:
        click.echo(
            json_line({**jsonable(run.done), **jsonable(held), "archive": str(archive.folder)})
        )
    else:
        _say(run.done, held)
    if failed:
        sys.exit(1)


def _say(done: Imported, held: Any) -> None:
    reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(done.skipped.items()))
    click.echo(
        f"{done.read} pages read, {done.kept} kept" + (f"; not kept: {reasons}" * bool(reasons))
    )
    click.echo(
        f"{held.captures} captures, {held.documents} documents: {held.clusters} different works, "
        f"{held.reposts} reposts and parts of them."
    )
