"""From captures to documents: extractions taken from the database, made by workers, stored.

It leases extractions, lets worker processes turn their bytes into pages under a deadline, and
stores those that are ready in one transaction. Pages are stored in the order they were queued,
however fast each worker was, so that the same captures always give the same archive.
"""

from collections import deque
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import structlog
from pebble import ProcessExpired

from archive import extractions
from archive.archive import Archive
from archive.extractions import PartPlace, Task
from archive.owner import Owner
from archive.page import Outcome, Page
from archive.signals import endings_noted
from archive.store import Extracted, store_pages
from archive.warc import read_record
from crawler.extract.hints import Hints
from crawler.worker import ExtractionPool
from dedupe import Prepared, prepare

AHEAD = 8
"""Pages in work for each worker: half of them are stored together while the others are made."""
POLL_SECONDS = 0.1
"""Longest wait for a page before the line to the crawl is looked at."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker sends back: a page, and its documents ready to be compared."""

    page: Page
    prepared: tuple[Prepared, ...]


def make_page(parts: tuple[PartPlace, ...], url: str, hints: dict[str, Any]) -> Made:
    """The work of a worker process: read the captures, extract, prepare for clustering."""
    # Workers are forked where this has been read already; this process hands them the work only.
    from crawler.extract.page import Part, extract_page  # noqa: PLC0415

    read = [
        Part(read_record(part.file, part.offset, part.length).payload, part.content_type, part.url)
        for part in parts
    ]
    page = extract_page(read, url=url, hints=Hints.from_json(hints))
    return Made(page, tuple(prepare(document.text) for document in page.documents))


class Ingest:
    """One process's share of the extraction queue."""

    def __init__(
        self, archive: Archive, owner: Owner, workers: int, *, rebuild: bool = False
    ) -> None:
        """Start the workers; `rebuild` makes derived rows again even of unchanged texts."""
        self._archive = archive
        self._owner = owner
        self._ahead = workers * AHEAD
        self._rebuild = rebuild
        self._pool = ExtractionPool(workers)
        self._running: deque[tuple[Task, Future[Made]]] = deque()
        self._version = version("xiaobao")

    def step(self) -> bool:
        """Take, wait a little, store; False when there was nothing to do."""
        if len(self._running) <= self._ahead // 2:
            self._take()
        if not self._running:
            return False
        last = min(len(self._running), self._ahead // 2) - 1
        wait([self._running[last][1]], timeout=POLL_SECONDS)
        done = []
        while self._running and self._running[0][1].done():
            task, future = self._running.popleft()
            made = _result(future, task)
            done.append(Extracted(task, made.page, made.prepared))
        if done:
            self._store(done)
        return True

    def close(self) -> None:
        """End the workers; what they have not finished is another's to take."""
        self._pool.end()
        if not self._running:
            return
        with self._archive.database.write() as connection:
            extractions.release(connection, self._owner.name)

    def _take(self) -> None:
        limit = self._ahead - len(self._running)
        with self._archive.database.read() as connection:
            if not extractions.waiting(connection, self._owner.host):
                return
        with self._archive.database.write() as connection:
            now = datetime.now(UTC)
            tasks = extractions.lease(
                connection, self._archive.folder, self._owner.name, self._owner.host, now, limit
            )
        for task in tasks:
            future = self._pool.submit(make_page, task.parts, task.url, task.hints)
            self._running.append((task, future))

    def _store(self, done: list[Extracted]) -> None:
        outcomes = store_pages(
            self._archive,
            done,
            owner=self._owner.name,
            version=self._version,
            now=datetime.now(UTC),
            rebuild=self._rebuild,
        )
        for item, outcome in zip(done, outcomes, strict=True):
            log.debug("page_stored", url=item.task.url, outcome=outcome)


def _result(future: "Future[Made]", task: Task) -> Made:
    """The page, or one that says how the worker failed."""
    outcome: Outcome = "error"
    try:
        return future.result()
    except TimeoutError:
        outcome = "timed_out"
    except (MemoryError, ProcessExpired):
        outcome = "too_complex"
    except Exception as error:
        log.exception("extraction_failed", url=task.url, error=str(error))
    return Made(Page(outcome, url=task.url), ())


def drain(archive: Archive, workers: int, *, rebuild: bool = False) -> None:
    """Do all extractions that wait, in this process and its workers.

    Stopped, it gives back what it took and raises KeyboardInterrupt.
    """
    with endings_noted() as stopped, Owner(archive.folder) as owner:
        ingest = Ingest(archive, owner, workers, rebuild=rebuild)
        try:
            while not stopped() and ingest.step():
                pass
        finally:
            ingest.close()
