"""What all requests share."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from archive.archive import Archive
from archive.search import Searcher

T = TypeVar("T")

FRESH_S = 30.0
"""Totals over the whole archive are read again so often: at 100,000 documents they take seconds."""


class State:
    """The open archive, its searcher, and the token for its private parts where it has one."""

    def __init__(self, archive: Archive, token: str | None) -> None:
        self.archive = archive
        self.database = archive.database
        self.token = token
        self.searcher = Searcher(archive.database)
        self._totals: dict[str, tuple[float, Any]] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def total(self, name: str, read: Callable[[], T]) -> T:
        """What `read` gives, read at most FRESH_S ago; one reader at a time reads each anew."""
        with self._locks[name]:
            read_at, value = self._totals.get(name, (0.0, None))
            if name not in self._totals or time.monotonic() - read_at > FRESH_S:
                value = read()
                self._totals[name] = (time.monotonic(), value)
            kept: T = value
            return kept


def _state(request: Request) -> State:
    state: State = request.app.state.xiaobao
    return state


Shared = Annotated[State, Depends(_state)]
