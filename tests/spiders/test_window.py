from datetime import UTC, datetime, timedelta, timezone

import pytest

from spiders.window import opens_at, parse_window

CHINA = timezone(timedelta(hours=8))


def at(hour, minute=0):
    return datetime(2026, 3, 15, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        (None, at(12), at(12)),
        ("00:00-07:00+08:00", at(3), at(3)),
        ("00:00-07:00+08:00", at(7), at(0) + timedelta(days=1)),
        ("00:00-07:00+08:00", at(23, 59), at(0) + timedelta(days=1)),
        ("22:00-06:00+08:00", at(23), at(23)),
        ("22:00-06:00+08:00", at(5, 59), at(5, 59)),
        ("22:00-06:00+08:00", at(6), at(22)),
        ("16:00-23:00Z", at(1), at(1)),
        ("16:00-23:00Z", at(8), at(0) + timedelta(days=1)),
        ("00:00-24:00+08:00", at(12), at(12)),
        ("20:00-21:00-05:00", at(9), at(9)),
    ],
)
def test_when_a_site_may_be_fetched(window, now, opens):
    assert opens_at(window, now) == opens
    assert opens_at(window, now.astimezone(UTC)) == opens


@pytest.mark.parametrize("text", ["", "night", "25:00-07:00+08:00", "00:00-07:00", "0:00-7:00Z"])
def test_what_is_no_window(text):
    with pytest.raises(ValueError, match="is not a window"):
        parse_window(text)
