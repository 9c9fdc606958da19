from crawler.attachments import MAX_ATTACHMENTS, attachments
from crawler.rules import ArticleRules
from tests.crawler.list_reader import FAMILIES, HOST, HOSTS

PAGE = f"{HOST}/art/2023/3/15/art_77_1.html"


def found(text, family="jcms_jpage"):
    article = FAMILIES[family].article
    return [(a.url, a.name, a.suffix) for a in attachments(text, PAGE, article, HOSTS)]


def test_where_the_type_stands():
    report = "%E7%BB%B4%E6%9D%83%E6%8A%A5%E5%91%8A.docx"  # 维权报告
    text = """<a href="/module/download/down.jsp?i_ID=8&filename=维权报告.docx">附件1</a>
<a href="/cms/tj.pdf?fileName=x">统计表</a><a href="/module/download/down.jsp?i_ID=9">名单.xls</a>
<a href="/module/download/down.jsp?i_ID=10">查看</a><a href="/c.html">正文</a>"""
    assert found(text) == [
        (
            f"{HOST}/module/download/down.jsp?filename={report}&i_ID=8",
            "附件1",
            "docx",
        ),
        (f"{HOST}/cms/tj.pdf?fileName=x", "统计表", "pdf"),
        (f"{HOST}/module/download/down.jsp?i_ID=9", "名单.xls", "xls"),
    ]


def test_repeats_other_hosts_and_odd_addresses_are_left_out():
    text = """<a href="/a.pdf">一</a><a href="/a.pdf">一</a><a href="http://x.cn/b.pdf">二</a>
<a href="file:///c.pdf">三</a>"""
    assert found(text) == [(f"{HOST}/a.pdf", "一", "pdf")]


def test_a_page_of_many_files_is_cut():
    text = "".join(f'<a href="/{n}.pdf">{n}</a>' for n in range(50))
    assert len(found(text)) == MAX_ATTACHMENTS


def test_libraries_have_no_attachments():
    assert found('<a href="/download.doc">下载</a>', "doc_viewer") == []
    assert attachments("<a href='/a.pdf'>x</a>", PAGE, ArticleRules(), HOSTS) == ()
