"""What all spiders of one process share: the open archive, the run, its writer and its extraction.

`xiaobao crawl` opens a session for its sites and closes it at the end; a spider started by
`scrapy crawl` finds none and gets one of its own. So both do exactly the same.
"""

from datetime import UTC, datetime
from typing import ClassVar, Self

from archive.errors import ArchiveError
from archive.recorder_process import RecorderProcess
from archive.runs import finish_run
from crawler.config import Config
from crawler.ingest_process import IngestProcess


class Session:
    """One run of this process. Make it with `open` or `join`."""

    current: ClassVar["Session | None"] = None

    def __init__(self, config: Config, sites: list[str], *, private: bool = False) -> None:
        """Begin a run with its writer, open the archive beside it, start extraction."""
        self.config = config
        self.recorder = RecorderProcess(config.archive, config.database, sites)
        try:
            self.archive = config.open_archive()
            self.ingest = IngestProcess(config)
        except BaseException:
            self.recorder.end()
            raise
        self.outcome = "finished"
        self.fault: BaseException | None = None
        """Why nothing can be written or fetched any more; the crawl ends then."""
        self.guests = 0
        """Spiders that have joined and not left."""
        self._private = private

    @classmethod
    def open(cls, config: Config, sites: list[str], *, private: bool = False) -> Self:
        """Start the session of this process; a `private` one ends with its last spider."""
        assert Session.current is None, "a process has one session"
        session = cls(config, sites, private=private)
        Session.current = session
        return session

    @classmethod
    def join(cls, config: Config, site: str) -> "Session":
        """The session of this process, or a new one that ends with its last spider."""
        session = Session.current or cls.open(config, [site], private=True)
        session.guests += 1
        return session

    def leave(self, reason: str) -> None:
        """A spider has ended; `reason` is Scrapy's, "finished" where all was done."""
        self.guests -= 1
        if reason != "finished":
            self.outcome = "stopped"
        if self._private and self.guests == 0:
            self.finish()
            self.close()

    def fail(self, error: BaseException) -> None:
        """The archive cannot be written, or the frontier not read: nothing more is fetched."""
        self.outcome = "failed"
        self.fault = self.fault or error

    def finish(self) -> None:
        """Write what is waiting and extract what was captured."""
        try:
            self.recorder.close()
        except ArchiveError as error:
            self.fail(error)
        self.ingest.finish()
        if self.ingest.fault is not None:
            self.fail(ArchiveError(self.ingest.fault))

    def close(self) -> None:
        """End the run. Without `finish` before it, the run counts as failed and is gone on with."""
        Session.current = None
        try:
            if not self.ingest.finished:
                self.outcome = "failed"
                self.finish()
            with self.archive.database.write() as connection:
                run_id = self.recorder.begun.run_id
                finish_run(connection, run_id, self.outcome, datetime.now(UTC))
        except ArchiveError as error:
            self.fail(error)
        finally:
            self.archive.close()
            self.recorder.end()
