"""A live table of a running crawl, for a person at a terminal; nothing otherwise."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from archive.archive import Archive
from archive.runs import site_reports
from crawler.report import site_table

EVERY_SECONDS = 0.5


@contextmanager
def showing_progress(archive: Archive, run_id: str) -> Iterator[None]:
    """Show what the database knows of the run, twice a second, until the block ends."""
    if not sys.stderr.isatty():
        yield
        return
    stop = threading.Event()
    with Live(console=Console(stderr=True), transient=True, refresh_per_second=4) as live:

        def watch() -> None:
            while not stop.wait(EVERY_SECONDS):
                with archive.database.read() as connection:
                    live.update(site_table(site_reports(connection, run_id)))

        thread = threading.Thread(target=watch, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
