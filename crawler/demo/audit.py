"""Checks an access log against what a polite and correct crawler does."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crawler.demo.server import LogEntry
from crawler.demo.truth import Truth

_CONTACT = re.compile(r"https?://|@")
_LATE = 1.0
"""Seconds that a request may be logged too late, so that the next seems too early: web and crawler
often share two cores and one interpreter (0.6 s was seen with forty sites at once)."""


def audit(
    log: Iterable[LogEntry], truth: Truth, *, delays: Mapping[str, float], phase: int = 1
) -> list[str]:
    """What is wrong with one crawl's log, one line for each finding; empty when all is well.

    Args:
        log: the entries of one crawl, oldest first.
        truth: of the web that was crawled.
        delays: crawled hosts to the seconds that must lie between their requests; rules about
            what a crawl asks for hold for these hosts only, prohibitions for all.
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
        if rule.phase == phase and rule.host in delays:
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
    """The worst case of requests closer than `delay` apart, over stretches of any length.

    Late entries make single gaps look short but never a stretch by more than `_LATE`.
    """
    worst, finding = _LATE, ""
    behind, since = float("-inf"), 0
    for number, entry in enumerate(entries):
        slack = entry.time - number * delay
        if behind - slack > worst:
            worst = behind - slack
            took, count = entry.time - entries[since].time, number - since
            finding = f"{host}: {count} delays of {delay} s took {took:.2f} s up to {entry.path}"
        if slack >= behind:
            behind, since = slack, number
    if finding:
        yield finding
