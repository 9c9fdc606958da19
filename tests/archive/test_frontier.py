import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from archive import frontier, hosts
from archive.archive import Archive
from archive.frontier import LEASE_TIME, Finished, Found, NextVisit
from archive.models import Frontier
from tests.archive.conftest import NOW


def article(n: int, **changes) -> Found:
    return replace(Found(f"http://a.test/{n}", "article"), **changes)


def add(archive: Archive, *found: Found) -> int:
    with archive.database.write() as connection:
        return frontier.add(connection, "a", found, NOW)[""]


def lease(archive: Archive, owner: str = "o", *, now=NOW, limit: int = 10):
    with archive.database.write() as connection:
        return frontier.lease(connection, "a", owner, now, limit)


def test_a_url_is_added_once(archive: Archive) -> None:
    assert add(archive, article(1), article(1), article(2)) == 2
    assert add(archive, article(2), article(3)) == 1


def test_a_refused_url_is_noted_and_never_fetched(archive: Archive) -> None:
    off_topic = article(2, refused=("off_topic", "title scores 1 of 5"))
    with archive.database.write() as connection:
        assert frontier.add(connection, "a", [article(1), off_topic], NOW) == {
            "": 1,
            "off_topic": 1,
        }
    assert [row.url[-1] for row in lease(archive)] == ["1"]


def test_a_form_makes_another_row(archive: Archive) -> None:
    assert add(archive, article(1), article(1, form=(("page", "2"),))) == 2
    forms = {row.form for row in lease(archive)}
    assert forms == {None, (("page", "2"),)}


def test_a_leased_row_is_not_leased_again_until_its_time_is_over(archive: Archive) -> None:
    add(archive, article(1))
    assert len(lease(archive)) == 1
    assert lease(archive, "other", now=NOW + LEASE_TIME) == []
    assert len(lease(archive, "other", now=NOW + LEASE_TIME + timedelta(seconds=1))) == 1


def test_urgent_rows_come_first_then_older_ones(archive: Archive) -> None:
    add(archive, article(1), article(2, priority=5))
    assert [row.url[-1] for row in lease(archive)] == ["2", "1"]


def test_a_finished_row_comes_back_when_due(archive: Archive) -> None:
    add(archive, article(1))
    (row,) = lease(archive)
    due = NOW + timedelta(days=7)
    with archive.database.write() as connection:
        done = Finished(row, NextVisit(due, 604800), NOW, "ok", seen={"etag": '"x"'})
        frontier.finish(connection, "o", [done])
    assert lease(archive, now=due - timedelta(seconds=1)) == []
    (again,) = lease(archive, now=due)
    assert (again.etag, again.visits, again.interval_s) == ('"x"', 1, 604800)


def test_a_lost_lease_cannot_be_finished(archive: Archive) -> None:
    add(archive, article(1))
    (row,) = lease(archive, "slow")
    lease(archive, "quick", now=NOW + 2 * LEASE_TIME)
    with archive.database.write() as connection:
        frontier.finish(connection, "slow", [Finished(row, NextVisit(None), NOW, "ok")])
        assert frontier.release(connection, "quick") == 1


def test_released_rows_can_be_leased_at_once(archive: Archive) -> None:
    add(archive, article(1), article(2), article(3))
    rows = lease(archive)
    with archive.database.write() as connection:
        assert frontier.release(connection, "o", [rows[0].id]) == 1
    assert [row.id for row in lease(archive, "p")] == [rows[0].id]
    with archive.database.write() as connection:
        assert frontier.release(connection, "o") == 2


def test_adding_again_makes_a_known_row_due(archive: Archive) -> None:
    add(archive, article(1))
    (row,) = lease(archive)
    with archive.database.write() as connection:
        frontier.finish(connection, "o", [Finished(row, NextVisit(None), NOW, "ok")])
        later = NOW + timedelta(days=1)
        frontier.add_again(connection, "a", [article(1, page_state={"total": 3})], later)
    (again,) = lease(archive, now=later)
    assert again.page_state == {"total": 3}


def test_writers_never_get_the_same_row(archive: Archive) -> None:
    add(archive, *(article(n) for n in range(60)))
    taken: list[int] = []

    def take(owner: str) -> None:
        while rows := lease(archive, owner, limit=3):
            taken.extend(row.id for row in rows)

    threads = [threading.Thread(target=take, args=(f"o{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 60


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(["add", "lease", "finish", "fail", "release"]), max_size=30))
def test_no_row_is_ever_lost(archive: Archive, steps: list[str]) -> None:
    held: dict[int, frontier.Leased] = {}
    known = 0
    for number, step in enumerate(steps):
        if step == "add":
            known += add(archive, article(1000 + number))
        elif step == "lease":
            held |= {row.id: row for row in lease(archive, limit=2)}
        elif held:
            _, row = held.popitem()
            with archive.database.write() as connection:
                if step == "release":
                    frontier.release(connection, "o", [row.id])
                    continue
                visit = NextVisit(NOW, tries=row.tries + 1) if step == "fail" else NextVisit(NOW)
                frontier.finish(connection, "o", [Finished(row, visit, NOW, "x")])
    with archive.database.write() as connection:
        frontier.release(connection, "o")
        total = connection.execute(select(func.count()).select_from(Frontier)).scalar_one()
    everything = lease(archive, "last", limit=1000)
    assert len(everything) == total
    assert total >= known
    with archive.database.write() as connection:
        frontier.release(connection, "last")


def test_what_has_changed_since_its_fetch_is_due(archive: Archive) -> None:
    add(archive, article(1), article(2), article(3))
    later = NOW + timedelta(days=1)
    with archive.database.write() as connection:
        rows = frontier.lease(connection, "a", "o", NOW, 3)
        outcomes = ("ok", "unchanged", "gone")
        done = [
            Finished(row, NextVisit(None), NOW, outcome, None, {})
            for row, outcome in zip(rows, outcomes, strict=True)
        ]
        frontier.finish(connection, "o", done)
        times = (NOW - timedelta(days=9), later, later)
        changed = [(row.url, time) for row, time in zip(rows, times, strict=True)]
        frontier.make_due(connection, "a", changed, later)
    assert [row.url[-1] for row in lease(archive, now=later)] == ["2"]


@pytest.mark.parametrize("seconds", [2, 5, 9])
def test_a_failed_row_of_a_paused_host_is_waited_for(archive: Archive, seconds: int) -> None:
    add(archive, article(1))
    (row,) = lease(archive)
    due = NOW + timedelta(seconds=5)
    host = row.url.split("/")[2]
    with archive.database.write() as connection:
        frontier.finish(connection, "o", [Finished(row, NextVisit(due, tries=1), NOW, "error")])
        pause = timedelta(seconds=seconds)
        hosts.pause(connection, host, NOW, lambda _: pause, "status 429")
        assert frontier.next_try(connection, "a", NOW) == max(due, NOW + pause)
