"""The demo's two visits: the sample web is crawled, gets two weeks older and is crawled again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection

from archive.errors import Unavailable, XiaobaoError
from archive.frontier import all_due
from archive.news import News, end_of_feed, news_since
from archive.signals import end_at_once, endings_held, endings_noted
from crawler.config import Config
from crawler.demo.hosts import changes, copies, moved, vsb, yearly
from crawler.demo.profiles import SITES
from crawler.demo.web import CORE, SampleWeb
from crawler.report import Report
from crawler.run import crawl_sites

HOSTS = (*CORE, vsb.NAME, changes.NAME, changes.OUTAGE, moved.NAME, copies.SITEMAP, yearly.NAME)
"""The core, the hosts on which something happens between two visits, and a long series."""
LOOK_SECONDS = 0.1
"""How soon a crawl is told that the demo is to end."""


@dataclass(frozen=True, slots=True)
class SiteNews:
    """What the second visit of one site found."""

    id: str
    name: str
    new: int
    """Documents that were not there."""
    changed: int
    """Documents with another text: new versions of what was there."""
    unchanged: int
    """Pages, lists among them, that were as before."""
    moved: int
    missing: int
    """Pages that were not found; a document stays, however its page ends."""
    skipped: dict[str, int]


@dataclass(frozen=True, slots=True)
class SecondVisit:
    """What two weeks changed; the names are those of the JSON."""

    outcome: str
    sites: list[SiteNews]
    captures: int
    documents: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Visits:
    """Both visits."""

    first: Report
    second: SecondVisit | None
    """None where the first one was stopped."""


def crawl_twice(config: Config, web: SampleWeb) -> Visits:
    """Crawl the sample web in both of its states. Raises ConfigError and ArchiveError."""
    sites = sorted(SITES[name] for name in HOSTS)
    first = _crawl(config, sites)
    if first.outcome != "finished":
        return Visits(first, None)
    with config.open_archive() as archive:
        cursor = end_of_feed(archive.database)
        with archive.database.write() as connection:
            all_due(connection, datetime.now(UTC))
    web.state.phase = 2
    second = _crawl(config, sites)
    with config.open_archive() as archive:
        news = news_since(archive.database, cursor)
    return Visits(first, _second(second, news, first.captures))


def _crawl(config: Config, sites: list[str]) -> Report:
    """One crawl in a process of its own: a reactor starts only once."""
    context = get_context("spawn")
    line, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_crawl_apart, args=(theirs, config, sites))
    with endings_noted() as stopped:
        with endings_held():
            process.start()
        theirs.close()
        while not line.poll(LOOK_SECONDS) and not stopped():
            pass
        if stopped():  # told here alone it would crawl on
            process.terminate()
        try:
            came: Report | XiaobaoError = line.recv()
        except EOFError:
            came = Unavailable("the crawl's process has died; start the demo again")
        process.join()
    if isinstance(came, XiaobaoError):
        raise came
    return came


def _crawl_apart(line: Connection, config: Config, sites: list[str]) -> None:
    end_at_once()
    try:
        line.send(crawl_sites(config, sites))
    except XiaobaoError as error:
        line.send(error)


def _second(report: Report, news: dict[str, News], captures_before: int) -> SecondVisit:
    sites = [
        SiteNews(
            id=site.id,
            name=site.name,
            new=news.get(site.id, News()).new,
            changed=news.get(site.id, News()).changed,
            unchanged=site.outcomes.get("unchanged", 0),
            moved=site.outcomes.get("moved", 0),
            missing=site.outcomes.get("gone", 0) + site.outcomes.get("soft404", 0),
            skipped={
                reason: number
                for reason, number in site.outcomes.items()
                if reason not in {"ok", "unchanged", "moved", "gone", "soft404", "retry"}
            },
        )
        for site in report.sites
    ]
    captures = report.captures - captures_before
    return SecondVisit(report.outcome, sites, captures, report.documents, report.seconds)
