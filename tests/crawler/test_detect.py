import pytest

from crawler.detect import detect_family
from spiders.profile import load_profiles

MARKS = load_profiles().marks()


@pytest.mark.parametrize(
    ("text", "url", "family"),
    [
        (
            '<div class="TRS_Editor"></div><script>createPageHTML(2)</script>',
            "http://a.cn/zw/",
            "trs_wcm",
        ),
        ("<datastore></datastore>", "http://a.cn/col/col12/index.html", "jcms_jpage"),
        (
            """<script src="unitbuild.js" queryData="{'webId':'1'}"></script><p>第1页</p>""",
            "http://a.cn/xw/index.html",
            "jpaas_unit",
        ),
        ('<meta name="ChannelId" content="x"><UCAPTITLE>', "http://a.cn/", "ucap"),
        ('<div id="vsb_content_2"></div>', "http://a.cn/info/1012/3.htm", "boda_vsb"),
        ("<script>window._CONFIG = {}</script>", "http://a.cn/gkmlpt/index", "gkmlpt"),
        ("<ul class=xxgk_nav_list></ul>", "http://a.cn/public/column/52", "public_column"),
        ("<p>小编为大家整理</p><a>我要投稿</a>", "http://b.cn/", "essay_generic"),
        ("<p>还剩8页未读</p><p>文档简介</p>", "http://c.cn/p-1.html", "doc_viewer"),
        ("<p>費(fèi)用,,增(zēng)加</p>永利".replace(",", "\uff0c"), "http://d.cn/x", "mirror"),
    ],
)
def test_a_family_shows_itself(text, url, family):
    assert detect_family(text, url, MARKS)[0].family == family


def test_no_family_is_named_without_a_mark():
    assert detect_family("<p>欢迎</p>", "http://e.cn/", MARKS) == ()
