"""`xiaobao export`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click

from archive import export as exports
from archive import export_warc
from archive.archive import Archive
from archive.errors import Unavailable
from archive.export import Exported
from archive.feed import latest_cursor
from archive.search import Query
from crawler.cli.context import pass_archive

_STEP = 1_000
"""Documents between two words about progress."""


@click.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv", "parquet", "warc", "wacz"]),
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
def export(archive: Archive, kind: str, text: str, canonical: bool, output: Path | None) -> None:
    """Write all documents, or those a query finds, newest first.

    Says on standard error from which cursor `xiaobao feed --after` goes on.
    """
    # Taken first: what changes while we write comes again in the feed, nothing is missed.
    cursor = latest_cursor(archive.database)
    query = Query(text, every_document=not canonical)
    found = _told(exports.documents(archive.database, query))
    with _opened(output, binary=kind in ("parquet", "warc", "wacz")) as file:
        if kind == "parquet":
            exports.write_parquet(found, file)
        elif kind == "wacz":
            export_warc.write_wacz(archive, found, file, datetime.now(UTC))
        else:
            lines = {
                "jsonl": lambda: exports.json_lines(found),
                "csv": lambda: exports.csv_lines(found),
                "warc": lambda: export_warc.warc_members(archive, found),
            }[kind]()
            for line in lines:
                file.write(line)
    click.echo(f"cursor {cursor}", err=True)


def _told(found: Iterable[Exported]) -> Iterator[Exported]:
    count = 0
    for document in found:
        yield document
        count += 1
        if count % _STEP == 0:
            click.echo(f"{count} documents", err=True)
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
