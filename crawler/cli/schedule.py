"""`xiaobao schedule`."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from archive.jsonable import json_line
from archive.schedule import SiteSchedule
from archive.schedule import schedule as read_schedule
from crawler.cli.context import pass_config, profiles_option
from crawler.cli.look import loader_of
from crawler.config import Config
from crawler.report import wide_console


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@profiles_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a site and line.")
@pass_config
def schedule(config: Config, sites: tuple[str, ...], profiles: Path | None, as_json: bool) -> None:
    """What `xiaobao crawl --due` would fetch now and later, by site; with SITE its lists too."""
    found = _schedule(config, sites, profiles)
    if as_json:
        for site in found:
            click.echo(json_line(site))
        return
    console = wide_console()
    console.print(_table(found))
    if sites:
        for site in found:
            console.print(_lists(site), markup=False, highlight=False)


def _schedule(config: Config, sites: tuple[str, ...], profiles: Path | None) -> list[SiteSchedule]:
    """Crawled sites as the archive knows them; the others wait with all their start pages."""
    loader = loader_of(config, profiles)
    known: dict[str, SiteSchedule] = {}
    if config.holds_archive():
        with config.open_archive() as archive, archive.database.read() as connection:
            rows = read_schedule(connection, datetime.now(UTC), sites)
            known = {site.id: site for site in rows}
    for name in sites or loader.with_start_pages():
        if name not in known:
            profile = loader.profiles.get(name)
            known[name] = SiteSchedule(name, profile.display_name, now=len(profile.start))
    return [known[name] for name in sorted(known)]


def _table(sites: list[SiteSchedule]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("site", no_wrap=True)
    table.add_column("id", no_wrap=True)
    for name in ("due now", "in a day", "in a week", "later"):
        table.add_column(name, justify="right")
    table.add_column("next")
    for site in sites:
        numbers = (site.now, site.day, site.week, site.later)
        counts = [str(number or "") for number in numbers]
        table.add_row(site.name, site.id, *counts, _time(site.next_due))
    return table


def _lists(site: SiteSchedule) -> str:
    lines = [f"\n{site.name}"]
    for one in site.lists:
        every = "never again" if one.interval_s is None else f"every {one.interval_s / 3600:.0f} h"
        lines.append(
            f"  {_time(one.due_at) or 'never':<16}  {every:<12}  {one.label or ''}  {one.url}"
        )
        lines.append(f"  {'':<16}  last: {one.outcome or 'not yet'} {_time(one.fetched_at)}")
    return "\n".join(lines)


def _time(when: datetime | None) -> str:
    return when.astimezone().strftime("%Y-%m-%d %H:%M") if when else ""
