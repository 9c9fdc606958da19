"""The sample web crawled by the real crawler, held against what is known about it."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.models import Article, Capture, Cluster, Document, Extraction, Frontier, Member
from crawler.demo.hosts import changes, moved
from crawler.demo.profiles import SITES, write_profiles
from crawler.demo.truth import Truth
from crawler.demo.visits import HOSTS
from crawler.demo.web import SampleWeb
from tests.web import run_json


class Crawled:
    """The archive of one crawl of the sample web, and the web's own log of it."""

    def __init__(self, folder: Path, web: SampleWeb) -> None:
        self.web = web
        self.truth: Truth = web.truth
        sites = write_profiles(folder / "profiles", web.hosts)
        self.arguments: tuple[Any, ...] = (
            "crawl",
            *sorted(sites),
            "--profiles",
            folder / "profiles",
            "--archive",
            folder / "archive",
        )
        self.report = run_json(*self.arguments)
        self.log = web.log
        self.folder = folder / "archive"
        self._hosts = {urlsplit(address).netloc: name for name, address in web.hosts.items()}

    def place(self, url: str) -> tuple[str, str]:
        """(host, path) of a URL, as the truth names them."""
        parts = urlsplit(url)
        return self._hosts[parts.netloc], parts.path + (f"?{parts.query}" if parts.query else "")

    def rows(self, *columns: Any) -> list[Any]:
        with Archive.open(self.folder) as archive, archive.database.read() as connection:
            return list(connection.execute(select(*columns)).all())

    def clusters(self) -> dict[tuple[str, str, int], set[str]]:
        """Clusters of each document, by (host, path, ordinal)."""
        members = defaultdict(set)
        for cluster, document in self.rows(Member.cluster_id, Member.document_id):
            members[document].add(cluster)
        return {
            (*self.place(row.url), row.ordinal): members[row.id]
            for row in self.rows(Document.id, Document.url, Document.ordinal)
        }


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory):
    with SampleWeb() as web:
        yield Crawled(tmp_path_factory.mktemp("demo"), web)


def test_the_archive_holds_what_the_web_has(crawled: Crawled) -> None:
    held = Counter(crawled.place(url) for (url,) in crawled.rows(Document.url))
    expected = {(page.host, page.path): len(page.works) for page in crawled.truth.stored}
    assert dict(held) == expected


def test_what_leaves_no_document_has_its_reason(crawled: Crawled) -> None:
    fetched = {crawled.place(u): o for u, o in crawled.rows(Frontier.url, Frontier.outcome)}
    with Archive.open(crawled.folder) as archive, archive.database.read() as connection:
        query = select(Article.url, Extraction.outcome).join(
            Article, Article.id == Extraction.article_id
        )
        extracted = {crawled.place(url): outcome for url, outcome in connection.execute(query)}
    wrong = {}
    for page in crawled.truth.skipped:
        place = page.host, page.path
        outcome = extracted.get(place) or fetched.get(place)
        if outcome not in page.outcomes:
            wrong[place] = (outcome, page.outcomes)
    assert wrong == {}


def test_reposts_are_together_and_different_reports_apart(crawled: Crawled) -> None:
    clusters = crawled.clusters()
    work_of = {
        (page.host, page.path, ordinal): work
        for page in crawled.truth.stored
        for ordinal, work in enumerate(page.works, start=1)
    }
    wrong = [
        (a, b)
        for a, b in combinations(sorted(clusters), 2)
        if bool(clusters[a] & clusters[b]) != (work_of[a] == work_of[b])
    ]
    assert wrong == []
    assert crawled.report["clusters"] == crawled.truth.clusters
    assert crawled.report["reposts"] == crawled.report["documents"] - crawled.truth.clusters


def test_the_official_text_stands_for_its_work(crawled: Crawled) -> None:
    canonical = {
        cluster: crawled.place(url)
        for cluster, url in _joined(crawled, Cluster.id, Cluster.canonical_id)
    }
    clusters = crawled.clusters()
    for _, host, path in crawled.truth.canonical:
        (cluster,) = clusters[host, path, 1]
        assert canonical[cluster] == (host, path)


def _joined(crawled: Crawled, id_: Any, document_id: Any) -> list[Any]:
    with Archive.open(crawled.folder) as archive, archive.database.read() as connection:
        query = select(id_, Document.url).join(Document, Document.id == document_id)
        return list(connection.execute(query).all())


def test_previews_say_so(crawled: Crawled) -> None:
    held = {
        crawled.place(row.url): (row.completeness, row.chars_claimed)
        for row in crawled.rows(Document.url, Document.completeness, Document.chars_claimed)
    }
    for page in crawled.truth.stored:
        completeness, claimed = held[page.host, page.path]
        if page.completeness:
            assert (page.path, completeness) == (page.path, page.completeness)
        if page.chars_claimed:
            assert claimed == page.chars_claimed


def test_nothing_forbidden_was_asked_for(crawled: Crawled) -> None:
    asked = [(entry.host, entry.path) for entry in crawled.log]
    for host, start in crawled.truth.never:
        assert [path for name, path in asked if name == host and path.startswith(start)] == []


def test_the_crawler_is_polite(crawled: Crawled) -> None:
    by_host = defaultdict(list)
    for entry in crawled.log:
        by_host[entry.host].append(entry)
    assert set(by_host) == set(crawled.web.names)
    for entries in by_host.values():
        assert entries[0].path == "/robots.txt"
        assert [entry.path for entry in entries].count("/robots.txt") == 1
        for entry in entries:
            headers = {name.lower(): value for name, value in dict(entry.headers).items()}
            assert headers["user-agent"].startswith("xiaobao/")
            assert "+" in headers["user-agent"]
            assert not {"cookie", "authorization", "referer"} & set(headers)


def test_each_page_was_fetched_once(crawled: Crawled) -> None:
    failing = {(p.host, p.path) for p in crawled.truth.skipped}
    asked = Counter(
        (e.host, e.path, e.method) for e in crawled.log if (e.host, e.path) not in failing
    )
    assert {place: n for place, n in asked.items() if n > 1 and place[2] == "GET"} == {}


def test_every_capture_is_in_the_files(crawled: Crawled) -> None:
    found = run_json("verify", "--archive", crawled.folder)
    assert found["problems"] == []
    assert found["captures"] == len(crawled.rows(Capture.id)) >= crawled.report["captures"]


def test_a_second_crawl_changes_nothing(crawled: Crawled) -> None:
    before = sorted(crawled.rows(Document.id, Document.version)), crawled.clusters()
    crawled.web.clear_log()
    again = run_json(*crawled.arguments)
    assert (sorted(crawled.rows(Document.id, Document.version)), crawled.clusters()) == before
    assert again["documents"] == crawled.report["documents"]
    articles = {(p.host, p.path) for p in crawled.truth.stored}
    assert [e.path for e in crawled.web.log if (e.host, e.path) in articles] == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """What `xiaobao demo` says, and its archive."""
    folder = tmp_path_factory.mktemp("twice") / "demo"
    return run_json("demo", "--archive", folder), folder


@pytest.fixture(scope="module")
def demo_truth() -> Truth:
    """What is true of the hosts that the demo visits."""
    with SampleWeb(extended=True) as web:
        truth = web.truth
    seen = (*HOSTS, moved.WWW)
    return replace(
        truth,
        pages=tuple(page for page in truth.pages if page.host in seen),
        later=tuple(later for later in truth.later if later.host in seen and later.phase == 2),
    )


def test_the_demo_command_says_what_it_did(demo: tuple[Any, Path], demo_truth: Truth) -> None:
    report, folder = demo
    assert [site["id"] for site in report["sites"]] == sorted(SITES[name] for name in HOSTS)
    assert report["archive"] == str(folder)
    assert report["documents"] == sum(demo_truth.documents.values())
    assert report["clusters"] == demo_truth.clusters
    assert report["skipped"]["robots"] >= 1
    assert report["seconds"] > 0


def test_the_second_visit_finds_what_has_happened(
    demo: tuple[Any, Path], demo_truth: Truth
) -> None:
    report, folder = demo
    second = report["second_visit"]
    counts: Counter[str] = Counter(later.becomes for later in demo_truth.later)
    assert sum(site["new"] for site in second["sites"]) == counts["new"]
    assert sum(site["changed"] for site in second["sites"]) == counts["changed"]
    assert sum(site["moved"] for site in second["sites"]) == counts["moved"]
    assert second["documents"] == report["documents"] + counts["new"]
    hosts = {site: name for name, site in SITES.items()}
    with Archive.open(folder) as archive, archive.database.read() as connection:
        columns = (Frontier.site_id, Frontier.url, Frontier.outcome, Frontier.misses)
        rows = connection.execute(select(*columns)).all()
        documents = connection.execute(select(Document.site_id, Document.url, Document.version))
        versions = {_at(hosts[d.site_id], d.url): d.version for d in documents}
    fetched = {_at(hosts[row.site_id], row.url): row for row in rows}
    expected = {"new": "ok", "changed": "ok", "missed": "gone"}
    for later in demo_truth.later:
        place = later.host, later.path
        wanted = expected.get(later.becomes, later.becomes)
        assert (place, fetched[place].outcome) == (place, wanted)
        assert (place, versions[place]) == (place, 2 if later.becomes == "changed" else 1)
        if later.becomes == "missed":  # an outage does not even count
            assert fetched[place].misses == (0 if later.host == changes.OUTAGE else 1)


def _at(host: str, url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return host, parts.path + (f"?{parts.query}" if parts.query else "")
