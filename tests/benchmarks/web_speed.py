"""How fast pages come while several readers ask at once.

    python -m tests.benchmarks.web_speed [--documents 10000] [--archive FOLDER] [--processes 1]
                                         [--pause 0]

The server is a process of its own, or several; the readers are threads here, each asking for one
page after the other, at once or after a pause, as one who reads. Printed are milliseconds from the
request to the last byte, and the server's processor time for a page.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import psutil
from sqlalchemy import text

from archive.archive import Archive
from tests.benchmarks._filled import fill, queries, sample_of
from tests.benchmarks._served import served

CLIENTS = 8


def main() -> None:
    """Build or take an archive, serve it, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--archive", type=Path, help="One that is there, instead of a new one.")
    parser.add_argument("--processes", default="1", help="Of the server.")
    parser.add_argument("--pause", type=float, default=0.0, help="Seconds between two pages.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.archive or Path(name)
        with Archive.open(folder, create=given.archive is None) as archive:
            if given.archive is None:
                fill(archive.database, given.documents)
            with archive.database.read() as connection:
                ids = (
                    connection.execute(text("SELECT id FROM document ORDER BY id")).scalars().all()
                )
            texts = sample_of(archive.database)
        measure(folder, ids[:: max(1, len(ids) // 400)], texts, given.processes, given.pause)


def measure(
    folder: Path, documents: list[str], texts: list[str], processes: str, pause: float
) -> None:
    """Serve `folder` and print how long its pages take."""
    words = [word for kind in ("2 characters", "4 characters") for word in queries(texts)[kind]]
    pages = {
        "search page, new words": [f"/?q={quote(word)}" for word in words],
        "search page, asked before": [f"/?q={quote(word)}" for word in words],
        "search page, facet": [f"/?q={quote(word)}&year=2010" for word in words],
        "search page, relevance": [f"/?q={quote(word)}&sort=relevance" for word in words],
        "document page": [f"/documents/{document}" for document in documents],
    }
    with served(folder, "--processes", processes) as address:
        _fetch(address + "/")  # loads what a server keeps
        load = os.getloadavg()[0]
        print(f"load {load:.1f}, {CLIENTS} readers, {pause:g} s between two pages")
        print(f"{'':26} {'median':>9} {'p95':>9} {'cpu':>9} ms   pages/s")
        for kind, paths in pages.items():
            with ThreadPoolExecutor(CLIENTS) as readers:
                first = [address + paths[0]] * CLIENTS * 4
                list(readers.map(_fetch, first))  # every process makes itself ready
                start, used = time.perf_counter(), _used()
                urls = [address + path for path in paths]
                took = sorted(readers.map(_fetch, urls, [pause] * len(urls)))
            rate = len(took) / (time.perf_counter() - start)
            p95 = took[int(len(took) * 0.95)]
            cpu = 1000 * (_used() - used) / len(took)
            print(f"{kind:26} {statistics.median(took):9.1f} {p95:9.1f} {cpu:9.1f}   {rate:7.0f}")


def _used() -> float:
    """Processor time of the server's processes so far, in seconds."""
    times = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return float(sum(one.user + one.system for one in times))


def _fetch(url: str, pause: float = 0.0) -> float:
    """Milliseconds until the whole page was there."""
    time.sleep(random.uniform(0.5, 1.5) * pause)
    start = time.perf_counter()
    with urllib.request.urlopen(url, timeout=60) as answer:
        answer.read()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
