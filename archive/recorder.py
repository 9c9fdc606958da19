"""The writer of a crawl: one thread that owns the WARC file and groups commits.

Fetches that are handed in within a few milliseconds form a group, which shares one sync and one
transaction. Each is acknowledged only after both: an acknowledged capture survives
any death of the process. Nobody else waits for the disk.
"""

import hashlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, insert, update

from archive import captures, frontier
from archive.archive import Archive
from archive.captures import Fetched, Stored, Writing, Written
from archive.errors import ArchiveError
from archive.frontier import Leased
from archive.models import WarcFile
from archive.owner import Owner
from archive.warc import Appender, request_member, response_member

T = TypeVar("T")
GROUP = 64
"""Most jobs in one group; above it the gain of sharing a sync is gone."""
GATHER_SECONDS = 0.01
"""How long a capture waits for others to share its sync and its transaction with."""
ROTATE_BYTES = 1 << 30

_SET_LENGTH = update(WarcFile).where(WarcFile.id == bindparam("file"))


@dataclass(frozen=True, slots=True)
class Lease:
    """What a request for frontier rows gave."""

    rows: list[Leased]
    next_try: datetime | None
    """When no row is due: when the next failed one will be."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    done: "Future[Any]"


@dataclass(frozen=True, slots=True)
class _Capture:
    fetched: Fetched
    done: "Future[Stored]"


class Recorder:
    """Writes the captures of one run. Thread-safe; every method returns at once with a Future."""

    def __init__(
        self, archive: Archive, owner: Owner, run_id: str, *, rotate_bytes: int = ROTATE_BYTES
    ) -> None:
        """Start the writer thread; the first WARC file is made when there is something for it."""
        self._archive = archive
        self._owner = owner
        self._run_id = run_id
        self._rotate_bytes = rotate_bytes
        self._files = 0
        self._file: tuple[int, Appender] | None = None
        self._jobs: queue.SimpleQueue[_Job | _Capture | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def store(self, fetched: Fetched) -> "Future[Stored]":
        """Store a fetch; the Future is done when it is on the disk and committed."""
        done: Future[Stored] = Future()
        self._jobs.put(_Capture(fetched, done))
        return done

    def lease(self, site_id: str, limit: int) -> "Future[Lease]":
        """Take frontier rows of a site to fetch."""

        def work(connection: Connection) -> Lease:
            now = datetime.now(UTC)
            rows = frontier.lease(connection, site_id, self._owner.name, now, limit)
            return Lease(rows, None if rows else frontier.next_try(connection, site_id, now))

        return self.call(work)

    def release(self, ids: list[int]) -> "Future[int]":
        """Give leased rows back unfetched."""
        return self.call(lambda connection: frontier.release(connection, self._owner.name, ids))

    def call(self, work: Callable[..., T], *arguments: Any) -> "Future[T]":
        """Do `work(connection, *arguments)` inside the next group's transaction."""
        done: Future[T] = Future()
        self._jobs.put(_Job(work, arguments, done))
        return done

    def close(self) -> None:
        """Write what is waiting, close the WARC file, end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            group = self._gather()
            going = None not in group
            self._write([job for job in group if job is not None])
        with suppress(ArchiveError, OSError):  # left open: the next start cuts and closes it
            self._close_file()

    def _gather(self) -> "list[_Job | _Capture | None]":
        """The next jobs; captures wait a moment for each other, anything else is urgent."""
        group = [self._jobs.get()]
        until = time.monotonic() + GATHER_SECONDS
        while len(group) < GROUP:
            wait = until - time.monotonic() if isinstance(group[-1], _Capture) else 0.0
            try:
                group.append(self._jobs.get(timeout=max(0.0, wait)))
            except queue.Empty:
                break
        return group

    def _write(self, group: list[_Job | _Capture]) -> None:
        if not group:
            return
        try:
            results = self._write_group(group)
        except Exception as error:  # noqa: BLE001  every waiter must learn of it
            fault = self._fault(error)
            if len(group) == 1 or isinstance(fault, ArchiveError):
                for job in group:
                    job.done.set_exception(fault)
                return
            # One bad job must not take the others with it: each gets a group of its own.
            for job in group:
                self._write([job])
            return
        for job, result in zip(group, results, strict=True):
            job.done.set_result(result)  # type: ignore[arg-type]

    def _fault(self, error: Exception) -> Exception:
        """A disk that cannot be written, as one clear error; anything else as it is."""
        if not isinstance(error, OSError):
            return error
        fault = error.strerror or str(error)
        return ArchiveError(f"cannot write to the archive {self._archive.folder}: {fault}")

    def _write_group(self, group: list[_Job | _Capture]) -> list[object]:
        fetches = [
            job.fetched for job in group if isinstance(job, _Capture) and job.fetched.exchange
        ]
        file_id, file = self._open_file() if fetches else (0, None)
        before = file.length if file else 0
        try:
            written = self._append(file, fetches) if file else {}
            writing = Writing(self._run_id, self._owner.name, self._owner.host, file_id)
            captured = [
                written.get(id(job.fetched)) or Written(job.fetched)
                for job in group
                if isinstance(job, _Capture)
            ]
            with self._archive.database.write() as connection:
                stored = iter(captures.commit(connection, writing, captured) if captured else ())
                results: list[object] = [
                    next(stored)
                    if isinstance(job, _Capture)
                    else job.work(connection, *job.arguments)
                    for job in group
                ]
                captures.save_counts(connection, self._run_id, writing.counts)
                if file:
                    connection.execute(_SET_LENGTH, {"file": file_id, "length": file.length})
        except BaseException:
            if file:
                file.cut(before)
            raise
        return results

    def _append(self, file: Appender, fetches: list[Fetched]) -> dict[int, Written]:
        with self._archive.database.read() as connection:
            known = captures.know(connection, fetches, self._owner.host)
        written: dict[int, Written] = {}
        members: list[bytes] = []
        offset = file.length
        for fetched, known_payload in zip(fetches, known, strict=True):
            assert fetched.exchange is not None
            response = response_member(fetched.exchange, known_payload.earlier)
            request = request_member(fetched.exchange)
            members += response, request
            written[id(fetched)] = Written(
                fetched, known_payload, offset, len(response), len(request)
            )
            offset += len(response) + len(request)
        # All in one call: after each, a busy reactor would keep this thread waiting for the GIL.
        file.append(b"".join(members))
        file.sync()
        return written

    def _open_file(self) -> tuple[int, Appender]:
        if self._file and self._file[1].length >= self._rotate_bytes:
            self._close_file()
        if self._file is None:
            self._files += 1
            name = f"warc/{self._run_id}/{self._run_id}-{self._files:05}.warc.gz"
            row = {
                "name": name,
                "host": self._owner.host,
                "owner": self._owner.name,
                "state": "open",
                "length": 0,
                "created_at": datetime.now(UTC),
            }
            # The row comes first: a file without a row would never be looked at again.
            with self._archive.database.write() as connection:
                made = connection.execute(insert(WarcFile).values(row).returning(WarcFile.id))
                file_id = made.scalar_one()
            software = f"xiaobao {version('xiaobao')}"
            self._file = file_id, Appender(self._archive.folder / name, software)
        return self._file

    def _close_file(self) -> None:
        if self._file is None:
            return
        file_id, file = self._file
        self._file = None
        file.close()
        with self._archive.database.write() as connection:
            close_file(connection, file_id, file.path)


def close_file(connection: Connection, file_id: int, path: object) -> None:
    """Mark a WARC file as closed, with the digest of all its bytes."""
    with open(path, "rb") as file:  # type: ignore[call-overload]  # noqa: PTH123
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    closed = update(WarcFile).where(WarcFile.id == file_id)
    connection.execute(closed.values(state="closed", sha256=digest))
