"""The process beside a crawl, where the crawl's own tests do not reach it."""

import multiprocessing
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from archive.archive import Archive
from archive.extractions import queue_all
from archive.models import Extraction
from archive.signals import ENDINGS
from crawler.config import Config
from crawler.ingest_process import IngestProcess
from tests.crash.test_kill import site
from tests.web import run_json, serving, write_profile


def test_an_ending_in_its_first_moment_is_not_for_it(tmp_path: Path) -> None:
    Archive.open(tmp_path, create=True).close()
    ingest = IngestProcess(Config(archive=tmp_path))
    (process,) = (
        child for child in multiprocessing.active_children() if child.name == "xiaobao-ingest"
    )
    for ending in ENDINGS:
        os.kill(process.pid or 0, ending)
    ingest.finish()
    assert process.exitcode == 0
    assert ingest.fault is None


def test_one_whose_crawl_died_before_it_was_ready_takes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serving(site(3)) as web:
        profiles = write_profile(tmp_path / "profiles", web)
        run_json("crawl", "mysite", "--profiles", profiles, "--archive", folder)
    with Archive.open(folder) as archive, archive.database.write() as connection:
        queue_all(connection, datetime.now(UTC))
    ingest = IngestProcess(Config(archive=folder))
    ingest._line.close()  # as the end of the process that started it would
    ingest._process.join()
    with Archive.open(folder) as archive, archive.database.read() as connection:
        rows = connection.execute(select(Extraction.state, Extraction.tries)).all()
    assert Counter(map(tuple, rows)) == {("done", 1): 3, ("queued", 0): 3}
