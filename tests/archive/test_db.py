from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text, update
from sqlalchemy.exc import StatementError

from archive.db import MIGRATIONS, REVISIONS, Database
from archive.errors import ArchiveError, MigrationNeeded
from archive.models import Base, Meta, Run


def test_migrations_make_exactly_the_models(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(connection)
        differences = [
            d for d in compare_metadata(context, Base.metadata) if "search_" not in str(d)
        ]
    assert differences == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.read() as connection:
        epoch = connection.execute(select(Meta.value).where(Meta.key == "epoch")).scalar_one()
    database.migrate()
    with database.read() as connection:
        assert connection.execute(select(Meta.value)).scalars().all() == [epoch]


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MigrationNeeded, match="9999"):
        database.migrate()


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    half = insert(Meta).values(key="half", value="written")

    def fail() -> None:
        with database.write() as connection:
            connection.execute(half)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as connection:
        assert connection.execute(select(Meta).where(Meta.key == "half")).first() is None


def test_times_come_back_aware_and_utc(database: Database) -> None:
    china = datetime(2026, 3, 15, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    row = {"id": "r", "kind": "crawl", "owner": "o", "sites": [], "started_at": china}
    with database.write() as connection:
        connection.execute(insert(Run).values(**row))
    with database.read() as connection:
        (started,) = connection.execute(select(Run.started_at)).one()
    assert (started, started.tzinfo) == (china, UTC)
    naive = update(Run).values(started_at=datetime(2026, 3, 15))  # noqa: DTZ001
    with pytest.raises(StatementError), database.write() as connection:
        connection.execute(naive)


def test_sqlite_is_durable(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
    database.close()


def test_a_database_that_cannot_be_opened_is_named() -> None:
    with pytest.raises(ArchiveError, match="nonsense"):
        Database("nonsense")
    with pytest.raises(ArchiveError, match="missing"):
        Database("sqlite:////missing/folder/a.db").migrate()


def test_tables_are_there(database: Database) -> None:
    with database.read() as connection:
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())


def test_migrations_are_named_by_their_revisions_and_follow_each_other() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    known = ScriptDirectory.from_config(config)
    assert [script.revision for script in known.walk_revisions()] == REVISIONS[::-1]
    assert known.get_current_head() == REVISIONS[-1]
