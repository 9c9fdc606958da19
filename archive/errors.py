"""The errors a user can meet. Each message says what happened, to what, and what to do.

XiaobaoError
├── ConfigError        a profile, setting or option is wrong
├── ArchiveError       the archive cannot be opened or used
│   └── MigrationNeeded  the archive was written by a newer xiaobao
├── NotFound           what was asked for is not in the archive
│   └── Withdrawn      it was, and is gone from it
├── BadQuery           a search query cannot be understood, or takes too long
├── BadCursor          a cursor is not one of this archive's
│   └── StaleCursor    it was, before the archive was made again
└── Unavailable        something outside (a port, a file) cannot be used
"""


class XiaobaoError(Exception):
    """Base of every error that ends a command with one clear line and exit code 1.

    `zh` says the same in Chinese, where a reader of the pages can meet it.
    """

    def __init__(self, message: str, *, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh or message


class ConfigError(XiaobaoError):
    """A profile, setting or option is wrong; the message names file and line where there is one."""


class ArchiveError(XiaobaoError):
    """The archive cannot be opened or used."""


class MigrationNeeded(ArchiveError):
    """The archive was written by a newer xiaobao than this one."""


class NotFound(XiaobaoError):
    """What was asked for is not in the archive."""


class Withdrawn(NotFound):
    """What was asked for was in the archive and has been taken out of it."""


class BadQuery(XiaobaoError):
    """A search query cannot be understood, or takes too long."""


class BadCursor(XiaobaoError):
    """A cursor is none of this archive's."""


class StaleCursor(BadCursor):
    """A cursor from before the archive was made again; its reader needs a new snapshot."""


class Unavailable(XiaobaoError):
    """Something outside the archive (a port, a file) cannot be used."""
