from datetime import timedelta

from sqlalchemy import insert

from archive import statistics
from archive.db import Database
from archive.models import Frontier, Run, RunCount
from tests.archive.builders import NOW, Builder
from tests.archive.web.sample import fill


def test_totals_series_and_issuers_on_both_engines(database: Database) -> None:
    made = fill(Builder(database))
    corpus = statistics.corpus(database)
    assert (corpus.documents, corpus.works, corpus.reposts, corpus.figures) == (13, 10, 3, 30)
    assert corpus.payload_bytes == 13 * 800
    assert corpus.last_fetch == NOW
    assert [one.years for one in statistics.issuers(database)] == [7, 3]
    first, *_ = statistics.series(database, "苍屿区市场监督管理局")
    assert [point.year for point in first.points] == list(range(2018, 2025))
    assert first.points[0].document == made["cy2018"]


def test_a_name_that_many_bodies_have_makes_no_series(database: Database) -> None:
    build = Builder(database)
    figure = {"name": "fines", "value": "3", "unit": "元", "text": "3元", "start": 0, "end": 2}
    for issuer in ("县消保委", "市消协", "市北区消保委", "青禾县消保委"):
        build.document("3元", issuer=issuer, year_inferred=2024, figures=[figure])
    assert {one.issuer for one in statistics.issuers(database)} == {"市北区消保委", "青禾县消保委"}


def test_a_source_in_trouble_comes_first(database: Database) -> None:
    build = Builder(database)
    for site in ("good", "bad"):
        build.document("文", site=site)
    with database.write() as connection:
        for number in (1, 2):
            started = NOW + timedelta(days=number)
            values = {"id": f"r{number}", "kind": "crawl", "sites": [], "owner": "t"}
            connection.execute(insert(Run).values(values | {"started_at": started}))
        for run, site, outcome, count in (
            ("r1", "bad", "ok", 50),
            ("r2", "bad", "blocked", 3),
            ("r2", "bad", "ok", 1),
            ("r2", "good", "unchanged", 7),
        ):
            row = {"run_id": run, "site_id": site, "outcome": outcome, "count": count}
            connection.execute(insert(RunCount).values(row))
        for number, state, due in ((1, "queued", None), (2, "done", None), (3, "done", NOW)):
            row = {"site_id": "bad", "key": f"k{number}", "url": f"u{number}", "kind": "article"}
            row |= {"state": state, "due_at": due, "added_at": NOW}
            connection.execute(insert(Frontier).values(row))
    bad, good = statistics.sites(database, NOW)
    assert (bad.id, bad.last_run, bad.trouble, bad.waiting) == ("bad", "r2", 0.75, 2)
    assert (good.id, good.trouble, good.documents) == ("good", 0.0, 1)
