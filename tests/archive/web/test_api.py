import io
import json
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Client
from pyarrow import parquet

from archive.archive import Archive
from archive.db import Database
from archive.feed import latest_cursor
from archive.web.app import create_app
from tests.archive.builders import Builder
from tests.archive.served import served


def test_search_pages_and_counts(client: TestClient, sample: dict[str, str]) -> None:
    first = client.get("/api/search", params={"q": "投诉", "limit": 4}).json()
    assert (first["total"], len(first["hits"])) == (10, 4)
    assert {v["value"]: v["count"] for v in first["facets"]["kind"]} == {
        "work_summary": 7,
        "data_analysis": 3,
    }
    rest = client.get("/api/search", params={"q": "投诉", "limit": 100, "after": first["next"]})
    assert len(rest.json()["hits"]) == 6
    assert rest.json()["next"] is None
    line = first["hits"][0]["lines"][0]
    document = client.get(f"/api/documents/{first['hits'][0]['id']}").json()
    assert document["text"][line["start"] : line["end"]] == "投诉"


def test_head_is_get_without_the_body(
    database: Database, tmp_path: Path, sample: dict[str, str]
) -> None:
    paths = ("/", f"/documents/{sample['cy2022']}", "/api/search", "/nothing", "/api/export")
    with served(Archive(tmp_path, database)) as address, Client(base_url=address) as client:
        answers = [client.head(path) for path in paths]
        whole = client.get(paths[1])
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 405]
    assert answers[1].headers["Content-Length"] == whole.headers["Content-Length"]
    assert not any(answer.content for answer in answers)


def test_documents_clusters_and_differences(client: TestClient, sample: dict[str, str]) -> None:
    document = client.get(f"/api/documents/{sample['mirror']}").json()
    assert document["captures"][0]["offset"] > 0
    assert document["repairs"][0]["restored"] == "國際"
    assert document["clusters"] == [["c-cy2022", "repost"]]
    cluster = client.get("/api/clusters/c-cy2022").json()
    assert {member["document"] for member in cluster["members"]} == {
        sample[name] for name in ("cy2022", "essay", "mirror", "preview")
    }
    params = {"a": sample["cy2022"], "b": sample["mirror"]}
    pieces = client.get("/api/diff", params=params).json()["pieces"]
    assert {piece["kind"] for piece in pieces} == {"equal"}


def test_a_document_can_be_cited(client: TestClient, sample: dict[str, str]) -> None:
    path = f"/api/documents/{sample['cy2022']}/citation"
    assert "苍屿区2022年消费维权工作总结[EB/OL]" in client.get(path).text
    assert client.get(path, params={"format": "bibtex"}).text.startswith("@online{")
    assert client.get(path, params={"format": "csl"}).json()[0]["type"] == "webpage"
    assert "[EB/OL]" in client.get(f"/documents/{sample['cy2022']}").text


def test_series_hold_each_report_once(client: TestClient, sample: dict[str, str]) -> None:
    found = client.get("/api/issuers").json()
    assert [(one["issuer"], one["years"]) for one in found] == [
        ("苍屿区市场监督管理局", 7),
        ("蓝河县消费者权益保护委员会", 3),
    ]
    series = client.get("/api/series", params={"issuer": "苍屿区市场监督管理局"}).json()
    received = next(one for one in series if one["name"] == "complaints_received")
    assert [(p["year"], p["value"]) for p in received["points"]] == [
        (2018, "812"),
        (2019, "955"),
        (2020, "1204"),
        (2021, "1130"),
        (2022, "1422"),
        (2023, "1689"),
        (2024, "1875"),
    ]


def test_totals(client: TestClient, sample: dict[str, str], database: Database) -> None:
    corpus = client.get("/api/statistics").json()
    assert (corpus["documents"], corpus["works"], corpus["reposts"]) == (13, 10, 3)
    assert corpus["cursor"] == latest_cursor(database)
    assert {site["id"]: site["documents"] for site in client.get("/api/sites").json()} == {
        "cyqgov": 7,
        "lhgov": 3,
        "fanwen": 2,
        "mirror": 1,
    }


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_feed_is_read_to_its_end(client: TestClient, sample: dict[str, str]) -> None:
    seen: list[object] = []
    cursor = ""
    while True:
        answer = client.get("/api/feed", params={"after": cursor, "limit": 5})
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        events = lines(answer.text)
        cursor = answer.headers["x-cursor"]
        seen += [event["subject"] for event in events]
        if not events:
            break
    assert seen == [*sample.values(), "c-cy2022", sample["lh2022"]]


def test_a_waiting_reader_gets_the_event_when_it_comes(
    client: TestClient, build: Builder, database: Database
) -> None:
    build.document("先")
    cursor = latest_cursor(database)
    writer = threading.Timer(0.2, build.document, ("后",))
    writer.start()
    answer = client.get("/api/feed", params={"after": cursor, "wait": 30})
    writer.join()
    assert len(lines(answer.text)) == 1


def test_an_export_is_the_whole_result(client: TestClient, sample: dict[str, str]) -> None:
    answer = client.get("/api/export", params={"q": "投诉", "all": "1"})
    assert len(lines(answer.text)) == 13
    assert answer.headers["x-cursor"] == client.get("/api/snapshot").json()["cursor"]
    table = client.get("/api/export", params={"q": "投诉", "format": "csv"})
    assert "attachment" in table.headers["content-disposition"]
    assert table.text.startswith("\ufeffid,version,title")
    packed = client.get("/api/export", params={"q": "烦心事", "format": "parquet"})
    assert parquet.read_table(io.BytesIO(packed.content)).num_rows == 3
    assert 'filename="xiaobao.parquet"' in packed.headers["content-disposition"]
    cited = client.get("/api/export", params={"q": "烦心事", "format": "bibtex"})
    assert cited.text.count("@online{") == 3
    items = client.get("/api/export", params={"q": "烦心事", "format": "csl"}).json()
    assert [item["type"] for item in items] == ["webpage"] * 3


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/documents/x", 404),
        ("/api/search?q=(", 400),
        ("/api/search?limit=101", 400),
        ("/api/search?after=x", 400),
        ("/api/export?q=%22", 400),
        ("/api/feed?after=x", 400),
        ("/api/feed?wait=999", 400),
        ("/api/nowhere", 404),
    ],
)
def test_errors_are_problem_objects(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem.keys() == {"type", "title", "status", "detail", "instance"}


def test_a_stale_cursor_is_gone(client: TestClient, build: Builder, database: Database) -> None:
    build.document("文")
    cursor = latest_cursor(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = 'other' WHERE key = 'epoch'")
    assert client.get("/api/feed", params={"after": cursor}).status_code == 410


def test_the_interface_is_described(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    page = client.get("/api").text
    for path, methods in paths.items():
        assert methods["get"]["description"]
        assert path in page
    assert "cluster_size" in page


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/series", "苍屿区市场监督管理局"),
        ("/series?issuer=苍屿区市场监督管理局", "<polyline"),
        ("/series?issuer=没有", "还没有"),
        ("/timeline?q=烦心", "10 篇中有 3 篇"),
        ("/timeline?q=没有这样的", "10 篇中有 0 篇"),
        ("/sites", "一页范文网"),
        ("/statistics", "3,5"),
    ],
)
def test_overviews(client: TestClient, sample: dict[str, str], path: str, says: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert says in answer.text


def test_overviews_of_an_empty_archive(client: TestClient) -> None:
    for path in ("/", "/series", "/timeline", "/sites", "/statistics", "/api"):
        assert client.get(path).status_code == 200
    assert client.get("/api/export").text == ""


def test_a_problem_says_what_where(client: TestClient) -> None:
    answer = client.get("/api/documents/dx")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no document 'dx'",
        "instance": "/api/documents/dx",
    }


def test_versions_of_a_document(client: TestClient, sample: dict[str, str]) -> None:
    document = client.get(f"/api/documents/{sample['lh2022']}").json()
    assert [v["version"] for v in document["versions"]] == [2, 1]
    first = client.get(f"/api/documents/{sample['lh2022']}/versions/1").json()
    assert document["text"].startswith(first["text"])
    assert first["view"]["text_sha256"] == document["versions"][1]["text_sha256"]


def test_a_token_guards_what_is_private(
    database: Database, tmp_path: Path, sample: dict[str, str]
) -> None:
    private = ("/api/feed", "/api/export", "/captures/1/raw")
    app = create_app(Archive(tmp_path, database), token="geheim")
    with TestClient(app) as client:
        for path in ("/", "/api/search", f"/api/documents/{sample['cy2022']}"):
            assert client.get(path).status_code == 200
        for path in private:
            for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic §"}):
                refused = client.get(path, headers={k: v.encode() for k, v in headers.items()})
                assert refused.status_code == 401
                assert refused.headers["www-authenticate"].startswith("Basic")
            bearer = {"Authorization": "Bearer geheim"}
            assert client.get(path, headers=bearer).status_code in (200, 404)
            assert client.get(path, auth=("anybody", "geheim")).status_code in (200, 404)
