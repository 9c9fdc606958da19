"""Putting right what a dead process left: leases, torn WARC tails, unfinished runs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, or_, select, update

from archive import extractions, frontier
from archive.archive import Archive
from archive.models import Capture, Extraction, Run, WarcFile
from archive.owner import SHARED_HOST, host_name, is_dead
from archive.recorder import close_file


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was put right."""

    leases: int = 0
    extractions: int = 0
    files: int = 0
    bytes_cut: int = 0


def recover(archive: Archive) -> Recovered:
    """Take back the leases of dead owners and cut their WARC files to what was committed.

    Files and leases of living processes, and of other machines, are left alone. A SQLite archive
    is one machine's: what stands under another name in it was this one's before, and is again.
    """
    here = archive.database.is_sqlite
    with archive.database.write() as connection:
        dead = {
            name for name in _owners(connection) if is_dead(archive.folder, name, one_machine=here)
        }
        leases = sum(frontier.release(connection, name) for name in sorted(dead))
        freed = sum(extractions.release(connection, name) for name in sorted(dead))
        if here:
            _take_over(connection, dead)
        files, cut = 0, 0
        for row in connection.execute(
            select(WarcFile.id, WarcFile.name, WarcFile.length).where(
                WarcFile.state == "open", WarcFile.owner.in_(dead), WarcFile.host == host_name()
            )
        ).all():
            files += 1
            cut += _close_left_over(connection, archive, row.id, row.name, row.length)
        connection.execute(
            update(Run)
            .where(Run.finished_at.is_(None), Run.owner.in_(dead))
            .values(finished_at=datetime.now(UTC), outcome="interrupted")
        )
    return Recovered(leases, freed, files, cut)


def _take_over(connection: Connection, dead: Collection[str]) -> None:
    """Put the files and extractions of this machine's other names under its own."""
    foreign = WarcFile.host.not_in((host_name(), SHARED_HOST))
    usable = or_(WarcFile.state == "closed", WarcFile.owner.in_(dead))
    connection.execute(update(WarcFile).where(foreign, usable).values(host=host_name()))
    waiting = Extraction.warc_host.not_in((host_name(), SHARED_HOST))
    connection.execute(
        update(Extraction)
        .where(waiting, Extraction.state == "queued")
        .values(warc_host=host_name())
    )


def _owners(connection: Connection) -> set[str]:
    leases = select(Extraction.lease_owner).where(Extraction.lease_owner.is_not(None)).distinct()
    open_files = select(WarcFile.owner).where(WarcFile.state == "open").distinct()
    runs = select(Run.owner).where(Run.finished_at.is_(None)).distinct()
    names = set(frontier.owners(connection))
    for query in (leases, open_files, runs):
        names.update(name for name in connection.execute(query).scalars() if name)
    return names


def _close_left_over(
    connection: Connection, archive: Archive, file_id: int, name: str, length: int
) -> int:
    path = archive.folder / name
    size = path.stat().st_size if path.exists() else 0
    if length == 0:
        # Nothing in it was ever committed.
        path.unlink(missing_ok=True)
        connection.execute(delete(WarcFile).where(WarcFile.id == file_id))
        return size
    if size > length:
        with path.open("r+b") as file:
            file.truncate(length)
    captures = select(Capture.id).where(Capture.warc_file_id == file_id).limit(1)
    assert connection.execute(captures).first() is not None
    if path.exists():
        close_file(connection, file_id, path)
    else:  # the file is missing: `xiaobao verify` will say so
        connection.execute(update(WarcFile).where(WarcFile.id == file_id).values(state="closed"))
    return max(0, size - length)
