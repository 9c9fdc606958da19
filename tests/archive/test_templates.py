"""Counting the lines of a site's template, on both engines."""

import random

import pytest
from sqlalchemy import insert, select

from archive.archive import Archive
from archive.models import Article, Extraction, TemplateLine
from archive.templates import FROM_PAGES, MAX_WAITING, count_lines, template_lines
from tests.archive.conftest import NOW

SLOGAN, REMARK = "青禾之窗记录每一天", "此件主动公开"


class Site:
    """Articles of the site `a`, extracted one after the other as ingest does."""

    def __init__(self, archive: Archive) -> None:
        self.db = archive.database
        rows = [{"id": n, "site_id": "a", "url": f"u{n}", "added_at": NOW} for n in range(1, 61)]
        with self.db.write() as connection:
            connection.execute(insert(Article), rows)

    def queue(self, *articles: int) -> None:
        rows = [
            {"article_id": n, "captures": [n], "warc_host": "h", "state": "queued",
             "tries": 0, "queued_at": NOW}
            for n in articles
        ]  # fmt: skip
        with self.db.write() as connection:
            connection.execute(insert(Extraction), rows)

    def known(self) -> list[str]:
        with self.db.read() as connection:
            return template_lines(connection, ["a"]).get("a", [])

    def extract(
        self, article: int, *lines: str, handed: list[str] | None = None, text: str = ""
    ) -> int:
        with self.db.write() as connection:
            done = Extraction.__table__.update().where(Extraction.article_id == article)
            connection.execute(done.values(state="done"))
            return count_lines(
                connection,
                "a",
                article,
                lines,
                text or f"第{article}份报告",
                handed=self.known() if handed is None else handed,
                now=NOW,
            )

    def waiting(self) -> list[int]:
        query = select(Extraction.article_id).where(Extraction.state == "queued")
        with self.db.read() as connection:
            return sorted(connection.execute(query).scalars())


@pytest.fixture
def site(archive: Archive) -> Site:
    return Site(archive)


def test_a_line_is_template_from_the_fifth_article_on(site: Site) -> None:
    site.queue(*range(1, 7))
    for article in range(1, FROM_PAGES):
        assert site.extract(article, SLOGAN) == 0
    assert site.known() == []
    site.extract(FROM_PAGES, SLOGAN)

    assert site.known() == [SLOGAN]


def test_articles_extracted_before_are_queued_again_once(site: Site) -> None:
    site.queue(*range(1, 6))
    for article in range(1, 6):
        site.extract(article, SLOGAN)
    assert site.waiting() == [1, 2, 3, 4, 5]
    for article in range(1, 6):
        assert site.extract(article, SLOGAN) == 0

    assert site.waiting() == []


def test_an_extraction_that_ran_beside_the_decision_is_made_again(site: Site) -> None:
    site.queue(*range(1, 7))
    for article in range(1, 6):
        site.extract(article, SLOGAN)

    assert site.extract(6, SLOGAN, handed=[]) == 1
    assert 6 in site.waiting()


def test_extracting_an_article_again_does_not_count_it_twice(site: Site) -> None:
    site.queue(1)
    for _ in range(2 * FROM_PAGES):
        site.extract(1, SLOGAN, REMARK)

    assert site.known() == []


def test_the_order_of_pages_does_not_matter(site: Site) -> None:
    pages = {n: [SLOGAN] * (n % 2) + [REMARK] * (n % 3 == 0) for n in range(1, 25)}
    order = sorted(pages, key=lambda n: random.Random(n).random())
    site.queue(*order)
    last: dict[int, list[str]] = {}
    while order:
        article = order.pop(0)
        last[article] = site.known()
        site.extract(article, *pages[article])
        order += [n for n in site.waiting() if n not in order]

    assert set(site.known()) == {SLOGAN, REMARK}
    for article, lines in pages.items():
        assert set(lines) <= set(last[article])


def test_lines_of_another_site_are_its_own(site: Site) -> None:
    site.queue(*range(1, 6))
    for article in range(1, 6):
        site.extract(article, SLOGAN)
    with site.db.read() as connection:
        assert template_lines(connection, ["b"]) == {}


def test_lines_that_never_recur_do_not_pile_up(site: Site) -> None:
    site.queue(1)
    site.extract(1, *(f"第{n}行" for n in range(MAX_WAITING)))
    site.extract(50, SLOGAN)
    with site.db.read() as connection:
        kept = connection.execute(select(TemplateLine.line)).scalars().all()

    assert len(kept) <= MAX_WAITING
    assert SLOGAN in kept


def test_copies_of_one_text_count_once_and_are_extracted_again_with_the_rest(site: Site) -> None:
    site.queue(*range(1, 12))
    for article in range(1, 7):
        site.extract(article, SLOGAN, text="同一份报告\n版本" + str(article))
    assert site.known() == []
    for article in range(7, 11):
        site.extract(article, SLOGAN)

    assert site.known() == [SLOGAN]
    assert set(range(1, 11)) <= set(site.waiting())
