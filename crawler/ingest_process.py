"""The process beside a crawl that makes documents of what the crawl captures."""

import multiprocessing
import os
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError
from archive.owner import Owner
from archive.signals import endings_held, ignore_endings
from crawler.collector import settle
from crawler.config import Config
from crawler.logs import configure_logging
from crawler.worker import warm_up

if TYPE_CHECKING:
    from crawler.ingest import Ingest

IDLE_SECONDS = 0.1
"""How often the queue is looked at while it is empty."""
NICENESS = 10
"""Extraction yields to fetching: on two cores a start reaches its first page a quarter sooner, also
beside the workers of a crawl that was just killed."""


class IngestProcess:
    """The ingest process of a crawl; it ends when told to, or with its parent."""

    def __init__(self, config: Config) -> None:
        """Start it; Python is started afresh, since threads and a reactor cannot be forked."""
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(
            target=_run, args=(config.to_json(), theirs), name="xiaobao-ingest"
        )
        with endings_held():
            self._process.start()
        theirs.close()
        self.finished = False
        self.fault: str | None = None
        """Why it ended before its time, where the archive could not be written."""

    def finish(self) -> None:
        """Let it do what still waits, then end."""
        with suppress(OSError):  # it has died: what waits is done by the next run
            self._line.send("finish")
        self._process.join()
        with suppress(EOFError, OSError):
            self.fault = self._line.recv() if self._line.poll() else None
        self.finished = True


def _run(config: dict[str, Any], line: Connection) -> None:
    ignore_endings()
    os.nice(NICENESS)
    warm_up()
    from crawler.ingest import Ingest  # noqa: PLC0415  the crawl itself needs nothing of it

    configure_logging()
    settings = Config.from_json(config)
    settle()
    try:
        with settings.open_archive() as archive, Owner(archive.folder) as owner:
            ingest = Ingest(archive, owner, settings.workers)
            try:
                _work(ingest, line)
            finally:
                ingest.close()
    except ArchiveError as error:
        with suppress(OSError):
            line.send(str(error))


def _work(ingest: "Ingest", line: Connection) -> None:
    busy, finishing = True, False
    while busy or not finishing:
        # First of all: beside an orphan that takes work, the next crawl's would find none and end.
        if line.poll(0 if busy else IDLE_SECONDS):
            try:
                line.recv()
            except EOFError:
                return  # the crawl has died: leases go back when the next one starts
            finishing = True
        busy = ingest.step()
