"""Opening the archive's database: engine settings, transactions, migrations."""

import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from archive.errors import ArchiveError, MigrationNeeded
from archive.models import Meta

DATABASE_FILE = "archive.db"
MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = sorted(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/0*.py"))
"""Every version of the schema, the newest last: a migration's file is named by its revision."""
BUSY_SECONDS = 60
"""How long a SQLite writer waits for another one; writes take milliseconds, so this is a fault."""


MAPPED = 0x7FFF0000
"""Bytes of a SQLite file that are read in place, the most SQLite allows: a frequent word's list of
places does not fit its cache of 2 MB, and copying it anew each time is a third of a search."""
POOL = 16
"""Connections kept. One more is opened when needed, reads the whole schema and is thrown away."""


class Database:
    """One archive's database: SQLite inside the folder, or PostgreSQL by URL.

    `read()` and `write()` give a connection inside a transaction that commits when the block ends
    and rolls back when it raises. Safe to share between threads; not between forked processes.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        """Open `url` without touching the schema. Raises ArchiveError for an unusable URL.

        With `read_only` the engine refuses every statement that would write.
        """
        try:
            self.url = make_url(url)
            self.engine = _engine(url, read_only=read_only)
        except (ArgumentError, ModuleNotFoundError, ImportError) as error:
            raise ArchiveError(
                f"cannot use database {url!r}: {error}; "
                "give sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME"
            ) from error

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, where one writer at a time holds the whole database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; on SQLite it holds the write lock from its start.

        Raises ArchiveError where nothing can be written now: a full disk, a database that another
        program keeps locked, a server that has gone. Then nothing of the transaction is there.
        """
        try:
            opened = self.engine.connect().execution_options(xiaobao_write=True)
            with opened as connection, connection.begin():
                yield connection
        except OperationalError as error:
            fault = " ".join(str(error.orig).split())
            raise ArchiveError(
                f"cannot write to the archive database {self.url!r}: {fault}; see that the disk "
                "has room, that the server is up and that nothing else keeps the database locked"
            ) from error

    def lock(self, connection: Connection, name: str) -> None:
        """Let one transaction at a time pass here until it ends.

        A SQLite write transaction is alone already; PostgreSQL takes an advisory lock.
        """
        if not self.is_sqlite:
            key = zlib.crc32(f"xiaobao.{name}".encode())
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def migrate(self) -> None:
        """Bring the schema up to date.

        Raises MigrationNeeded where a newer xiaobao wrote it, ArchiveError where it is unreadable.
        """
        with self._opening():
            self._migrate()

    def check(self) -> None:
        """See that the schema is the one this xiaobao knows.

        Raises MigrationNeeded where it is older or newer, ArchiveError where it is unreadable.
        """
        with self._opening():
            current, head = self._current(), REVISIONS[-1]
        if current != head:
            raise MigrationNeeded(
                f"the archive database {self.url!r} has schema {current}, this xiaobao reads "
                f"{head}; run `xiaobao status` once to bring an older one up to date"
            )

    @contextmanager
    def _opening(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, DBAPIError) as error:
            fault = " ".join(str(error.orig).split())
            raise ArchiveError(
                f"cannot open the archive database {self.url!r}: {fault}; "
                "check the path, its permissions and that the server is up"
            ) from error

    def _current(self) -> str | None:
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def _migrate(self) -> None:
        current = self._current()
        if current == REVISIONS[-1]:
            return  # as nearly always; Alembic alone takes half a second to load
        if current is not None and current not in REVISIONS:
            raise MigrationNeeded(
                f"the archive database {self.url!r} has schema {current}, which this xiaobao "
                "does not know; use the newer version that wrote it"
            )
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self.write() as connection:
            self.lock(connection, "migrate")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.execute(select(Meta.value).where(Meta.key == "epoch")).first() is None:
                connection.execute(insert(Meta).values(key="epoch", value=secrets.token_hex(4)))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _engine(url: str, *, read_only: bool) -> Engine:
    if not url.startswith("sqlite"):
        options = {"options": "-c default_transaction_read_only=on"} if read_only else {}
        return create_engine(url, pool_pre_ping=True, pool_size=POOL, connect_args=options)
    arguments = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, pool_size=POOL, connect_args=arguments)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        # The driver must not open transactions of its own: `_begin` below does.
        connection.isolation_level = None
        if read_only:
            connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
            connection.execute(f"PRAGMA mmap_size={MAPPED}")
            connection.execute("PRAGMA query_only=ON")
            return
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # an acknowledged capture survives power loss
            "foreign_keys=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            f"mmap_size={MAPPED}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later can fail at once when another one wrote
        # in between, whatever the timeout: writers take the lock at their start.
        writes = connection.get_execution_options().get("xiaobao_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
