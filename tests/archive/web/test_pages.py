import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, insert, select

from archive.db import POOL, Database
from archive.models import Capture, WarcFile
from archive.saved import save
from archive.search import Query
from archive.web import state
from archive.web.marks import Mark, paragraphs
from archive.withdrawals import withdraw
from tests.archive.builders import NOW, Builder


def titles(html: str) -> list[str]:
    return re.findall(r"<h3><a [^>]*>([^<]*)</a></h3>", html)


def test_the_start_page_lists_originals_newest_first(
    client: TestClient, sample: dict[str, str]
) -> None:
    page = client.get("/")
    assert page.status_code == 200
    found = titles(page.text)
    assert found[0] == "苍屿区2024年消费维权工作总结"
    assert len(found) == 10
    assert "消费维权工作总结范文（精选）" not in found
    assert "消费维权工作总结范文（精选）" in titles(client.get("/?all=1").text)


def test_search_marks_the_hits_in_the_published_script(
    client: TestClient, sample: dict[str, str]
) -> None:
    page = client.get("/", params={"q": "消费维权 國際", "all": "1"}).text
    assert "<mark>國際</mark>" in page
    assert "<mark>国际</mark>" in page
    kwic = client.get("/", params={"q": "約談", "view": "kwic"}).text
    assert re.search(r'<td class="hit"><a [^>]*>约谈</a></td>', kwic)


def test_readers_who_hold_all_connections_wait_for_no_one_who_wants_another(
    client: TestClient, sample: dict[str, str]
) -> None:
    shared = client.app.state.xiaobao  # type: ignore[attr-defined]
    pool = shared.database.engine.pool
    taken = threading.Event()
    event.listen(pool, "checkout", lambda *_: pool.checkedout() >= POOL and taken.set())
    with ThreadPoolExecutor(2 * POOL) as readers:
        with shared.searcher.turn:
            asked = [readers.submit(client.get, f"/documents/{sample['cy2022']}")]
            asked += [readers.submit(client.get, "/?q=投诉") for _ in range(2 * POOL)]
            assert taken.wait(60)
        answers = [one.result().status_code for one in asked]
    assert answers == [200] * len(asked)


def test_facets_narrow_and_can_be_lifted(client: TestClient, sample: dict[str, str]) -> None:
    page = client.get("/", params={"region": "江海省/云岭市", "q": "投诉"}).text
    assert "共 3 篇" in page
    assert 'aria-current="true"' in page
    assert 'href="/?q=%E6%8A%95%E8%AF%89"' in page  # all filters lifted


def test_pages_of_results_follow_each_other(client: TestClient, build: Builder) -> None:
    for place in range(45):
        build.document(f"投诉{place}", title=f"第{place}篇")
    seen: list[str] = []
    url: str | None = "/?q=投诉"
    while url:
        html = client.get(url).text
        seen += titles(html)
        following = re.search(r'class="next" href="([^"]*)"', html)
        url = following[1].replace("&amp;", "&") if following else None
    assert len(seen) == len(set(seen)) == 45


def test_a_document_shows_text_provenance_and_relations(
    client: TestClient, sample: dict[str, str]
) -> None:
    page = client.get(f"/documents/{sample['cy2022']}", params={"q": "商戶"}).text
    for part in (
        '<mark class="hit">商户</mark>',
        '<mark class="figure"',
        "raw/run1.warc.gz",
        "打印本页 关闭窗口",
        "受理投诉",
        f"/diff?a={sample['cy2022']}&amp;b={sample['mirror']}",
        "/clusters/c-cy2022",
    ):
        assert part in page
    mirror = client.get(f"/documents/{sample['mirror']}").text
    assert '<mark class="repair-certain" title="國?(guójì) → 國際">國際</mark>' in mirror
    assert 'lang="zh-Hant"' in mirror


def test_a_cluster_shows_members_and_evidence(
    client: TestClient, build: Builder, sample: dict[str, str]
) -> None:
    page = client.get("/clusters/c-cy2022").text
    assert page.count("与原文对照") == 3
    assert "行文相同，数据不同" in page
    build.cluster("c-old", {})
    build.merge("c-old", "c-cy2022")
    moved = client.get("/clusters/c-old", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (308, "/clusters/c-cy2022")


def test_a_difference_is_shown(client: TestClient, sample: dict[str, str]) -> None:
    params = {"a": sample["cy2022"], "b": sample["essay"]}
    page = client.get("/diff", params=params).text
    assert "下一步打算</del>" in page
    assert "今后设想</ins>" in page
    params["b"] = sample["mirror"]
    assert "两篇文字相同" in client.get("/diff", params=params).text


def test_a_query_that_failed_can_be_mended(client: TestClient) -> None:
    page = client.get("/", params={"q": '投诉 AND "'}).text
    assert 'value="投诉 AND &#34;"' in page


def test_a_withdrawn_document_is_gone(
    client: TestClient, build: Builder, sample: dict[str, str]
) -> None:
    build.withdraw(sample["cy2018"])
    assert client.get(f"/documents/{sample['cy2018']}").status_code == 410
    assert "2018年消费维权" not in client.get("/").text


def test_the_language_is_kept(client: TestClient, sample: dict[str, str]) -> None:
    assert "共 10 篇" in client.get("/").text
    assert "10 documents" in client.get("/?lang=en").text
    assert "10 documents" in client.get("/").text
    assert 'lang="zh-Hans"' in client.get("/?lang=zh").text


PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "'><body onload='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "</textarea><iframe src=javascript:alert(1)>",
    "<a href='data:text/html,x'>x</a>",
    "\u202e<b>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<svg><script>alert&#40;1)</script></svg>",
    "</mark></p><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "JaVaScRiPt:alert(document.domain)//",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "java\tscript:alert(1)",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css><base href=//evil.example/>",
    "＜script＞alert(1)＜/script＞<!--<img src='--><img src=x onerror=alert(1)//'>",
)
"""Twenty ways to have a page run something, or load it from elsewhere."""


class _Danger(HTMLParser):
    """Collects what could run: scripts, handlers, frames, links to other schemes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "style", "base", "svg"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.found.append(name)
            if name in {"href", "src", "action"} and re.match(
                r"\s*(javascript|data):", value or ""
            ):
                self.found.append(f"{name}={value}")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_crawled_text_is_never_markup(client: TestClient, build: Builder, payload: str) -> None:
    build.site("evil", payload)
    a = build.document(
        f"{payload} 投诉 {payload}",
        title=payload,
        site="evil",
        url=payload,
        issuer=payload,
        region=payload,
        kind="other",
        source=payload,
        page={"dropped": [{"text": payload, "rule": "r"}], "encoding": {"chosen": payload}},
        figures=[{"name": payload, "value": payload, "unit": payload, "sanity": payload}],
    )
    b = build.document(f"{payload} 举报", title=payload, site="evil")
    build.cluster("c1", {a: "canonical", b: "repost"})
    build.edge(a, b)
    for path, params in (
        ("/", {"q": payload.replace('"', "")}),
        ("/", {"q": "投诉", "issuer": payload, "view": "kwic"}),
        (f"/documents/{a}", {"q": "投诉"}),
        ("/clusters/c1", {}),
        ("/diff", {"a": a, "b": b}),
        (f"/documents/{quote(payload)}", {}),
    ):
        answer = client.get(path, params=params)
        danger = _Danger()
        danger.feed(answer.text)
        assert danger.found == []
        assert "script-src 'none'" in answer.headers["content-security-policy"]


def test_no_page_asks_for_anything_elsewhere(client: TestClient, sample: dict[str, str]) -> None:
    for path in ("/", f"/documents/{sample['cy2022']}", "/clusters/c-cy2022", "/nowhere"):
        html = client.get(path).text
        assert re.findall(r'(?:src|<link[^>]*href)="(?!/)', html) == []
    assert client.get("/static/style.css").status_code == 200
    assert "url(" not in client.get("/static/style.css").text


def test_raw_bytes_come_as_text_or_in_a_sandbox(
    client: TestClient, build: Builder, database: Database, tmp_path
) -> None:
    from datetime import UTC, datetime

    from archive.warc import Exchange, response_member

    build.document("文")
    body = "<script>alert(1)</script>投诉".encode("gb18030")
    member = response_member(
        Exchange(
            url="http://a.example/",
            method="GET",
            request_headers=(),
            request_body=b"",
            status=200,
            response_headers=(("Content-Type", "text/html; charset=gb18030"),),
            payload=body,
            fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
    )
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "b.warc.gz").write_bytes(member)
    with database.write() as connection:
        file = dict(connection.execute(select(WarcFile.__table__)).mappings().one())
        connection.execute(insert(WarcFile).values(file | {"id": 2, "name": "raw/b.warc.gz"}))
        capture = dict(connection.execute(select(Capture.__table__)).mappings().one())
        for number, kind in (
            (5, "text/html; charset=gb18030"),
            (6, "image/png"),
            (7, "text/html\r\nX: y"),
        ):
            change = {"id": number, "warc_file_id": 2, "length": len(member), "content_type": kind}
            connection.execute(
                insert(Capture).values(
                    capture | change | {"offset": 0}
                    if number == 5
                    else capture | change | {"offset": number}
                )
            )
    answer = client.get("/captures/5/raw")
    assert answer.content == body
    assert answer.headers["content-type"] == "text/plain; charset=gb18030"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    page = client.get("/captures/5/raw?page=1")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


def test_marks_cut_a_text_without_losing_any() -> None:
    text = "一二三\n\n四五六七\n八"
    marks = [Mark(1, 5, "a", "x"), Mark(2, 3, "b"), Mark(6, 8, "c"), Mark(8, 9, "c")]
    lines = paragraphs(text, marks)
    assert ["".join(run.text for run in line) for line in lines] == ["一二三", "四五六七", "八"]
    assert [(r.text, r.kinds, r.note) for r in lines[0]] == [
        ("一", (), ""),
        ("二", ("a",), "x"),
        ("三", ("a", "b"), "x"),
    ]
    assert [(r.text, r.kinds) for r in lines[1]] == [
        ("四", ()),
        ("五六", ("c",)),
        ("七", ("c",)),
    ]


def test_an_earlier_version_is_read_and_compared(
    client: TestClient, sample: dict[str, str]
) -> None:
    document = sample["lh2022"]
    page = client.get(f"/documents/{document}").text
    assert f'href="/documents/{document}/versions/1"' in page
    older = client.get(f"/documents/{document}/versions/1")
    assert older.status_code == 200
    assert "第 1 版" in older.text
    assert "公告栏" not in older.text
    changes = client.get("/diff", params={"a": f"{document}@1", "b": document}).text
    assert re.search(r"<ins>.*公告栏.*</ins>", changes, re.DOTALL)
    assert f'href="/documents/{document}/versions/1"' in changes
    assert client.get(f"/documents/{document}/versions/7").status_code == 404
    assert client.get("/diff", params={"a": f"{document}@x", "b": document}).status_code == 404


def test_a_withdrawn_document_says_why(
    client: TestClient, database: Database, sample: dict[str, str]
) -> None:
    withdraw(database, sample["lh2022"], "机构来函", NOW)
    for path in ("", "/versions/1"):
        page = client.get(f"/documents/{sample['lh2022']}{path}")
        assert (page.status_code, "机构来函" in page.text) == (410, True)
        assert "烦心事" not in page.text
    assert "蓝河县消委会2022年" not in client.get("/?all=1").text


@pytest.mark.parametrize(
    ("path", "status", "chinese", "english"),
    [
        ("/?q=(投诉", 400, "括号没有成对", "a parenthesis is not closed"),
        ("/?q=NOT", 400, "缺少检索词", "a search term is missing"),
        ("/?q=" + "长" * 1001, 400, "最多 1000 字", "1000 are allowed"),
        ("/?since=昨天", 400, "不是日期", "is not a day"),
        ("/?year=去年", 400, "不是年度", "is not a year"),
        ("/?view=x", 400, "参数 view", "view: Input should be"),
        ("/?after=zzz", 400, "翻页标记无效", "is not a place in these results"),
        ("/documents/dx", 404, "没有文献", "there is no document"),
        ("/clusters/cx", 404, "没有同文组", "there is no cluster"),
        ("/captures/99/raw", 404, "没有采集记录", "there is no capture"),
        ("/captures/x/raw", 400, "参数 capture_id", "capture_id: "),
        ("/diff?a=x", 400, "参数 b", "b: "),
        ("/nowhere", 404, "检查网址", "Not Found"),
    ],
)
def test_errors_are_told_in_the_language_of_the_reader(
    client: TestClient, path: str, status: int, chinese: str, english: str
) -> None:
    for language, words in (("zh", chinese), ("en", english)):
        page = client.get(path, headers={"Cookie": f"lang={language}"})
        assert page.status_code == status
        assert words in page.text
        assert "Traceback" not in page.text


def test_saved_searches_are_links(client: TestClient, database: Database, build: Builder) -> None:
    build.document("投诉")
    save(database, "<b>三月", Query("投诉", year=("2023", "2024"), since=date(2023, 3, 1)), NOW)
    page = client.get("/").text
    assert "&lt;b&gt;三月</a>" in page
    (link,) = re.findall(r'<ul class="plain saved"><li><a href="([^"]*)"', page)
    assert client.get(link.replace("&amp;", "&")).status_code == 200
    (found,) = client.get("/api/queries").json()
    assert found["name"] == "<b>三月"
    assert client.get(found["url"]).json()["total"] == 1


def test_totals_are_read_again_after_a_while(
    client: TestClient, build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def documents() -> int:
        return client.get("/api/statistics").json()["documents"]

    build.document("投诉")
    assert documents() == 1
    build.document("投诉")
    assert documents() == 1
    monkeypatch.setattr(state, "FRESH_S", 0.0)
    assert documents() == 2
