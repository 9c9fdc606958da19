import csv
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from pyarrow import parquet
from sqlalchemy import update

from archive import cite, export, export_warc
from archive.archive import Archive
from archive.db import Database
from archive.errors import NotFound
from archive.feed import latest_cursor, read_changes
from archive.models import Capture
from archive.search import Query
from archive.warc import Exchange, parse_member, request_member, response_member
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


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_begins_like_a_formula(start: str) -> None:
    assert export._cell(f"{start}1+1") == f"'{start}1+1"
    assert export._cell(("c1", "c2")) == "c1 c2"
    assert export._cell(f"1{start}1") == f"1{start}1"


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


@pytest.fixture
def with_records(database: Database, build: Builder, tmp_path: Path) -> Archive:
    """An archive of two documents whose WARC file is there."""
    (tmp_path / "raw").mkdir()
    with (tmp_path / "raw" / "run1.warc.gz").open("wb") as file:
        file.write(b"x" * 7)
        for number in (1, 2):
            build.document(f"投诉{number}", title=f"第{number}篇", url=f"{SITE}/{number}.html")
            exchange = Exchange(
                url=f"{SITE}/{number}.html",
                method="GET",
                request_headers=(("Host", "gov.example"),),
                request_body=b"",
                status=200,
                response_headers=(("Content-Type", "text/html"),),
                payload=f"<p>投诉{number}</p>".encode(),
                fetched_at=datetime(2026, 3, number, tzinfo=UTC),
            )
            answer, question = response_member(exchange), request_member(exchange)
            place = {"offset": file.tell(), "length": len(answer)}
            place |= {"request_length": len(question), "content_type": "text/html; charset=utf-8"}
            with database.write() as connection:
                here = Capture.url == exchange.url
                connection.execute(update(Capture).where(here).values(place))
            file.write(answer + question)
    return Archive(tmp_path, database)


SITE = "https://gov.example"


def test_warc_members_are_those_of_the_archive(with_records: Archive) -> None:
    found = export.documents(with_records.database, Query("投诉2"))
    data = b"".join(export_warc.warc_members(with_records, found))
    records = [
        (record.headers["WARC-Type"], record.headers.get("WARC-Target-URI"))
        for record in ArchiveIterator(io.BytesIO(data))
    ]
    url = f"{SITE}/2.html"
    assert records == [("warcinfo", None), ("response", url), ("request", url)]


def test_a_lost_warc_file_is_named(with_records: Archive) -> None:
    (with_records.folder / "raw" / "run1.warc.gz").unlink()
    found = export.documents(with_records.database)
    with pytest.raises(NotFound, match=r"run1\.warc\.gz"):
        list(export_warc.warc_members(with_records, found))


def test_a_wacz_package_leads_to_every_record(with_records: Archive) -> None:
    output = io.BytesIO()
    found = export.documents(with_records.database)
    export_warc.write_wacz(with_records, found, output, datetime(2026, 4, 1, tzinfo=UTC))
    with zipfile.ZipFile(output) as package:
        described = json.loads(package.read("datapackage.json"))
        for resource in described["resources"]:
            data = package.read(resource["path"])
            assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
            assert resource["bytes"] == len(data)
        warc = package.read("archive/data.warc.gz")
        index = package.read("indexes/index.cdx").decode().splitlines()
        _, *pages = map(json.loads, package.read("pages/pages.jsonl").splitlines())
    assert [line.split()[:2] for line in index] == [
        ["example,gov)/1.html", "20260315080000"],
        ["example,gov)/2.html", "20260315080000"],
    ]
    for line in index:
        fields = json.loads(line.split(" ", 2)[2])
        start = int(fields["offset"])
        record = parse_member(warc[start : start + int(fields["length"])])
        assert (record.type, record.url, fields["mime"]) == ("response", fields["url"], "text/html")
    assert {page["url"] for page in pages} == {f"{SITE}/1.html", f"{SITE}/2.html"}


def test_snapshot_and_feed_leave_no_gap(database: Database, build: Builder) -> None:
    build.document("先")
    cursor = latest_cursor(database)
    exported = {d.id for d in export.documents(database)}
    later = build.document("后")
    told = {event.subject for event in read_changes(database, cursor).events}
    assert (exported & told, told) == (set(), {later})


def test_references_of_a_whole_result(database: Database, build: Builder) -> None:
    made = fill(build)
    query = Query("烦心事")
    found = export.found(database, query)
    entries = b"".join(cite.bibtex_entries(export.read(database, found))).decode()
    assert entries.count("@online{") == 3
    assert "organization = {蓝河县消费者权益保护委员会}" in entries
    items = json.loads(b"".join(cite.csl_items(export.read(database, found))))
    assert [item["id"] for item in items] == [made["lh2023"], made["lh2022"], made["lh2021"]]
    assert json.loads(b"".join(cite.csl_items([]))) == []


def _tool(name: str) -> str:
    """A program of the dependency group `replay`, in XIAOBAO_REPLAY_BIN, beside us or on PATH."""
    places = (os.environ.get("XIAOBAO_REPLAY_BIN", ""), str(Path(sys.executable).parent))
    found = shutil.which(name, path=os.pathsep.join((*places, os.environ.get("PATH", ""))))
    if found is None:
        pytest.skip(f"{name} is not installed: pip install --group replay")
    return found


@pytest.fixture
def package(with_records: Archive, tmp_path: Path) -> Path:
    path = tmp_path / "all.wacz"
    with path.open("wb") as output:
        found = export.documents(with_records.database)
        export_warc.write_wacz(with_records, found, output, datetime(2026, 4, 1, tzinfo=UTC))
    return path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_wacz_finds_our_package_valid(package: Path) -> None:
    done = subprocess.run(
        [_tool("wacz"), "validate", "-f", package], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "valid" in done.stdout


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pywb_replays_our_package(package: Path, tmp_path: Path) -> None:
    manager, wayback = _tool("wb-manager"), _tool("wayback")
    home = tmp_path / "replay"
    home.mkdir()
    for command in (["init", "all"], ["add", "--unpack-wacz", "all", str(package)]):
        subprocess.run([manager, *command], cwd=home, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [wayback, "-p", str(port), "-b", "127.0.0.1"], cwd=home,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as server:  # fmt: skip
        try:
            for number in (1, 2):
                body = _eventually(f"http://127.0.0.1:{port}/all/2026id_/{SITE}/{number}.html")
                assert body == f"<p>投诉{number}</p>".encode()
        finally:
            server.terminate()


def _eventually(url: str) -> bytes:
    """The answer, once the server is up: it takes some 10 seconds to start."""
    until = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
