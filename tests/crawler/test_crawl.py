"""Whole crawls of real servers on loopback, as a user runs them."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.archive import Archive
from archive.models import Article, Capture, Document, Frontier
from tests.web import (
    PROFILE,
    Answer,
    Asked,
    Web,
    command,
    environment,
    html,
    run,
    run_json,
    serving,
    write_profile,
)


def report_page(place: str, complaints: int) -> Answer:
    """A short report of an invented agency."""
    return html(
        f"<html><head><title>{place}消费者权益保护工作总结</title></head><body><div id='zoom'>"
        f"<p>今年以来，{place}市场监督管理局认真履行职责，全年共受理消费者投诉{complaints}件，"
        f"办结{complaints - 3}件，为消费者挽回经济损失{complaints * 310}元。</p>"
        f"<p>{place}12315指挥中心坚持全天值守，做到件件有着落、事事有回音，群众满意度持续提升。</p>"
        "<p>在国际消费者权益日期间，我局组织现场咨询活动，向过往群众讲解消费者权益保护法。</p>"
        "</div></body></html>"
    )


def listing(*numbers: int, more: str = "") -> Answer:
    rows = "".join(f'<li><a href="/a/{n}.html">消费维权工作总结{n}</a></li>' for n in numbers)
    return html(f"<ul>{rows}</ul>{more}")


@pytest.fixture
def web():
    web = Web()
    web.pages["/list.html"] = listing(1, 2, 3)
    for n, place in enumerate(("青禾县", "白石镇", "云岭区"), 1):
        web.pages[f"/a/{n}.html"] = report_page(place, 120 + n * 37)
    with serving(web):
        yield web


class Crawler:
    """`xiaobao crawl mysite` into one archive."""

    def __init__(self, folder: Path, web: Web, profile: str = PROFILE) -> None:
        self.folder = folder / "archive"
        self.profiles = write_profile(folder / "profiles", web, profile)

    def arguments(self, *more: object) -> list[object]:
        return ["crawl", "mysite", "--profiles", self.profiles, "--archive", self.folder, *more]

    def crawl(self, *more: object, **environ: str):
        return run_json(*self.arguments(*more), **environ)

    def rows(self, *columns):
        with Archive.open(self.folder) as archive, archive.database.read() as connection:
            return connection.execute(select(*columns)).all()

    def make_due(self) -> None:
        """Let all that waits for a later day be due."""
        with Archive.open(self.folder) as archive, archive.database.write() as connection:
            past = datetime.now(UTC) - timedelta(minutes=1)
            due = update(Frontier).where(Frontier.due_at.is_not(None))
            connection.execute(due.values(due_at=past))


@pytest.fixture
def crawler(tmp_path: Path, web: Web) -> Crawler:
    return Crawler(tmp_path, web)


def test_one_profile_is_enough(crawler: Crawler, web: Web) -> None:
    report = crawler.crawl()
    assert (report["captures"], report["documents"], report["clusters"]) == (4, 3, 3)
    assert web.paths() == ["/list.html", "/a/1.html", "/a/2.html", "/a/3.html"]
    agent = web.asked[0].headers["User-Agent"]
    assert agent.startswith("xiaobao/")
    assert "+http" in agent
    titles = {title for (title,) in crawler.rows(Document.title)}
    assert "青禾县消费者权益保护工作总结" in titles


def test_scrapy_crawl_and_reprocess_give_the_same_documents(
    crawler: Crawler, web: Web, tmp_path: Path
) -> None:
    crawler.crawl()
    columns = (Document.id, Document.text, Document.title, Document.version, Document.kind)
    ours = sorted(crawler.rows(*columns))
    other = tmp_path / "by-scrapy"
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "mysite"],
        env=environment(XIAOBAO_ARCHIVE=str(other), XIAOBAO_PROFILES=str(crawler.profiles)),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.returncode == 0
    by_scrapy = Crawler(tmp_path, web)
    by_scrapy.folder = other
    assert sorted(by_scrapy.rows(*columns)) == ours
    assert run("reprocess", "--archive", crawler.folder).returncode == 0
    assert sorted(crawler.rows(*columns)) == ours


def test_scrapy_lists_the_sites(crawler: Crawler) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"],
        env=environment(XIAOBAO_PROFILES=str(crawler.profiles)),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert {"mysite", "samr"} <= set(listed.stdout.split())


def test_a_second_crawl_finds_nothing_new(crawler: Crawler, web: Web) -> None:
    crawler.crawl()
    before = crawler.rows(Document.id, Document.version)
    web.asked.clear()
    report = crawler.crawl()
    assert web.paths() == ["/list.html"]
    assert report["sites"][0]["outcomes"] == {"unchanged": 1}
    assert crawler.rows(Document.id, Document.version) == before


def test_unchanged_pages_with_validators_are_not_sent_again(crawler: Crawler, web: Web) -> None:
    def tagged(asked: Asked) -> Answer:
        if asked.headers.get("If-None-Match") == '"v1"':
            return 304, {"ETag": '"v1"'}, b""
        status, headers, body = report_page("青禾县", 157)
        return status, headers | {"ETag": '"v1"'}, body

    web.pages["/a/1.html"] = tagged
    crawler.crawl()
    crawler.make_due()
    web.asked.clear()
    report = crawler.crawl("--due")
    assert report["sites"][0]["outcomes"] == {"unchanged": 4}
    conditional = [a.path for a in web.asked if "If-None-Match" in a.headers]
    assert conditional == ["/a/1.html"]
    assert run("verify", "--archive", crawler.folder).returncode == 0


def test_a_changed_page_is_a_new_version_of_the_same_document(crawler: Crawler, web: Web) -> None:
    crawler.crawl()
    ids = {id_ for (id_,) in crawler.rows(Document.id)}
    web.pages["/a/2.html"] = report_page("白石镇", 999)
    crawler.make_due()
    crawler.crawl("--due")
    versions = dict(crawler.rows(Document.id, Document.version))
    assert set(versions) == ids
    assert sorted(versions.values()) == [1, 1, 2]


def test_robots_are_obeyed(crawler: Crawler, web: Web) -> None:
    rules = b"User-agent: *\nDisallow: /a/2\n"
    web.pages["/robots.txt"] = (200, {"Content-Type": "text/plain"}, rules)
    report = crawler.crawl()
    assert web.asked[0].path == "/robots.txt"
    assert "/a/2.html" not in web.paths()
    assert report["skipped"] == {"robots": 1}
    assert [a.path for a in web.asked].count("/robots.txt") == 1


def test_a_server_whose_robots_fail_is_left_alone(crawler: Crawler, web: Web) -> None:
    web.pages["/robots.txt"] = (503, {}, b"")
    run(*crawler.arguments())
    assert web.paths() == []


def test_a_moved_page_keeps_its_document(crawler: Crawler, web: Web) -> None:
    web.pages["/a/2.html"] = (301, {"Location": "/a/22.html"}, b"")
    web.pages["/a/22.html"] = report_page("白石镇", 200)
    report = crawler.crawl()
    assert report["documents"] == 3
    assert {url.rsplit("/", 1)[1] for (url,) in crawler.rows(Article.url)} == {
        "1.html",
        "2.html",
        "3.html",
    }


def test_a_redirect_loop_ends(crawler: Crawler, web: Web) -> None:
    web.pages["/a/1.html"] = (302, {"Location": "/a/9.html"}, b"")
    web.pages["/a/9.html"] = (302, {"Location": "/a/1.html"}, b"")
    report = crawler.crawl()
    assert report["outcome"] == "finished"
    assert web.paths("/a/1") == ["/a/1.html"]
    assert web.paths("/a/9") == ["/a/9.html"]


def test_private_addresses_are_refused(crawler: Crawler, web: Web) -> None:
    report = crawler.crawl(XIAOBAO_ALLOW_NETWORKS="")
    assert web.asked == []
    assert report["captures"] == 0


def test_pages_that_are_nothing_are_skipped_with_a_reason(crawler: Crawler, web: Web) -> None:
    web.pages["/a/1.html"] = html("")
    web.pages["/a/2.html"] = html("<title>提示</title><p>您访问的页面不存在或已删除！</p>")
    web.pages["/a/3.html"] = (200, {"Content-Type": "text/html"}, os.urandom(3000))
    report = crawler.crawl()
    assert report["documents"] == 0
    assert report["skipped"]["empty"] >= 1
    assert report["skipped"]["soft404"] == 1
    assert sum(report["skipped"].values()) >= 3
    assert run("verify", "--archive", crawler.folder).returncode == 0


def test_a_page_that_is_gone_is_asked_once_more_later(crawler: Crawler, web: Web) -> None:
    del web.pages["/a/3.html"]
    report = crawler.crawl()
    assert report["skipped"] == {"gone": 1}
    ((due, misses),) = [
        (row.due_at, row.misses)
        for row in crawler.rows(Frontier.url, Frontier.due_at, Frontier.misses)
        if row.url.endswith("/a/3.html")
    ]
    assert misses == 1
    assert due - datetime.now(UTC) > timedelta(days=6)


def test_a_budget_ends_the_run(crawler: Crawler, web: Web) -> None:
    crawler.crawl("--max-pages", 2)
    assert len(web.paths()) == 2
    crawler.crawl("--due")
    assert sorted(web.paths("/a/")) == ["/a/1.html", "/a/2.html", "/a/3.html"]


def test_the_memory_of_whoever_starts_a_crawl_is_not_its_own(crawler: Crawler, web: Web) -> None:
    starter = "import subprocess, sys; big = b'x' * 700_000_000; subprocess.run(sys.argv[1:])"
    subprocess.run(
        [sys.executable, "-c", starter, *command(*crawler.arguments())],
        env=environment(),
        check=True,
        capture_output=True,
    )
    assert sorted(web.paths("/a/")) == ["/a/1.html", "/a/2.html", "/a/3.html"]


def test_a_page_is_compressed_on_the_wire_and_whole_in_the_archive(
    crawler: Crawler, web: Web
) -> None:
    import gzip

    status, headers, body = report_page("青禾县", 157)
    packed = headers | {"Content-Encoding": "gzip"}
    web.pages["/a/1.html"] = (status, packed, gzip.compress(body))
    crawler.crawl()
    lengths = dict(map(tuple, crawler.rows(Capture.url, Capture.payload_length)))
    assert lengths[f"{web.url}/a/1.html"] == len(body)
    assert run("verify", "--archive", crawler.folder).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["crawl", "nosuchsite"], "unknown site 'nosuchsite'"),
        (["crawl", "360wenmi"], "has no start pages"),
        (["crawl", "mysite", "--profiles", "/nosuchfolder"], "/nosuchfolder"),
        (["verify"], "holds no archive"),
        (["search", "投诉"], "holds no archive"),
        (["crawl", "samr", "--archive", "/proc/nowhere"], "/proc/nowhere"),
        (["crawl", "samr", "--database", "postgresql+psycopg://127.0.0.1:1/x"], "127.0.0.1"),
        (["extract", "/nosuchfile", "--json"], "/nosuchfile"),
        (["demo", "--archive", "/proc"], "/proc"),
    ],
)
def test_a_users_mistake_is_one_clear_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(*arguments, XIAOBAO_ARCHIVE=str(tmp_path / "none"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_broken_profile_is_named_with_its_line(crawler: Crawler) -> None:
    file = crawler.profiles / "mysite.toml"
    file.write_text(file.read_text() + "\nno_such_key = 1\n", encoding="utf-8")
    done = run(*crawler.arguments())
    assert done.returncode == 1
    assert "mysite.toml:" in done.stderr
    assert "no_such_key" in done.stderr


def test_a_newer_archive_is_refused(crawler: Crawler) -> None:
    crawler.crawl()
    import sqlite3

    with sqlite3.connect(crawler.folder / "archive.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    done = run("verify", "--archive", crawler.folder)
    assert done.returncode == 1
    assert "9999" in done.stderr


def test_unknown_options_are_bad_usage() -> None:
    assert run("crawl", "--nonsense").returncode == 2
    assert run("nonsense").returncode == 2


def test_the_common_options_may_stand_in_front(crawler: Crawler) -> None:
    crawler.crawl()
    done = run("--archive", crawler.folder, "verify", "--json")
    assert json.loads(done.stdout)["problems"] == []


def test_the_same_crawl_on_postgresql(crawler: Crawler, web: Web, postgres_url: str) -> None:
    report = crawler.crawl("--database", postgres_url)
    assert (report["captures"], report["documents"]) == (4, 3)
    checked = run_json("verify", "--archive", crawler.folder, "--database", postgres_url)
    assert (checked["captures"], checked["problems"]) == (4, [])
    assert run("reprocess", "--archive", crawler.folder, "--database", postgres_url).returncode == 0
    found = run(
        "search", "12315", "--json", "--archive", crawler.folder, "--database", postgres_url
    )
    assert len(found.stdout.splitlines()) == 3


def test_a_site_that_blocks_is_not_asked_again(crawler: Crawler, web: Web) -> None:
    challenge = "<html><script>var arg1='A1B2';</script><body>acw_sc__v2</body></html>"
    web.pages["/a/1.html"] = html(challenge)
    report = crawler.crawl()
    assert report["skipped"]["blocked"] == 1
    assert web.paths("/a/") == ["/a/1.html"]
    crawler.crawl("--due")
    assert web.paths("/a/1") == ["/a/1.html"]


def test_a_server_that_fails_is_asked_again_after_what_it_says(crawler: Crawler, web: Web) -> None:
    answers = iter([(503, {"Retry-After": "1"}, b"later"), report_page("青禾县", 157)])
    web.pages["/a/1.html"] = lambda _: next(answers)
    report = crawler.crawl()
    assert report["documents"] == 3
    assert web.paths("/a/1") == ["/a/1.html"] * 2


def parts_of(place: str, complaints: int, following: str | None) -> Answer:
    """A part of an article over several pages."""
    status, headers, body = report_page(place, complaints)
    more = f'<div class="pages"><a href="{following}">下一页</a></div>' if following else ""
    return status, headers, body.replace(b"</body>", more.encode() + b"</body>")


IN_PARTS = (
    PROFILE.replace(r"/a/\d+", r"/a/\d+(?:_\d)?")
    + """
[article.pages]
kind = "numbered_suffix"
"""
)


@pytest.fixture
def in_parts(tmp_path: Path, web: Web) -> Crawler:
    web.pages["/list.html"] = listing(1)
    web.pages["/a/1.html"] = parts_of("青禾县", 157, "/a/1_2.html")
    web.pages["/a/1_2.html"] = parts_of("白石镇", 231, "/a/1_3.html")
    web.pages["/a/1_3.html"] = parts_of("云岭区", 318, None)
    return Crawler(tmp_path, web, IN_PARTS)


def test_a_part_that_changed_is_found_through_parts_that_did_not(
    in_parts: Crawler, web: Web
) -> None:
    in_parts.crawl()
    assert web.paths("/a/") == ["/a/1.html", "/a/1_2.html", "/a/1_3.html"]
    for changed, complaints in (("/a/1_2.html", 456), ("/a/1.html", 789)):
        following = "/a/1_3.html" if "_2" in changed else "/a/1_2.html"
        web.pages[changed] = parts_of("白石镇", complaints, following)
        in_parts.make_due()
        web.asked.clear()
        in_parts.crawl("--due")
        assert web.paths("/a/") == ["/a/1.html", "/a/1_2.html", "/a/1_3.html"]
        ((text,),) = in_parts.rows(Document.text)
        assert f"投诉{complaints}件" in text
        assert "投诉318件" in text
    ((version,),) = in_parts.rows(Document.version)
    assert version == 3


def test_a_part_that_fails_for_a_while_is_not_lost(in_parts: Crawler, web: Web) -> None:
    in_parts.crawl()
    del web.pages["/a/1_2.html"]
    web.pages["/a/1.html"] = parts_of("青禾县", 963, "/a/1_2.html")
    in_parts.make_due()
    in_parts.crawl("--due")
    ((text,),) = in_parts.rows(Document.text)
    assert "投诉963件" in text
    assert "投诉231件" in text


def test_intervals_follow_what_changed(crawler: Crawler, web: Web) -> None:
    crawler.crawl()
    first = interval_of(crawler)
    web.pages["/a/2.html"] = report_page("白石镇", 999)
    crawler.make_due()
    crawler.crawl("--due")
    second = interval_of(crawler)
    assert second["/a/1.html"] > first["/a/1.html"]
    assert second["/list.html"] > first["/list.html"]
    assert second["/a/2.html"] <= first["/a/2.html"]
    web.pages["/list.html"] = listing(4, 1, 2, 3)
    web.pages["/a/4.html"] = report_page("青禾县", 777)
    crawler.make_due()
    crawler.crawl("--due")
    assert interval_of(crawler)["/list.html"] < second["/list.html"]


def interval_of(crawler: Crawler) -> dict[str, int]:
    rows = crawler.rows(Frontier.url, Frontier.interval_s)
    return {url.partition("//")[2].partition("/")[2].join(("/", "")): s for url, s in rows}


def test_an_outage_is_not_a_deletion(crawler: Crawler, web: Web) -> None:
    crawler.crawl()
    web.pages = {"/list.html": (503, {}, b"later")}
    for _ in range(2):
        crawler.make_due()
        run(*crawler.arguments("--due", "--max-pages", 4))
    misses = crawler.rows(Frontier.url, Frontier.misses, Frontier.due_at)
    assert {row.misses for row in misses} == {0}
    assert None not in {row.due_at for row in misses}
    assert len(crawler.rows(Document.id)) == 3


def test_a_page_missed_twice_is_gone_and_its_document_stays(crawler: Crawler, web: Web) -> None:
    crawler.crawl()
    del web.pages["/a/3.html"]
    for misses in (1, 2):
        crawler.make_due()
        crawler.crawl("--due")
        rows = crawler.rows(Frontier.url, Frontier.misses, Frontier.due_at)
        (row,) = [row for row in rows if row.url.endswith("/a/3.html")]
        assert (row.misses, row.due_at is None) == (misses, misses == 2)
    assert len(crawler.rows(Document.id)) == 3


def test_two_addresses_of_the_same_bytes_are_unchanged_later(crawler: Crawler, web: Web) -> None:
    web.pages["/a/2.html"] = web.pages["/a/1.html"]
    crawler.crawl()
    crawler.make_due()
    assert crawler.crawl("--due")["sites"][0]["outcomes"] == {"unchanged": 4}


def test_a_site_is_fetched_in_its_hours_only(crawler: Crawler, web: Web) -> None:
    shut = datetime.now(UTC) + timedelta(hours=3)
    hours = f'delay = 0.0\nwindow = "{shut:%H:%M}-{shut + timedelta(hours=1):%H:%M}Z"'
    write_profile(crawler.profiles, web, PROFILE.replace("delay = 0.0", hours))
    done = run(*crawler.arguments())
    assert done.returncode == 0
    assert "may be fetched from" in done.stderr
    assert web.asked == []
    crawler.profiles = write_profile(crawler.profiles, web)
    assert crawler.crawl("--due")["documents"] == 3


def test_a_site_off_schedule_is_fetched_only_when_it_is_named(crawler: Crawler, web: Web) -> None:
    never = PROFILE.replace('family = "none"', 'family = "none"\ndiscovery = "never"')
    write_profile(crawler.profiles, web, never.replace("/list.html", "/a/1.html"))
    assert crawler.crawl()["documents"] == 1
    assert {row.due_at for row in crawler.rows(Frontier.due_at)} == {None}
    web.asked.clear()
    crawler.crawl("--due")
    assert web.asked == []


SITEMAP = PROFILE.replace("/list.html", "/sitemap.xml") + "[schedule]\nlist_every = '1d'\n"


def sitemap(web: Web, kind: str, **changed: str) -> Answer:
    tag = {"urlset": "url", "sitemapindex": "sitemap"}[kind]
    rows = "".join(
        f"<{tag}><loc>{web.url}/{name.replace('_', '/')}</loc>"
        f"{f'<lastmod>{time}</lastmod>' if time else ''}</{tag}>"
        for name, time in changed.items()
    )
    return 200, {"Content-Type": "application/xml"}, f"<{kind}>{rows}</{kind}>".encode()


def test_a_site_is_crawled_by_its_sitemaps(tmp_path: Path, web: Web) -> None:
    import gzip

    with_kind = SITEMAP.replace('/sitemap.xml"', '/sitemap.xml"\nkind = "sitemap"')
    crawler = Crawler(tmp_path, web, with_kind)
    web.pages["/sitemap.xml"] = sitemap(web, "sitemapindex", one="2024-01-01", two="")
    web.pages["/one"] = sitemap(web, "urlset", **{"a_1.html": "2024-01-01", "a_2.html": ""})
    status, head, body = sitemap(web, "urlset", **{"a_3.html": "2024-01-01"})
    web.pages["/two"] = (status, head, gzip.compress(body))
    assert crawler.crawl()["documents"] == 3
    assert web.paths() == ["/sitemap.xml", "/one", "/two", "/a/1.html", "/a/2.html", "/a/3.html"]
    web.asked.clear()
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    web.pages["/two"] = sitemap(web, "urlset", **{"a_3.html": later})
    web.pages["/a/3.html"] = report_page("云岭区", 888)
    crawler.crawl()
    assert web.paths() == ["/sitemap.xml", "/two", "/a/3.html"]
    assert sorted(crawler.rows(Document.version)) == [(1,), (1,), (2,)]
