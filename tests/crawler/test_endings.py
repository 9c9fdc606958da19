"""Commands that are told to end while their helpers are at work: one line, and nobody stays."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.models import Document, Extraction
from archive.signals import ENDINGS
from tests.crash.test_kill import site
from tests.web import PROFILE, command, environment, run_json, serving, write_profile

PAGES = 80
told = pytest.mark.parametrize(
    "endings",
    [[signal.SIGINT], [signal.SIGTERM], list(ENDINGS)],
    ids=["Ctrl-C", "told to end", "told twice"],
)


def leased(folder: Path) -> int:
    """Extractions that somebody has taken."""
    with Archive.open(folder) as archive, archive.database.read() as connection:
        taken = select(func.count()).where(Extraction.state == "leased")
        return connection.execute(taken).scalar_one()


def at_work(folder: Path) -> bool:
    try:
        return leased(folder) > 0
    except ArchiveError:  # not made yet
        return False


def ended(arguments: list[str], ready: Callable[[], bool], endings: list[signal.Signals]) -> str:
    """Run until `ready`, tell all of its processes to end as a terminal does; what it said."""
    with subprocess.Popen(
        arguments,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while not ready():
            assert process.poll() is None
        for ending in endings:
            os.killpg(process.pid, ending)
        _, said = process.communicate()  # ends when the last process that could write has
    assert process.returncode == 1
    while any(lives_in(process.pid, other) for other in psutil.pids()):
        pass  # on its way out; one that stays runs into the test's time limit
    return said


def lives_in(session: int, process: int) -> bool:
    try:
        zombie = psutil.Process(process).status() == psutil.STATUS_ZOMBIE  # not ours to wait for
        return os.getsid(process) == session and not zombie
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


@told
def test_a_stopped_crawl_is_gone_on_with(tmp_path: Path, endings: list[signal.Signals]) -> None:
    slow = PROFILE.replace("delay = 0.0", "delay = 0.6")
    with serving(site(3)) as web:
        profiles = write_profile(tmp_path / "profiles", web, slow)
        arguments = ["crawl", "mysite", "--profiles", profiles, "--archive", tmp_path / "archive"]
        said = ended(command(*arguments), lambda: bool(web.paths("/a/")), endings)
        assert "Traceback" not in said
        run_json(*arguments)
    assert sorted(web.paths()) == ["/a/0.html", "/a/1.html", "/a/2.html", "/list.html"]


@told
def test_a_stopped_reprocess_gives_back_what_it_took(
    tmp_path: Path, endings: list[signal.Signals]
) -> None:
    folder = tmp_path / "archive"
    with serving(site(PAGES)) as web:
        profiles = write_profile(tmp_path / "profiles", web)
        run_json("crawl", "mysite", "--profiles", profiles, "--archive", folder)
    said = ended(command("reprocess", "--archive", folder), lambda: at_work(folder), endings)
    assert said.strip() == "xiaobao: stopped", said
    assert leased(folder) == 0
    with Archive.open(folder) as archive, archive.database.read() as connection:
        assert connection.execute(select(func.count(Document.id))).scalar_one() == PAGES


@told
def test_a_stopped_demo_leaves_nobody(tmp_path: Path, endings: list[signal.Signals]) -> None:
    folder = tmp_path / "archive"
    said = ended(command("demo", "--archive", folder), lambda: at_work(folder), endings)
    assert "Traceback" not in said
    assert leased(folder) == 0
