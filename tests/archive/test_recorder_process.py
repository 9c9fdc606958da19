"""The recorder at the other end of a line: as the one in a thread, and when either side dies."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Connection, select

from archive import frontier
from archive.archive import Archive
from archive.captures import Fetched
from archive.errors import ArchiveError
from archive.frontier import Found, Leased, NextVisit
from archive.models import Capture, Run
from archive.recorder_process import RecorderProcess
from archive.runs import SiteRow, save_site
from archive.verify import verify
from archive.warc import Exchange
from tests.archive.conftest import NOW

ROWS = 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def recorder(folder: Path) -> Iterator[RecorderProcess]:
    recorder = RecorderProcess(folder, None, ["a"])
    yield recorder
    recorder.end()


def fetched(row: Leased) -> Fetched:
    payload = f"<p>{row.url}</p>".encode()
    exchange = Exchange(row.url, "GET", (), b"", 200, (), payload, NOW)
    return Fetched(row, "ok", None, exchange, NextVisit(None), NOW)


def leased(recorder: RecorderProcess) -> list[Leased]:
    recorder.call(save_site, SiteRow("a", "A", "none", "government", 90, {}, "v", {}), NOW)
    found = [Found(f"http://a.test/{n}.html", "article") for n in range(ROWS)]
    recorder.call(frontier.add, "a", found, NOW).result()
    return recorder.lease("a", ROWS).result().rows


def broken(connection: Connection, name: str) -> None:
    raise KeyError(name)


def captures(folder: Path) -> list[str]:
    with Archive.open(folder) as archive, archive.database.read() as connection:
        return list(connection.execute(select(Capture.url)).scalars())


def test_what_is_handed_in_is_stored_and_the_file_closed(
    folder: Path, recorder: RecorderProcess
) -> None:
    rows = leased(recorder)
    answers = [recorder.store(fetched(row)) for row in rows]
    recorder.close()
    assert [answer.result(timeout=0).outcome for answer in answers] == ["ok"] * ROWS
    with Archive.open(folder) as archive:
        assert verify(archive).problems == ()
    assert len(captures(folder)) == ROWS


def test_a_fault_reaches_the_one_who_asked_and_nobody_else(recorder: RecorderProcess) -> None:
    row = leased(recorder)[0]
    wrong, right = recorder.call(broken, "left out"), recorder.store(fetched(row))
    with pytest.raises(RuntimeError, match=r"(?s)Traceback.*KeyError: 'left out'"):
        wrong.result()
    assert right.result().outcome == "ok"
    recorder.close()


def test_an_archive_that_cannot_be_used_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="cannot write in the archive folder"):
        RecorderProcess(tmp_path / "file" / "archive", None, ["a"])


def test_a_run_keeps_others_out_until_its_end(folder: Path, recorder: RecorderProcess) -> None:
    recorder.close()
    with pytest.raises(ArchiveError, match=f"is being crawled already .process {os.getpid()}, "):
        RecorderProcess(folder, None, ["a"])
    recorder.end()
    RecorderProcess(folder, None, ["a"]).end()


def test_when_it_dies_every_answer_says_so(folder: Path, recorder: RecorderProcess) -> None:
    rows = leased(recorder)
    recorder.store(fetched(rows[0])).result()
    (process,) = [p for p in psutil.Process().children() if p.name() and _locks(p, folder)]
    process.send_signal(signal.SIGSTOP)
    asked = [recorder.store(fetched(row)) for row in rows[1:5]]
    process.kill()
    asked.append(recorder.release([rows[6].id]))
    for answer in asked:
        with pytest.raises(ArchiveError, match="process that writes the archive has died"):
            answer.result(timeout=60)
    with pytest.raises(ArchiveError, match="process that writes the archive has died"):
        recorder.close()
    recorder.end()
    again = RecorderProcess(folder, None, ["a"])
    assert again.begun.interrupted == {"a"}
    assert len(again.lease("a", ROWS).result().rows) == ROWS - 1
    again.end()


def _locks(process: psutil.Process, folder: Path) -> bool:
    return any(file.path.startswith(str(folder / "locks")) for file in process.open_files())


def _crawl_and_die(folder: Path) -> None:
    recorder = RecorderProcess(folder, None, ["a"])
    for row in leased(recorder):
        recorder.store(fetched(row))
    os.kill(os.getpid(), signal.SIGKILL)


def test_when_the_crawl_dies_what_it_handed_in_is_stored(folder: Path) -> None:
    crawl = multiprocessing.get_context("spawn").Process(target=_crawl_and_die, args=(folder,))
    crawl.start()
    crawl.join()
    assert crawl.exitcode == -signal.SIGKILL
    again = RecorderProcess(folder, None, ["a"])  # waits for the other one's locks
    assert again.begun.interrupted == {"a"}
    assert again.lease("a", ROWS).result().rows == []
    again.end()
    assert sorted(captures(folder)) == sorted(f"http://a.test/{n}.html" for n in range(ROWS))
    with Archive.open(folder) as archive:
        assert verify(archive).problems == ()
        with archive.database.read() as connection:
            outcomes = list(connection.execute(select(Run.outcome).order_by(Run.id)).scalars())
    assert sorted(map(str, outcomes)) == ["None", "interrupted"]
