"""The captures that documents were made of, as a WARC file or a WACZ package.

The members are the archive's own, byte for byte.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import IO, Any

from sqlalchemy import Connection, select
from surt import surt

from archive.archive import Archive
from archive.errors import NotFound
from archive.export import Exported
from archive.models import Capture, Document, Extraction, WarcFile
from archive.warc import info_member
from archive.withdrawals import barred_captures

SOFTWARE = f"xiaobao/{version('xiaobao')}"
WARC_NAME = "data.warc.gz"


@dataclass(frozen=True, slots=True)
class _Place:
    """A capture's records: the answer, and right behind it the request."""

    id: int
    url: str
    fetched_at: datetime
    status: int
    content_type: str | None
    record_type: str
    revisit_of: int | None
    payload_sha256: str
    file: str
    offset: int
    length: int
    request_length: int


def warc_members(archive: Archive, exported: Iterable[Exported]) -> Iterator[bytes]:
    """One WARC file: the records of all captures the documents were made of, once each.

    A revisit brings the record it refers to. Captures that hold a withdrawn document are left out,
    also where another document of the same page is exported. Raises NotFound where a WARC file
    cannot be read on this machine.
    """
    yield info_member(WARC_NAME, SOFTWARE)
    for _, records in _records(archive, exported):
        yield records


def write_wacz(
    archive: Archive, exported: Iterable[Exported], output: IO[bytes], now: datetime
) -> None:
    """One WACZ 1.1.1 package: the WARC file, its index, and the documents as its pages."""
    index: list[str] = []
    pages: list[str] = [json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "Pages"})]

    def listed() -> Iterator[Exported]:
        for document in exported:
            pages.append(_page_line(document))
            yield document

    with tempfile.TemporaryFile() as spool:
        at = spool.write(info_member(WARC_NAME, SOFTWARE))
        for place, records in _records(archive, listed()):
            index.append(_index_line(place, at))
            at += spool.write(records)
        parts: dict[str, IO[bytes] | bytes] = {
            f"archive/{WARC_NAME}": spool,
            "indexes/index.cdx": "".join(sorted(index)).encode(),
            "pages/pages.jsonl": ("\n".join(pages) + "\n").encode(),
        }
        with zipfile.ZipFile(output, "w") as package:
            resources = [_add(package, name, part) for name, part in parts.items()]
            description = _description(resources, now)
            _add(package, "datapackage.json", description)
            digest = {"path": "datapackage.json", "hash": _digest(description)}
            _add(package, "datapackage-digest.json", json.dumps(digest).encode())


def _records(archive: Archive, exported: Iterable[Exported]) -> Iterator[tuple[_Place, bytes]]:
    written: set[int] = set()
    for document in exported:
        with archive.database.read() as connection:
            places = _places(connection, document.id)
            barred = barred_captures(connection)
        for place in places:
            if place.id not in written and barred.isdisjoint((place.id, place.revisit_of)):
                written.add(place.id)
                yield place, _read(archive, place)


def _places(connection: Connection, document: str) -> list[_Place]:
    c = Capture
    query = (
        select(c.id, c.url, c.fetched_at, c.status, c.content_type, c.record_type, c.revisit_of)
        .add_columns(c.payload_sha256, WarcFile.name, c.offset, c.length, c.request_length)
        .join(WarcFile, WarcFile.id == c.warc_file_id)
        .order_by(c.id)
    )
    captures: list[int] = connection.execute(
        select(Extraction.captures)
        .join(Document, Document.extraction_id == Extraction.id)
        .where(Document.id == document)
    ).scalar_one()
    places = [_Place(*row) for row in connection.execute(query.where(c.id.in_(captures)))]
    earlier = [place.revisit_of for place in places if place.revisit_of is not None]
    if not earlier:
        return places
    return [*(_Place(*row) for row in connection.execute(query.where(c.id.in_(earlier)))), *places]


def _read(archive: Archive, place: _Place) -> bytes:
    length = place.length + place.request_length
    try:
        with (archive.folder / place.file).open("rb") as file:
            file.seek(place.offset)
            records = file.read(length)
    except OSError as error:
        raise NotFound(f"cannot read {place.file} here: {error.strerror}") from error
    if len(records) != length:
        raise NotFound(f"{place.file} ends before {place.offset} + {length}; run xiaobao verify")
    return records


def _index_line(place: _Place, at: int) -> str:
    """A line of CDXJ."""
    mime = (place.content_type or "").partition(";")[0].strip() or "application/octet-stream"
    fields = {
        "url": place.url,
        "mime": "warc/revisit" if place.record_type == "revisit" else mime,
        "status": str(place.status),
        "digest": f"sha-256:{place.payload_sha256}",
        "length": str(place.length),
        "offset": str(at),
        "filename": WARC_NAME,
    }
    return f"{surt(place.url)} {place.fetched_at:%Y%m%d%H%M%S} {json.dumps(fields)}\n"


def _page_line(document: Exported) -> str:
    page = {
        "id": document.id,
        "url": document.url,
        "ts": f"{document.fetched_at:%Y-%m-%dT%H:%M:%SZ}",
        "title": document.title,
        "text": document.text,
    }
    return json.dumps(page, ensure_ascii=False)


def _add(package: zipfile.ZipFile, name: str, part: IO[bytes] | bytes) -> dict[str, Any]:
    """Put one file into the package, uncompressed so that it can be read in place."""
    total, digest = 0, hashlib.sha256()
    with package.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
        for chunk in _chunks(part):
            target.write(chunk)
            digest.update(chunk)
            total += len(chunk)
    short = name.rpartition("/")[2]
    return {"name": short, "path": name, "hash": f"sha256:{digest.hexdigest()}", "bytes": total}


def _chunks(part: IO[bytes] | bytes) -> Iterator[bytes]:
    if isinstance(part, bytes):
        yield part
        return
    part.seek(0)
    while chunk := part.read(1 << 20):
        yield chunk


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _description(resources: list[dict[str, Any]], now: datetime) -> bytes:
    described = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": SOFTWARE,
        "created": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "resources": resources,
    }
    return json.dumps(described, indent=2).encode()
