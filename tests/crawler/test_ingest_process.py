"""The process beside a crawl, where the crawl's own tests do not reach it."""

import multiprocessing
import os
from pathlib import Path

from archive.archive import Archive
from archive.signals import ENDINGS
from crawler.config import Config
from crawler.ingest_process import IngestProcess


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
