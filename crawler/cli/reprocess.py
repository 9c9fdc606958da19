"""`xiaobao reprocess`."""

from datetime import UTC, datetime

import click

from archive.extractions import queue_all
from archive.recover import recover
from crawler.cli.context import pass_config, workers_option
from crawler.config import Config, with_options
from crawler.ingest import drain
from crawler.logs import configure_logging


@click.command()
@workers_option
@pass_config
def reprocess(config: Config, workers: int | None) -> None:
    """Make all documents again from the WARC files, page by page.

    Readers see each page as it was until it is done anew; stopped and started again, it goes on.
    """
    configure_logging()
    config = with_options(config, workers=workers)
    with config.open_archive() as archive:
        recover(archive)
        with archive.database.write() as connection:
            queued = queue_all(connection, datetime.now(UTC))
        drain(archive, config.workers, rebuild=True)
    click.echo(f"{queued} articles made again", err=True)
