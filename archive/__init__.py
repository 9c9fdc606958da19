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
    folder: str | PathLike[str] = "xiaobao-archive", database: str | None = None
) -> "Reader":
    """Open an archive to read from it; nothing is ever written to it.

    `database` is the URL of its PostgreSQL database, where it has one. Raises ArchiveError where
    there is no archive, MigrationNeeded where another version of xiaobao wrote it.
    """
    from archive.client import Reader  # noqa: PLC0415  commands that need no database are quick

    return Reader.open(folder, database)
