"""The further hosts of the sample web, quirks of the live web, crawled once by their profiles."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.models import Article, Document, Extraction, Frontier
from crawler.demo import further
from crawler.demo.profiles import SITES, write_profiles
from crawler.demo.truth import Expected
from crawler.demo.web import SampleWeb
from tests.web import run

Place = tuple[str, str]


class Crawled:
    """The archive and the access log of one crawl of all further hosts."""

    def __init__(self, folder: Path, web: SampleWeb) -> None:
        write_profiles(folder / "profiles", web.hosts)
        sites = [SITES[name] for name in further.NAMES if name in SITES]
        self.folder = folder / "archive"
        done = run(
            "crawl", *sites, "--profiles", folder / "profiles", "--archive", self.folder, "--json"
        )
        assert "Traceback" not in done.stderr
        self.web = web
        self.log = web.log
        self._names = {urlsplit(address).netloc: name for name, address in web.hosts.items()}

    @property
    def pages(self) -> list[Expected]:
        return [page for page in self.web.truth.pages if page.host in further.NAMES]

    def place(self, url: str) -> Place:
        parts = urlsplit(url)
        return self._names[parts.netloc], parts.path + (f"?{parts.query}" if parts.query else "")

    def rows(self, query: Any) -> list[Any]:
        with Archive.open(self.folder) as archive, archive.database.read() as connection:
            return list(connection.execute(query).all())


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory):
    with SampleWeb(extended=True) as web:
        yield Crawled(tmp_path_factory.mktemp("further"), web)


def test_every_document_is_archived_and_nothing_else(crawled: Crawled) -> None:
    """An attached report counts at the notice that it is attached to."""
    query = select(Document.url, Article.notice_url).join(
        Article, Article.id == Document.article_id
    )
    held = Counter(crawled.place(notice or url) for url, notice in crawled.rows(query))
    own = Counter(crawled.place(url) for url, notice in crawled.rows(query) if not notice)
    expected = {(page.host, page.path): len(page.works) for page in crawled.pages if page.works}
    may_hold = {(page.host, page.path) for page in crawled.pages if "ok" in page.outcomes}
    assert {place: number for place, number in expected.items() if held[place] < number} == {}
    assert {place: number for place, number in own.items() if number > expected.get(place, 1)} == {}
    assert set(held) - may_hold == set()


def test_what_leaves_no_document_has_its_reason(crawled: Crawled) -> None:
    fetched = {
        crawled.place(url): outcome
        for url, outcome in crawled.rows(select(Frontier.url, Frontier.outcome))
    }
    query = select(Article.url, Extraction.outcome).join(
        Article, Article.id == Extraction.article_id
    )
    extracted = {crawled.place(url): outcome for url, outcome in crawled.rows(query)}
    wrong = {}
    for page in crawled.pages:
        place = page.host, page.path
        outcome = extracted.get(place) or fetched.get(place)
        if not page.works and outcome not in page.outcomes:
            wrong[place] = (outcome, page.outcomes)
    assert wrong == {}


def test_nothing_is_asked_for_more_often_than_it_must_be(crawled: Crawled) -> None:
    asked = [(entry.host, entry.path) for entry in crawled.log]
    for hits in crawled.web.truth.hits:
        if hits.phase == 1 and hits.host in further.NAMES:
            times = sum(
                host == hits.host and re.fullmatch(hits.pattern, path) is not None
                for host, path in asked
            )
            assert hits.least <= times <= hits.most, (hits, times)


def test_robots_are_asked_first_and_no_cookie_is_sent_back(crawled: Crawled) -> None:
    first: dict[str, str] = {}
    for entry in crawled.log:
        first.setdefault(entry.host, entry.path)
        assert not {"cookie", "authorization", "referer"} & set(entry.headers)
    assert set(first.values()) == {"/robots.txt"}
