"""The archive as one thing to open: its folder and its database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from archive.db import DATABASE_FILE, Database
from archive.errors import ArchiveError


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive. WARC files lie below `folder`; everything else is in `database`."""

    folder: Path
    database: Database

    @classmethod
    def open(cls, folder: Path, database_url: str | None = None, *, create: bool = False) -> Self:
        """Open the archive in `folder`, bringing its schema up to date.

        Without `create` a folder that holds no archive is an error, so that a mistyped path does
        not show an empty archive. Raises ArchiveError (folder or database unusable) and
        MigrationNeeded.
        """
        folder = folder.absolute()
        url = database_url or _inside(folder, create=create)
        if create:
            _make_folder(folder)
        database = Database(url)
        try:
            database.migrate()
        except BaseException:
            database.close()
            raise
        return cls(folder, database)

    @classmethod
    def open_to_read(cls, folder: Path, database_url: str | None = None) -> Self:
        """Open the archive in `folder` without being able to change anything, its schema included.

        Raises ArchiveError, and MigrationNeeded where the schema is not this xiaobao's.
        """
        folder = folder.absolute()
        url = database_url or _inside(folder, create=False)
        database = Database(url, read_only=True)
        try:
            database.check()
        except BaseException:
            database.close()
            raise
        return cls(folder, database)

    def close(self) -> None:
        """Give back the database connections."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _inside(folder: Path, *, create: bool) -> str:
    """The URL of the SQLite database inside the archive's folder."""
    file = folder / DATABASE_FILE
    if not create and not file.is_file():
        raise ArchiveError(
            f"{folder} holds no archive; name the right folder with --archive, "
            "or start one with `xiaobao crawl` or `xiaobao demo`"
        )
    return f"sqlite:///{file}"


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ArchiveError(
            f"cannot write in the archive folder {folder}: {error.strerror}; "
            "name another one with --archive or fix its permissions"
        ) from error
