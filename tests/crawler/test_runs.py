"""Crawls on a schedule: what is due, one at a time, and what is said of the sites."""

import json
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.models import Capture, Document, Frontier
from archive.owner import OnlyCrawl
from crawler.cli.main import xiaobao
from tests.crawler.test_crawl import Crawler, listing, report_page
from tests.web import (
    PROFILE,
    Web,
    command,
    environment,
    html,
    run,
    run_json,
    serving,
    write_profile,
)


@pytest.fixture
def web():
    web = Web()
    web.pages["/list.html"] = listing(1, 2)
    for n, place in enumerate(("青禾县", "白石镇"), 1):
        web.pages[f"/a/{n}.html"] = report_page(place, 120 + n * 37)
    with serving(web):
        yield web


@pytest.fixture
def crawler(tmp_path: Path, web: Web) -> Crawler:
    return Crawler(tmp_path, web)


def test_a_crawl_that_runs_keeps_the_next_one_out(crawler: Crawler, web: Web) -> None:
    write_profile(crawler.profiles, web, PROFILE.replace("delay = 0.0", "delay = 5.0"))
    with subprocess.Popen(
        command(*crawler.arguments()),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as first:
        while not web.asked:
            assert first.poll() is None
        second = run(*crawler.arguments("--due"))
        asked = len(web.paths())
        first.send_signal(signal.SIGKILL)
    assert second.returncode == 1
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert f"is being crawled already (process {first.pid}, since " in second.stderr
    assert asked <= 1
    write_profile(crawler.profiles, web)
    assert crawler.crawl()["documents"] == 2  # nothing of the dead one is in the way


def test_the_right_to_crawl_is_one_process_s(tmp_path: Path) -> None:
    held = OnlyCrawl(tmp_path)
    with pytest.raises(ArchiveError, match="is being crawled already"):
        OnlyCrawl(tmp_path)
    held.close()
    OnlyCrawl(tmp_path).close()


def schedule_of(crawler: Crawler, *more: object) -> list[dict[str, object]]:
    arguments = ("schedule", "mysite", "--profiles", crawler.profiles, "--archive", crawler.folder)
    said = CliRunner().invoke(xiaobao, [str(item) for item in (*arguments, *more)])
    assert said.exit_code == 0, said.output
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_schedule_and_due(crawler: Crawler, web: Web) -> None:
    (before,) = schedule_of(crawler, "--json")
    assert (before["now"], before["lists"]) == (1, [])
    crawler.crawl("--due")
    assert web.paths() == ["/list.html", "/a/1.html", "/a/2.html"]
    (after,) = schedule_of(crawler, "--json")
    assert (after["now"], after["day"], after["later"]) == (0, 1, 2)  # articles after two weeks
    (start,) = after["lists"]  # type: ignore[misc]
    assert (start["interval_s"], start["outcome"]) == (86_400, "ok")
    web.asked.clear()
    crawler.crawl("--due")
    assert web.paths() == []  # nothing is due, nothing is asked
    crawler.make_due()
    assert schedule_of(crawler, "--json")[0]["now"] == 3
    crawler.crawl("--due")
    assert sorted(web.paths()) == ["/a/1.html", "/a/2.html", "/list.html"]
    assert schedule_of(crawler, "--json")[0]["now"] == 0


def test_schedule_for_a_person(crawler: Crawler) -> None:
    arguments = ["schedule", "--profiles", str(crawler.profiles), "--archive", str(crawler.folder)]
    everything = CliRunner().invoke(xiaobao, arguments)
    assert everything.exit_code == 0
    assert "某县市场监督管理局" in everything.stdout
    assert "samr" in everything.stdout
    assert not crawler.folder.exists()


def test_a_list_that_is_emptied_is_noticed_at_its_next_reading(crawler: Crawler, web: Web) -> None:
    assert crawler.crawl()["alarms"] == []
    status = ("status", "--archive", crawler.folder)
    assert run(*status, "--check").returncode == 0
    web.pages["/list.html"] = html("<ul><li>栏目建设中</li></ul>")
    crawler.make_due()
    done = run(*crawler.arguments("--due"))
    assert done.returncode == 0  # the crawl did what was to do; the alarm is about the site
    assert "alarm: mysite since " in done.stderr
    assert f"a list gives no links, it gave 2: {web.url}/list.html" in done.stderr
    checked = run(*status, "--check", "--json")
    assert checked.returncode == 1
    (alarm,) = json.loads(checked.stdout)["alarms"]
    assert (alarm["site"], alarm["kind"]) == ("mysite", "empty_list")
    web.pages["/list.html"] = listing(1, 2)
    crawler.make_due()
    crawler.crawl("--due")
    assert run(*status, "--check").returncode == 0


def test_a_list_too_large_to_read_is_an_outcome_and_an_alarm(crawler: Crawler, web: Web) -> None:
    status, headers, body = listing(1, 2)
    large = (status, {**headers, "ETag": '"large"'}, body + b"<!--" + b"x" * 2_000_000 + b"-->")
    web.pages["/list.html"] = lambda asked: (
        (304, {}, b"") if "If-None-Match" in asked.headers else large
    )
    for again in ((), ("--due",)):
        done = run(*crawler.arguments(*again))
        assert "a list is too large to be read, 2,000," in done.stderr
        assert f"{web.url}/list.html" in done.stderr
        crawler.make_due()
    assert crawler.rows(Frontier.outcome) == [("too_large",)]
    assert [row.outcome for row in crawler.rows(Capture.outcome)] == ["too_large"] * 2
    web.pages["/list.html"] = listing(1, 2)
    crawler.crawl("--due")
    assert run("status", "--archive", crawler.folder, "--check").returncode == 0


def test_a_crawl_that_reached_nothing_says_so(crawler: Crawler, web: Web) -> None:
    web.pages["/list.html"] = (503, {"Retry-After": "3600"}, b"down")
    done = run(*crawler.arguments())
    assert done.returncode == 1
    assert "alarm: mysite since " in done.stderr
    assert "no list can be fetched: status 503" in done.stderr


def test_an_archive_is_moved_to_postgresql_and_made_again_from_its_warc_files(
    crawler: Crawler, tmp_path: Path, postgres_url: str
) -> None:
    crawler.crawl()
    base, _, query = postgres_url.partition("?")
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("CREATE DATABASE xiaobao_moved")
    moved = f"{base.rsplit('/', 1)[0]}/xiaobao_moved" + (f"?{query}" if query else "")
    place = ("--archive", crawler.folder)
    done = run("copy", moved, *place)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    checked = run_json("verify", *place, "--database", moved)
    assert (checked["captures"], checked["problems"]) == (3, [])
    again = run("copy", moved, *place)
    assert (again.returncode, again.stdout) == (1, "")
    assert "holds an archive already" in again.stderr

    made = tmp_path / "made-again"
    profiles = ("--profiles", crawler.profiles)
    imported = run_json("import", crawler.folder / "warc", "--archive", made, *profiles)
    assert (imported["kept"], imported["documents"]) == (2, 2)
    ids = {row[0] for row in crawler.rows(Document.id)}
    with Archive.open(made) as archive, archive.database.read() as connection:
        assert set(connection.execute(select(Document.id)).scalars()) == ids


def test_a_fault_of_ours_ends_a_crawl_instead_of_leaving_it_waiting(
    crawler: Crawler, web: Web
) -> None:
    refuse = (
        "CREATE TRIGGER refuse BEFORE UPDATE ON frontier WHEN new.state = 'leased' "
        "BEGIN SELECT RAISE(ABORT, 'no leases today'); END"
    )
    archive = Archive.open(crawler.folder, create=True)
    with archive, archive.database.write() as connection:
        connection.exec_driver_sql(refuse)
    done = run(*crawler.arguments())
    assert done.returncode == 1
    assert "no leases today" in done.stderr
    assert web.paths() == []
    with Archive.open(crawler.folder) as archive, archive.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER refuse")
    assert crawler.crawl()["documents"] == 2
