"""Invented list pages of each family, read with the built-in rules of that family."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.entries import find_date
from crawler.links import MAX_TEXT, read_list
from crawler.rules import ArticleRules, ListRules, PageRules
from crawler.urls import canonical_url, host_allowed
from tests.crawler.list_reader import FAMILIES, HOST, HOSTS, again, read

PIECES = st.sampled_from(
    [
        "<a href='",
        "'>",
        "</a>",
        "<li>",
        "1.html",
        "/b/2.html",
        "//x.cn/3.html",
        "下一页",
        "http://scjg.yunxi.gov.cn",
        "2023-03-15",
        "<record><![CDATA[",
        "]]></record>",
        "{",
        '"data":{"results":[{"url":"/4.html"}]}',
        "}",
        "createPageHTML(3,0)",
        "columnid=1&unitid=2",
        "totalRecord:9",
        f"<totalrecord>{'9' * 5000}</totalrecord>",
        "perPage:0",
        "page=" + "1" * 5000,
        "<base href='http://[bad/'>",
        "\x00",
        "\ud800",
        "&",
        "=",
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)

# --- 拓尔思 TRS: numbered files ---------------------------------------------------------------

TRS = """<html><body><ul class="list">
<li><a href="./202203/t20220315_1.html" title="云溪市2021年消费者投诉情况分析">
云溪市2021年消费…</a><span>2022-03-15</span></li>
<li><a href="./202203/t20220310_7.html">开展“3·15”宣传活动</a><span>[2022.3.10]</span></li>
<li><a href="../about.html">机构概况</a></li>
<li><a href="http://other.example.cn/t20220301_9.html">外站</a></li>
<li><a href="./202203/t20220315_1.html">重复的链接</a></li>
</ul><script>createPageHTML(4,0,"index","html");</script></body></html>"""


def trs_page(number):
    return f'<ul><li><a href="./202202/t202202{number:02}_{number}.html">第{number}份</a></li></ul>'


def test_trs_start_page():
    page = read("trs_wcm", TRS, f"{HOST}/zw/index.html")
    assert [(e.url, e.title, e.published) for e in page.entries] == [
        (
            f"{HOST}/zw/202203/t20220315_1.html",
            "云溪市2021年消费者投诉情况分析",
            date(2022, 3, 15),
        ),
        (f"{HOST}/zw/202203/t20220310_7.html", "开展“3·15”宣传活动", date(2022, 3, 10)),
    ]
    assert page.total == 4
    assert [f.url for f in page.follows] == [f"{HOST}/zw/index_1.html"]
    assert page.follows[0].form is None


@pytest.mark.parametrize("start", [f"{HOST}/zw/", f"{HOST}/zw/index.html"])
def test_trs_walks_exactly_the_pages_there_are(start):
    page, asked = read("trs_wcm", TRS, start), []
    while page.follows:
        (follow,) = page.follows
        asked.append(follow.url)
        page = again("trs_wcm", trs_page(follow.page), follow)
        assert len(page.entries) == 1
    assert asked == [f"{HOST}/zw/index_{n}.html" for n in (1, 2, 3)]
    assert page.stop_reason == "last_page"


@pytest.mark.parametrize("family", ["trs_wcm", "essay_generic"])
@pytest.mark.parametrize(
    ("script", "second", "last"),
    [
        ('createPageHTML(3, 0, "index", "html")', "index_1.html", "index_2.html"),
        ("createPageHTML('paging',3,1,'index','html',57)", "index_2.html", "index_3.html"),
        (
            "createPageHTML('page_div', 3, 1, 'wq-list', 'shtml', 57);",
            "wq-list_2.shtml",
            "wq-list_3.shtml",
        ),
        ("createPageHTML(3,0)", "liebiao_1.shtml", "liebiao_2.shtml"),
    ],
)
def test_files_are_named_and_counted_as_the_page_script_does(family, script, second, last):
    text = f'<a href="t20220301_1.html">一</a><script>{script}</script>'
    article = FAMILIES["trs_wcm"].article
    page = read(family, text, f"{HOST}/zw/liebiao.shtml", article=article)
    (follow,) = page.follows
    assert follow.url == f"{HOST}/zw/{second}"
    (follow,) = again(family, text.replace("_1.", "_2."), follow, article=article).follows
    assert follow.url == f"{HOST}/zw/{last}"
    end = again(family, text.replace("_1.", "_3."), follow, article=article)
    assert (end.follows, end.stop_reason) == ((), "last_page")


def test_files_counted_from_one_where_the_profile_says_so():
    rules = ListRules(page=PageRules(kind="numbered_file", base=1))
    text = '<a href="t20220301_1.html">一</a>'
    page = read("trs_wcm", text, f"{HOST}/zw/common_list.shtml", rules=rules)
    assert page.follows[0].url == f"{HOST}/zw/common_list_2.shtml"


def test_files_without_a_count_give_way_to_a_link():
    text = '<a href="t20220301_1.html">一</a><a href="p2.html">下一页</a>'
    (follow,) = read("trs_wcm", text, f"{HOST}/zw/").follows
    assert follow.url == f"{HOST}/zw/p2.html"
    text = '<a href="t20220301_2.html">二</a><a href="p3.html">下一页</a>'
    (follow,) = again("trs_wcm", text, follow).follows
    assert follow.url == f"{HOST}/zw/p3.html"
    end = again("trs_wcm", '<a href="t20220301_3.html">三</a>', follow)
    assert (end.follows, end.stop_reason) == ((), "no_next")


def test_trs_without_a_count_goes_on_until_a_stub():
    text = TRS.replace("createPageHTML", "somethingElse")
    (follow,) = read("trs_wcm", text, f"{HOST}/zw/").follows
    assert follow.url == f"{HOST}/zw/index_1.html"
    end = again("trs_wcm", "<html><body>没有更多内容</body></html>", follow)
    assert (end.follows, end.stop_reason) == ((), "stub")


def test_the_same_page_again_ends_the_list():
    (follow,) = read("trs_wcm", TRS, f"{HOST}/zw/").follows
    end = again("trs_wcm", TRS, follow)
    assert (end.follows, end.stop_reason) == ((), "repeat_of_page_1")


def test_the_limit_travels_with_the_list():
    (follow,) = read("trs_wcm", TRS, f"{HOST}/zw/", max_pages=2).follows
    end = again("trs_wcm", trs_page(2), follow)
    assert (end.follows, end.stop_reason) == ((), "max_pages")


def test_base_element_decides_where_links_lead():
    base = '<head><base href="http://scjg.yunxi.gov.cn/new/"></head>'
    text = base + '<a href="t20220315_1.html">总结</a>'
    page = read("trs_wcm", text, f"{HOST}/zw/")
    assert page.entries[0].url == f"{HOST}/new/t20220315_1.html"


# --- 大汉 jpage: records in a script, XML answers to a POST -------------------------------------


def record(n):
    return (
        f"<record><![CDATA[<li><a href='/art/2023/3/{n % 28 + 1}/art_77_{n}.html' "
        f"title='白沙县第{n}号维权通报' target=\"_blank\">第{n}号</a>"
        f"<span>2023-03-{n % 28 + 1:02}</span></li>]]></record>"
    )


def datastore(numbers, total=41, group=""):
    records = "".join(map(record, numbers))
    return (
        f"<datastore><totalrecord>{total}</totalrecord>{group}"
        f"<recordset>{records}</recordset></datastore>"
    )


def jpage_start(numbers, total=41):
    return f"""<html><body><div id="9001">
<script type="text/xml">{datastore(numbers, total)}</script></div>
<script>var param={{columnid:77,unitid:'9001',webid:3,webname:'白沙县市场监督管理局'}};
$('#9001').jpage({{totalRecord:{total},perPage:15}});</script></body></html>"""


def test_jpage_reads_records_no_selector_sees():
    page = read("jcms_jpage", jpage_start([1, 2, 3]), f"{HOST}/col/col77/index.html")
    assert [e.url for e in page.entries] == [
        f"{HOST}/art/2023/3/{n + 1}/art_77_{n}.html" for n in (1, 2, 3)
    ]
    assert page.entries[0].title == "第1号"
    assert page.entries[0].published == date(2023, 3, 2)
    assert page.total == 41


def test_jpage_posts_the_ids_of_the_page_and_reads_every_record():
    page = read("jcms_jpage", jpage_start([1, 2, 3]), f"{HOST}/col/col77/index.html")
    found = {e.url for e in page.entries}
    (follow,) = page.follows
    assert follow.url == (
        f"{HOST}/module/web/jpage/dataproxy.jsp?endrecord=41&perpage=15&startrecord=1"
    )
    form = dict(follow.form)
    assert form["columnid"] == "77"
    assert form["unitid"] == "9001"
    assert form["webid"] == "3"
    assert form["webname"] == "白沙县市场监督管理局"
    assert "proxy" not in form
    end = again("jcms_jpage", datastore(range(1, 42)), follow)
    found |= {e.url for e in end.entries}
    assert len(found) == 41
    assert (end.follows, end.stop_reason) == ((), "last_page")


def test_jpage_continues_after_whole_pages_and_keeps_its_form():
    page = read("jcms_jpage", jpage_start(range(1, 46), 120), f"{HOST}/col/col77/index.html")
    asked, numbers = [], range(46, 91)
    while page.follows:
        (follow,) = page.follows
        asked.append(follow)
        page = again("jcms_jpage", datastore(numbers, 120), follow)
        numbers = range(91, 121)
    assert ["startrecord=46" in asked[0].url, "startrecord=91" in asked[1].url] == [True, True]
    assert "endrecord=120" in asked[1].url
    assert asked[0].form == asked[1].form
    assert page.stop_reason == "last_page"


def test_jpage_counts_records_and_not_their_links():
    text = jpage_start(range(1, 46), 120).replace("<li>", "<li><a href='/col/col77/'>通报</a>")
    (follow,) = read("jcms_jpage", text, f"{HOST}/col/col77/index.html").follows
    assert "startrecord=46&" in f"{follow.url}&"


def test_jpage_goes_on_after_records_that_lead_elsewhere():
    (follow,) = read("jcms_jpage", jpage_start([1], 90), f"{HOST}/col/col77/index.html").follows
    elsewhere = datastore(range(1, 46), 90).replace("/art/", "http://other.example.cn/art/")
    page = again("jcms_jpage", elsewhere, follow)
    assert page.entries == ()
    assert "startrecord=46" in page.follows[0].url


def test_jpage_with_all_records_on_the_page_asks_nothing():
    page = read("jcms_jpage", jpage_start([1, 2, 3], total=3), f"{HOST}/col/col77/index.html")
    assert (page.follows, page.stop_reason) == ((), "last_page")


def encrypted(link, numbers=range(1, 46)):
    group = f'<nextgroup><![CDATA[<a href="{link}"></a>]]></nextgroup>'
    store = datastore(numbers, 300, group)
    return f'<html><script type="text/xml">{store}</script></html>'


def test_jpage_with_encrypted_ids_follows_the_group_as_given_and_stops_at_a_stub():
    start = encrypted("/module/web/jpage/dataproxy.jsp?page=1&amp;webid=3&amp;k=QmFzZTY0")
    page = read("jcms_jpage", start, f"{HOST}/col/col78/index.html")
    (follow,) = page.follows
    assert follow.form is None
    assert follow.url == f"{HOST}/module/web/jpage/dataproxy.jsp?k=QmFzZTY0&page=1&webid=3"
    stub = '<?xml version="1.0" encoding="UTF-8"?><datastore/>    '
    end = again("jcms_jpage", stub, follow)
    assert (end.entries, end.follows, end.stop_reason) == ((), (), "stub")


def test_jpage_group_that_repeats_the_first_page_is_asked_once_more():
    start = encrypted("/module/web/jpage/dataproxy.jsp?page=1&k=QQ")
    (first,) = read("jcms_jpage", start, f"{HOST}/col/col78/index.html").follows
    answer = encrypted("./dataproxy.jsp?page=2&k=QQ")
    (second,) = again("jcms_jpage", answer, first).follows
    assert second.url == f"{HOST}/module/web/jpage/dataproxy.jsp?k=QQ&page=2"
    end = again("jcms_jpage", answer, second)
    assert (end.follows, end.stop_reason) == ((), "repeat_of_page_1")


def test_groups_without_a_new_address_count_their_page_up():
    (first,) = read(
        "jcms_jpage",
        encrypted("/module/web/jpage/dataproxy.jsp?page=2&k=QQ"),
        f"{HOST}/col/col78/index.html",
    ).follows
    (second,) = again("jcms_jpage", datastore(range(46, 91), 300), first).follows
    assert second.url.endswith("?k=QQ&page=3")


def test_records_of_another_shape():
    rules = ListRules(format="records", records=r"<row>(.{1,200}?)</row>")
    text = "<row><a href='t20220315_1.html'>年报</a> 2022-03-16</row><row></row>"
    page = read("trs_wcm", text, f"{HOST}/zw/", rules=rules)
    assert [(e.title, e.published) for e in page.entries] == [("年报", date(2022, 3, 16))]


def test_records_with_escaped_content():
    text = "<record>&lt;a href='/art/2023/3/2/art_77_1.html'&gt;通报&lt;/a&gt;</record>"
    page = read("jcms_jpage", text, f"{HOST}/col/col77/index.html")
    assert [e.title for e in page.entries] == ["通报"]


# --- template essays: follow the next link ------------------------------------------------------

ESSAY = ArticleRules(
    url_regex=r"/zongjie/\d+(?:_\d+)?\.html$", pages=FAMILIES["essay_generic"].article.pages
)


def essay_list(next_link):
    return f"""<div><p><a href="/zongjie/501.html"><img src="x.jpg"></a>
<a href="/zongjie/501.html">社区维权服务站年度小结</a> 2019-04-01</p>
<p><a href="/zongjie/502.html">商场诚信经营活动方案</a> 2019-04-02</p>
<a href="/zongjie/502_2.html">第二页</a>{next_link}</div>"""


def test_essay_list_follows_the_next_page_and_not_the_next_article():
    text = essay_list(
        '<a href="/zongjie/503.html">下一篇</a><a href="javascript:go(2)">下一页</a>'
        '<a href="/zongjie/list_8_2.html">下一页</a>'
    )
    page = read("essay_generic", text, f"{HOST}/zongjie/", article=ESSAY)
    assert [(e.url[-8:], e.title) for e in page.entries] == [
        ("501.html", "社区维权服务站年度小结"),
        ("502.html", "商场诚信经营活动方案"),
        ("503.html", "下一篇"),
    ]
    assert page.entries[0].published == date(2019, 4, 1)
    assert [f.url for f in page.follows] == [f"{HOST}/zongjie/list_8_2.html"]


def test_essay_list_finds_the_next_page_by_its_number():
    text = essay_list('<a href="list_8_3.html">3</a><a href="list_8_2.html">2</a>')
    page = read("essay_generic", text, f"{HOST}/zongjie/", article=ESSAY)
    assert [f.url for f in page.follows] == [f"{HOST}/zongjie/list_8_2.html"]


@pytest.mark.parametrize("last", ["", '<a href="#">下一页</a>', '<a href="/zongjie/">下一页</a>'])
def test_essay_list_ends_without_a_real_next_page(last):
    (follow,) = read(
        "essay_generic",
        essay_list('<a href="list_8_2.html">下一页</a>'),
        f"{HOST}/zongjie/",
        article=ESSAY,
    ).follows
    text = essay_list(last).replace("50", "60")
    page = again("essay_generic", text, follow, article=ESSAY)
    assert (page.follows, page.stop_reason) == ((), "no_next")


def test_next_page_on_another_host_is_not_followed():
    text = essay_list('<a href="http://ads.example.com/2.html">下一页</a>')
    page = read("essay_generic", text, f"{HOST}/zongjie/", article=ESSAY)
    assert (page.follows, page.stop_reason) == ((), "no_next")


# --- document libraries ---------------------------------------------------------------------------


def test_library_list_gives_documents_and_never_downloads():
    article = ArticleRules(url_regex=r"/p-\d+\.html$")
    text = """<dl><dt><a href="/p-31.html" title="某县消费投诉分析报告全文">某县消费投诉…</a></dt>
<dd>12页 <a href="/download?id=31">下载</a></dd></dl><a href="list-2.html">下一页</a>"""
    page = read("doc_viewer", text, f"{HOST}/list-1.html", article=article)
    assert [(e.url, e.title) for e in page.entries] == [
        (f"{HOST}/p-31.html", "某县消费投诉分析报告全文")
    ]
    assert [f.url for f in page.follows] == [f"{HOST}/list-2.html"]


# --- mirrors and rows --------------------------------------------------------------------------


def test_mirror_lists_are_never_continued():
    text = '<a href="/paper/7.html">投訴分析</a><a href="/list_2.html">下一页</a>'
    page = read("mirror", text, f"{HOST}/", hosts=("*",))
    assert [e.url for e in page.entries] == [f"{HOST}/paper/7.html"]
    assert (page.follows, page.stop_reason) == ((), "no_pager")


def test_rows_with_their_own_dates_and_templates_left_out():
    rules = ListRules(
        row="table tr", links="a.t", date="td.d", title_attr="title", reject_rows=(r"<\?=",)
    )
    text = """<table>
<tr><td><a class=t href="t20230101_1.html" title="完整的标题">完整</a></td>
<td class=d>2023年1月2日</td></tr>
<tr><td><a class=t href="t20230101_2.html" title="<?=el.title?>">模板</a></td>
<td class=d>2023-01-03</td></tr>
<tr><td><a class=t href="t20230101_3.html">第三</a></td><td class=d>01-04</td></tr></table>"""
    page = read("trs_wcm", text, f"{HOST}/zw/", rules=rules)
    assert [(e.title, e.published) for e in page.entries] == [
        ("完整的标题", date(2023, 1, 2)),
        ("第三", date(2023, 1, 1)),
    ]


@pytest.mark.parametrize("text", ["", " ", "\x00", "<", "<record>" * 50, "{}", "[" * 100_000])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_no_text_is_too_strange(family, text):
    page = read(family, text, f"{HOST}/zw/index.html")
    assert page.entries == ()
    if page.follows:
        assert again(family, text, page.follows[0]).entries == ()


def test_dates_of_rows_that_name_their_column_too():
    text = """<ul><li>[<a href="/tz/">通知</a>]<a href="t20220315_1.html">总结一</a> 2022-04-01</li>
<li>[<a href="/tz/">通知</a>]<a href="t20220315_2.html">总结二</a> 2022-04-02</li></ul>"""
    page = read("trs_wcm", text, f"{HOST}/zw/")
    assert [e.published for e in page.entries] == [date(2022, 4, 1), date(2022, 4, 2)]


@pytest.mark.parametrize(
    ("regex", "found"),
    [
        (None, date(2022, 1, 2)),
        (r"发布[:：](.{10})", date(2022, 3, 4)),
        (r"更新(x)?", date(2022, 1, 2)),
        (r"没有(.)", date(2022, 1, 2)),
    ],
)
def test_where_the_date_of_a_row_stands(regex, found):
    assert find_date("编号2022-01-02 更新 发布:2022-03-04", regex) == found


@pytest.mark.parametrize("text", ["", "2022-02-30", "2022-1-123", "12022-01-02", "无"])
def test_what_is_no_date(text):
    assert find_date(text) is None


def test_titles_of_cards():
    text = """<div><a href="t20220315_1.html"><img></a><a href="t20220315_1.html">详细</a>
<a href="t20220315_1.html">云溪市消费投诉分析</a><a href="t20220315_1.html">全市共受理……</a></div>
<a href="t20220316_2.html"><h3>年度维权报告</h3><p>一段摘要</p></a>"""
    page = read("trs_wcm", text, f"{HOST}/zw/")
    assert [e.title for e in page.entries] == ["云溪市消费投诉分析", "年度维权报告"]


def test_a_site_without_a_family_follows_the_next_page():
    text = '<a href="a/1.html">总结</a><a href="list2.html">下一页</a>'
    article = ArticleRules(url_regex=r"/a/\d+\.html$")
    page = read_list(text, f"{HOST}/list.html", rules=ListRules(), article=article, hosts=HOSTS)
    assert [e.url for e in page.entries] == [f"{HOST}/a/1.html"]
    assert [f.url for f in page.follows] == [f"{HOST}/list2.html"]


def test_markup_that_makes_odd_attributes():
    text = "<a href='<a href='{'><a href='t20220315_1.html' {'=1>通报</a>"
    page = read("trs_wcm", text, f"{HOST}/zw/")
    assert [e.title for e in page.entries] == ["通报"]


def test_a_page_beyond_the_limit_is_not_read():
    page = read("trs_wcm", TRS + " " * MAX_TEXT, f"{HOST}/zw/")
    assert (page.entries, page.stop_reason) == ((), "too_large")


@given(family=st.sampled_from(sorted(FAMILIES)), text=TEXTS, data=st.data())
def test_no_page_raises_and_every_link_is_the_sites_own(family, text, data):
    article = ArticleRules(url_regex=r"/\w+\.html$")
    page = read(family, text, f"{HOST}/a/index.html", article=article)
    for _ in range(3):
        assert (page.stop_reason is None) == bool(page.follows)
        for link in (*page.entries, *page.follows):
            assert canonical_url(link.url) == link.url
            assert host_allowed(link.url, HOSTS)
        assert len({e.url for e in page.entries}) == len(page.entries)
        if not page.follows:
            break
        page = again(family, data.draw(TEXTS), page.follows[0])
