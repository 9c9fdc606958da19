"""SIGINT and SIGTERM among the processes of one command.

A terminal sends Ctrl-C to all of them, and a service manager SIGTERM. Only the process that was
called answers; it tells its helpers. A helper that died or printed a traceback on its own would
cost a page, and a signal may come before a helper has run its first line.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

ENDINGS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def endings_held() -> Iterator[None]:
    """Let an ending wait until the block is over.

    A process started in it is born with them waiting, until it calls `ignore_endings` or
    `end_at_once`; one that never does is not reached by them.
    """
    resource_tracker.ensure_running()  # starting it lets signals in, and starting others starts it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ignore_endings() -> None:
    """Leave endings, also one that waits, to the process that was called."""
    _answer_with(signal.SIG_IGN)


def end_at_once() -> None:
    """End at an ending without a word, also at one that waits, until something else is asked."""
    _answer_with(signal.SIG_DFL)


def _answer_with(action: signal.Handlers) -> None:
    signal.set_wakeup_fd(-1)
    for ending in ENDINGS:
        signal.signal(ending, action)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)


@contextmanager
def endings_noted() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether an ending has come; raises KeyboardInterrupt at the end.

    For work that must not be broken off anywhere, only between its steps. In a thread, which no
    signal reaches, it always says no.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    came: list[int] = []
    before = {ending: signal.signal(ending, lambda n, _: came.append(n)) for ending in ENDINGS}
    try:
        yield lambda: bool(came)
    finally:
        for ending, action in before.items():
            signal.signal(ending, action)
    if came:
        raise KeyboardInterrupt
