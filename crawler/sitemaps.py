"""Sitemaps: the pages that a site lists for crawlers, plain or compressed. Pure.

Read as text, tag by tag: no XML parser, so nothing can be expanded or fetched, and a file that is
cut off or not quite XML still gives what it holds.
"""

import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from crawler.urls import MAX_URL

MAX_ENTRIES = 50_000
"""The protocol's own limit for one file (sitemaps.org)."""
MAX_BYTES = 16 << 20
"""Unpacked; the protocol allows 50 MB, our answers end at 16 MiB (DOWNLOAD_MAXSIZE)."""
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31
# A prefix, as in <image:loc>, belongs to an extension; <sm:loc> is as rare as it is legal.
_TAG = re.compile(
    r"<(/?)(url|sitemap|loc|lastmod)\s{0,20}>\s{0,100}(?:<!\[CDATA\[\s{0,20})?([^<\]]{0,2100})"
)
_CHINA = timedelta(hours=8)
_FEW = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One page, or one further sitemap."""

    url: str
    """As written, not yet canonical."""
    is_sitemap: bool
    changed: datetime | None
    """When it changed last, as the site says; a day counts to its end."""


def read_sitemap(payload: bytes) -> tuple[Entry, ...]:
    """The entries of a sitemap or an index of sitemaps, in order; empty where it is neither.

    Takes at most 50,000 entries and 16 MiB of unpacked text, whatever the file holds.
    """
    text = _unpacked(payload).decode("utf-8", errors="replace")
    entries = []
    for entry in _entries(text):
        entries.append(entry)
        if len(entries) == MAX_ENTRIES:
            break
    return tuple(entries)


def tells_changes(entries: tuple[Entry, ...]) -> bool:
    """Whether the times of change can be believed: many sites write that of the file itself."""
    times = [entry.changed for entry in entries if entry.changed is not None]
    return len(times) < _FEW or len(set(times)) > 1


def _entries(text: str) -> Iterator[Entry]:
    url, changed = "", None
    for closing, tag, value in _TAG.findall(text):
        if tag in {"url", "sitemap"}:
            if closing and url:
                yield Entry(url, tag == "sitemap", changed)
            url, changed = "", None
        elif not closing and tag == "loc":
            url = html.unescape(value.strip())
            url = url if len(url) <= MAX_URL else ""
        elif not closing:
            changed = _time(value.strip())


def _unpacked(payload: bytes) -> bytes:
    if not payload.startswith(_GZIP):
        return payload[:MAX_BYTES]
    try:
        return zlib.decompressobj(_GZIP_WINDOW).decompress(payload, MAX_BYTES)
    except zlib.error:
        return b""


def _time(text: str) -> datetime | None:
    """A W3C date or time; without a zone it is China's."""
    try:
        if len(text) == len("2026-03-15"):
            day = date.fromisoformat(text) + timedelta(days=1)
            return datetime(day.year, day.month, day.day, tzinfo=UTC) - _CHINA
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC) - _CHINA
