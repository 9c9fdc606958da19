"""Pages that somebody saved before us: WARC files, mirrored folders, lists of files.

All give the same value, `Saved`, one page at a time, so that a file of any size can be read. What
cannot be read is given as `Unread` with the reason; only a file that is not what its name says is
an error.
"""

import json
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from archive.errors import Unavailable
from archive.warc import Headers
from crawler.urls import canonical_url

MAX_PAYLOAD: Final = 16 * 1024 * 1024
"""Bytes of a page, as in a crawl."""
WARC_ENDS: Final = (".warc", ".warc.gz", ".arc", ".arc.gz")
PAGES: Final = re.compile(
    r"\.(?:s?html?|xhtml|aspx?|jsp|php|pdf|docx?|rtf|wps|xlsx?)(?:\?|$)", re.IGNORECASE
)
"""Ends of file names in a mirrored folder that can be pages: no pictures, no scripts."""
SCHEME: Final = "http"
"""Of a mirrored folder's pages, where the folder does not say: the sites wanted are that old."""
_CODED: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate", "br"})


@dataclass(frozen=True, slots=True)
class Saved:
    """A page as somebody saved it."""

    url: str
    """Canonical."""
    at: datetime
    status: int
    headers: Headers
    payload: bytes
    listed: bool
    """Chosen by a person, not met in a WARC file beside a thousand others."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that is no page to import, and why."""

    url: str
    reason: str


def read_saved(path: Path) -> Iterator[Saved | Unread]:
    """The pages of a WARC file, a folder or a list (`.jsonl`).

    Raises Unavailable, while being read, where `path` cannot be read or is none of these.
    """
    try:
        if path.is_dir():
            yield from _folder(path)
        elif path.suffix == ".jsonl":
            yield from _list(path)
        else:
            yield from _warc(path)
    except OSError as error:
        raise Unavailable(f"cannot read {path}: {error.strerror or error}") from error


def _warc(path: Path) -> Iterator[Saved | Unread]:
    nothing = "it holds no record"
    try:
        with path.open("rb") as file:
            for number, record in enumerate(ArchiveIterator(file, arc2warc=True)):
                nothing = ""
                if record.rec_type not in {"response", "resource"}:
                    continue
                item = _record(record)
                if number == 0 and isinstance(item, Unread) and item.reason == "bad_url":
                    nothing = "its first record has no URL"
                    break
                yield item
    except ArchiveLoadFailed as error:
        nothing = " ".join(str(error).split())[:200]
    if nothing:
        raise Unavailable(f"{path} is no WARC file, or is damaged: {nothing}")


def _record(record: Any) -> Saved | Unread:
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    url = canonical_url(address.strip("<>"))
    if url is None:
        return Unread(address, "bad_url")
    http = record.http_headers
    headers: Headers = tuple(http.headers) if http else ()
    if http and http.get_header("Content-Encoding", "").strip().lower() not in _CODED:
        return Unread(url, "undecodable")
    if not http:
        headers = (("Content-Type", record.rec_headers.get_header("Content-Type") or ""),)
    payload = record.content_stream().read(MAX_PAYLOAD + 1)
    if len(payload) > MAX_PAYLOAD:
        return Unread(url, "too_large")
    if getattr(record.raw_stream, "limit", 0) > 0:
        return Unread(url, "torn")  # the file ends inside this record
    try:
        status = int(http.get_statuscode()) if http else 200
        at = _time(record.rec_headers.get_header("WARC-Date"))
    except ValueError:
        return Unread(url, "bad_record")
    return Saved(url, at, status, headers, payload, listed=False)


def _folder(folder: Path) -> Iterator[Saved | Unread]:
    """WARC files in it, and pages below folders named as hosts, as wget and HTTrack write them."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if path.name.endswith(WARC_ENDS):
            yield from _warc(path)
        elif PAGES.search(path.name):
            url = _url_of(path.relative_to(folder)) or _url_of(
                Path(folder.name) / path.relative_to(folder)
            )
            yield _file(path, url, None, None) if url else Unread(str(path), "no_url")


def _url_of(path: Path) -> str | None:
    """The URL of `www.a.gov.cn/xfwq/1.html` or `www.a.gov.cn+8080/...`, as mirrors name files."""
    host = path.parts[0].replace("+", ":")
    if len(path.parts) < 2 or "." not in host.strip("."):  # noqa: PLR2004  host and file
        return None
    rest = quote(unquote("/".join(path.parts[1:])), safe="/?=&@%+,;:~!$'()*")
    return canonical_url(f"{SCHEME}://{host}/{rest}")


def _list(path: Path) -> Iterator[Saved | Unread]:
    """Lines {"file", "url", "at"?, "media_type"?}; a relative file is beside the list."""
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
                file, url = path.parent / value["file"], canonical_url(value["url"])
                at = _time(value["at"]) if value.get("at") else None
            except (ValueError, KeyError, TypeError) as error:
                raise Unavailable(
                    f'{path}:{number}: not a line such as {{"file": "1.html", "url": "http://…", '
                    f'"at": "2019-03-15T08:00:00+08:00"}}: {error}'
                ) from error
            yield (
                _file(file, url, at, value.get("media_type"))
                if url
                else Unread(value["url"], "bad_url")
            )


def _file(path: Path, url: str, at: datetime | None, media_type: str | None) -> Saved | Unread:
    stat = path.stat()
    if stat.st_size > MAX_PAYLOAD:
        return Unread(url, "too_large")
    kind = media_type or mimetypes.guess_type(path.name)[0] or "text/html"
    when = at or datetime.fromtimestamp(stat.st_mtime, UTC)
    return Saved(url, when, 200, (("Content-Type", kind),), path.read_bytes(), listed=True)


def _time(text: str) -> datetime:
    """Aware UTC; a time without a zone is UTC, as in WARC files. ValueError for other texts."""
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
