"""How fast search is, beside a plain scan, FTS5's own trigram index and tantivy.

    python -m tests.benchmarks.search_speed [--documents 10000] [--database URL]
    python -m tests.benchmarks.search_speed --archive FOLDER --alone

Printed are milliseconds, median and 95th percentile, and processor time, over queries taken from
the texts, with the first page of 20 documents and all facets.
"""

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from archive.archive import Archive
from archive.db import Database
from archive.fold import search_form
from archive.search import Query, Searcher
from archive.search.index import _tokens, _words
from tests.benchmarks._filled import fill, queries, sample_of


def timed(ask: Callable[[str], object], asked: list[str]) -> str:
    """Median and 95th percentile in milliseconds, and the processor time of one in the middle."""
    took = []
    used = time.process_time()
    for query in asked:
        start = time.perf_counter()
        ask(query)
        took.append(1000 * (time.perf_counter() - start))
    used = 1000 * (time.process_time() - used) / len(asked)
    took.sort()
    return f"{statistics.median(took):9.1f} {took[int(len(took) * 0.95)]:9.1f} {used:9.1f}"


def trigram(folder: Path, db: Database) -> Callable[[str], object]:
    """FTS5's trigram index over the same folded texts; it finds nothing below 3 characters."""
    connection = sqlite3.connect(folder / "trigram.db")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(body, tokenize='trigram')")
    with db.read() as reading:
        rows = reading.execute(text("SELECT text FROM document"))
        connection.executemany("INSERT INTO t VALUES (?)", ((search_form(r[0]),) for r in rows))
    connection.commit()
    ask = "SELECT rowid FROM t WHERE t MATCH ?"
    return lambda query: connection.execute(ask, (f'"{search_form(query)}"',)).fetchall()


def tantivy(folder: Path, db: Database) -> Callable[[str], object] | None:
    """tantivy over the same pairs of characters; None where it is not installed.

    It counts all hits and gives the best 20; asked for phrases only, so not for one character.
    """
    try:
        import tantivy as engine
    except ModuleNotFoundError:
        return None
    builder = engine.SchemaBuilder()
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="position")
    schema = builder.build()
    (folder / "tantivy").mkdir()
    index = engine.Index(schema, path=str(folder / "tantivy"))
    start = time.perf_counter()
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    with db.read() as reading:
        for (body,) in reading.execute(text("SELECT text FROM document")):
            writer.add_document(engine.Document(pairs=_words(search_form(body))))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    size = sum(file.stat().st_size for file in (folder / "tantivy").iterdir())
    print(f"tantivy index {size / 1e6:.0f} MB, made in {time.perf_counter() - start:.0f} s")
    searcher = index.searcher()

    def ask(query: str) -> object:
        pairs = _tokens(search_form(query))[:-1]
        if len(pairs) == 1:
            wanted = engine.Query.term_query(schema, "pairs", pairs[0])
        else:
            wanted = engine.Query.phrase_query(schema, "pairs", list(pairs))
        return searcher.search(wanted, limit=20, count=True)

    return ask


def main() -> None:
    """Build or take an archive, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--database")
    parser.add_argument("--archive", type=Path, help="One that is there, instead of a new one.")
    parser.add_argument("--alone", action="store_true", help="Without the others.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = given.archive or Path(name)
        with Archive.open(folder, given.database, create=given.archive is None) as archive:
            if given.archive is None:
                start = time.perf_counter()
                fill(archive.database, given.documents)
                took = time.perf_counter() - start
                rate = given.documents / took
                print(f"{given.documents} documents written in {took:.0f} s, {rate:.0f}/s")
            measure(archive.database, None if given.alone else Path(name))


def measure(db: Database, scratch: Path | None) -> None:
    """Print the figures of one archive; beside others that keep their index in `scratch`."""
    with db.read() as connection:
        size = connection.execute(text("SELECT sum(length(text)) FROM document")).scalar_one()
        print(f"{size / 1e6:.1f} M characters, about {3 * size / 1e6:.0f} MB of text")
        if db.is_sqlite:
            ask = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search%'"
        else:
            ask = (
                "SELECT pg_total_relation_size('search_vector')"
                " + pg_total_relation_size('search_entry')"
            )
        index = connection.execute(text(ask)).scalar_one()
        print(f"index {index / 1e6:.0f} MB, {index / (3 * size):.2f} of the text")
    start = time.perf_counter()
    searcher = Searcher(db)
    searcher.search(Query())
    ranking = Searcher(db)  # one of its own: a searcher remembers what it found
    ranking.search(Query())
    print(f"columns loaded twice in {time.perf_counter() - start:.2f} s")
    peers = {
        "search": lambda q: searcher.search(Query(q)),
        "search, by relevance": lambda q: ranking.search(Query(q, sort="relevance")),
        "search, one-shot": lambda q: Searcher(db, keep=False).search(Query(q)),
    }
    if scratch:
        peers |= others(db, scratch)
    load = os.getloadavg()[0]
    for kind, asked in queries(sample_of(db)).items():
        print(f"\n{kind:24} {'median':>9} {'p95':>9} {'cpu':>9} ms, load {load:.1f}")
        for peer, ask in peers.items():
            if kind == "boolean" and peer not in ("search", "search, one-shot"):
                continue
            if kind == "1 character" and peer == "tantivy, no facets":
                continue
            print(f"{peer:24} {timed(ask, asked)}")


def others(db: Database, scratch: Path) -> dict[str, Callable[[str], object]]:
    """What else could answer, over the same texts."""
    with db.read() as connection:
        forms = [search_form(r[0]) for r in connection.execute(text("SELECT text FROM document"))]
    peers: dict[str, Callable[[str], object]] = {
        "plain scan": lambda q: [form for form in forms if search_form(q) in form]
    }
    if db.is_sqlite:
        peers["FTS5 trigram, ids only"] = trigram(scratch, db)
    if other := tantivy(scratch, db):
        peers["tantivy, no facets"] = other
    return peers


if __name__ == "__main__":
    main()
