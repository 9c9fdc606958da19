import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.urls import _PLAIN, _canonical, canonical_url, host_allowed, resolve, url_refusal


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://A.Gov.CN:80/a/../b/./c.html#top", "http://a.gov.cn/b/c.html"),
        ("https://a.cn:443", "https://a.cn/"),
        ("http://a.cn/x;jsessionid=0F3A?b=2&a=1", "http://a.cn/x?a=1&b=2"),
        ("http://a.cn/x?from=singlemessage&isappinstalled=0", "http://a.cn/x"),
        ("http://a.cn/x?sid=93f2&spm=a.b.c&utm_source=q&id=7", "http://a.cn/x?id=7"),
        ("http://a.cn/x?from=2021-01-01", "http://a.cn/x?from=2021-01-01"),
        (
            "http://a.cn/gkmlpt/api/all/12?page=2&sid=755",
            "http://a.cn/gkmlpt/api/all/12?page=2&sid=755",
        ),
        (
            "http://a.cn/%7Euser/消费 者.html",
            "http://a.cn/~user/%E6%B6%88%E8%B4%B9%20%E8%80%85.html",
        ),
        ("http://a.cn/%CF%FB.html", "http://a.cn/%CF%FB.html"),
        ("http:\\\\a.cn\\b\\c.html", "http://a.cn/b/c.html"),
        ("http://a。cn/b", "http://a.cn/b"),
        ("http://a.cn./b", "http://a.cn/b"),
        ("ht\ntp://a.cn/\tb", "http://a.cn/b"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://0x7f000001/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0/", "http://0.0.0.0/"),
        ("http://[::FFFF:127.0.0.1]:80/", "http://[::ffff:7f00:1]/"),
        ("http://127.0.0.1:8101/a", "http://127.0.0.1:8101/a"),
        ("http://a.cn/%2e%2e/%2E/b", "http://a.cn/b"),
        ("http://a.cn/100%/%e6", "http://a.cn/100%25/%E6"),
        ("http://a.cn/../../b/..", "http://a.cn/"),
    ],
)
def test_one_normal_form(url, normal):
    assert canonical_url(url) == normal
    assert canonical_url(normal) == normal


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.cn/b",
        "javascript:void(0)",
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://a.cn/b",
        "mailto:a@b.cn",
        "http://",
        "http:///",
        "http://user@a.cn/",
        "http://a@b@127.0.0.1/",
        "http://a.cn:0/",
        "http://a.cn:99999/",
        "http://a.cn:8x/",
        "http://a..cn/",
        "http://a b.cn/",
        "http://1.2.3.4.5/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://a.cn/\ud800",
    ],
)
def test_what_is_no_page_has_no_normal_form(url):
    assert canonical_url(url) is None


@given(st.text(max_size=60))
@example("%a%443")
@example("http://a.cn/%252e%252e/b")
@example("http://a.cn/a?%26=1&b")
@example("http://a.cn//a//?x=%00")
def test_normalising_twice_changes_nothing(rest):
    for url in (rest, "http://" + rest, "http://a.cn/" + rest, "https://a.cn/x?" + rest):
        once = canonical_url(url)
        if once is not None:
            assert canonical_url(once) == once
            assert once.isascii()
            assert "#" not in once


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_the_short_way_gives_what_the_long_way_gives(url):
    assert _canonical(url) == url


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./202203/t20220315_1.html", "http://a.cn/zw/202203/t20220315_1.html"),
        ("//b.cn/x", "http://b.cn/x"),
        (" /art/1.html ", "http://a.cn/art/1.html"),
        ("..\\x.html", "http://a.cn/x.html"),
        ("#", None),
        ("", None),
        ("javascript:goPage(2)", None),
        ("JavaScript:void(0)", None),
        ("tel:12315", None),
        ("http://[bad", None),
    ],
)
def test_links_resolve_against_their_page(href, url):
    assert resolve("http://a.cn/zw/index.html", href) == url


def test_traps_are_refused_with_a_reason():
    assert url_refusal("http://a.cn/a/b/c.html") is None
    assert url_refusal("http://a.cn/a/b/a/b.html") is None
    assert url_refusal("http://a.cn/a/b/a/b/a/x.html") == "repeating_segment"
    assert url_refusal("http://a.cn/" + "/".join(map(str, range(21)))) == "too_deep"
    assert url_refusal("http://a.cn/?q=" + "x" * 2083) == "too_long"
    assert url_refusal("http://[") == "bad_url"


def test_hosts_with_and_without_port():
    assert host_allowed("http://a.cn:8080/x", ["a.cn"])
    assert host_allowed("http://127.0.0.1:8101/x", ["127.0.0.1:8101"])
    assert not host_allowed("http://127.0.0.1:8102/x", ["127.0.0.1:8101"])
    assert not host_allowed("http://www.a.cn/x", ["a.cn"])
    assert host_allowed("http://[::1]/x", ["[::1]"])
    assert host_allowed("http://any.cn/x", ["*"])
