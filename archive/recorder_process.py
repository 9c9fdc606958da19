"""The recorder in a process of its own: fetching and storing do not share Python's lock.

This process is the run's owner. It opens the archive, holds its locks and its WARC file, takes
leases and gives them back. When the crawl dies, however it dies, the line between the two ends:
the process stores what it was handed before, lets its locks go and ends too.
"""

import multiprocessing
import os
import queue
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from multiprocessing.connection import Connection as Line
from pathlib import Path
from typing import Any, TypeVar

from archive.archive import Archive
from archive.captures import Fetched, Stored
from archive.errors import ArchiveError
from archive.owner import OnlyCrawl, Owner
from archive.recorder import Lease, Recorder
from archive.recover import recover
from archive.runs import start_run, was_interrupted
from archive.signals import endings_held, ignore_endings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Begun:
    """The run that a recorder process writes."""

    run_id: str
    interrupted: frozenset[str]
    """Sites whose last crawl died or was stopped."""


class RecorderProcess:
    """A `Recorder` at the other end of a line, and the run it writes.

    Thread-safe. Every method but `close` and `end` returns at once with a Future; an ArchiveError
    in it says that nothing can be written any more. What it is given and gives back must pickle.
    """

    def __init__(self, folder: Path, database_url: str | None, sites: Sequence[str]) -> None:
        """Begin a run over `sites` in the archive in `folder`, which is made where there is none.

        Puts right what dead processes left. Raises ArchiveError where the archive cannot be used
        or is being crawled already. The process is forked, to begin without reading its modules
        anew, so no database may be open in this process.
        """
        context = multiprocessing.get_context("fork")
        self._line, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve,
            args=(theirs, self._line, folder, database_url, list(sites)),
            name="xiaobao-recorder",
        )
        with endings_held():
            self._process.start()
        theirs.close()
        self.begun = self._first_word()
        self._sending = threading.Lock()
        self._numbers = count()
        self._waiting: dict[int, Future[Any]] = {}
        self._whole = False
        """Whether it has closed its WARC file after all that it was handed."""
        self._reader = threading.Thread(target=self._read, name="recorder-answers", daemon=True)
        self._reader.start()

    def store(self, fetched: Fetched) -> "Future[Stored]":
        """As `Recorder.store`."""
        return self._ask("store", fetched)

    def lease(self, site_id: str, limit: int) -> "Future[Lease]":
        """As `Recorder.lease`."""
        return self._ask("lease", site_id, limit)

    def release(self, ids: list[int]) -> "Future[int]":
        """As `Recorder.release`."""
        return self._ask("release", ids)

    def call(self, work: Callable[..., T], *arguments: Any) -> "Future[T]":
        """As `Recorder.call`; `work` is a function of a module."""
        return self._ask("call", work, *arguments)

    def close(self) -> None:
        """Let it write what is waiting and close its WARC file; its locks stay held.

        Raises ArchiveError where it had died before.
        """
        if self._reader.is_alive():
            with self._sending, suppress(OSError):
                self._line.send(None)
            self._reader.join()
        if not self._whole:
            raise _died()

    def end(self) -> None:
        """Let its locks go and end it, closed or not."""
        with suppress(ArchiveError):
            self.close()
        self._hang_up()

    def _hang_up(self) -> None:
        self._line.close()
        self._process.join()

    def _first_word(self) -> Begun:
        try:
            word: Begun | ArchiveError = self._line.recv()
        except EOFError:
            word = _died()
        except BaseException:  # Ctrl-C; this process would wait for it at its exit
            self._hang_up()
            raise
        if isinstance(word, ArchiveError):
            self._hang_up()
            raise word
        return word

    def _ask(self, method: str, *arguments: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        with self._sending:
            number = next(self._numbers)
            self._waiting[number] = done
            try:
                self._line.send((number, method, arguments))
            except OSError:
                self._fail(number)
        return done

    def _read(self) -> None:
        with suppress(EOFError, OSError):
            while (answers := self._line.recv()) is not None:
                for number, error, result in answers:
                    done = self._waiting.pop(number)
                    if error is None:
                        done.set_result(result)
                    else:
                        done.set_exception(error)
            self._whole = True
        for number in list(self._waiting):
            self._fail(number)

    def _fail(self, number: int) -> None:
        if (done := self._waiting.pop(number, None)) is not None:
            done.set_exception(_died())


def _died() -> ArchiveError:
    return ArchiveError(
        "the process that writes the archive has died; nothing that was stored is lost, "
        "start again and the crawl goes on where it was"
    )


def _serve(
    line: Line, other_end: Line, folder: Path, database_url: str | None, sites: list[str]
) -> None:
    other_end.close()  # or the crawl's death would not end the line
    ignore_endings()
    with suppress(OSError):
        try:
            with ExitStack() as held:
                archive = held.enter_context(Archive.open(folder, database_url, create=True))
                here = archive.database.is_sqlite
                only = OnlyCrawl(archive.folder, one_machine=here, holder=os.getppid())
                held.enter_context(closing(only))
                owner = held.enter_context(Owner(archive.folder))
                begun = _begin(archive, owner, sites)
                line.send(begun)
                _work(line, Recorder(archive, owner, begun.run_id))
        except ArchiveError as error:
            line.send(error)


def _begin(archive: Archive, owner: Owner, sites: Sequence[str]) -> Begun:
    recover(archive)
    with archive.database.write() as connection:
        interrupted = frozenset(site for site in sites if was_interrupted(connection, site))
        run_id = start_run(connection, "crawl", owner.name, sites, datetime.now(UTC))
    return Begun(run_id, interrupted)


def _work(line: Line, recorder: Recorder) -> None:
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
    answering = threading.Thread(target=_answer, args=(line, answers), name="answers")
    answering.start()
    with suppress(EOFError, OSError):  # the crawl has died: what it handed in is stored
        while (asked := line.recv()) is not None:
            number, method, arguments = asked
            done: Future[Any] = getattr(recorder, method)(*arguments)
            done.add_done_callback(partial(_put_answer, answers, number))
    recorder.close()
    answers.put(None)
    answering.join()
    with suppress(EOFError, OSError):
        line.recv()  # ends with the session: until then nobody else may crawl


def _put_answer(answers: "queue.SimpleQueue[Any]", number: int, done: "Future[Any]") -> None:
    error = done.exception()
    if error is None:
        answers.put((number, None, done.result()))
        return
    if not isinstance(error, ArchiveError):  # may not pickle, and its traceback would be lost
        error = RuntimeError("".join(traceback.format_exception(error)))
    answers.put((number, error, None))


def _answer(line: Line, answers: "queue.SimpleQueue[Any]") -> None:
    """Send the answers of one group together: each message makes the crawl change threads."""
    going = True
    while going:
        group = [answers.get()]
        while not answers.empty():
            group.append(answers.get())
        going = None not in group
        with suppress(OSError):
            line.send([answer for answer in group if answer is not None])
    with suppress(OSError):
        line.send(None)
