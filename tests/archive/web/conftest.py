from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from archive.archive import Archive
from archive.db import Database
from archive.web.app import create_app
from tests.archive.builders import Builder
from tests.archive.web.sample import fill


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The pages are the same on both engines; what they read is tested on both."""
    return f"sqlite:///{tmp_path / 'archive.db'}"


@pytest.fixture
def build(database: Database) -> Builder:
    return Builder(database)


@pytest.fixture
def sample(build: Builder) -> dict[str, str]:
    """The documents of `fill` by name."""
    return fill(build)


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(
        create_app(Archive(tmp_path, database)), raise_server_exceptions=True
    ) as client:
        yield client
