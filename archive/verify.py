"""Whether the database and the WARC files agree, read both ways."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from archive.archive import Archive
from archive.models import Capture, WarcFile
from archive.owner import SHARED_HOST, host_name
from archive.warc import MemberPlace, parse_member, safe_url, walk_members


@dataclass(frozen=True, slots=True)
class Problem:
    """One disagreement; `offset` is None where it concerns a whole file."""

    file: str
    offset: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared and what did not fit."""

    files: int
    captures: int
    skipped_files: int
    """Files of other machines, or still being written."""
    problems: tuple[Problem, ...]


def verify(archive: Archive) -> Verified:
    """Compare every capture row with its record and every record with its row."""
    problems: list[Problem] = []
    files = captures = skipped = 0
    readable_hosts = {host_name(), SHARED_HOST}
    with archive.database.read() as connection:
        rows = connection.execute(
            select(
                WarcFile.id,
                WarcFile.name,
                WarcFile.host,
                WarcFile.state,
                WarcFile.length,
                WarcFile.sha256,
            )
        ).all()
        for row in rows:
            readable = row.host in readable_hosts or archive.database.is_sqlite
            if not readable or row.state == "open":
                skipped += 1
                continue
            files += 1
            count, found = _verify_file(connection, row.id, row.name, row.length, archive.folder)
            captures += count
            problems.extend(found)
            if not found and _digest(archive.folder / row.name) != row.sha256:
                changed = "its bytes are not those it was closed with"
                problems.append(Problem(row.name, None, changed))
        known = {row.name for row in rows}
    for path in sorted((archive.folder / "warc").rglob("*.warc.gz")):
        name = path.relative_to(archive.folder).as_posix()
        if name not in known:
            problems.append(Problem(name, None, "the database does not know this file"))
    return Verified(files, captures, skipped, tuple(problems))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verify_file(
    connection: Connection, file_id: int, name: str, length: int, folder: Path
) -> tuple[int, list[Problem]]:
    path = folder / name
    if not path.is_file():
        return 0, [Problem(name, None, "the file is missing")]
    query = select(
        Capture.url,
        Capture.offset,
        Capture.length,
        Capture.request_length,
        Capture.record_type,
        Capture.payload_sha256,
        Capture.status,
    ).where(Capture.warc_file_id == file_id)
    expected = {row.offset: row for row in connection.execute(query)}
    requests = {row.offset + row.length: row.request_length for row in expected.values()}
    problems: list[Problem] = []
    seen: set[int] = set()
    end = 0
    with path.open("rb") as file:
        for member in walk_members(path):
            if member == "torn":
                problems.append(Problem(name, end, "bytes that are no whole record"))
                break
            end = member.offset + member.length
            seen.add(member.offset)
            file.seek(member.offset)
            data = file.read(member.length)
            if member.offset in expected:
                problems.extend(_verify_record(name, member, data, expected[member.offset]))
            elif member.offset != 0 and requests.get(member.offset) != member.length:
                problems.append(Problem(name, member.offset, "a record without a capture row"))
    problems.extend(
        Problem(name, offset, "a capture row without its record")
        for offset in sorted((expected.keys() | requests.keys()) - seen)
    )
    if end != length:
        problems.append(Problem(name, None, f"{end} bytes of records, {length} committed"))
    return len(expected), problems


def _verify_record(name: str, member: MemberPlace, data: bytes, row: object) -> Iterator[Problem]:
    length, kind, url, sha256, status = (
        getattr(row, key) for key in ("length", "record_type", "url", "payload_sha256", "status")
    )
    try:
        record = parse_member(data)
    except ValueError as error:
        yield Problem(name, member.offset, str(error))
        return
    if member.length != length:
        yield Problem(name, member.offset, f"{member.length} bytes, the row says {length}")
    if record.type != kind:
        yield Problem(name, member.offset, f"a {record.type} record, the row says {kind}")
    if record.url != safe_url(url):
        yield Problem(name, member.offset, f"record of {record.url}, the row says {url}")
    if record.status != status:
        yield Problem(name, member.offset, f"status {record.status}, the row says {status}")
    if kind == "response" and hashlib.sha256(record.payload).hexdigest() != sha256:
        yield Problem(name, member.offset, "the payload has another digest than the row")
