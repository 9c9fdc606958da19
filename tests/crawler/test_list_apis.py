"""Lists behind an API: JPaaS units, UCAP, the Guangdong platform; and lists that count down."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.crawler.list_reader import HOST, HOSTS, again, read


def walk(family, page, answer):
    """Follow a list to its end; `answer` gives the text for a URL."""
    entries, asked = list(page.entries), []
    while page.follows:
        (follow,) = page.follows
        asked.append(follow.url)
        page = again(family, answer(follow.url), follow)
        entries += page.entries
    return entries, asked, page.stop_reason


# --- 大汉 JPaaS units -------------------------------------------------------------------------

SHELL = """<html><head><script src="/x/unitbuild.js"></script></head><body>
<script url="/api-gateway/jpaas-publish-server/front/page/build/unit"
queryData="{'webId':'w1','pageId':'p7','tagId':'内容区域','parseType':'bulidstatic'}"></script>
<a href="/xw/index.html">新闻</a></body></html>"""


def art(number):
    return f'<a href="/art/2024/art_{number:032x}.html">第{number}期</a>'


def units(numbers, total):
    html = "".join(f"<li>{art(n)}<span>2024-05-06</span></li>" for n in numbers)
    return json.dumps({"data": {"html": f'{html}<div class="pager" count="{total}"></div>'}})


def page_number(url):
    return json.loads(parse_qs(urlsplit(url).query)["paramJson"][0])["pageNo"]


def test_unit_pages_are_asked_with_the_ids_of_the_shell():
    def answer(url):
        first = (page_number(url) - 1) * 20 + 1
        return units(range(first, min(first + 20, 46)), 45)

    start = read("jpaas_unit", SHELL, f"{HOST}/xw/index.html")
    entries, asked, reason = walk("jpaas_unit", start, answer)
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["webId"] == ["w1"]
    assert query["tagId"] == ["内容区域"]
    assert query["parseType"] == ["bulidstatic"]
    assert [page_number(url) for url in asked] == [1, 2, 3]
    assert len({e.url for e in entries}) == 45
    assert entries[0].published == date(2024, 5, 6)
    assert reason == "last_page"


def test_unit_that_answers_page_1_for_every_page_is_asked_twice():
    start = read("jpaas_unit", SHELL, f"{HOST}/xw/index.html")
    _, asked, reason = walk("jpaas_unit", start, lambda _: units(range(1, 21), 45))
    assert len(asked) == 2
    assert reason == "repeat_of_page_1"


def test_shell_that_shows_its_first_rows_itself_is_still_read_on():
    shell = SHELL.replace("</body>", "".join(map(art, range(1, 21))) + "</body>")
    start = read("jpaas_unit", shell, f"{HOST}/xw/index.html")
    assert len(start.entries) == 20
    _, asked, reason = walk("jpaas_unit", start, lambda _: units(range(1, 21), 20))
    assert (len(asked), reason) == (1, "last_page")


def test_unit_page_without_a_query_keeps_its_own_links():
    start = read("jpaas_unit", art(3), f"{HOST}/xw/index.html")
    assert len(start.entries) == 1
    assert (start.follows, start.stop_reason) == ((), "no_next")


def test_an_answer_that_is_no_json_ends_the_list():
    (follow,) = read("jpaas_unit", SHELL, f"{HOST}/xw/index.html").follows
    end = again("jpaas_unit", "<html>系统繁忙</html>", follow)
    assert (end.entries, end.stop_reason) == ((), "not_the_expected_answer")


# --- 开普 UCAP ---------------------------------------------------------------------------------

CHANNEL = "ab" * 16
UCAP = f'<head><META name="channelid" content="{CHANNEL}"></head><ul></ul>'


def results(numbers, total):
    rows = [
        {
            "title": f"<em>消费</em>提示第{n}期",
            "url": f"//scjg.yunxi.gov.cn/yx/c1001/202405/{n:032x}.shtml",
            "publishedTimeStr": "2024-05-06 09:00:00",
        }
        for n in numbers
    ]
    return json.dumps({"data": {"total": total, "rows": 20, "results": rows}})


def test_ucap_reads_the_channel_from_the_page():
    start = read("ucap", UCAP, f"{HOST}/yx/c1001/list.shtml")
    (follow,) = start.follows
    assert urlsplit(follow.url).path == f"/common/search/{CHANNEL}"

    def answer(url):
        n = int(parse_qs(urlsplit(url).query)["page"][0])
        return results(range(n * 20 - 19, min(n * 20, 33) + 1), 33)

    entries, asked, reason = walk("ucap", start, answer)
    assert len(asked) == 2
    assert len(entries) == 33
    assert (entries[0].title, entries[0].published) == ("消费提示第1期", date(2024, 5, 6))
    assert reason == "last_page"


def test_ucap_tries_the_other_paths_once_each():
    start = read("ucap", UCAP, f"{HOST}/yx/c1001/list.shtml")
    _, asked, reason = walk("ucap", start, lambda _: "<html>404</html>")
    paths = [urlsplit(url).path.rpartition("/")[0] for url in asked]
    assert paths == ["/common/search", "/searchList", "/search"]
    assert reason == "not_the_expected_answer"


def test_ucap_api_may_be_the_start_page_itself():
    url = f"{HOST}/searchList/{CHANNEL}?_isJson=true&page=1"
    start = read("ucap", results(range(1, 21), 30), url)
    assert len(start.entries) == 20
    assert start.follows[0].url == f"{HOST}/searchList/{CHANNEL}?_isJson=true&page=2"


def test_half_a_character_in_a_title_is_replaced():
    row = {"url": f"/yx/c1001/202405/{1:032x}.shtml", "title": "消费\ud83d提示"}
    text = json.dumps({"data": {"results": [row]}})
    page = read("ucap", text, f"{HOST}/searchList/x?page=1")
    assert page.entries[0].title == "消费\ufffd提示"


def test_ucap_without_a_channel_keeps_the_first_page():
    text = f'<a href="/yx/c1001/202405/{1:032x}.shtml">提示</a>'
    start = read("ucap", text, f"{HOST}/yx/c1001/list.shtml")
    assert len(start.entries) == 1
    assert start.follows == ()


# --- 广东 gkmlpt --------------------------------------------------------------------------------

TREE = [
    {
        "id": 1,
        "name": "政务动态",
        "children": [
            {"id": 11, "name": "工作动态", "children": []},
            {"id": 12, "name": "人事任免", "children": []},
            {"id": 13, "name": "消费维权", "jump_url": "http://elsewhere.example.cn/"},
        ],
    },
    {"id": 2, "name": "消费提示"},
    "not a column",
]
INDEX = (
    "<script>window._CONFIG = { SID: '755', TREE: "
    + json.dumps(TREE, ensure_ascii=False)
    + ", SERVICE_AREA_ID: 1 }</script>"
)


@pytest.mark.parametrize("path", ["/gkmlpt/index", "/zwgk/"])
def test_platform_reads_the_columns_it_is_asked_for(path):
    page = read("gkmlpt", INDEX if path == "/gkmlpt/index" else "<p>首页</p>", HOST + path)
    if path != "/gkmlpt/index":
        (follow,) = page.follows
        assert follow.url == f"{HOST}/gkmlpt/index"
        page = again("gkmlpt", INDEX, follow)
    assert [f.url for f in page.follows] == [
        f"{HOST}/gkmlpt/api/all/11?page=1&sid=755",
        f"{HOST}/gkmlpt/api/all/2?page=1&sid=755",
    ]


def test_platform_column_to_its_end():
    def posts(numbers, total):
        rows = [
            {
                "url": f"{HOST}/gkmlpt/content/2/{n}/post_{n}.html",
                "title": f"第{n}号",
                "display_publish_time": 1_678_838_400 + 86_400 * n,
            }
            for n in numbers
        ]
        return json.dumps({"articles": rows, "classify": {"post_count": total}})

    follow = read("gkmlpt", INDEX, f"{HOST}/gkmlpt/index").follows[0]
    page = again("gkmlpt", posts(range(20), 25), follow)
    assert page.total == 25
    assert page.entries[0].published == date(2023, 3, 15)
    assert page.follows[0].url == f"{HOST}/gkmlpt/api/all/11?page=2&sid=755"
    end = again("gkmlpt", posts(range(20, 25), 25), page.follows[0])
    assert (len(end.entries), end.stop_reason) == (5, "last_page")


@pytest.mark.parametrize(
    ("when", "published"),
    [
        (1_678_838_400, date(2023, 3, 15)),
        (1_678_838_400_000, date(2023, 3, 15)),
        ("2023-03-15 08:00", date(2023, 3, 15)),
        (-1, None),
        (10**40, None),
        (True, None),
        (None, None),
        ({"day": 1}, None),
    ],
)
def test_dates_of_an_api(when, published):
    row = {"url": "/gkmlpt/content/2/7/post_7.html", "display_publish_time": when}
    text = json.dumps({"articles": [row, "not a row", {"url": 7}]})
    page = read("gkmlpt", text, f"{HOST}/gkmlpt/api/all/11?page=1&sid=755")
    assert [e.published for e in page.entries] == [published]


@pytest.mark.parametrize("tree", ["TREE: [", "TREE: " + "[" * 50_000, "TREE: {}", ""])
def test_platform_with_a_broken_tree(tree):
    page = read("gkmlpt", f"SID: '755', {tree}", f"{HOST}/gkmlpt/index")
    assert (page.follows, page.stop_reason) == ((), "not_the_expected_answer")


# --- 博达: pages that count down ------------------------------------------------------------------


def test_boda_follows_the_link_and_computes_nothing():
    def listing(ids, link):
        rows = "".join(f'<li><a href="../info/1012/{n}.htm">通报{n}</a></li>' for n in ids)
        return f'<ul>{rows}</ul><span class="p_next"><a href="{link}">下页</a></span>'

    pages = {
        f"{HOST}/dt/xwzx/3.htm": listing([13, 14], "2.htm"),
        f"{HOST}/dt/xwzx/2.htm": listing([15], "1.htm"),
        f"{HOST}/dt/xwzx/1.htm": listing([16], "#"),
    }
    text = listing([11, 12], "xwzx/3.htm").replace("../info", "/dt/info")
    start = read("boda_vsb", text, f"{HOST}/dt/xwzx.htm", hosts=HOSTS)
    entries, asked, reason = walk("boda_vsb", start, pages.__getitem__)
    assert asked == list(pages)
    assert len({e.url for e in entries}) == 6
    assert reason == "no_next"


# --- public/column -------------------------------------------------------------------------------


def test_public_column_leaves_browser_templates_out():
    text = """<ul class="clearfix xxgk_nav_list">
<li><a href="/public/52/1001.html">年度情况</a></li>
<li><a href="/public/52/1002.html" title="<?=el.title?>"></a></li>
<li><a href="<?=el.link?>">模板</a></li></ul>"""
    page = read("public_column", text, f"{HOST}/public/column/52?type=4")
    assert [e.title for e in page.entries] == ["年度情况"]
    assert page.stop_reason == "no_pager"
