from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.frontier import NextVisit
from crawler.breaker import FAILURES_TO_PAUSE, Breaker, Pause, pause_length
from crawler.judge import Trouble, Verdict

NEVER = NextVisit(None)
OK = Verdict("ok", NEVER)
GONE = Verdict("gone", NEVER)
FAILED = Verdict("error", NEVER, "status 500", "failing")
HOST = "a.test"


def test_a_host_is_well_until_it_fails_and_the_news_come_once() -> None:
    breaker = Breaker()
    seen = [breaker.judge(HOST, v) for v in (OK, OK, FAILED, FAILED, GONE, OK, OK)]
    assert seen == ["well", None, "unwell", None, None, "well", None]
    assert HOST not in breaker.unwell


def test_failures_in_a_row_end_in_a_pause() -> None:
    breaker = Breaker()
    seen = [breaker.judge(HOST, FAILED) for _ in range(FAILURES_TO_PAUSE)]
    assert isinstance(seen[-1], Pause)
    assert not any(isinstance(one, Pause) for one in seen[:-1])
    assert HOST in breaker.unwell


def test_a_good_answer_or_a_missing_page_breaks_the_row() -> None:
    breaker = Breaker()
    for between in (OK, GONE):
        for verdict in [FAILED] * (FAILURES_TO_PAUSE - 1) + [between]:
            assert not isinstance(breaker.judge(HOST, verdict), Pause)


def test_hosts_are_apart() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_TO_PAUSE):
        breaker.judge("b.test", FAILED)
    assert breaker.judge(HOST, FAILED) == "unwell"


@pytest.mark.parametrize("trouble", ["blocked", "no_robots", "busy"])
def test_some_troubles_pause_at_once(trouble: Trouble) -> None:
    assert isinstance(Breaker().judge(HOST, Verdict("error", NEVER, None, trouble)), Pause)


@pytest.mark.parametrize(
    ("trouble", "pauses", "length"),
    [
        ("failing", 0, timedelta(minutes=30)),
        ("failing", 1, timedelta(hours=1)),
        ("failing", 9, timedelta(days=1)),
        ("blocked", 0, timedelta(days=1)),
        ("blocked", 2, timedelta(days=4)),
        ("blocked", 3, timedelta(days=7)),
        ("no_robots", 0, timedelta(minutes=5)),
        ("no_robots", 1, timedelta(minutes=10)),
        ("busy", 0, timedelta(minutes=1)),
    ],
)
def test_pauses_double_up_to_a_limit(trouble: Trouble, pauses: int, length: timedelta) -> None:
    assert pause_length(trouble)(pauses) == length


@pytest.mark.parametrize(
    ("asked", "length"),
    [(2.0, timedelta(seconds=2)), (0.0, timedelta()), (1e9, timedelta(days=1))],
)
def test_a_host_says_how_long(asked: float, length: timedelta) -> None:
    assert pause_length("busy", asked)(5) == length


@given(st.integers(0, 10_000))
def test_no_pause_is_endless(pauses: int) -> None:
    for trouble in ("failing", "blocked", "no_robots", "busy"):
        assert pause_length(trouble)(pauses) <= timedelta(days=7)  # type: ignore[arg-type]
