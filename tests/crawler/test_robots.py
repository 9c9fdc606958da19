from datetime import UTC, datetime

import pytest

from crawler.politeness import retry_after
from crawler.robots import MAX_BYTES, Rules, access_of, decode_rules

URL = "http://a.test/消费/1.html"


def rules(body: bytes, status: int = 200) -> Rules:
    return Rules.read(status, decode_rules(body))


@pytest.mark.parametrize(
    ("status", "access"),
    [
        (200, "rules"),
        (204, "rules"),
        (401, "all"),
        (403, "all"),
        (404, "all"),
        (410, "all"),
        (429, "none"),
        (500, "none"),
        (503, "none"),
        (599, "none"),
        (302, "none"),
    ],
)
def test_what_a_status_means(status: int, access: str) -> None:
    assert access_of(status) == access


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
def test_a_chinese_path_is_forbidden_and_nothing_else(encoding: str) -> None:
    text = "User-agent: *\r\nDisallow: /消费\r\n".encode(encoding)
    assert not rules(text).allows("http://a.test/%E6%B6%88%E8%B4%B9/1.html")
    assert not rules(text).allows("http://a.test/%CF%FB%B7%D1/1.html")
    assert rules(text).allows("http://a.test/other/1.html")


def test_a_page_instead_of_rules_forbids_nothing() -> None:
    page = b"<html><body>User-agent: * <br>\nDisallow: /\n</body></html>"
    assert rules(page).allows("http://a.test/x")
    assert rules(b"\x00\xff\xfe garbage").allows("http://a.test/x")
    assert rules(b"").allows("http://a.test/x")


def test_our_name_counts_before_the_star() -> None:
    text = b"User-agent: *\nDisallow: /\n\nUser-agent: xiaobao\nDisallow: /private/\n"
    assert rules(text).allows("http://a.test/x")
    assert not rules(text).allows("http://a.test/private/x")


def test_what_stands_behind_500_kib_is_not_read() -> None:
    text = b"User-agent: *\n" + b"# filler\n" * (MAX_BYTES // 9) + b"Disallow: /\n"
    assert rules(text).allows("http://a.test/x")


@pytest.mark.parametrize(
    ("asked", "seconds"), [(b"2", 2), (b"0.5", 0.5), (b"3600", 60), (b"-1", 0)]
)
def test_the_pace_a_host_asks_for(asked: bytes, seconds: float) -> None:
    assert rules(b"User-agent: *\nCrawl-delay: " + asked + b"\n").delay() == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 7 ", 7),
        ("-5", 0),
        ("1000000000", 1e9),
        ("Sun, 15 Mar 2026 00:01:00 GMT", 60),
        ("Sat, 14 Mar 2026 00:00:00 GMT", 0),
        ("soon", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, datetime(2026, 3, 15, tzinfo=UTC)) == seconds
