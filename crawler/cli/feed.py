"""`xiaobao feed`."""

import os
import time
from pathlib import Path

import click

from archive.archive import Archive
from archive.errors import Unavailable
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
    cursor = after or _remembered(state_file)
    left = limit
    while left is None or left > 0:
        changes = read_changes(archive.database, cursor, min(BATCH, left or BATCH))
        for event in changes.events:
            click.echo(json_line(event.to_json()))
        if changes.events and state_file:
            _remember(state_file, changes.cursor)
        cursor = changes.cursor
        if left is not None:
            left -= len(changes.events)
        if not changes.events:
            if not follow:
                return
            time.sleep(POLL_S)


def _remembered(state_file: Path | None) -> str | None:
    if state_file is None or not state_file.exists():
        return None
    try:
        return state_file.read_text("utf-8").strip() or None
    except (OSError, ValueError) as error:
        raise Unavailable(f"cannot read the state file {state_file}: {error}") from error


def _remember(state_file: Path, cursor: str) -> None:
    """Whole or not at all: a torn cursor would start the reader somewhere else."""
    fresh = state_file.with_name(state_file.name + ".new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(cursor + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(state_file)
    except OSError as error:
        raise Unavailable(f"cannot write the state file {state_file}: {error}") from error
