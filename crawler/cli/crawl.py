"""`xiaobao crawl`."""

import sys
from pathlib import Path

import click

from archive.jsonable import json_line
from crawler.cli.context import pass_config, profiles_option, workers_option
from crawler.config import Config, with_options
from crawler.report import print_alarms, print_report, print_where
from crawler.run import crawl_sites


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@click.option("--due", is_flag=True, help="Only what is due, without asking the start pages anew.")
@click.option("--max-pages", type=click.IntRange(min=1), help="Most fetches a site.")
@workers_option
@profiles_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@pass_config
def crawl(
    config: Config,
    sites: tuple[str, ...],
    due: bool,
    max_pages: int | None,
    workers: int | None,
    profiles: Path | None,
    as_json: bool,
) -> None:
    """Crawl sites by profile id; without SITE all that have start pages."""
    config = with_options(config, max_pages=max_pages, workers=workers, profiles=profiles)
    report = crawl_sites(config, list(sites), only_due=due)
    if as_json:
        click.echo(json_line(report))
    else:
        print_report(report)
        print_where(report.archive)
    print_alarms(report.alarms)
    if report.outcome != "finished" or report.all_unreachable:
        sys.exit(1)
