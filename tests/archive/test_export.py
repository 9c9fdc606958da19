import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from pyarrow import parquet
from sqlalchemy import update

from archive import export
from archive.archive import Archive
from archive.db import Database
from archive.errors import NotFound
from archive.feed import latest_cursor, read_changes
from archive.models import Capture
from archive.search import Query
from archive.warc import Exchange, request_member, response_member
from tests.archive.builders import Builder
from tests.archive.web.sample import fill


@pytest.fixture
def build(database: Database) -> Builder:
    return Builder(database)


def test_json_lines_have_every_document_whole(database: Database, build: Builder) -> None:
    made = fill(build)
    lines = [json.loads(line) for line in export.json_lines(export.documents(database))]
    assert {line["id"] for line in lines} == set(made.values())
    by_id = {line["id"]: line for line in lines}
    report = by_id[made["cy2022"]]
    assert (report["cluster"], report["role"], report["site"]) == (
        "c-cy2022",
        "canonical",
        "cyqgov",
    )
    assert report["published"] == "2023-01-12"
    assert report["fetched_at"] == "2026-03-15T08:00:00Z"
    first = report["figures"][0]
    assert report["text"][first["start"] : first["end"]] == first["value"] + first["unit"]
    assert by_id[made["essay"]]["role"] == "repost"
    assert by_id[made["cy2018"]]["cluster"] is None


def test_an_export_is_what_the_query_means(database: Database, build: Builder) -> None:
    made = fill(build)
    found = export.documents(database, Query("烦心事"))
    assert [d.id for d in found] == [made["lh2023"], made["lh2022"], made["lh2021"]]


def test_more_than_a_batch(database: Database, build: Builder, monkeypatch) -> None:
    monkeypatch.setattr(export, "BATCH", 4)
    made = [build.document(f"文{place}") for place in range(10)]
    assert sorted(d.id for d in export.documents(database)) == made


def test_csv_cells_are_no_formulas(database: Database, build: Builder) -> None:
    text = '=1+1\n第二行，“引号”"与逗号,'
    build.document(text, title="@SUM(A1)", issuer="-2", source="\tx", region="江海省")
    data = b"".join(export.csv_lines(export.documents(database)))
    assert data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert row["title"] == "'@SUM(A1)"
    assert row["text"] == "'" + text
    assert (row["issuer"], row["source"], row["region"]) == ("'-2", "'\tx", "江海省")


def test_parquet_holds_the_same(database: Database, build: Builder, tmp_path: Path) -> None:
    made = fill(build)
    with (tmp_path / "a.parquet").open("wb") as file:
        export.write_parquet(export.documents(database), file)
    rows = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    wanted = list(export.documents(database))
    assert [(r["id"], r["text"], r["published"]) for r in rows] == [
        (d.id, d.text, d.published) for d in wanted
    ]
    (report,) = [row for row in rows if row["id"] == made["cy2022"]]
    assert report["figures"][0]["value"] == "1422"
    assert report["published"] == date(2023, 1, 12)


def test_warc_members_are_those_of_the_archive(
    database: Database, build: Builder, tmp_path: Path
) -> None:
    build.document("投诉")
    exchange = Exchange(
        url="https://gov.example/1.html",
        method="GET",
        request_headers=(("Host", "gov.example"),),
        request_body=b"",
        status=200,
        response_headers=(("Content-Type", "text/html"),),
        payload="<p>投诉</p>".encode(),
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    answer, question = response_member(exchange), request_member(exchange)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "run1.warc.gz").write_bytes(b"x" * 7 + answer + question)
    with database.write() as connection:
        place = {"offset": 7, "length": len(answer), "request_length": len(question)}
        connection.execute(update(Capture).values(place))
    archive = Archive(tmp_path, database)
    data = b"".join(export.warc_members(archive, export.documents(database)))
    records = [
        (record.headers["WARC-Type"], record.headers.get("WARC-Target-URI"))
        for record in ArchiveIterator(io.BytesIO(data))
    ]
    assert records == [
        ("warcinfo", None),
        ("response", exchange.url),
        ("request", exchange.url),
    ]
    (tmp_path / "raw" / "run1.warc.gz").unlink()
    with pytest.raises(NotFound, match=r"run1\.warc\.gz"):
        list(export.warc_members(archive, export.documents(database)))


def test_snapshot_and_feed_leave_no_gap(database: Database, build: Builder) -> None:
    build.document("先")
    cursor = latest_cursor(database)
    exported = {d.id for d in export.documents(database)}
    later = build.document("后")
    told = {event.subject for event in read_changes(database, cursor).events}
    assert (exported & told, told) == (set(), {later})
