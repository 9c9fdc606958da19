"""A full disk and a locked database: one clear line, nothing half-written, everything later."""

import resource
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.models import Capture, Document
from tests.crash.test_kill import site
from tests.web import Web, command, environment, run_json, serving, write_profile

PAGES = 60


@pytest.fixture
def web():
    with serving(site(PAGES)) as web:
        yield web


@pytest.fixture
def arguments(tmp_path: Path, web: Web) -> list[object]:
    profiles = write_profile(tmp_path / "profiles", web)
    return ["crawl", "mysite", "--profiles", profiles, "--archive", tmp_path / "archive"]


def check_whole(folder: Path, web: Web) -> None:
    """Every page is there once, and what the rows say is in the files."""
    assert run_json("verify", "--archive", folder)["problems"] == []
    with Archive.open(folder) as archive, archive.database.read() as connection:
        captured = Counter(connection.execute(select(Capture.url)).scalars())
        assert len(connection.execute(select(Document.id)).all()) == PAGES
    # A list is read again by the next crawl.
    articles = {url: n for url, n in captured.items() if "/a/" in url}
    assert len(articles) == PAGES
    assert set(articles.values()) == {1}


@pytest.mark.parametrize("room", [60_000, 200_000])
def test_a_full_disk_is_one_clear_line_and_everything_comes_later(
    tmp_path: Path, web: Web, arguments: list[object], room: int
) -> None:
    folder = tmp_path / "archive"
    run_json(*arguments, "--max-pages", 1)
    limit = (folder / "archive.db").stat().st_size + room
    web.asked.clear()
    done = subprocess.run(
        command(*arguments),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("xiaobao: cannot write to the archive")
    assert len(web.asked) < PAGES  # nothing is asked for that cannot be kept
    assert run_json("verify", "--archive", folder)["problems"] == []
    assert run_json(*arguments)["outcome"] == "finished"
    check_whole(folder, web)


def test_a_database_locked_for_a_while_loses_nothing(
    tmp_path: Path, web: Web, arguments: list[object]
) -> None:
    folder = tmp_path / "archive"
    run_json(*arguments, "--max-pages", 1)
    with subprocess.Popen(
        command(*arguments, "--due", "--json"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not web.paths("/a/"):
            assert process.poll() is None
            time.sleep(0.01)
        locker = sqlite3.connect(folder / "archive.db", isolation_level=None, timeout=60)
        locker.execute("BEGIN IMMEDIATE")
        time.sleep(2)  # the lock is the point of the test
        locker.execute("ROLLBACK")
        locker.close()
        process.communicate(timeout=240)
    assert process.returncode == 0
    check_whole(folder, web)
