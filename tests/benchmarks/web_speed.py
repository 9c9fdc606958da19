"""How fast pages come while several readers ask at once.

    python -m tests.benchmarks.web_speed [--documents 10000] [--archive FOLDER]

The server is a process of its own; the readers are threads here, each asking for one page after
the other. Printed are milliseconds from the request to the last byte.
"""

import argparse
import os
import statistics
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

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
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.archive or Path(name)
        with Archive.open(folder, create=given.archive is None) as archive:
            if given.archive is None:
                fill(archive.database, given.documents)
            with archive.database.read() as connection:
                rows = connection.execute(text("SELECT id FROM document LIMIT 300")).all()
            texts = sample_of(archive.database)
        measure(folder, [row.id for row in rows], texts)


def measure(folder: Path, documents: list[str], texts: list[str]) -> None:
    """Serve `folder` and print how long its pages take."""
    words = [word for kind in ("2 characters", "4 characters") for word in queries(texts)[kind]]
    pages = {
        "search page": [f"/?q={quote(word)}" for word in words],
        "search page, facet": [f"/?q={quote(word)}&year=2010" for word in words],
        "search page, relevance": [f"/?q={quote(word)}&sort=relevance" for word in words],
        "document page": [f"/documents/{document}" for document in documents[: len(words)]],
    }
    with served(folder) as address:
        _fetch(address + "/")  # loads what a server keeps
        load = os.getloadavg()[0]
        print(f"{CLIENTS} readers {'':14} {'median':>9} {'p95':>9} ms   pages/s, load {load:.1f}")
        for kind, paths in pages.items():
            start = time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as readers:
                took = sorted(readers.map(_fetch, [address + path for path in paths]))
            rate = len(took) / (time.perf_counter() - start)
            p95 = took[int(len(took) * 0.95)]
            print(f"{kind:24} {statistics.median(took):9.1f} {p95:9.1f}   {rate:7.0f}")


def _fetch(url: str) -> float:
    """Milliseconds until the whole page was there."""
    start = time.perf_counter()
    with urllib.request.urlopen(url, timeout=60) as answer:
        answer.read()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
