"""One crawl from start to end: Scrapy in this process, extraction beside it, a report."""

import time
from datetime import UTC, datetime
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from archive.errors import ConfigError
from archive.health import alarms
from archive.runs import site_reports, totals
from crawler import settings as scrapy_settings
from crawler.collector import settle
from crawler.config import Config
from crawler.logs import configure_logging
from crawler.progress import showing_progress
from crawler.report import Report, skipped_of
from crawler.session import Session
from crawler.settings import settings_for


def load_settings(config: Config) -> Settings:
    """Scrapy's settings for this configuration, the same as `scrapy crawl` uses."""
    settings = Settings()
    settings.setmodule(scrapy_settings, priority="project")
    settings.update(settings_for(config), priority="cmdline")
    return settings


def crawl_sites(config: Config, sites: list[str], *, only_due: bool = False) -> Report:
    """Crawl `sites` (all with start pages where none is named) and extract what was captured.

    Raises ConfigError for an unknown or broken profile or one without start pages, and
    ArchiveError, both before anything is fetched. A process can do this once: Twisted's reactor
    does not start twice.
    """
    process = scrapy_process(config)
    loader: Any = process.spider_loader
    try:
        spiders = [loader.load(site) for site in sites or loader.with_start_pages()]
    except KeyError as error:
        raise ConfigError(error.args[0]) from error
    for spider in spiders:
        if not spider.profile.start and not only_due:
            raise ConfigError(
                f"site {spider.name!r} has no start pages: name one in a profile of your own under "
                "[[start]], or hand in saved pages with `xiaobao import`"
            )
    return run_spiders(config, process, spiders, only_due=only_due)


def scrapy_process(config: Config) -> AsyncCrawlerProcess:
    """What runs spiders in this process. Raises ConfigError for a broken folder of profiles."""
    process = AsyncCrawlerProcess(load_settings(config))
    configure_logging()  # Scrapy has just set levels of its own
    return process


def run_spiders(
    config: Config, process: AsyncCrawlerProcess, spiders: list[Any], *, only_due: bool = False
) -> Report:
    """Run spider classes of `spiders.loader` to their end; raises and limits as `crawl_sites`."""
    started = time.monotonic()
    settle()
    session = Session.open(config, [spider.name for spider in spiders])
    run_id = session.recorder.begun.run_id
    try:
        with showing_progress(session.archive, run_id):
            tasks = [process.crawl(spider, due=str(int(only_due))) for spider in spiders]
            process.start()
            session.finish()
        if session.fault is not None:
            raise session.fault
        for task in tasks:
            if not task.done():  # a second Ctrl-C: the spider never got to its end
                session.outcome = "stopped"
            elif not task.cancelled() and (fault := task.exception()):
                raise fault
        with session.archive.database.read() as connection:
            reports, held = site_reports(connection, run_id), totals(connection)
            told = alarms(connection, datetime.now(UTC), {site.id for site in reports})
    finally:
        session.close()
    return Report(
        outcome=session.outcome,
        sites=reports,
        captures=held.captures,
        documents=held.documents,
        clusters=held.clusters,
        reposts=held.reposts,
        skipped=skipped_of(reports),
        alarms=told,
        seconds=round(time.monotonic() - started, 1),
        archive=str(config.archive),
    )
