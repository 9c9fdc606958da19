"""`xiaobao verify`."""

import json
import sys
from dataclasses import asdict

import click

from archive.archive import Archive
from archive.verify import verify as verify_archive
from crawler.cli.context import pass_archive


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_archive
def verify(archive: Archive, as_json: bool) -> None:
    """Check every row against the WARC files, and every record against the rows."""
    found = verify_archive(archive)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        for problem in found.problems:
            place = "" if problem.offset is None else f" at {problem.offset}"
            click.echo(f"{problem.file}{place}: {problem.problem}")
        click.echo(
            f"{found.captures} captures in {found.files} files, {len(found.problems)} problems"
            + (f"; {found.skipped_files} files skipped" if found.skipped_files else ""),
            err=True,
        )
    if found.problems:
        sys.exit(1)
