import multiprocessing
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, update

from archive.db import Database
from archive.errors import BadCursor
from archive.feed import ChangeNote, follow, latest_cursor, read_changes, record_changes
from archive.models import Change, Meta

NOW = datetime(2026, 3, 15, 1, 2, 3, tzinfo=UTC)
WRITERS, EACH = 4, 40


def write(database: Database, *subjects: str) -> None:
    with database.write() as connection:
        notes = [ChangeNote("document.created", s, {"version": 1}) for s in subjects]
        record_changes(connection, database, notes, NOW)


def test_events_come_in_order_each_with_its_cursor(database: Database) -> None:
    write(database, "a", "b")
    write(database, "c")
    whole = read_changes(database)
    assert [event.subject for event in whole.events] == ["a", "b", "c"]
    assert whole.cursor == whole.events[-1].cursor == latest_cursor(database)
    for place, event in enumerate(whole.events):
        rest = read_changes(database, event.cursor)
        assert rest.events == whole.events[place + 1 :]
    assert read_changes(database, whole.cursor).cursor == whole.cursor
    assert len(read_changes(database, limit=2).events) == 2


def test_an_event_has_cloudevents_names(database: Database) -> None:
    write(database, "a")
    (event,) = read_changes(database).events
    assert event.to_json() == {
        "specversion": "1.0",
        "id": "1",
        "type": "document.created",
        "source": event.source,
        "subject": "a",
        "time": "2026-03-15T01:02:03Z",
        "data": {"version": 1},
        "cursor": event.cursor,
    }


def test_following_goes_on_with_what_comes_later(database: Database) -> None:
    write(database, "a", "b")
    events = follow(database, poll_s=0.01)
    assert [next(events).subject, next(events).subject] == ["a", "b"]
    writer = threading.Timer(0.1, write, (database, "c"))
    writer.start()
    assert next(events).subject == "c"
    writer.join()


def test_an_empty_feed_has_a_cursor_to_start_from(database: Database) -> None:
    start = read_changes(database)
    assert start.events == ()
    write(database, "a")
    assert [e.subject for e in read_changes(database, start.cursor).events] == ["a"]


@pytest.mark.parametrize("cursor", ["", "x", "é", "Zm9v", "LjE", "YS4tMQ", "\x00"])
def test_what_is_no_cursor_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(BadCursor, match="not a cursor"):
        read_changes(database, cursor)


def test_a_cursor_from_before_a_rebuild_is_refused(database: Database) -> None:
    write(database, "a", "b")
    cursor = latest_cursor(database)
    with database.write() as connection:
        connection.execute(update(Meta).where(Meta.key == "epoch").values(value="another"))
    with pytest.raises(BadCursor, match="snapshot"):
        read_changes(database, cursor)


def test_a_cursor_ahead_of_the_feed_is_refused(database: Database) -> None:
    write(database, "a", "b")
    cursor = latest_cursor(database)
    with database.write() as connection:
        connection.execute(Change.__table__.delete().where(Change.seq == 2))
    with pytest.raises(BadCursor, match="snapshot"):
        read_changes(database, cursor)


def test_a_rolled_back_transaction_tells_nothing(database: Database) -> None:
    with (  # noqa: PT012
        pytest.raises(RuntimeError),
        database.write() as connection,
    ):
        record_changes(connection, database, [ChangeNote("document.created", "a")], NOW)
        raise RuntimeError
    assert read_changes(database).events == ()


def _naive(connection, database, notes, now) -> None:  # type: ignore[no-untyped-def]
    """What record_changes would be without its lock."""
    rows = [{"at": now, "kind": n.kind, "subject": n.subject, "data": {}} for n in notes]
    connection.execute(insert(Change), rows)


def _writer(url: str, name: int, record: Callable[..., None]) -> None:
    database = Database(url)
    dice = random.Random(name)
    for place in range(EACH):
        try:
            with database.write() as connection:
                note = ChangeNote("document.created", f"{name}-{place}")
                record(connection, database, [note], NOW)
                # Work between the insert and the commit: what other writers overtake.
                connection.exec_driver_sql(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                    f"{dice.randrange(1, 20_000)}) SELECT count(*) FROM n"
                )
                if dice.random() < 0.05:
                    raise RuntimeError  # noqa: TRY301
        except RuntimeError:
            continue
    database.close()


def _race(database: Database, url: str, record: Callable[..., None]) -> tuple[list[str], list[str]]:
    """What a reader saw while writers wrote, and what was there in the end."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_writer, args=(url, name, record)) for name in range(WRITERS)]
    for writer in writers:
        writer.start()
    seen: list[str] = []
    cursor = None
    while True:
        alive = any(writer.is_alive() for writer in writers)
        changes = read_changes(database, cursor)
        cursor = changes.cursor
        seen += [event.subject for event in changes.events]
        if not alive:
            break
    assert all(writer.exitcode == 0 for writer in writers)
    return seen, [event.subject for event in read_changes(database, limit=10_000).events]


def test_a_reader_beside_writers_misses_nothing(database: Database, database_url: str) -> None:
    seen, written = _race(database, database_url, record_changes)
    assert len(written) > WRITERS * EACH * 0.8
    assert seen == written


# SQLite has one writer at a time: there the fault cannot be shown.
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_without_the_lock_a_reader_misses_events(database: Database, database_url: str) -> None:
    """The control: the race test can see the fault that the lock prevents."""
    seen, written = _race(database, database_url, _naive)
    assert len(seen) < len(written)
