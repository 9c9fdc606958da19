"""How fast search is, beside a plain scan, FTS5's own trigram index and tantivy.

    python -m tests.benchmarks.search_speed [--documents 10000] [--database URL]

Texts are words of invented frequency, about 2,000 characters each, as long-tailed as prose; every
fifth one is in traditional characters. Printed are milliseconds, median and 95th percentile, over
queries taken from the texts, with the first page of 20 documents and all facets.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from opencc import OpenCC
from pypinyin.phrases_dict import phrases_dict
from sqlalchemy import insert, text

from archive.archive import Archive
from archive.db import Database
from archive.fold import search_form
from archive.models import Article, Document, Extraction, Site
from archive.search import Entry, Query, Searcher, index_documents
from archive.search.index import _tokens, _words

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMMON = ["消费者", "投诉", "举报", "市场监管", "维权", "受理", "调解", "经营者", "商品", "服务"]
COMMON += ["全年", "处理", "的", "和", "在", "为", "了", "开展", "工作"]


def sentences(random_: random.Random) -> Iterator[str]:
    """Endless invented prose."""
    words = COMMON + random_.sample([w for w in phrases_dict if len(w) <= 4], 30_000)
    weights = list(accumulate(1 / (place + 3) for place in range(len(words))))
    while True:
        length = random_.randint(4, 14)
        yield (
            "".join(random_.choices(words, cum_weights=weights, k=length))
            + "，。；\n"[random_.randint(0, 3)]
        )


def fill(db: Database, count: int) -> list[str]:
    """Write `count` documents; gives a sample of their texts."""
    random_ = random.Random(7)
    source = sentences(random_)
    traditional = OpenCC("s2t")
    sample: list[str] = []
    with db.write() as connection:
        for place in range(50):
            connection.execute(
                insert(Site).values(
                    id=f"s{place}", name=f"第{place}网", family="f", site_type=f"t{place % 5}",
                    trust=50, profile={}, profile_version="1", hints={}, updated_at=NOW,
                )
            )  # fmt: skip
    for start in range(0, count, 500):
        with db.write() as connection:
            for number in range(start + 1, min(start + 500, count) + 1):
                body = "".join(next(source) for _ in range(105))
                if number % 5 == 0:
                    body = traditional.convert(body)
                if random_.random() < 200 / count:
                    sample.append(body)
                _insert(connection, db, number, body, random_)
    return sample


def _insert(connection, db, number, body, random_) -> None:
    site = f"s{min(int(random_.expovariate(0.1)), 49)}"
    connection.execute(
        insert(Article).values(id=number, site_id=site, url=f"http://x/{number}", added_at=NOW)
    )
    connection.execute(
        insert(Extraction).values(
            id=number, article_id=number, captures=[], warc_host="h", state="done", queued_at=NOW
        )
    )
    title, name = body[:20], f"d{number:09d}"
    connection.execute(
        insert(Document).values(
            id=name, article_id=number, ordinal=1, extraction_id=number, site_id=site,
            url=f"http://x/{number}", title=title, text=body, text_sha256="", start=0,
            end=len(body), kind=f"k{number % 7}", issuer=f"第{int(random_.paretovariate(0.5))}局",
            region=f"省{number % 31}/市{number % 300}", year=2000 + number % 26,
            published=date(2000, 1, 1) + timedelta(days=random_.randrange(9_000)),
            fetched_at=NOW, language_script="hans", completeness="full", on_topic=True,
            topic_score=5, created_at=NOW, updated_at=NOW,
        )
    )  # fmt: skip
    index_documents(connection, db, [Entry(name, title, body)])


def queries(sample: list[str]) -> dict[str, list[str]]:
    """Queries of each kind, taken from the texts."""
    random_ = random.Random(8)

    def part(length: int) -> str:
        while True:
            body = random_.choice(sample)
            start = random_.randrange(len(body) - length)
            found = body[start : start + length]
            if found.isalpha() and found.isprintable():
                return found

    return {
        "1 character": [part(1) for _ in range(30)],
        "2 characters": [part(2) for _ in range(60)] + ["投诉", "举报", "消费", "维权"],
        "4 characters": [part(4) for _ in range(60)] + ["消费者投诉"],
        "phrase of 10": [part(10) for _ in range(60)],
        "boolean": [f"({part(2)} OR {part(2)}) {part(2)} NOT {part(2)}" for _ in range(40)],
    }


def timed(ask: Callable[[str], object], asked: list[str]) -> str:
    """Median and 95th percentile in milliseconds."""
    took = []
    for query in asked:
        start = time.perf_counter()
        ask(query)
        took.append(1000 * (time.perf_counter() - start))
    took.sort()
    return f"{statistics.median(took):9.1f} {took[int(len(took) * 0.95)]:9.1f}"


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
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Archive.open(folder, given.database, create=True) as archive:
            measure(archive.database, folder, given.documents)


def measure(db: Database, folder: Path, count: int) -> None:
    """Fill one archive and print its figures."""
    start = time.perf_counter()
    sample = fill(db, count)
    took = time.perf_counter() - start
    print(f"{count} documents written and indexed in {took:.0f} s, {count / took:.0f}/s")
    with db.read() as connection:
        size = connection.execute(text("SELECT sum(length(text)) FROM document")).scalar_one()
        print(f"{size / 1e6:.1f} M characters, about {3 * size / 1e6:.0f} MB of text")
        if db.is_sqlite:
            index = connection.execute(
                text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search%'")
            ).scalar_one()
        else:
            index = connection.execute(
                text(
                    "SELECT pg_total_relation_size('search_vector')"
                    " + pg_total_relation_size('search_entry')"
                )
            ).scalar_one()
        print(f"index {index / 1e6:.0f} MB, {index / (3 * size):.2f} of the text")
        forms = [search_form(r[0]) for r in connection.execute(text("SELECT text FROM document"))]
    start = time.perf_counter()
    searcher = Searcher(db)
    searcher.search(Query())
    print(f"columns loaded in {time.perf_counter() - start:.2f} s")
    peers = {
        "search": lambda q: searcher.search(Query(q)),
        "search, by relevance": lambda q: searcher.search(Query(q, sort="relevance")),
        "search, one-shot": lambda q: Searcher(db, keep=False).search(Query(q)),
        "plain scan": lambda q: [form for form in forms if search_form(q) in form],
    }
    if db.is_sqlite:
        peers["FTS5 trigram, ids only"] = trigram(folder, db)
    if other := tantivy(folder, db):
        peers["tantivy, no facets"] = other
    for kind, asked in queries(sample).items():
        print(f"\n{kind:24} {'median':>9} {'p95':>9} ms")
        for peer, ask in peers.items():
            if kind == "boolean" and peer not in ("search", "search, one-shot"):
                continue
            if kind == "1 character" and peer == "tantivy, no facets":
                continue
            print(f"{peer:24} {timed(ask, asked)}")


if __name__ == "__main__":
    main()
