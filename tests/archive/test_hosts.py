from datetime import timedelta

from archive import frontier, hosts
from archive.archive import Archive
from archive.frontier import Found
from tests.archive.conftest import NOW

HOUR = timedelta(hours=1)


def urls(archive: Archive, now=NOW) -> list[str]:
    with archive.database.write() as connection:
        rows = frontier.lease(connection, "a", "o", now, 10)
        frontier.release(connection, "o")
    return sorted(row.url for row in rows)


def next_try(archive: Archive, now=NOW):
    with archive.database.read() as connection:
        return frontier.next_try(connection, "a", now)


def test_a_paused_host_is_not_leased_and_the_others_are(archive: Archive) -> None:
    all_urls = ["http://a.test/1", "http://a.test:81/1", "http://a_test/1", "https://b.test/1"]
    with archive.database.write() as connection:
        frontier.add(connection, "a", [Found(url, "article") for url in all_urls], NOW)
        until = hosts.pause(connection, "a.test", NOW, lambda _: HOUR, "status 500")
    assert until == NOW + HOUR
    assert urls(archive) == all_urls[1:]
    assert next_try(archive) == until
    assert urls(archive, until) == all_urls
    assert next_try(archive, until) is None


def test_pauses_in_a_row_are_counted_until_the_host_is_well(archive: Archive) -> None:
    lengths = []

    def length(pauses: int) -> timedelta:
        lengths.append(pauses)
        return HOUR

    with archive.database.write() as connection:
        hosts.unwell(connection, "a.test", "status 500")
        for _ in range(3):
            hosts.pause(connection, "a.test", NOW, length, "status 500")
        assert hosts.all_unwell(connection) == {"a.test"}
        hosts.well(connection, "a.test")
        assert hosts.paused(connection, NOW) == {}
        hosts.pause(connection, "a.test", NOW, length, "status 500")
    assert lengths == [0, 1, 2, 0]


def test_a_short_pause_does_not_end_a_long_one(archive: Archive) -> None:
    with archive.database.write() as connection:
        hosts.pause(connection, "a.test", NOW, lambda _: 24 * HOUR, "a challenge")
        hosts.pause(connection, "a.test", NOW, lambda _: HOUR, "status 500")
        assert hosts.paused(connection, NOW) == {"a.test": NOW + 24 * HOUR}
