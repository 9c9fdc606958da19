from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.db import Database
from archive.owner import Owner
from archive.runs import SiteRow, save_site

NOW = datetime(2026, 3, 15, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def archive(database: Database, tmp_path: Path) -> Archive:
    """An empty archive with the site `a`, once on each engine."""
    site = SiteRow("a", "A", "none", "government", 90, {}, "v", {})
    with database.write() as connection:
        save_site(connection, site, NOW)
    return Archive(tmp_path, database)


@pytest.fixture
def owner(archive: Archive) -> Iterator[Owner]:
    """A living owner."""
    with Owner(archive.folder) as owner:
        yield owner
