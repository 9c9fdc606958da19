"""Fixtures shared by all tests: a database on each engine."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from archive.db import DATABASE_FILE, Database
from tests.postgres import running


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server: ARCHIVE_TEST_PG_URL where set, else one from the wheel."""
    given = os.environ.get("ARCHIVE_TEST_PG_URL")
    if given:
        yield given
        return
    if os.environ.get("XIAOBAO_TEST_NO_POSTGRES"):
        pytest.skip("XIAOBAO_TEST_NO_POSTGRES is set")
    with running() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / DATABASE_FILE}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"xiaobao_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    base, _, query = server.partition("?")
    yield f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated archive database, once on each engine."""
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()
