"""An archive filled for benchmarks: invented texts, and all that goes with them.

Texts are about 2,800 characters each, their words of invented frequency and as long-tailed as
prose; every fifth one is in traditional characters. Each document has a capture and six figures,
every fifth begins a cluster of three, and the feed tells of all.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any

from opencc import OpenCC
from pypinyin.phrases_dict import phrases_dict
from sqlalchemy import Connection, func, insert, select

from archive.db import Database
from archive.feed import ChangeNote, record_changes
from archive.models import (
    Article,
    Capture,
    Cluster,
    Document,
    Extraction,
    Figure,
    Member,
    Run,
    Site,
    WarcFile,
)
from archive.models.base import Base
from archive.search import Entry, index_documents
from archive.tables import table

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 500
"""Documents of a transaction."""
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


def fill(db: Database, count: int) -> None:
    """Write `count` documents."""
    random_ = random.Random(7)
    source = sentences(random_)
    traditional = OpenCC("s2t")
    with db.write() as connection:
        _origins(connection)
    for start in range(0, count, BATCH):
        with db.write() as connection:
            texts: dict[int, str] = {}
            for number in range(start + 1, min(start + BATCH, count) + 1):
                body = "".join(next(source) for _ in range(105))
                if number % 5 == 0:
                    body = traditional.convert(body)
                texts[number] = body
                _insert(connection, db, number, body, random_)
            relate(connection, db, texts)


def sample_of(db: Database) -> list[str]:
    """Texts of 200 documents, evenly spread."""
    with db.read() as connection:
        count = connection.execute(select(func.count()).select_from(Document)).scalar_one()
        wanted = [named(1 + place * count // 200) for place in range(200)]
        rows = connection.execute(
            select(Document.text).where(Document.id.in_(wanted)).order_by(Document.id)
        )
        return [row.text for row in rows]


def _origins(connection: Connection) -> None:
    for place in range(50):
        connection.execute(
            insert(Site).values(
                id=f"s{place}", name=f"第{place}网", family="f", site_type=f"t{place % 5}",
                trust=50, profile={}, profile_version="1", hints={}, updated_at=NOW,
            )
        )  # fmt: skip
    connection.execute(
        insert(Run).values(id="r", kind="crawl", owner="t", sites=[], started_at=NOW)
    )
    connection.execute(
        insert(WarcFile).values(
            id=1, name="raw/r.warc.gz", host="h", owner="t", state="closed", created_at=NOW
        )
    )


def _insert(
    connection: Connection, db: Database, number: int, body: str, random_: random.Random
) -> None:
    site = f"s{min(int(random_.expovariate(0.1)), 49)}"
    connection.execute(
        insert(Article).values(id=number, site_id=site, url=f"http://x/{number}", added_at=NOW)
    )
    connection.execute(
        insert(Extraction).values(
            id=number, article_id=number, captures=[number], warc_host="h", state="done",
            queued_at=NOW, page={"encoding": {"chosen": "utf-8"}},
        )
    )  # fmt: skip
    title, name = body[:20], named(number)
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


def named(number: int) -> str:
    """The id of a document."""
    return f"d{number:09d}"


def relate(connection: Connection, db: Database, texts: Mapping[int, str]) -> None:
    """Give documents their captures, figures, clusters and events; a BATCH at a time."""
    captures = [
        {
            "id": n, "site_id": "s0", "run_id": "r", "url": f"http://x/{n}", "fetched_at": NOW,
            "status": 200, "outcome": "ok", "record_type": "response", "warc_file_id": 1,
            "offset": n * 1000, "length": 900, "request_length": 100,
            "payload_sha256": "0" * 64, "payload_length": 800,
        }
        for n in texts
    ]  # fmt: skip
    figures = [
        {
            "document_id": named(n), "name": f"figure{place}", "value": str(n * place),
            "unit": "件", "text": body[place * 100 :][:8], "start": place * 100,
            "end": place * 100 + 8,
        }
        for n, body in texts.items()
        for place in range(1, 7)
    ]  # fmt: skip
    works = [n for n in texts if n % 5 == 1 and n + 2 in texts]
    clusters = [{"id": f"c{n}", "canonical_id": named(n), "created_at": NOW} for n in works]
    members = [
        {
            "cluster_id": f"c{n}", "document_id": named(n + place), "joined_at": NOW,
            "role": "repost" if place else "canonical",
        }
        for n in works
        for place in range(3)
    ]  # fmt: skip
    rows: Sequence[tuple[type[Base], list[dict[str, Any]]]] = [
        (Capture, captures), (Figure, figures), (Cluster, clusters), (Member, members)
    ]  # fmt: skip
    for model, values in rows:
        if values:
            connection.execute(insert(table(model)), values)
    told = {"version": 1, "title": "投诉情况", "url": "http://x/1"}
    notes = [ChangeNote("document.created", named(n), told) for n in texts]
    notes += [ChangeNote("cluster.created", f"c{n}") for n in works]
    record_changes(connection, db, notes, NOW)


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
