"""How fast a reader gets through the feed: in a program, on both engines, and over HTTP.

    python -m tests.benchmarks.feed_speed [--events 100000]

Printed are events a second from the first one to the last, and events per second of this process's
own processor time. Over HTTP the server is a process of its own.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import archive
from archive.archive import Archive
from archive.feed import ChangeNote, record_changes
from tests.benchmarks._served import served
from tests.postgres import running

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 500


def main() -> None:
    """Fill a feed on each engine, read it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    given = parser.parse_args()
    print(f"{'events/s':24} {'elapsed':>9} {'cpu':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, None, given.events)
        measure("SQLite", folder, None, given.events)
        with served(folder) as address:
            measure("HTTP, from SQLite", address, None, given.events)
        with running() as url:
            fill(folder, url, given.events)
            measure("PostgreSQL", folder, url, given.events)


def fill(folder: Path, url: str | None, count: int) -> None:
    """Write `count` events, as many in a transaction as a reprocess does."""
    data = {"version": 1, "title": "某县消费者权益保护工作情况", "url": "http://a.example/1.html"}
    with Archive.open(folder, url, create=True) as opened:
        for start in range(0, count, BATCH):
            notes = [
                ChangeNote("document.created", f"d{number:09d}", data)
                for number in range(start, min(start + BATCH, count))
            ]
            with opened.database.write() as connection:
                record_changes(connection, opened.database, notes, NOW)


def measure(name: str, place: Path | str, url: str | None, count: int) -> None:
    """Follow the feed from its beginning to its end."""
    with archive.open(place, url) as reader:
        start, used = time.perf_counter(), time.process_time()
        assert _length(reader.follow(wait=False)) == count
        took, used = time.perf_counter() - start, time.process_time() - used
    print(f"{name:24} {count / took:9.0f} {count / used:9.0f}")


def _length(events: Iterator[object]) -> int:
    return sum(1 for _ in events)


if __name__ == "__main__":
    main()
