"""`xiaobao queries`."""

import click
from rich.console import Console
from rich.text import Text

from archive import saved
from archive.archive import Archive
from archive.jsonable import json_line
from archive.web.parameters import address
from crawler.cli.context import pass_archive


@click.command()
@click.option("--forget", metavar="NAME", help="Delete a saved search.")
@click.option("--json", "as_json", is_flag=True, help="NDJSON, one search a line.")
@pass_archive
def queries(archive: Archive, forget: str | None, as_json: bool) -> None:
    """List the searches saved with `xiaobao search --save NAME`."""
    if forget is not None:
        saved.forget(archive.database, forget)
        return
    console = Console(highlight=False)
    for one in saved.saved(archive.database):
        if as_json:
            line = {"name": one.name, "query": one.query, "url": address(one.query)}
            click.echo(json_line(line))
        else:
            entry = Text(one.name, "bold").append(f"\n  {address(one.query)}", "dim")
            console.print(entry, soft_wrap=True)
