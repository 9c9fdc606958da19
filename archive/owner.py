"""Who holds a lease or writes a WARC file, and whether that process still lives.

An owner is one process. It keeps an exclusive lock on a file of its own for as long as it lives;
the kernel lets the lock go when the process dies, however it dies. So the next process can tell
at once which leases and open files are left over, without waiting for a time to pass.
"""

import fcntl
import os
import re
import secrets
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from archive.errors import ArchiveError

SHARED_HOST = "shared"
LET_GO_SECONDS = 20
"""How long the recorder of a dead crawl is waited for; it stores at most one group of pages."""
LOOK_SECONDS = 0.01


def host_name() -> str:
    """The name under which this machine's files and leases are known."""
    return socket.gethostname() or "localhost"


class Owner:
    """This process, as the archive knows it; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Take a new name and lock it; `folder` is the archive's folder."""
        self.host = host_name()
        self.name = f"{self.host}/{os.getpid()}-{secrets.token_hex(3)}"
        self._path = _lock_path(folder, self.name)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def close(self) -> None:
        """Let the name go; what it still holds counts as left over from now on."""
        self._path.unlink(missing_ok=True)
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class OnlyCrawl:
    """The right to crawl into an archive: one process at a time has it, on each machine.

    Two crawls would ask a host twice as often as its profile says. Held for as long as the process
    lives and let go by the kernel, so that nothing is to be cleaned up after a crash.
    """

    def __init__(
        self, folder: Path, *, one_machine: bool = True, holder: int | None = None
    ) -> None:
        """Take it; raises ArchiveError, naming the holder, where another process has it.

        `one_machine`: the folder is no other machine's, whatever name this one has today.
        `holder`: the process to name, where not this one; when it has died, the process that holds
        the right for it is about to let it go, and is waited for.
        """
        path = _lock_path(folder, "crawl" if one_machine else f"crawl/{host_name()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+")
        until = time.monotonic() + LET_GO_SECONDS
        while not self._locked():
            other = self._other()
            if _lives(other) or time.monotonic() > until:
                self._file.close()
                raise ArchiveError(
                    f"{folder} is being crawled already ({other or 'just started'}); "
                    "it goes on by itself"
                )
            time.sleep(LOOK_SECONDS)
        self._file.truncate(0)
        pid, now = holder or os.getpid(), datetime.now(UTC)
        self._file.write(f"process {pid}, since {now:%Y-%m-%d %H:%M} UTC")
        self._file.flush()

    def _locked(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _other(self) -> str:
        self._file.seek(0)
        return self._file.read().strip()

    def close(self) -> None:
        """Let another process crawl. The file stays: deleting it could free it twice."""
        self._file.close()


def _lives(holder: str) -> bool:
    """Whether the process that a lock file names lives; so it does where none is named yet."""
    named = re.match(r"process (\d+)", holder)
    if named is None:
        return True
    try:
        os.kill(int(named[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True


def is_dead(folder: Path, name: str, *, one_machine: bool = False) -> bool:
    """Whether the owner `name` has certainly died.

    Of an owner on another machine nothing is known: False, its leases run out by their time.
    `one_machine`: the archive is no other machine's, so that a foreign name is this one's old name
    (a container's changes at every start) or came with a folder that was moved here.
    """
    if not one_machine and name.partition("/")[0] != host_name():
        return False
    path = _lock_path(folder, name)
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _lock_path(folder: Path, name: str) -> Path:
    return folder / "locks" / f"{name.replace('/', '@')}.lock"
