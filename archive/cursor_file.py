"""A file that keeps a reader's place in the feed."""

import os
from pathlib import Path

from archive.errors import Unavailable


class CursorFile:
    """One cursor in one file, replaced whole: a torn one would start the reader elsewhere."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        """The cursor kept; None where there is none yet. Raises Unavailable."""
        try:
            return self._path.read_text("utf-8").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise Unavailable(f"cannot read the state file {self._path}: {error}") from error

    def write(self, cursor: str) -> None:
        """Keep `cursor`; it is on the disk when this returns. Raises Unavailable."""
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            with fresh.open("w", encoding="utf-8") as file:
                file.write(cursor + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            raise Unavailable(f"cannot write the state file {self._path}: {error}") from error
