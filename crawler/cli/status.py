"""`xiaobao status`."""

import sys
from datetime import UTC, datetime

import click

from archive.archive import Archive
from archive.health import alarms
from archive.jsonable import json_line, jsonable
from archive.runs import all_site_reports, last_runs, totals
from crawler.cli.context import pass_archive
from crawler.report import print_alarms, site_table, skipped_of, wide_console


@click.command()
@click.option("--check", is_flag=True, help="End with exit code 1 where a site has an alarm.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_archive
def status(archive: Archive, /, check: bool, as_json: bool) -> None:
    """What the archive holds, the last runs, how each site's last crawl went, and alarms."""
    with archive.database.read() as connection:
        held, runs = totals(connection), last_runs(connection)
        sites = all_site_reports(connection)
        told = alarms(connection, datetime.now(UTC))
    if as_json:
        found = {
            "archive": str(archive.folder),
            **jsonable(held),
            "skipped": skipped_of(sites),
            "alarms": told,
            "sites": sites,
            "runs": runs,
        }
        click.echo(json_line(found))
    else:
        console = wide_console()
        console.print(site_table(sites))
        console.print()
        for run in runs:
            when = run.started_at.astimezone().strftime("%Y-%m-%d %H:%M")
            console.print(
                f"{when}  {run.kind} of {len(run.sites)} sites: {run.outcome or 'running'}"
            )
        console.print(
            f"\n{held.captures} captures, {held.documents} documents: {held.clusters} different"
            f" works, {held.reposts} reposts and parts of them. {archive.folder}",
            highlight=False,
        )
        print_alarms(told)
    if check and told:
        sys.exit(1)
