"""Every quirk of the sample web, over real HTTP."""

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import urlencode, urlsplit

import pytest

from crawler.demo.hosts import jpage, mirror
from crawler.demo.web import CORE, SampleWeb

Get = Callable[[str, str], bytes]


def test_every_page_of_the_truth_is_served(web: SampleWeb, get: Get) -> None:
    for page in web.truth.stored:
        for path in (page.path, *page.parts):
            assert len(get(page.host, path)) > 500, path


def test_each_host_listens_on_a_port_of_its_own(web: SampleWeb) -> None:
    assert len(set(web.hosts.values())) == len(web.hosts) == len(CORE) + 50


def test_each_host_has_robots(web: SampleWeb, get: Get) -> None:
    for name in web.hosts:
        assert get(name, "/robots.txt").startswith(b"User-agent: *")
    assert b"Disallow: /private/" in get("plain.test", "/robots.txt")
    assert b"Crawl-delay: 2" in get("mirror.test", "/robots.txt")


def test_trs_bytes_are_gb18030_under_a_gb2312_label(web: SampleWeb) -> None:
    found = b""
    for page in web.truth.pages:
        if page.host == "trs.gov.test":
            with urllib.request.urlopen(web.url(page)) as answer:
                assert answer.headers["Content-Type"] == "text/html"
                body = answer.read()
            assert b"charset=gb2312" in body
            assert page.title is not None
            assert page.title in body.decode("gb18030")
            found += body
    text = found.decode("gb18030")
    assert {"镕", "㎡", "䶮"} <= set(text)
    with pytest.raises(UnicodeDecodeError):
        found.decode("gb2312")
    with pytest.raises(UnicodeDecodeError):
        found.decode("utf-8")


def test_trs_lists_count_files_from_zero(web: SampleWeb, get: Get) -> None:
    names = ["index.html", *(f"index_{n}.html" for n in (1, 2, 3))]
    linked: list[str] = []
    for name in names:
        text = get("trs.gov.test", "/xfwq/" + name).decode("gb18030")
        assert 'createPageHTML(4,0,"index","html")' in text
        linked += re.findall(r'href="\./(\d{6}/t\d{8}_\d+\.html)"', text)
    expected = [p.path.removeprefix("/xfwq/") for p in web.truth.pages if p.host == "trs.gov.test"]
    assert linked == expected
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get("trs.gov.test", "/xfwq/index_4.html")


def test_trs_one_body_holds_a_style_sheet(web: SampleWeb, get: Get) -> None:
    pages = [get(p.host, p.path) for p in web.truth.pages if p.host == "trs.gov.test"]
    assert sum(b'<div class="TRS_Editor"><style' in page for page in pages) == 1


def post(url: str, form: dict[str, str]) -> str:
    with urllib.request.urlopen(url, urlencode(form).encode()) as answer:
        return str(answer.read().decode())


def test_jpage_rows_are_hidden_in_a_script_and_come_by_post(web: SampleWeb, get: Get) -> None:
    host = "jpage.gov.test"
    first = get(host, "/col/col1/index.html").decode()
    script = re.search(r'<script type="text/xml">(.*?)</script>', first, re.DOTALL)
    assert script is not None
    assert script[1].count("<record>") == 3
    proxy = web.hosts[host] + jpage.PROXY
    form = {"columnid": "1", "unitid": jpage.UNIT, "webid": jpage.WEB}
    rows: list[str] = []
    for start in (1, 16, 31):
        answer = post(f"{proxy}?startrecord={start}&endrecord={start + 14}&perpage=15", form)
        assert "<totalrecord>41</totalrecord>" in answer
        rows += re.findall(r"href='([^']+)'", answer)
    own = [p.path for p in web.truth.pages if p.host == host and "/art_1_" in p.path]
    assert rows == own
    assert len(own) == 41
    assert "<record>" not in post(f"{proxy}?startrecord=1&endrecord=15&perpage=15", {})


def test_jpage_encrypted_column_ends_in_a_stub_of_54_bytes(web: SampleWeb, get: Get) -> None:
    page = get("jpage.gov.test", "/col/col2/index.html").decode()
    following = re.search(r'<nextgroup><!\[CDATA\[<a href="([^"]+)">', page)
    assert following is not None
    assert len(get("jpage.gov.test", following[1])) == 54
    assert "unitid" not in page
    assert page.count("<record>") == 5


def test_essay_parts_and_their_last_next_page(web: SampleWeb, get: Get) -> None:
    (article,) = [page for page in web.truth.pages if page.parts]
    assert len(article.parts) == 2
    bodies = [get(article.host, path).decode() for path in (article.path, *article.parts)]
    nexts = [re.findall(r'<a href="([^"]+)">下一页</a>', body) for body in bodies]
    assert nexts == [["738601_2.html"], ["738601_3.html"], ["738602.html"]]
    assert all("下一篇：<a" in body for body in bodies)
    assert article.body is not None
    last = article.body.splitlines()[-1]
    assert last not in bodies[0]
    assert last[-8:] in bodies[2]


def test_essay_pages_hold_junk_in_the_middle_and_at_the_end(get: Get) -> None:
    page = get("essay.test", "/fanwen/gongzuozongjie/738602.html").decode()
    assert page.count("相关内容分享：") == 2
    for junk in ("display:none", "font-size:0", "adsbygoogle", "popup", "小编", "版权声明"):
        assert junk in page
    compilation = get("essay.test", "/fanwen/gongzuozongjie/738603.html").decode()
    assert re.findall(r"活动总结篇(.)</p>", compilation) == list("一二三四五")


def test_docs_show_a_part_and_count_downloads(web: SampleWeb, get: Get) -> None:
    viewer, shop = (get("docs.test", f"/p-{n}.html").decode() for n in (1001, 1002))
    assert "还剩8页未读" in viewer
    assert re.findall(r"<p>(\d)、", viewer) == list("123456")
    assert "全文共:6506字" in shop
    assert "折扣价" in shop
    before = len([e for e in web.log if e.path.startswith("/download")])
    get("docs.test", "/download?id=1001")
    assert len([e for e in web.log if e.path.startswith("/download")]) == before + 1


def test_mirror_links_to_fifty_spam_hosts(web: SampleWeb, get: Get) -> None:
    for page in [p for p in web.truth.pages if p.host == "mirror.test"]:
        body = get(page.host, page.path).decode()
        links = set(re.findall(r'href="(http://127\.0\.0\.1:\d+)/', body))
        assert links == {web.hosts[name] for name in mirror.SPAM}
        assert "太阳城" in body.partition("<h1>")[0]
        assert len(re.findall(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǚ]+[)）]", body)) > 50


@pytest.mark.parametrize(
    ("number", "status", "length"), [(90, 200, None), (91, 200, 0), (92, 200, 4096)]
)
def test_plain_troubles_with_status_200(
    web: SampleWeb, number: int, status: int, length: int | None
) -> None:
    url = f"{web.hosts['plain.test']}/others/info_{number}.html"
    with urllib.request.urlopen(url) as answer:
        body = answer.read()
        assert answer.status == status
    assert length is None or len(body) == length


@pytest.mark.parametrize(("number", "status"), [(93, 500), (94, 404)])
def test_plain_failures(get: Get, number: int, status: int) -> None:
    with pytest.raises(urllib.error.HTTPError, match=str(status)):
        get("plain.test", f"/others/info_{number}.html")


def test_plain_lists_name_all_pages(web: SampleWeb, get: Get) -> None:
    texts = [
        get("plain.test", path).decode()
        for path in ("/reports/index.html", "/reports/index_2.html", "/others/index.html")
    ]
    linked = {path for text in texts for path in re.findall(r'<li><a href="([^"]+)"', text)}
    assert linked == {page.path for page in web.truth.pages if page.host == "plain.test"}
    assert sum("/reports/" in path for path in linked) == 20


def test_half_of_the_articles_answer_304(web: SampleWeb) -> None:
    tagged = 0
    pages = [page for page in web.truth.stored if page.host != "mirror.test"]
    for page in pages:
        with urllib.request.urlopen(web.url(page)) as answer:
            tag = answer.headers["ETag"]
        if tag is not None:
            tagged += 1
            request = urllib.request.Request(web.url(page), headers={"If-None-Match": tag})
            with pytest.raises(urllib.error.HTTPError, match="304") as caught:
                urllib.request.urlopen(request)
            caught.value.close()
    assert 0.4 < tagged / len(pages) < 0.6


def test_connections_are_kept_and_logged(web: SampleWeb) -> None:
    connection = http.client.HTTPConnection(urlsplit(web.hosts["plain.test"]).netloc)
    for _ in range(3):
        connection.request("GET", "/robots.txt", headers={"User-Agent": "keep-alive-test"})
        connection.getresponse().read()
    connection.close()
    entries = [e for e in web.log if e.headers.get("user-agent") == "keep-alive-test"]
    assert len(entries) == 3
    assert len({entry.connection_id for entry in entries}) == 1
    assert all(a.time <= b.time for a, b in pairwise(entries))
    assert {(e.host, e.path, e.method, e.status) for e in entries} == {
        ("plain.test", "/robots.txt", "GET", 200)
    }
    assert entries[0].bytes == len(b"User-agent: *\nDisallow: /private/\nCrawl-delay: 0.1\n")


def test_closing_frees_the_ports() -> None:
    with SampleWeb() as web:
        address = web.hosts["trs.gov.test"]
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address + "/robots.txt")
    web.close()


def test_a_request_that_is_none_ends_the_connection(web: SampleWeb) -> None:
    connection = http.client.HTTPConnection(urlsplit(web.hosts["plain.test"]).netloc)
    connection.connect()
    connection.sock.sendall(b"nonsense\r\n\r\n")
    assert connection.sock.recv(100) == b""
    connection.close()
