import hashlib
import os
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import wait
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from archive import extractions, frontier
from archive.archive import Archive
from archive.captures import Fetched, Stored, read_capture
from archive.frontier import Found, Leased, NextVisit
from archive.models import Article, ArticlePart, Capture, Extraction, Frontier, WarcFile
from archive.owner import Owner
from archive.recorder import Recorder
from archive.recover import recover
from archive.runs import run_counts, start_run
from archive.verify import verify
from archive.warc import Exchange
from tests.archive.conftest import NOW


class Crawl:
    """A recorder and the few calls a spider makes."""

    def __init__(self, archive: Archive, owner: Owner, **options) -> None:
        self.archive = archive
        with archive.database.write() as connection:
            self.run_id = start_run(connection, "crawl", owner.name, ["a"], NOW)
        self.recorder = Recorder(archive, owner, self.run_id, **options)

    def add(self, *found: Found) -> None:
        self.recorder.call(lambda c: frontier.add(c, "a", found, NOW)).result()

    def lease(self) -> list[Leased]:
        return self.recorder.lease("a", 1000).result().rows

    def fetched(self, row: Leased, payload: bytes = b"<p>text</p>", **changes) -> Fetched:
        status = changes.pop("status", 200)
        headers = changes.pop("headers", (("Content-Type", "text/html"),))
        exchange = Exchange(row.url, "GET", (), b"", status, headers, payload, NOW)
        values = {
            "row": row,
            "outcome": "ok",
            "reason": None,
            "exchange": exchange,
            "visit": NextVisit(NOW),
            "at": NOW,
        }
        return Fetched(**(values | changes))

    def store(self, *args, **changes) -> Stored:
        return self.recorder.store(self.fetched(*args, **changes)).result()

    def rows(self, *columns):
        with self.archive.database.read() as connection:
            return connection.execute(select(*columns)).all()


@pytest.fixture
def crawl(archive: Archive, owner: Owner):
    crawl = Crawl(archive, owner)
    yield crawl
    crawl.recorder.close()


def page(n: int, kind: str = "article", **changes) -> Found:
    return Found(f"http://a.test/{n}", kind, **changes)


def test_an_acknowledged_capture_can_be_read_and_verified(crawl: Crawl) -> None:
    crawl.add(page(1))
    (row,) = crawl.lease()
    stored = crawl.store(row, b"<p>one</p>")
    with crawl.archive.database.read() as connection:
        assert (
            read_capture(connection, crawl.archive.folder, stored.capture_id).payload
            == b"<p>one</p>"
        )
    crawl.recorder.close()
    report = verify(crawl.archive)
    assert (report.files, report.captures, report.problems) == (1, 1, ())


def test_a_group_shares_one_transaction_and_all_are_stored(crawl: Crawl) -> None:
    crawl.add(*(page(n) for n in range(200)))
    futures = [
        crawl.recorder.store(crawl.fetched(row, f"<p>{row.id}</p>".encode()))
        for row in crawl.lease()
    ]
    wait(futures)
    assert len({future.result().capture_id for future in futures}) == 200
    with crawl.archive.database.read() as connection:
        assert run_counts(connection, crawl.run_id) == {"a": {"ok": 200}}
    crawl.recorder.close()
    assert verify(crawl.archive).problems == ()


def test_the_same_payload_is_kept_once(crawl: Crawl) -> None:
    crawl.add(page(1), page(2))
    first, second = crawl.lease()
    crawl.store(first)
    copy = crawl.store(second)
    assert copy.outcome == "ok"
    (again, _) = crawl.lease()
    assert crawl.store(again).outcome == "unchanged"
    kinds = crawl.rows(Capture.record_type)
    assert [kind for (kind,) in kinds] == ["response", "revisit", "revisit"]
    with crawl.archive.database.read() as connection:
        assert (
            read_capture(connection, crawl.archive.folder, copy.capture_id).payload
            == b"<p>text</p>"
        )
    crawl.recorder.close()
    assert verify(crawl.archive).problems == ()


def test_not_modified_is_a_revisit_of_the_last_payload(crawl: Crawl) -> None:
    crawl.add(page(1))
    (row,) = crawl.lease()
    crawl.store(row, headers=(("ETag", '"v1"'),))
    (again,) = crawl.lease()
    assert again.etag == '"v1"'
    stored = crawl.store(again, b"", status=304, headers=(), outcome="unchanged")
    assert stored.outcome == "unchanged"
    with crawl.archive.database.read() as connection:
        assert (
            read_capture(connection, crawl.archive.folder, stored.capture_id).payload
            == b"<p>text</p>"
        )
    (last,) = crawl.lease()
    assert last.etag == '"v1"'
    assert len(crawl.rows(Extraction.id)) == 1


def test_parts_make_one_article_and_one_extraction(crawl: Crawl) -> None:
    crawl.add(page(1, title="report"))
    (first,) = crawl.lease()
    one = crawl.store(first, b"1", next_part=page(12, "part", page=2))
    assert crawl.rows(Extraction.id) == []
    parts = [row for row in crawl.lease() if row.kind == "part"]
    two = crawl.store(parts[0], b"2")
    assert crawl.rows(Article.title) == [("report",)]
    assert crawl.rows(ArticlePart.ordinal, ArticlePart.capture_id) == [
        (1, one.capture_id),
        (2, two.capture_id),
    ]
    assert crawl.rows(Extraction.captures) == [([one.capture_id, two.capture_id],)]


def test_an_article_whose_last_part_is_gone_is_extracted_without_it(crawl: Crawl) -> None:
    crawl.add(page(1))
    (first,) = crawl.lease()
    one = crawl.store(first, b"1", next_part=page(12, "part", page=2))
    (part,) = [row for row in crawl.lease() if row.kind == "part"]
    retry = NextVisit(NOW, tries=1)
    crawl.store(part, b"", status=500, outcome="error", visit=retry)
    assert crawl.rows(Extraction.id) == []
    (part,) = [row for row in crawl.lease() if row.kind == "part"]
    crawl.store(part, b"", status=404, outcome="gone", visit=NextVisit(None))
    assert crawl.rows(Extraction.captures) == [([one.capture_id],)]


def test_a_moved_article_stays_the_same_article(crawl: Crawl) -> None:
    crawl.add(page(1))
    (row,) = crawl.lease()
    crawl.store(row, b"", status=301, outcome="moved", visit=NextVisit(None), moved_to=page(2))
    (target,) = crawl.lease()
    crawl.store(target)
    assert crawl.rows(Article.url) == [("http://a.test/1",)]
    assert len(crawl.rows(Extraction.id)) == 1


def test_a_list_is_read_on_only_when_it_held_something_new(crawl: Crawl) -> None:
    crawl.add(page(1, "list"))
    (first,) = crawl.lease()
    further = page(11, "list", page=2)
    crawl.store(first, b"list", found=(page(5),), follow=(further,))
    rows = {row.url[-2:]: row for row in crawl.lease()}
    assert {"11", "/5"} <= set(rows)
    stored = crawl.store(rows["11"], b"l2", found=(page(5),), follow=(page(12, "list", page=3),))
    assert stored.new_links == 0
    assert "http://a.test/12" not in {url for (url,) in crawl.rows(Frontier.url)}


def test_one_bad_job_does_not_take_the_others_with_it(crawl: Crawl) -> None:
    crawl.add(page(1), page(2))
    good, bad = crawl.lease()
    futures = [
        crawl.recorder.call(lambda _: 1 / 0),
        crawl.recorder.store(crawl.fetched(good)),
        crawl.recorder.store(crawl.fetched(bad, outcome="x" * 30_000, visit=None)),
    ]
    wait(futures)
    assert isinstance(futures[0].exception(), ZeroDivisionError)
    assert futures[1].result().capture_id is not None
    assert futures[2].exception() is not None
    crawl.recorder.close()
    assert verify(crawl.archive).problems == ()
    assert len(crawl.rows(Capture.id)) == 1


def test_files_are_rotated_and_closed_with_their_digest(archive: Archive, owner: Owner) -> None:
    crawl = Crawl(archive, owner, rotate_bytes=2000)
    crawl.add(*(page(n) for n in range(20)))
    for row in crawl.lease():
        crawl.store(row, os.urandom(500))
    crawl.recorder.close()
    files = crawl.rows(WarcFile.name, WarcFile.state, WarcFile.sha256)
    assert len(files) > 3
    for name, state, sha256 in files:
        assert state == "closed"
        assert hashlib.sha256((archive.folder / name).read_bytes()).hexdigest() == sha256
    assert verify(archive).problems == ()


def test_a_torn_tail_of_a_dead_owner_is_cut(archive: Archive) -> None:
    owner = Owner(archive.folder)
    crawl = Crawl(archive, owner)
    crawl.add(page(1), page(2))
    first, _ = crawl.lease()
    crawl.store(first)
    ((name, length),) = crawl.rows(WarcFile.name, WarcFile.length)
    with (archive.folder / name).open("ab") as file:
        file.write(b"\x1f\x8b torn")
    alive = recover(archive)
    assert (alive.files, alive.leases) == (0, 0)
    owner.close()  # what the kernel does when a process dies
    dead = recover(archive)
    assert (dead.files, dead.bytes_cut, dead.leases) == (1, 7, 1)
    assert (archive.folder / name).stat().st_size == length
    assert verify(archive).problems == ()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda data: data[:-5], "no whole record"),
        (lambda data: data + b"junk", "no whole record"),
        (lambda data: data[:300] + bytes([data[300] ^ 1]) + data[301:], ""),
        (lambda _: b"", "without its record"),
    ],
    ids=["cut", "longer", "flipped", "emptied"],
)
def test_verify_sees_harm(crawl: Crawl, harm, said: str) -> None:
    crawl.add(page(1))
    (row,) = crawl.lease()
    crawl.store(row)
    crawl.recorder.close()
    ((name,),) = crawl.rows(WarcFile.name)
    path = crawl.archive.folder / name
    path.write_bytes(harm(path.read_bytes()))
    problems = verify(crawl.archive).problems
    assert problems
    assert said in " ".join(problem.problem for problem in problems)


def test_verify_sees_wrong_rows_and_strange_files(crawl: Crawl) -> None:
    crawl.add(page(1))
    (row,) = crawl.lease()
    crawl.store(row)
    crawl.recorder.close()
    with crawl.archive.database.write() as connection:
        connection.execute(update(Capture).values(url="http://a.test/other"))
    stranger = crawl.archive.folder / "warc" / "stranger.warc.gz"
    stranger.write_bytes(b"")
    said = [problem.problem for problem in verify(crawl.archive).problems]
    assert any("the row says http://a.test/other" in text for text in said)
    assert any("does not know this file" in text for text in said)


def test_a_killed_writer_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Real kill -9 of a process that stores captures as fast as it can."""
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from archive.archive import Archive
        from archive.owner import Owner
        from archive.runs import SiteRow, save_site
        from tests.archive.conftest import NOW
        from tests.archive.test_recorder import Crawl, page

        archive = Archive.open(Path(sys.argv[1]), create=True)
        with archive.database.write() as connection:
            save_site(connection, SiteRow("a", "A", "none", "government", 90, {}, "v", {}), NOW)
        crawl = Crawl(archive, Owner(archive.folder))
        crawl.add(*(page(n) for n in range(500)))
        for row in crawl.lease():
            stored = crawl.store(row, bytes(str(row.id), "ascii") * 400)
            print(stored.capture_id, row.url, flush=True)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline().split() for _ in range(40)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [line.split() for line in process.stdout if line.endswith("\n")]
    with Archive.open(tmp_path) as archive:
        recovered = recover(archive)
        assert recovered.files == 1
        assert recovered.leases > 0
        assert verify(archive).problems == ()
        with archive.database.read() as connection:
            urls = dict(connection.execute(select(Capture.id, Capture.url)).all())
            left = connection.execute(
                select(func.count()).where(Frontier.due_at <= NOW, Frontier.visits == 0)
            ).scalar_one()
        assert {int(id_): url for id_, url in acknowledged}.items() <= urls.items()
        assert len(urls) + left == 500


def test_a_sqlite_archive_goes_with_its_folder(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restored on another machine, or in a container that has a new name at every start."""
    owner = Owner(archive.folder)
    crawl = Crawl(archive, owner)
    crawl.add(page(1), page(2))
    first, _ = crawl.lease()
    crawl.store(first)
    owner.close()
    monkeypatch.setattr("socket.gethostname", lambda: "new-machine")
    recovered = recover(archive)
    with archive.database.read() as connection:
        waiting = extractions.waiting(connection, "new-machine")
    if archive.database.is_sqlite:
        assert (recovered.leases, recovered.files, waiting) == (1, 1, 1)
        assert (verify(archive).captures, verify(archive).skipped_files) == (1, 0)
    else:  # several machines may share it: nothing is known of the other one
        assert (recovered.leases, recovered.files, waiting) == (0, 0, 0)


def test_other_machines_are_left_alone(crawl: Crawl) -> None:
    if crawl.archive.database.is_sqlite:
        pytest.skip("a SQLite archive is one machine's")
    crawl.add(page(1))
    crawl.lease()
    with crawl.archive.database.write() as connection:
        connection.execute(update(Frontier).values(lease_owner="elsewhere/1-x"))
    assert recover(crawl.archive).leases == 0
    later = NOW + timedelta(days=900)
    with crawl.archive.database.write() as connection:
        assert len(frontier.lease(connection, "a", "me", later, 5)) == 1
