"""The committee whose reports of eight years the demo shows: series, template lines, files."""

import json
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.statistics import series
from crawler.demo.hosts import yearly
from crawler.demo.library import YEARS
from crawler.demo.profiles import SITES, write_profiles
from crawler.demo.truth import Expected
from crawler.demo.web import SampleWeb
from tests.web import run, run_json

Crawled = tuple[tuple[Expected, ...], list[dict[str, Any]], Path]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """What is true of the site, its documents as `show` prints them, and the archive."""
    folder = tmp_path_factory.mktemp("yearly")
    with SampleWeb(extended=True) as web:
        write_profiles(folder / "profiles", web.hosts)
        site, archive = SITES[yearly.NAME], folder / "archive"
        run_json("crawl", site, "--profiles", folder / "profiles", "--archive", archive)
        pages = tuple(page for page in web.truth.pages if page.host == yearly.NAME)
    listed = run("search", "消费", "--all", "--json", "--archive", archive).stdout
    ids = [json.loads(line)["id"] for line in listed.splitlines()]
    return pages, [run_json("show", i, "--json", "--archive", archive) for i in ids], archive


def test_lines_below_every_report_are_no_text(crawled: Crawled) -> None:
    pages, documents, _ = crawled
    texts = {document["year"]: "".join(document["text"].split()) for document in documents}
    bodies = ["".join(str(page.body).split()) for page in pages]
    assert texts == dict(zip(YEARS, bodies, strict=True))


def test_the_newest_reports_are_files_of_their_notices(crawled: Crawled) -> None:
    pages, documents, _ = crawled
    attached = {d["url"].rpartition(".")[2]: d for d in documents if d["notice_url"]}
    assert set(attached) == {"pdf", "docx"}
    titles = {page.title for page in pages}
    for document in attached.values():
        assert document["title"] in titles


def test_the_committee_has_a_series_over_all_years(crawled: Crawled) -> None:
    pages, documents, folder = crawled
    issuers = {document["issuer"] for document in documents}
    assert issuers == {"砚湖市消费者权益保护委员会"}
    counts = [dict(page.figures)["complaints_received"] for page in pages]
    with Archive.open(folder) as archive:
        every = series(archive.database, *issuers)
    (received,) = [one for one in every if one.name == "complaints_received"]
    assert [(point.year, str(point.value)) for point in received.points] == [
        *zip(YEARS, counts, strict=True)
    ]
