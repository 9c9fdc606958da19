"""`xiaobao feed`."""

import time
from pathlib import Path

import click

from archive.archive import Archive
from archive.cursor_file import CursorFile
from archive.feed import POLL_S, read_changes
from archive.jsonable import json_line
from crawler.cli.context import pass_archive

BATCH = 1_000


@click.command()
@click.option("--after", metavar="CURSOR", help="Go on behind this event.")
@click.option("--limit", type=click.IntRange(min=1), help="End after so many events.")
@click.option("--follow", is_flag=True, help="Wait for further events instead of ending.")
@click.option(
    "--state-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the cursor of the last event printed here, and go on from it.",
)
@pass_archive
def feed(
    archive: Archive, after: str | None, limit: int | None, follow: bool, state_file: Path | None
) -> None:
    """Print what happened to documents and clusters, oldest first, as NDJSON.

    Every event comes at least once: the state file is written after the lines are out.
    """
    state = CursorFile(state_file) if state_file else None
    cursor = after or (state.read() if state else None)
    left = limit
    while left is None or left > 0:
        changes = read_changes(archive.database, cursor, min(BATCH, left or BATCH))
        for event in changes.events:
            click.echo(json_line(event.to_json()))
        if changes.events and state:
            state.write(changes.cursor)
        cursor = changes.cursor
        if left is not None:
            left -= len(changes.events)
        if not changes.events:
            if not follow:
                return
            time.sleep(POLL_S)
