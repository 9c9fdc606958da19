"""The further hosts: every quirk over real HTTP, in the first and the second phase."""

import gzip
import http.client
import json
import re
import socket
from collections.abc import Iterator
from io import BytesIO
from itertools import chain
from urllib.parse import quote, urlencode, urljoin, urlsplit
from zipfile import ZipFile

import httpx
import pytest

from crawler.demo import further
from crawler.demo.hosts import copies, mislabelled, refusals, robots_cases, ucap, unit
from crawler.demo.web import CORE, SampleWeb


@pytest.fixture(scope="module")
def wide() -> Iterator[SampleWeb]:
    with SampleWeb(extended=True) as running:
        yield running


@pytest.fixture
def client(wide: SampleWeb) -> Iterator[httpx.Client]:
    with httpx.Client() as running:
        yield running
    wide.state.phase = 1


def at(wide: SampleWeb, name: str, path: str) -> str:
    return wide.hosts[name] + path


def test_core_is_the_same_with_and_without_the_rest(wide: SampleWeb) -> None:
    core = SampleWeb()
    core.close()
    assert [p for p in wide.truth.pages if p.host in CORE] == list(core.truth.pages)
    assert set(wide.hosts) - set(core.hosts) == set(further.NAMES)


def test_every_work_is_served_and_holds_its_text(wide: SampleWeb, client: httpx.Client) -> None:
    slow = {*refusals.DELAYS}
    for page in wide.truth.stored:
        if page.host not in slow and page.host not in CORE:
            answer = client.get(wide.url(page), follow_redirects=True)
            assert answer.status_code == 200, page
            assert len(answer.content) > 400, page


def test_unit_lists_come_as_json(wide: SampleWeb, client: httpx.Client) -> None:
    shell = client.get(at(wide, unit.NAME, "/col/a/index.html")).text
    assert "<a " not in shell
    pairs = re.search(r'queryData="\{([^"]+)\}"', shell)
    assert pairs is not None
    query = dict(re.findall(r"'(\w+)':'([^']*)'", pairs[1]))

    def rows(page: int, **changed: str) -> list[str]:
        asked = urlencode(query | changed | {"paramJson": json.dumps({"pageNo": page})})
        answer = client.get(at(wide, unit.NAME, f"{unit.UNIT}?{asked}")).json()
        return re.findall(r'href="([^"]+)"', answer["data"]["html"])

    found = [rows(n) for n in (1, 2, 3, 4)]
    assert [len(page) for page in found] == [20, 20, 5, 0]
    own = [p.path for p in wide.truth.pages if p.host == unit.NAME and "/gzzj/" in p.path]
    assert list(chain(*found)) == own
    repeating = client.get(at(wide, unit.NAME, "/col/b/index.html")).text
    page_id = re.search(r"'pageId':'(\w+)'", repeating)
    assert page_id is not None
    assert rows(1, pageId=page_id[1]) == rows(7, pageId=page_id[1])


def vsb_pages(wide: SampleWeb, client: httpx.Client) -> list[list[str]]:
    url, pages = at(wide, "vsb.gov.test", "/xwzx.htm"), []
    while True:
        text = client.get(url).text
        pages.append(re.findall(r'<li><a href="(/info/[^"]+)"', text))
        more = re.search(r'<a href="([^"]+)">下页</a>', text)
        if more is None:
            return pages
        url = urljoin(url, more[1])


def test_vsb_numbers_descend_and_shift(wide: SampleWeb, client: httpx.Client) -> None:
    before = vsb_pages(wide, client)
    wide.state.phase = 2
    after = vsb_pages(wide, client)
    assert [len(page) for page in before] == [3, 3, 3, 3]
    assert [len(page) for page in after] == [3, 3, 3, 3, 1]
    (new,) = [later.path for later in wide.truth.later if later.becomes == "new"]
    assert list(chain(*after)) == [new, *chain(*before)]
    assert client.get(at(wide, "vsb.gov.test", new)).status_code == 200
    wide.state.phase = 1
    assert client.get(at(wide, "vsb.gov.test", new)).status_code == 404


def test_ucap_list_and_page_breaks(wide: SampleWeb, client: httpx.Client) -> None:
    found = []
    for page in (1, 2, 3):
        url = at(wide, ucap.NAME, f"/common/search/{ucap.CHANNEL}?_isJson=true&page={page}")
        found += [row["url"] for row in client.get(url).json()["data"]["results"]]
    pages = [p for p in wide.truth.pages if p.host == ucap.NAME]
    assert found == [p.path for p in pages]
    texts = [client.get(wide.url(p)).text for p in pages]
    assert [text.count("#PAGE_BREAK#") for text in texts] == [2, 2, 0]


def test_ucap_attachments(wide: SampleWeb, client: httpx.Client) -> None:
    page = [p for p in wide.truth.pages if p.host == ucap.NAME][-1]
    link = re.search(r'href="([^"]+down\.jsp[^"]+)"', client.get(wide.url(page)).text)
    assert link is not None
    connection = http.client.HTTPConnection(urlsplit(wide.hosts[ucap.NAME]).netloc)
    connection.request("GET", link[1])
    answer = connection.getresponse()
    name = answer.headers["Content-Disposition"].encode("latin-1").decode("gbk")
    body = answer.read()
    connection.close()
    assert name == 'attachment; filename="消费维权工作报告.docx"'
    text = ZipFile(BytesIO(body)).read("word/document.xml").decode()
    assert page.body is not None
    assert "\n".join(re.findall(r"<w:t>([^<]*)</w:t>", text)) == page.body
    pdf = client.get(at(wide, ucap.NAME, "/cms_files/stat.pdf?fileName=" + quote("统计表.pdf")))
    assert pdf.content.startswith(b"%PDF-")
    assert client.get(at(wide, ucap.NAME, "/P020/report.doc")).content.startswith(b"{\\rtf1")


def test_redirects(wide: SampleWeb, client: httpx.Client) -> None:
    chain = client.get(at(wide, "moved.test", "/report_1.html"), follow_redirects=True)
    assert [len(chain.history), chain.status_code] == [3, 200]
    www = client.get(at(wide, "moved.test", "/report_3.html"), follow_redirects=True)
    assert str(www.url).startswith(wide.hosts["www.moved.test"])
    with pytest.raises(httpx.TooManyRedirects):
        client.get(at(wide, "moved.test", "/report_2.html"), follow_redirects=True)
    old = at(wide, "moved.test", "/report_4.html")
    before = client.get(old)
    wide.state.phase = 2
    after = client.get(old, follow_redirects=True)
    assert (before.status_code, after.history[0].status_code) == (200, 301)
    assert after.url.path == "/new/report_4.html"
    assert after.text == before.text


def test_pages_change_as_the_truth_says(wide: SampleWeb, client: httpx.Client) -> None:
    urls = [at(wide, "changes.test", f"/report_{n}.html") for n in range(1, 7)]
    first = [client.get(url) for url in urls]
    conditional = [
        {
            "If-None-Match": answer.headers.get("etag", '"none"'),
            "If-Modified-Since": answer.headers.get("last-modified", ""),
        }
        for answer in first
    ]
    wide.state.phase = 2
    again = [client.get(url, headers=h) for url, h in zip(urls, conditional, strict=True)]
    assert [answer.status_code for answer in again] == [304, 304, 200, 304, 304, 404]
    assert again[2].text != first[2].text
    plain = [client.get(url) for url in urls]
    assert [answer.status_code for answer in plain] == [200, 200, 200, 200, 304, 404]
    assert plain[3].headers["etag"] == first[3].headers["etag"]
    assert plain[3].text != first[3].text
    wide.state.phase = 3
    assert client.get(urls[5]).status_code == 410


def test_an_outage_is_no_deletion(wide: SampleWeb, client: httpx.Client) -> None:
    article, home = (at(wide, "outage.test", path) for path in ("/report_1.html", "/"))
    assert {client.get(article).status_code, client.get(home).status_code} == {200}
    wide.state.phase = 2
    assert client.get(article).status_code == 404
    assert client.get(home).status_code == 503
    becomes = {later.becomes for later in wide.truth.later if later.host == "outage.test"}
    assert becomes == {"missed"}


@pytest.mark.parametrize(
    ("case", "status"),
    [("200", 200), ("401", 401), ("403", 403), ("404", 404), ("429", 429), ("500", 500),
     ("503", 503), ("html", 200), ("bom", 200), ("gbk", 200), ("long", 200)],
)  # fmt: skip
def test_robots_variants(wide: SampleWeb, client: httpx.Client, case: str, status: int) -> None:
    answer = client.get(at(wide, f"robots-{case}.test", "/robots.txt"))
    assert answer.status_code == status


def test_robots_bytes(wide: SampleWeb, client: httpx.Client) -> None:
    def body(case: str) -> bytes:
        return client.get(at(wide, f"robots-{case}.test", "/robots.txt")).content

    assert body("bom").startswith(b"\xef\xbb\xbfUser-agent")
    assert "/消费".encode("gbk") in body("gbk")
    assert body("long").index(b"/private/") > 500 * 1024


def test_robots_redirects(wide: SampleWeb, client: httpx.Client) -> None:
    for case, hops in (("five-hops", 5), ("six-hops", 6)):
        url = at(wide, f"robots-{case}.test", "/robots.txt")
        assert len(client.get(url, follow_redirects=True).history) == hops


def test_robots_failures_of_the_connection(wide: SampleWeb, client: httpx.Client) -> None:
    with pytest.raises(httpx.NetworkError):
        client.get(at(wide, "robots-reset.test", "/robots.txt"))
    with pytest.raises(httpx.ReadTimeout):
        client.get(
            at(wide, "robots-timeout.test", "/robots.txt"), timeout=httpx.Timeout(30, read=0.05)
        )


def test_robots_truth_agrees_with_the_table() -> None:
    allows = {case.name: case.allows for case in robots_cases.CASES}
    assert sorted(n for n, allowed in allows.items() if allowed == "nothing") == [
        "429", "500", "503", "reset", "timeout",
    ]  # fmt: skip
    assert sorted(n for n, allowed in allows.items() if allowed == "rules") == [
        "200", "bom", "five-hops", "gbk", "gbk-utf8",
    ]  # fmt: skip


def test_copies_of_an_address_are_one_page(wide: SampleWeb, client: httpx.Client) -> None:
    links = re.findall(r'href="([^"]+)"', client.get(at(wide, copies.NAME, "/index.html")).text)
    assert len(links) == 17
    one = [link for link in links if "report_1" in link]
    assert len({client.get(at(wide, copies.NAME, link)).text for link in one}) == 1


def test_sitemap(wide: SampleWeb, client: httpx.Client) -> None:
    def locations(text: str) -> list[str]:
        return re.findall(r"<loc>([^<]+)</loc>", text)

    robots = client.get(at(wide, copies.SITEMAP, "/robots.txt")).text
    index = locations(client.get(robots.split("Sitemap: ")[1].strip()).text)
    plain = locations(client.get(index[0]).text)
    packed = locations(gzip.decompress(client.get(index[1]).content).decode())
    own = [url for url in plain + packed if url.startswith(wide.hosts[copies.SITEMAP])]
    assert own == [wide.url(p) for p in wide.truth.pages if p.host == copies.SITEMAP]
    assert len(plain + packed) == len(own) + 1


def test_retry_after_comes_once(client: httpx.Client) -> None:
    with SampleWeb(extended=True) as web:
        waits = {}
        for name in refusals.DELAYS:
            url = web.hosts[name] + "/report_1.html"
            first, second = client.get(url), client.get(url)
            waits[name] = (first.status_code, first.headers["retry-after"])
            assert second.status_code == 200
    assert waits["retry-seconds.test"] == (429, "2")
    assert waits["retry-negative.test"] == (429, "-5")
    assert waits["retry-huge.test"] == (503, "1000000000")
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", waits["retry-date.test"][1])


@pytest.mark.parametrize(
    ("name", "status", "sign"),
    [("waf-412.test", 412, "$_ts"), ("waf-200.test", 200, "$_ts"),
     ("waf-521.test", 521, "location.href"), ("waf-403.test", 403, "验证码")],
)  # fmt: skip
def test_walls(wide: SampleWeb, client: httpx.Client, name: str, status: int, sign: str) -> None:
    answer = client.get(at(wide, name, "/report_1.html"))
    assert answer.status_code == status
    assert sign in answer.text
    assert ("set-cookie" in answer.headers) == (status == 521)


def test_mislabelled_bytes(wide: SampleWeb, client: httpx.Client) -> None:
    def get(path: str) -> httpx.Response:
        return client.get(at(wide, mislabelled.NAME, path))

    assert get("/report_1.html").content.startswith(b"\x89PNG")
    assert get("/report_2.html").content.startswith(b"%PDF")
    assert get("/report_3.html").content == b""
    assert get("/report_4.doc").content.startswith(b"<!DOCTYPE html>")
    assert get("/report_4.doc").headers["content-type"] == "application/msword"
    assert "不存在" in get("/report_5.html").text
    assert get("/report_6.html").headers["location"] == "/index.html"


def test_encodings_hold_the_text_whatever_the_label(wide: SampleWeb, client: httpx.Client) -> None:
    pages = [p for p in wide.truth.pages if p.host == mislabelled.ENCODINGS]
    assert len(pages) == 2 * len(mislabelled.LABELS)
    for page in pages:
        number = int(page.path.split("_")[1].removesuffix(".html"))
        label, codec = mislabelled.LABELS[number - 1]
        answer = client.get(wide.url(page))
        text = answer.content.decode(codec)
        assert "消費" in text or "消费" in text
        shown = answer.headers["content-type"] if "/header/" in page.path else text
        assert f"charset={label}" in shown or f'charset="{label}"' in shown


def test_a_reset_leaves_no_half_answer(wide: SampleWeb) -> None:
    where = urlsplit(wide.hosts["robots-reset.test"])
    with socket.create_connection((where.hostname or "", where.port or 0)) as connection:
        connection.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
