"""Checks an access log against what a polite and correct crawler does."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from crawler.demo.server import LogEntry
from crawler.demo.truth import Truth

_CONTACT = re.compile(r"https?://|@")
_TOLERANCE = 0.02
"""Seconds: a timer may fire this early, and the log is written in another thread."""


def audit(
    log: Iterable[LogEntry], truth: Truth, *, delays: Mapping[str, float], phase: int = 1
) -> list[str]:
    """What is wrong with one crawl's log, one line for each finding; empty when all is well.

    Args:
        log: the entries of one crawl, oldest first.
        truth: of the web that was crawled.
        delays: host name to the seconds that must lie between its requests.
        phase: which crawl it was; rules about other phases are left out.
    """
    by_host: dict[str, list[LogEntry]] = defaultdict(list)
    for entry in log:
        by_host[entry.host].append(entry)
    found = [line for entries in by_host.values() for line in _manners(entries)]
    for host, entries in by_host.items():
        if phase == 1 and entries[0].path != "/robots.txt":
            found.append(f"{host}: {entries[0].path} was asked for before robots.txt")
        found += _spacing(host, entries, delays.get(host, 0.0))
    for host, start in truth.never:
        for entry in by_host.get(host, ()):
            if entry.path.startswith(start):
                found.append(f"{host}: {entry.path} must not be asked for")
    for rule in truth.hits:
        if rule.phase == phase:
            pattern = re.compile(rule.pattern)
            count = sum(bool(pattern.fullmatch(e.path)) for e in by_host.get(rule.host, ()))
            if not rule.least <= count <= rule.most:
                found.append(
                    f"{rule.host}: {count} requests for {rule.pattern}, "
                    f"not {rule.least} to {rule.most}"
                )
    return found


def _manners(entries: list[LogEntry]) -> Iterator[str]:
    for entry in entries:
        where = f"{entry.host}{entry.path}"
        if not _CONTACT.search(entry.headers.get("user-agent", "")):
            yield f"{where}: no contact in the User-Agent"
        for name in ("cookie", "authorization"):
            if name in entry.headers:
                yield f"{where}: sends {name}"
        referer = entry.headers.get("referer")
        if referer is not None and entry.headers.get("host", "") not in referer:
            yield f"{where}: tells another host about {referer}"


def _spacing(host: str, entries: list[LogEntry], delay: float) -> Iterator[str]:
    for before, after in pairwise(entries):
        gap = after.time - before.time
        if gap < delay - _TOLERANCE:
            yield f"{host}: {after.path} came {gap:.2f} s after {before.path}, not {delay} s"
