"""Work that a page can poison, done in a process of its own under a deadline and a memory limit.

Some inputs keep an HTML parser busy for minutes or make it ask for gigabytes. A thread cannot be
stopped; a process can. The pool keeps a warm worker, kills it when a deadline passes, and starts
the next (measured: the next page is served 0.6 s after a kill).
"""

import contextlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing import forkserver
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar, cast

from pebble import CONSTS, ProcessPool

from archive.signals import endings_held
from crawler.collector import settle

DEADLINE: Final = 10.0
"""Seconds one page may take; ordinary ones take 5 to 100 ms."""
MEMORY: Final = 1_500 * 1024 * 1024
"""Bytes of address space a worker may use."""
PAGES_PER_WORKER: Final = 1_000
"""Pages after which a worker is replaced: a cheap guard against leaks in the C libraries."""
CONSTS.term_timeout = 0  # workers do not hear SIGTERM, so pebble need not wait before SIGKILL

_P = ParamSpec("_P")
_T = TypeVar("_T")


def _prepare(limit: int) -> None:
    """Hold the worker under an address-space limit, where the system knows one."""
    settle()
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _context() -> Any:
    # Not forked from here: a child would hold the parent's locks after the parent's death.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["crawler.preload"])
    return context


def warm_up() -> None:
    """Start the process that workers are forked from; it reads its modules beside the caller."""
    _context()
    with endings_held():  # workers inherit this: pebble's own answer to SIGTERM costs the page
        forkserver.ensure_running()


class ExtractionPool:
    """Worker processes for pure functions on untrusted bytes.

    A future raises `TimeoutError` when the deadline passed, `MemoryError` when the limit was hit,
    and `pebble.ProcessExpired` when the worker died; the pool goes on in each case.
    """

    def __init__(
        self, workers: int = 1, *, deadline: float = DEADLINE, memory: int = MEMORY
    ) -> None:
        warm_up()
        self._deadline = deadline
        self._pool: Any = ProcessPool(
            max_workers=workers,
            max_tasks=PAGES_PER_WORKER,
            context=_context(),
            initializer=_prepare,
            initargs=[memory],
        )

    def submit(
        self, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs
    ) -> Future[_T]:
        """Queue a call; arguments and result cross a pipe and must pickle."""
        future: Any = self._pool.schedule(
            function, args=list(args), kwargs=dict(kwargs), timeout=self._deadline
        )
        return cast("Future[_T]", future)

    def end(self) -> None:
        """End the workers; calls that are not done are given up."""
        self._pool.stop()
        # Before pebble drops the locks it shares with them: one still starting would complain.
        for worker in list(self._pool._pool_manager.worker_manager.workers.values()):  # noqa: SLF001
            worker.kill()
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
