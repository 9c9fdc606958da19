"""How fast documents are fingerprinted and placed, and how that grows with the archive.

    python -m tests.benchmarks.clusters_speed [sqlite] [postgresql] [--sizes 1000 10000 100000]

Each size fills an archive with that many other documents (fingerprints of random texts that share
stock phrases, written in bulk), then places new ones through the store's own `place`: half are new
works, a quarter reposts of these, a quarter the same wording with other figures. Printed are
milliseconds inside the locked transaction (look-up, insert, assignment), the commit beside it, and
the bytes that the index holds for each document.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, insert, text

from archive.clusters import ClusterInput, place
from archive.clusters.lookup import CROWDED, signed
from archive.db import Database
from archive.models import (
    Article,
    Cluster,
    Document,
    Extraction,
    Fingerprint,
    Member,
    Shingle,
    SimBand,
    Site,
)
from dedupe import Prepared, prepare
from tests.postgres import running

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHARACTERS = 3000
GOALS = {"sqlite": 10, "postgresql": 15}
TABLES = ("fingerprint", "sim_band", "shingle")
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]


def invented(random_: random.Random, figures: random.Random) -> str:
    """About `CHARACTERS` characters in sentences, a figure in each third one."""
    words = ["".join(random_.choices(HAN, k=random_.randint(2, 4))) for _ in range(600)]
    out, length = [], 0
    while length < CHARACTERS:
        sentence = "".join(random_.choices(words, k=random_.randint(4, 12)))
        if random_.random() < 0.4:
            sentence += f"{figures.randint(12, 9999)}件"
        out.append(sentence + random_.choice("，，。；\n"))
        length += len(out[-1])
    return "".join(out)


def new_texts(seed: int) -> Iterator[str]:
    """New works, reposts of them, and the same wording with other figures, in turn."""
    for number in range(10**9):
        work, turn = divmod(number, 4)
        if turn < 2:
            yield invented(random.Random(f"{seed} {number}"), random.Random(number))
        else:
            wording = random.Random(f"{seed} {4 * work}")
            other = 4 * work if turn == 2 else -1 - number
            yield invented(wording, random.Random(other))


def fill(db: Database, start: int, end: int, sample: Prepared) -> None:
    """Write documents `start` to `end` as placed ones, each alone in its cluster."""
    random_ = np.random.default_rng(start)
    stock = np.random.default_rng(1).integers(-(2**31), 2**31, 400)
    with db.write() as connection:
        for low in range(start, end, 2000):
            numbers = range(low + 1, min(low + 2000, end) + 1)
            ids = {n: f"b{n:08d}" for n in numbers}
            connection.execute(insert(Document), [_document(ids[n], n, "") for n in numbers])
            hashes = {n: int(random_.integers(0, 2**63)) * 2 + n % 2 for n in numbers}
            connection.execute(
                insert(Fingerprint),
                [
                    {
                        "number": n,
                        "document_id": ids[n],
                        "version": sample.version,
                        "exact": f"{n:064d}",
                        "simhash": signed(hashes[n]),
                        "n_han": sample.n_han,
                        "skeleton": sample.skeleton.tobytes(),
                        "figures": sample.numbers.to_bytes(),
                        "breaks": [[], []],
                        "masked": 0,
                        "claim": _given(ids[n], "").claim(sample).to_json(),
                    }
                    for n in numbers
                ],
            )
            connection.execute(
                insert(SimBand),
                [
                    {"band": band, "key": hashes[n] >> shift & 0xFFFF, "number": n}
                    for band, shift in enumerate((48, 32, 16, 0))
                    for n in numbers
                ],
            )
            rows = {
                (int(h), n)
                for n in numbers
                for h in random_.integers(-(2**31), 2**31, len(sample.shingles))
            } | {
                (int(h), n)
                for n in numbers
                if n < 20 * CROWDED  # later ones find these shingles crowded
                for h in random_.choice(stock, 5)
            }
            _write_shingles(connection, sorted(rows))
            clusters = [
                {"id": f"c{ids[n]}", "canonical_id": ids[n], "created_at": NOW} for n in numbers
            ]
            connection.execute(insert(Cluster), clusters)
            seats = [
                {
                    "cluster_id": f"c{ids[n]}",
                    "document_id": ids[n],
                    "role": "canonical",
                    "joined_at": NOW,
                }
                for n in numbers
            ]
            connection.execute(insert(Member), seats)
    with db.write() as connection:
        if not db.is_sqlite:
            for table in (Fingerprint, SimBand, Shingle):
                connection.execute(text(f"ANALYZE {table.__tablename__}"))
            connection.execute(
                text(
                    "SELECT setval(pg_get_serial_sequence('fingerprint', 'number'), "
                    "(SELECT max(number) FROM fingerprint))"
                )
            )


def _write_shingles(connection: Connection, rows: list[tuple[int, int]]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(insert(Shingle), [{"hash": h, "number": n} for h, n in rows])
        return
    hashes, numbers = zip(*rows, strict=True)
    statement = text("INSERT INTO shingle (hash, number) SELECT unnest(:hashes), unnest(:numbers)")
    connection.execute(statement, {"hashes": list(hashes), "numbers": list(numbers)})


def _document(document_id: str, ordinal: int, body: str) -> dict[str, object]:
    return {
        "id": document_id,
        "article_id": 1,
        "ordinal": ordinal,
        "extraction_id": 1,
        "site_id": "s",
        "url": "",
        "title": "",
        "text": body,
        "text_sha256": "",
        "start": 0,
        "end": len(body),
        "kind": "other",
        "fetched_at": NOW,
        "language_script": "hans",
        "completeness": "full",
        "on_topic": True,
        "topic_score": 0,
        "created_at": NOW,
        "updated_at": NOW,
    }


def _given(document_id: str, body: str) -> ClusterInput:
    return ClusterInput(
        document_id=document_id,
        text=body,
        site_type="government",
        trust=90,
        completeness="full",
        repair_status="none",
        language_script="hans",
        published=None,
        fetched_at=NOW,
    )


class Times(NamedTuple):
    """Milliseconds of each placing: inside the transaction, of that our own CPU, its commit."""

    inside: list[float]
    cpu: list[float]
    commit: list[float]


def measure(db: Database, size: int, count: int) -> Times:
    """Place `count` new documents."""
    times = Times([], [], [])
    for number, body in zip(range(count), new_texts(size), strict=False):
        document_id = f"n{size:07d}{number:05d}"
        ready = prepare(body)
        with db.write() as connection:
            row = _document(document_id, 10**7 + size * 10 + number, body)
            connection.execute(insert(Document).values(row))
            start, cpu = time.perf_counter(), time.thread_time()
            now = NOW + timedelta(seconds=number)
            place(connection, db, _given(document_id, body), ready, now=now)
            done = time.perf_counter()
            times.cpu.append((time.thread_time() - cpu) * 1000)
            times.inside.append((done - start) * 1000)
        times.commit.append((time.perf_counter() - done) * 1000)
    return times


def index_bytes(db: Database) -> int:
    """Bytes the three index tables hold."""
    with db.read() as connection:
        if db.is_sqlite:
            names = "', '".join((*TABLES, "ix_fingerprint_exact"))
            query = f"SELECT sum(pgsize) FROM dbstat WHERE name IN ('{names}')"
        else:
            sizes = " + ".join(f"pg_total_relation_size('{table}')" for table in TABLES)
            query = f"SELECT {sizes}"
        return int(connection.execute(text(query)).scalar_one())


@contextmanager
def database(engine: str) -> Iterator[Database]:
    """An empty archive on the engine."""
    with ExitStack() as stack:
        if engine == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            url = f"sqlite:///{Path(folder) / 'bench.db'}"
        else:
            url = stack.enter_context(running())
        db = Database(url)
        db.migrate()
        site = {
            "id": "s", "name": "", "family": "", "site_type": "", "trust": 0, "profile": {},
            "profile_version": "", "hints": {}, "updated_at": NOW,
        }  # fmt: skip
        extraction = {"id": 1, "article_id": 1, "captures": [], "warc_host": "", "queued_at": NOW}
        with db.write() as connection:
            connection.execute(insert(Site).values(site))
            connection.execute(insert(Article).values(id=1, site_id="s", url="", added_at=NOW))
            connection.execute(insert(Extraction).values(extraction))
        yield db
        db.close()


def growth(db: Database, sizes: Sequence[int], count: int) -> None:
    """Print a row for each size."""
    sample = prepare(invented(random.Random(0), random.Random(0)))
    print(
        f"{'documents':>10} {'median ms':>10} {'p95 ms':>8} {'own ms':>8} {'commit ms':>10} "
        f"{'bytes/doc':>10}"
    )
    filled = 0
    for size in sizes:
        fill(db, filled, size, sample)
        filled = size + 10 * count  # numbers of the documents placed below
        times = measure(db, size, count)
        p95 = statistics.quantiles(times.inside, n=20)[-1]
        each = index_bytes(db) / (size + count)
        print(
            f"{size:>10,} {statistics.median(times.inside):>10.2f} {p95:>8.2f} "
            f"{statistics.median(times.cpu):>8.2f} {statistics.median(times.commit):>10.2f} "
            f"{each:>10,.0f}",
            flush=True,
        )


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("engines", nargs="*", choices=[*GOALS, []])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--count", type=int, default=200, help="documents placed at each size")
    chosen = parser.parse_args(arguments)
    texts = [invented(random.Random(n), random.Random(n)) for n in range(100)]
    start = time.process_time()
    for body in texts:
        prepare(body)
    rate = len(texts) / (time.process_time() - start)
    print(f"normalise + fingerprint, {CHARACTERS} characters: {rate:.0f} documents/s (goal 400)")
    for engine in chosen.engines or GOALS:
        print(f"\n{engine}: look-up, insert and assignment (goal {GOALS[engine]} ms at 100,000)")
        with database(engine) as db:
            growth(db, chosen.sizes, chosen.count)


if __name__ == "__main__":
    main()
