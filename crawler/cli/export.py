"""`xiaobao export`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.progress import track

from archive import cite, export_warc
from archive import export as exports
from archive.archive import Archive
from archive.errors import Unavailable
from archive.export import Exported
from archive.feed import latest_cursor
from crawler.cli.asked import Given, narrowing_options
from crawler.cli.context import pass_archive

_STEP = 1_000
"""Documents between two words about progress."""


@click.command()
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["jsonl", "csv", "parquet", "bibtex", "csl", "warc", "wacz"]),
    default="jsonl",
)
@click.option("--query", "text", default="", help="As for search; everything without one.")
@click.option("--canonical", is_flag=True, help="Without reposts, fragments and compilations.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; standard output without it.",
)
@pass_archive
@narrowing_options
def export(
    archive: Archive,
    given: Given,
    /,
    file_format: str,
    text: str,
    canonical: bool,
    output: Path | None,
) -> None:
    """Write all documents, or those a query finds, newest first.

    Says on standard error from which cursor `xiaobao feed --after` goes on.
    """
    # Taken first: what changes while we write comes again in the feed, nothing is missed.
    cursor = latest_cursor(archive.database)
    ids = exports.found(archive.database, given(text, not canonical, "date"))
    found = _told(exports.read(archive.database, ids), len(ids))
    with _opened(output, binary=file_format in ("parquet", "warc", "wacz")) as file:
        if file_format == "parquet":
            exports.write_parquet(found, file)
        elif file_format == "wacz":
            export_warc.write_wacz(archive, found, file, datetime.now(UTC))
        else:
            lines = {
                "jsonl": lambda: exports.json_lines(found),
                "csv": lambda: exports.csv_lines(found),
                "bibtex": lambda: cite.bibtex_entries(found),
                "csl": lambda: cite.csl_items(found),
                "warc": lambda: export_warc.warc_members(archive, found),
            }[file_format]()
            for line in lines:
                file.write(line)
    click.echo(f"cursor {cursor}", err=True)


def _told(found: Iterable[Exported], total: int) -> Iterator[Exported]:
    """The documents, while standard error is told how far we are."""
    count = 0
    console = Console(stderr=True)
    for document in track(
        found, "exported", total, console=console, transient=True, disable=not console.is_terminal
    ):
        yield document
        count += 1
        if count % _STEP == 0 and not console.is_terminal:
            click.echo(f"{count} of {total} documents", err=True)
    click.echo(f"{count} documents exported", err=True)


@contextmanager
def _opened(output: Path | None, *, binary: bool) -> Iterator[IO[bytes]]:
    """The output; a file appears under its name only when it is whole."""
    if output is None:
        if binary and sys.stdout.isatty():
            raise Unavailable("this format is not for a terminal; name a file with --output")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = output.with_name(output.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
        unfinished.replace(output)
    except OSError as error:
        raise Unavailable(f"cannot write {output}: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
