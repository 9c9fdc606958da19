from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.frontier import Leased
from crawler.revisit import (
    DAY,
    MAX_RETRY_AFTER,
    TRIES,
    Bounds,
    after_failure,
    after_miss,
    after_success,
)

NOW = datetime(2026, 3, 15, tzinfo=UTC)
BOUNDS = Bounds(DAY, (DAY // 2, 7 * DAY), (7 * DAY, 60 * DAY))
ROW = Leased(
    id=1, site_id="a", url="http://a.test/", kind="article", form=None, page=1, page_state=None,
    title=None, published=None, hops=0, article_id=None, tries=0, interval_s=None, etag=None,
    last_modified=None, visits=0, misses=0,
)  # fmt: skip


def test_the_first_interval_is_the_profiles() -> None:
    visit = after_success(ROW, BOUNDS, NOW, changed=True, first=True)
    assert visit.due_at == NOW + timedelta(days=7)
    listed = after_success(replace(ROW, kind="list"), BOUNDS, NOW, changed=True, first=True)
    assert listed.due_at == NOW + timedelta(days=1)


def test_further_list_pages_and_parts_come_back_through_their_first() -> None:
    for row in (replace(ROW, kind="list", page=2), replace(ROW, kind="part", page=2)):
        assert after_success(row, BOUNDS, NOW, changed=True, first=False).due_at is None


def test_never_is_never() -> None:
    for kind in ("list", "article", "part"):
        row = replace(ROW, kind=kind)  # type: ignore[arg-type]
        assert after_success(row, Bounds.never(), NOW, changed=True, first=True).due_at is None


def test_never_may_come_after_one_more_look() -> None:
    bounds = replace(BOUNDS, article_between=(14 * DAY, None))
    first = after_success(ROW, bounds, NOW, changed=True, first=True)
    assert first.due_at == NOW + timedelta(days=14)
    again = replace(ROW, interval_s=first.interval_s)
    assert after_success(again, bounds, NOW, changed=True, first=False).due_at is None


@given(st.lists(st.booleans(), max_size=40), st.sampled_from(["list", "article"]))
def test_intervals_stay_in_bounds_and_move_the_right_way(changes: list[bool], kind: str) -> None:
    row = replace(ROW, kind=kind, interval_s=BOUNDS.first(kind))  # type: ignore[arg-type]
    low, high = BOUNDS.list_between if kind == "list" else (7 * DAY, 60 * DAY)
    for changed in changes:
        visit = after_success(row, BOUNDS, NOW, changed=changed, first=False)
        assert visit.interval_s is not None
        assert row.interval_s is not None
        assert low <= visit.interval_s <= high
        if changed:
            assert visit.interval_s <= row.interval_s
        else:
            assert visit.interval_s >= row.interval_s
        row = replace(row, interval_s=visit.interval_s)


def test_failures_wait_longer_each_time_then_for_the_normal_day() -> None:
    row, waits = ROW, []
    for _ in range(TRIES):
        visit = after_failure(row, NOW)
        assert visit.due_at is not None
        waits.append((visit.due_at - NOW).total_seconds())
        row = replace(row, tries=visit.tries)
    assert waits == [5, 10, DAY]
    assert row.tries == 0


@pytest.mark.parametrize(("asked", "wait"), [(300.0, 300), (1e9, MAX_RETRY_AFTER), (0.0, 5)])
def test_a_server_decides_how_long_within_a_day(asked: float, wait: int) -> None:
    visit = after_failure(ROW, NOW, asked)
    assert visit.due_at == NOW + timedelta(seconds=wait)


def test_two_misses_a_week_apart_are_a_deletion() -> None:
    first = after_miss(ROW, NOW, healthy=True)
    assert first.due_at == NOW + timedelta(days=7)
    assert after_miss(replace(ROW, misses=first.misses), NOW, healthy=True).due_at is None


def test_an_outage_is_not_a_deletion() -> None:
    once = replace(ROW, misses=1)
    visit = after_miss(once, NOW, healthy=False)
    assert (visit.due_at, visit.misses) == (NOW + timedelta(days=1), 1)


def test_a_failure_between_two_misses_forgets_none() -> None:
    assert after_failure(replace(ROW, misses=1), NOW).misses == 1


def test_a_list_is_never_given_up() -> None:
    visit = after_miss(replace(ROW, kind="list", misses=7, interval_s=DAY), NOW, healthy=True)
    assert visit.due_at == NOW + timedelta(days=1)
