"""The archive: what was crawled, made readable.

    import archive

    with archive.open("xiaobao-archive") as reader:
        for document in reader.documents("投诉 NOT 网购"):
            print(document.title, document.figures)

`archive.open` is for programs that read; see `archive.client.Reader` and docs/reading.md.
"""

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.client import Reader


def open(  # noqa: A001  read as archive.open
    place: str | PathLike[str] = "xiaobao-archive",
    database: str | None = None,
    token: str | None = None,
) -> "Reader":
    """Open an archive to read from it; nothing is ever written to it.

    `place` is its folder, and `database` the URL of its PostgreSQL database where it has one; or
    `place` is the address at which `xiaobao serve` serves it, and `token` what it asks for its
    private parts. Raises ArchiveError where there is no archive, MigrationNeeded where another
    version of xiaobao wrote it. A server that cannot be reached is met when something is read.
    """
    from archive.client import Reader  # noqa: PLC0415  commands that need no database are quick

    return Reader.open(place, database, token)
