"""`xiaobao status`."""

import json
from dataclasses import asdict

import click

from archive.archive import Archive
from archive.runs import all_site_reports, last_runs, totals
from crawler.cli.context import pass_archive
from crawler.report import site_table, skipped_of, wide_console


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_archive
def status(archive: Archive, /, as_json: bool) -> None:
    """What the archive holds, the last runs, and how each site's last crawl went."""
    with archive.database.read() as connection:
        held, runs = totals(connection), last_runs(connection)
        sites = all_site_reports(connection)
    if as_json:
        found = {
            "archive": str(archive.folder),
            **asdict(held),
            "skipped": skipped_of(sites),
            "sites": [asdict(site) for site in sites],
            "runs": [asdict(run) for run in runs],
        }
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
        return
    console = wide_console()
    console.print(site_table(sites))
    console.print()
    for run in runs:
        when = run.started_at.astimezone().strftime("%Y-%m-%d %H:%M")
        console.print(f"{when}  {run.kind} of {len(run.sites)} sites: {run.outcome or 'running'}")
    console.print(
        f"\n{held.captures} captures, {held.documents} documents: {held.clusters} different works,"
        f" {held.reposts} reposts and parts of them. {archive.folder}",
        highlight=False,
    )
