"""kill -9 of a real crawl, again and again, over real HTTP."""

import os
import random
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from archive.archive import Archive
from archive.models import Capture, Extraction, Frontier
from tests.web import Web, command, environment, html, run_json, serving, write_profile

KILLS = int(os.environ.get("XIAOBAO_KILLS", "20"))
"""20 on every push; 200 over a site of 1,000 pages before a release."""
PAGES = max(300, 5 * KILLS)
PER_LIST = 25
IN_FLIGHT = 4
"""Most fetches that one kill can undo (crawler.scheduler.UNSTORED): on the wire, or unsynced."""


def site(pages: int = PAGES) -> Web:
    """Lists, each with a link to the next one, and so many reports."""
    web = Web()
    lists = -(-pages // PER_LIST)
    for number in range(lists):
        rows = range(number * PER_LIST, min(pages, (number + 1) * PER_LIST))
        links = "".join(f'<li><a href="/a/{n}.html">消费维权工作总结之{n}</a></li>' for n in rows)
        more = f'<a class="next" href="/list_{number + 1}.html">下一页</a>'
        name = f"/list_{number}.html" if number else "/list.html"
        web.pages[name] = html(f"<ul>{links}</ul>{more if number + 1 < lists else ''}")
    for n in range(pages):
        web.pages[f"/a/{n}.html"] = html(
            f"<html><head><title>消费维权工作总结之{n}</title></head><body><div id='zoom'>"
            f"<p>今年第{n}号辖区共受理消费者投诉{n * 7 + 3}件，"
            f"为消费者挽回经济损失{n * 11 + 5}元。</p>"
            f"<p>我们把消费者权益保护放在心上，{n}个维权服务站全年值守，12315热线有问必答。</p>"
            "</div></body></html>"
        )
    return web


def kill_after(arguments: list[str], web: Web, requests: int, *, helpers: bool) -> bool:
    """Start the crawl and kill it when it has asked so often; False when it ended before.

    `helpers`: with all its processes, as a power cut would.
    """
    process = subprocess.Popen(
        arguments, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    goal = len(web.asked) + requests
    while len(web.asked) < goal:
        try:
            process.wait(timeout=0.01)
        except subprocess.TimeoutExpired:
            continue
        return False
    others = psutil.Process(process.pid).children(recursive=True) if helpers else []
    process.kill()
    for other in others:
        with suppress(psutil.NoSuchProcess):
            other.kill()
    process.wait()
    return True


@pytest.mark.timeout(300 + 60 * KILLS)  # a start each; a busy machine takes its time
def test_kill_9_loses_nothing_and_fetches_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(20260315)
    most = PAGES // KILLS  # so that the last kill still meets a crawl
    with serving(site()) as web:
        profiles = write_profile(tmp_path / "profiles", web)
        arguments = ["crawl", "mysite", "--profiles", profiles, "--archive", tmp_path / "archive"]
        kills = sum(
            kill_after(command(*arguments), web, chance.randint(2, most), helpers=n % 2 == 1)
            for n in range(KILLS)
        )
        assert kills == KILLS
        report = run_json(*arguments)
        asked = Counter(web.paths())

    assert report["outcome"] == "finished"
    assert len([path for path in asked if path.startswith("/a/")]) == PAGES
    assert sum(asked.values()) - len(asked) <= IN_FLIGHT * kills
    checked = run_json("verify", "--archive", tmp_path / "archive")
    assert checked["problems"] == []
    with Archive.open(tmp_path / "archive") as archive, archive.database.read() as connection:
        captures = Counter(connection.execute(select(Capture.url)).scalars())
        assert set(captures.values()) == {1}
        assert len([url for url in captures if "/a/" in url]) == PAGES
        leased = select(func.count()).where(Frontier.state == "leased")
        assert connection.execute(leased).scalar_one() == 0
        outcomes = Counter(connection.execute(select(Extraction.outcome)).scalars())
    assert outcomes == {"ok": PAGES}


def test_a_crawl_whose_writer_dies_says_so_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with serving(site(100)) as web:
        profiles = write_profile(tmp_path / "profiles", web)
        arguments = ["crawl", "mysite", "--profiles", profiles, "--archive", tmp_path / "archive"]
        with subprocess.Popen(
            command(*arguments), env=environment(), stderr=subprocess.PIPE, text=True
        ) as crawl:
            while len(web.asked) < 20:
                assert crawl.poll() is None
            writer(crawl.pid, tmp_path / "archive").kill()
            _, said = crawl.communicate()
        assert crawl.returncode == 1
        assert [line for line in said.splitlines() if "writes the archive has died" in line] == [
            said.splitlines()[-1]
        ]
        report = run_json(*arguments)
        asked = Counter(web.paths())
    assert report["captures"] == sum(path != "/robots.txt" for path in asked)
    assert sum(asked.values()) - len(asked) <= IN_FLIGHT
    assert run_json("verify", "--archive", tmp_path / "archive")["problems"] == []


def writer(crawl: int, archive: Path) -> psutil.Process:
    """The process that holds the archive's WARC file open."""
    (found,) = [
        child
        for child in psutil.Process(crawl).children()
        if any(file.path.startswith(str(archive / "warc")) for file in child.open_files())
    ]
    return found
