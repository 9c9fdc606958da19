"""When a host is left alone, and for how long: pure policy.

A host that keeps failing, shows a challenge or says that it has enough is not asked again for a
while. Each pause in a row is twice as long as the one before, until a good answer comes.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal

from crawler.judge import Trouble, Verdict

FAILURES_TO_PAUSE = 5
"""Failed fetches in a row after which a host is left alone."""
DOUBLINGS = 20
_PAUSES: dict[Trouble, tuple[timedelta, timedelta]] = {
    "failing": (timedelta(minutes=30), timedelta(days=1)),
    "blocked": (timedelta(days=1), timedelta(days=7)),
    # RFC 9309 §2.3.1.4: nothing may be fetched; when to ask again is left to us
    "no_robots": (timedelta(minutes=5), timedelta(days=1)),
    "busy": (timedelta(minutes=1), timedelta(days=1)),
}
"""The first pause of each trouble, and the longest."""
Length = Callable[[int], timedelta]
"""How long a pause is, by the number of pauses in a row before it."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A host is to be left alone."""

    length: Length
    reason: str


class Breaker:
    """What one run has seen of each host."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.unwell: set[str] = set()
        """Hosts whose last answer was a failure: what is missing on them may not be gone."""
        self._well: set[str] = set()
        self._failures: Counter[str] = Counter()

    def judge(self, host: str, verdict: Verdict) -> Pause | Literal["well", "unwell"] | None:
        """What an answer says about its host; None where that is nothing new."""
        if verdict.trouble is None:
            self._failures[host] = 0
            if verdict.outcome not in {"ok", "unchanged"}:
                return None
            self.unwell.discard(host)
            news = host not in self._well
            self._well.add(host)
            return "well" if news else None
        self._failures[host] += 1
        self._well.discard(host)
        news = host not in self.unwell
        self.unwell.add(host)
        if verdict.trouble != "failing" or self._failures[host] >= FAILURES_TO_PAUSE:
            length = pause_length(verdict.trouble, verdict.wait)
            return Pause(length, verdict.reason or verdict.outcome)
        return "unwell" if news else None


def pause_length(trouble: Trouble, wait: float | None = None) -> Length:
    """How long the pauses of a trouble are; `wait`, what the host itself asks for, counts more."""
    first, longest = _PAUSES[trouble]
    if wait is not None:
        asked = min(timedelta(seconds=wait), longest)
        return partial(_doubled, asked, asked)
    return partial(_doubled, first, longest)


def _doubled(first: timedelta, longest: timedelta, before: int) -> timedelta:
    return min(first * 2.0 ** min(before, DOUBLINGS), longest)
