import pytest

from crawler.parts import next_part, part_of, url_kind
from crawler.rules import ArticleRules, PartRules

ESSAY = ArticleRules(
    url_regex=r"/a/[a-z]*\d+(?:_\d+)?(?:\.html)?$",
    pages=PartRules(kind="numbered_suffix", next='a:contains("下一页"), .page a', max=5),
)
TRS = ArticleRules(
    url_regex=r"/t20\d{6}_\d+(?:_\d{1,2})?\.html$",
    pages=PartRules(kind="numbered_suffix", base=0, total=r"createPageHTML\(\s*(\d+)"),
)
SINGLE = ArticleRules(url_regex=r"/a/\d+(?:_\d+)?\.html$")


@pytest.mark.parametrize(
    ("url", "article", "kind"),
    [
        ("http://a.cn/a/12.html", ESSAY, "article"),
        ("http://a.cn/a/12_2.html", ESSAY, "article_page"),
        ("http://a.cn/a/12_1.html", ESSAY, "article"),  # essay sites count from 2
        ("http://a.cn/a/12_40.html", ESSAY, "article"),  # beyond max: an id with a hyphen
        ("http://a.cn/a/fanwen12_3", ESSAY, "article_page"),
        ("http://a.cn/a/", ESSAY, "list"),
        ("http://a.cn/a/12_2.html", SINGLE, "article"),
        ("http://a.cn/t20220315_2.html", TRS, "article"),
        ("http://a.cn/t20220315_2_1.html", TRS, "article_page"),
        ("http://a.cn/index_1.html", TRS, "list"),
    ],
)
def test_kind_of_a_url(url, article, kind):
    assert url_kind(url, article) == kind


def test_part_numbers():
    assert part_of("http://a.cn/a/12_3.html", ESSAY) == ("http://a.cn/a/12.html", 3)
    assert part_of("http://a.cn/t20220315_2_1.html", TRS) == ("http://a.cn/t20220315_2.html", 2)


def test_parts_in_order_and_not_the_next_article():
    text = (
        '<a href="13.html">下一篇</a><a href="12_4.html">下一页</a>'
        '<p class=page><a href="12_2.html">2</a><a href="12_3.html">3</a></p>'
    )
    first = "http://a.cn/a/12.html"
    second = next_part(text, first, ESSAY)
    assert second == "http://a.cn/a/12_2.html"
    assert next_part(text, second, ESSAY) == "http://a.cn/a/12_3.html"
    assert next_part('<a href="13.html">下一页</a>', first, ESSAY) is None
    assert next_part('<a href="12_2.html">下一篇:第二节</a>', first, ESSAY) is None
    assert next_part('<a href="/b/12_2.html">下一页</a>', first, ESSAY) is None
    assert next_part("", first, ESSAY) is None


@pytest.mark.parametrize("shown", ["2", "[2]", "第2页", "下一页", "下页", ">", " 【2】 "])
def test_a_pager_the_profile_does_not_name(shown):
    article = ArticleRules(
        url_regex=ESSAY.url_regex, pages=PartRules(kind="numbered_suffix", next=".nowhere a")
    )
    text = f'<div><a href="12_2.html">{shown}</a></div>'
    assert next_part(text, "http://a.cn/a/12.html", article) == "http://a.cn/a/12_2.html"
    text = '<div><a href="12_2.html">消费维权工作总结二</a></div>'
    assert next_part(text, "http://a.cn/a/12.html", article) is None


def test_parts_end_at_the_maximum():
    text = '<a href="12_6.html">下一页</a>'
    assert next_part(text, "http://a.cn/a/12_5.html", ESSAY) is None


def test_parts_counted_by_a_script():
    text = "<script>createPageHTML(3, 0)</script>"
    first = "http://a.cn/t20220315_2.html"
    assert next_part(text, first, TRS) == "http://a.cn/t20220315_2_1.html"
    assert (
        next_part(text, "http://a.cn/t20220315_2_1.html", TRS) == "http://a.cn/t20220315_2_2.html"
    )
    assert next_part(text, "http://a.cn/t20220315_2_2.html", TRS) is None
    assert next_part("<script>createPageHTML(1, 0)</script>", first, TRS) is None
    assert next_part("<p>一页</p>", first, TRS) is None


def test_articles_on_one_page_have_no_next_part():
    assert next_part('<a href="12_2.html">下一页</a>', "http://a.cn/a/12.html", SINGLE) is None
