import pytest

from crawler.extract import page_outcome


@pytest.mark.parametrize(
    ("html", "status", "outcome"),
    [
        ("<p>正文。</p>", 412, "blocked"),
        ("<p>正文。</p>", 521, "blocked"),
        ("<script>$_ts=window['$_ts'];</script>", 200, "blocked"),
        ("<title>安全验证</title><p>请拖动滑块完成拼图</p>", 200, "blocked"),
        ("<title>404</title>", 200, "soft404"),
        ("<p>抱歉，您要查看的文章已被删除或者不存在</p>", 200, "soft404"),
        ("<p>消费者协会发布年度报告，全年受理投诉一千件。</p>", 200, "ok"),
    ],
)
def test_first_sight(html, status, outcome):
    assert page_outcome(html, status) == outcome


def test_an_article_about_captchas_is_no_challenge():
    text = (
        "<p>"
        + "有消费者反映抢票时需要反复输入验证码，安全验证步骤繁琐，影响了购买体验。" * 20
        + "</p>"
    )

    assert page_outcome(text) == "ok"


def test_a_root_address_is_no_article():
    assert page_outcome("<p>欢迎访问</p>", 200, "https://a.example/") == "list_page"
