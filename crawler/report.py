"""What a crawl did, as data and as a table for a person."""

from collections import Counter
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from archive.health import Alarm
from archive.runs import SiteReport

KEPT = frozenset({"ok", "unchanged", "moved", "retry"})
"""Outcomes that lose nothing; all others are skipped pages with their reason."""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a crawl; the names are those of the JSON that `--json` prints."""

    outcome: str
    """`finished`, or `stopped`: then the next crawl goes on with it."""
    sites: list[SiteReport]
    captures: int
    documents: int
    clusters: int
    reposts: int
    skipped: dict[str, int]
    alarms: list[Alarm]
    """What is wrong with the sites that were crawled."""
    seconds: float
    archive: str

    @property
    def all_unreachable(self) -> bool:
        """Whether no list of any site could be fetched: then the network or we are at fault."""
        unreachable = {alarm.site for alarm in self.alarms if alarm.kind == "unreachable"}
        return bool(self.sites) and unreachable >= {site.id for site in self.sites}


def print_alarms(alarms: list[Alarm]) -> None:
    """One line an alarm, on standard error: what is to be looked at stands apart from the data."""
    for alarm in alarms:
        since = f" since {alarm.since.astimezone():%Y-%m-%d %H:%M}" if alarm.since else ""
        click.echo(f"alarm: {alarm.site}{since}: {alarm.text}", err=True)


def skipped_of(sites: list[SiteReport]) -> dict[str, int]:
    """How many pages gave no document, by reason."""
    reasons: Counter[str] = Counter()
    for site in sites:
        reasons.update({k: n for k, n in site.outcomes.items() if k not in KEPT})
        reasons.update({k: n for k, n in site.extracted.items() if k not in KEPT})
    return dict(sorted(reasons.items()))


def wide_console() -> Console:
    """Standard output; a table that is piped has room for its columns."""
    console = Console()
    return console if console.is_terminal else Console(width=140)


def site_table(sites: list[SiteReport]) -> Table:
    """One row for each site: what its last run fetched, what the archive has, what was skipped."""
    table = Table(box=None, pad_edge=False)
    table.add_column("site", no_wrap=True)
    table.add_column("id", no_wrap=True)
    for name in ("fetched", "unchanged", "documents", "waiting"):
        table.add_column(name, justify="right")
    table.add_column("skipped")
    for site in sites:
        reasons = ", ".join(f"{n} {reason}" for reason, n in skipped_of([site]).items())
        numbers = (site.fetched, site.outcomes.get("unchanged", 0), site.documents, site.waiting)
        table.add_row(site.name, site.id, *(str(number or "") for number in numbers), reasons)
    return table


def print_report(report: Report) -> None:
    """The report for a person, on standard output."""
    console = wide_console()
    console.print(site_table(report.sites))
    console.print(
        f"\n{report.captures} captures, {report.documents} documents: "
        f"{report.clusters} different works, {report.reposts} reposts and parts of them. "
        f"{report.seconds:.0f} s."
    )
    if report.outcome != "finished":
        console.print("Stopped before the end; the next crawl goes on where this one stopped.")


def print_where(archive: str) -> None:
    """How to read an archive: the last line of what a crawl prints."""
    wide_console().print(f"Read it: xiaobao serve --archive {archive}", highlight=False)
