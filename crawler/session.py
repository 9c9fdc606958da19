"""What all spiders of one process share: the open archive, the run, its writer and its extraction.

`xiaobao crawl` opens a session for its sites and closes it at the end; a spider started by
`scrapy crawl` finds none and gets one of its own. So both do exactly the same.
"""

from datetime import UTC, datetime
from typing import ClassVar, Self

from archive.errors import ArchiveError
from archive.owner import OnlyCrawl, Owner
from archive.recorder import Recorder
from archive.recover import recover
from archive.runs import finish_run, start_run, was_interrupted
from crawler.config import Config
from crawler.ingest_process import IngestProcess


class Session:
    """One run of this process. Make it with `open` or `join`."""

    current: ClassVar["Session | None"] = None

    def __init__(self, config: Config, sites: list[str], *, private: bool = False) -> None:
        """Open the archive, put right what dead processes left, start writer and extraction."""
        self.config = config
        self.archive = config.open_archive(create=True)
        try:
            self._only = OnlyCrawl(self.archive.folder, one_machine=self.archive.database.is_sqlite)
        except BaseException:
            self.archive.close()
            raise
        self.owner = Owner(self.archive.folder)
        self.recovered = recover(self.archive)
        with self.archive.database.write() as connection:
            self.interrupted = {site for site in sites if was_interrupted(connection, site)}
            now = datetime.now(UTC)
            self.run_id = start_run(connection, "crawl", self.owner.name, sites, now)
        self.recorder = Recorder(self.archive, self.owner, self.run_id)
        self.ingest = IngestProcess(config)
        self.outcome = "finished"
        self.fault: ArchiveError | None = None
        """Why nothing can be written any more; the crawl ends then."""
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

    def fail(self, error: ArchiveError) -> None:
        """The archive cannot be written: nothing more is to be fetched."""
        self.outcome = "failed"
        self.fault = self.fault or error

    def finish(self) -> None:
        """Write what is waiting and extract what was captured."""
        self.recorder.close()
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
                finish_run(connection, self.run_id, self.outcome, datetime.now(UTC))
        except ArchiveError as error:
            self.fail(error)
        finally:
            self.owner.close()
            self._only.close()
            self.archive.close()
