import pytest

from crawler.detect import detect_family
from spiders.profile import load_profiles

MARKS = {name: family.detect for name, family in load_profiles().families.items()}


@pytest.mark.parametrize(
    ("text", "url", "family"),
    [
        (
            '<div class="TRS_Editor"></div><script>createPageHTML(2)</script>',
            "http://a.cn/zw/",
            "trs_wcm",
        ),
        ("<datastore></datastore>", "http://a.cn/col/col12/index.html", "jcms_jpage"),
        ("<p>小编为大家整理</p><a>我要投稿</a>", "http://b.cn/", "essay_generic"),
        ("<p>还剩8页未读</p><p>文档简介</p>", "http://c.cn/p-1.html", "doc_viewer"),
        ("<p>費(fèi)用,,增(zēng)加</p>永利".replace(",", "\uff0c"), "http://d.cn/x", "mirror"),
    ],
)
def test_a_family_shows_itself(text, url, family):
    assert detect_family(text, url, MARKS)[0].family == family


def test_no_family_is_named_without_a_mark():
    assert detect_family("<p>欢迎</p>", "http://e.cn/", MARKS) == ()
