"""Alarms: what each one needs, and what ends it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from archive.db import Database
from archive.health import BAD_LEAST, NEWEST, TITLES, WORDS, alarms
from archive.models import Capture, Document, Extraction, Frontier
from tests.archive.builders import NOW, Builder

LIST = "https://gov.example/xfwq/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Site:
    """One site whose frontier rows a test writes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.build = Builder(database)
        self.build.site()

    def asked(self, url: str, outcome: str | None, at: datetime = NOW, **values: Any) -> None:
        row = {
            "site_id": "gov",
            "key": url,
            "url": url,
            "kind": "article",
            "state": "done",
            "outcome": outcome,
            "fetched_at": at,
            "added_at": at,
            "visits": 1,
        } | values
        with self.database.write() as connection:
            connection.execute(insert(Frontier).values(**row))

    def listed(self, outcome: str, url: str = LIST, **values: Any) -> None:
        self.asked(url, outcome, **({"kind": "list", "interval_s": 86_400} | values))

    def captured(self, url: str, at: datetime, outcome: str = "ok") -> None:
        row = {
            "site_id": "gov", "run_id": "run1", "url": url, "fetched_at": at, "status": 200,
            "outcome": outcome, "record_type": "response", "warc_file_id": 1, "length": 9,
            "offset": 10**6 + int(at.timestamp()), "request_length": 9, "payload_length": 9,
            "payload_sha256": "1" * 64,
        }  # fmt: skip
        with self.database.write() as connection:
            connection.execute(insert(Capture).values(**row))

    def change(self, url: str, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(update(Frontier).where(Frontier.url == url).values(**values))

    def alarms(self, now: datetime = NOW) -> list[str]:
        with self.database.read() as connection:
            found = alarms(connection, now)
        for alarm in found:
            assert "{" not in alarm.text
        return [alarm.kind for alarm in found]


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database)


def test_a_site_that_does_well_has_no_alarm(site: Site) -> None:
    assert site.alarms() == []
    site.listed("ok", links=20, gave=20)
    for n in range(40):
        site.asked(f"https://gov.example/{n}.html", "off_topic" if n % 3 else "ok")
    assert site.alarms() == []


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [("error", "unreachable"), ("timed_out", "unreachable"), ("robots", "robots")],
)
def test_all_lists_fail(site: Site, outcome: str, kind: str) -> None:
    site.listed(outcome, reason="status 500")
    assert site.alarms() == [kind]
    site.listed("ok", f"{LIST}b/", links=3, gave=3)
    assert site.alarms() == []  # one of two: it may be that one list


def test_a_list_without_links_that_had_some(site: Site) -> None:
    site.listed("ok", links=0)
    assert site.alarms() == []  # it never had any: the way to a JSON list
    site.change(LIST, gave=45)
    assert site.alarms() == ["empty_list"]
    site.change(LIST, links=44, gave=44)
    assert site.alarms() == []


def test_a_list_too_large_to_be_read(site: Site) -> None:
    site.listed("too_large", reason="3,000,000 characters where 2,000,000 are read", gave=45)
    assert site.alarms() == ["large_list"]


def test_further_pages_of_a_list_may_end(site: Site) -> None:
    site.listed("ok", f"{LIST}index_4.html", links=0, gave=9, page=4)
    site.listed("ok", f"{LIST}api", links=0, gave=9, page_state={"id": 1})
    assert site.alarms() == []


def test_a_sitemap_is_a_list_too(site: Site) -> None:
    site.listed("ok", links=0, gave=9, page_state={"sitemap": 50})
    assert site.alarms() == ["empty_list"]


def test_a_list_is_gone(site: Site) -> None:
    site.listed("gone")
    assert site.alarms() == ["list_gone"]
    site.change(LIST, outcome="moved")
    assert site.alarms() == []


def test_a_challenge_until_something_is_read_again(site: Site) -> None:
    site.listed("ok", at=NOW - HOUR, links=2, gave=2)
    site.asked("https://gov.example/1.html", "blocked", NOW)
    assert site.alarms() == ["blocked"]
    site.change(LIST, fetched_at=NOW + DAY)
    assert site.alarms() == []


def test_too_many_failures_of_one_day(site: Site) -> None:
    for n in range(20):
        site.asked(f"https://gov.example/{n}.html", "ok" if n >= BAD_LEAST else "error")
    assert site.alarms() == ["errors"]
    later = NOW + 2 * DAY
    for n in range(20, 40):
        site.asked(f"https://gov.example/{n}.html", "ok", later)
    assert site.alarms() == []


def test_lists_that_nobody_reads(site: Site) -> None:
    site.build.document("文", site="gov")  # brings a run and a WARC file
    site.listed("ok", links=2, gave=2)
    site.captured(LIST, NOW)
    assert site.alarms(NOW + 3 * DAY) == []
    assert site.alarms(NOW + 3 * DAY + HOUR) == ["silent"]
    site.captured(LIST, NOW + 3 * DAY, "unchanged")
    assert site.alarms(NOW + 3 * DAY + HOUR) == []
    site.change(LIST, interval_s=None)  # read once, by its profile
    assert site.alarms(NOW + 30 * DAY) == []


def test_all_titles_are_rejected(site: Site) -> None:
    for n in range(TITLES):
        site.asked(f"https://gov.example/{n}.html", "off_topic", fetched_at=None)
    assert site.alarms() == ["titles"]
    site.asked("https://gov.example/new.html", None, fetched_at=None)
    assert site.alarms() == []


def test_articles_without_text(site: Site) -> None:
    for _ in range(NEWEST):
        site.build.document("文", title="题")
    assert site.alarms() == []
    with site.database.write() as connection:
        newest = Extraction.id > NEWEST // 2
        connection.execute(update(Extraction).where(newest).values(outcome="no_body"))
    assert site.alarms() == ["no_body"]


def test_a_field_that_was_filled_and_is_empty(site: Site) -> None:
    for n in range(2 * NEWEST):
        site.build.document("文", title="题", issuer="丙县市场监督管理局" if n < NEWEST else None)
    with site.database.read() as connection:
        (alarm,) = alarms(connection, NOW)
    assert (alarm.kind, alarm.facts["field"]) == ("field", "issuer")
    assert alarm.name == "丙县市场监督管理局"
    with site.database.write() as connection:
        connection.execute(update(Document).values(issuer=None))
    assert site.alarms() == []  # never filled: nothing has broken


def test_only_the_sites_asked_for(site: Site) -> None:
    site.listed("error")
    with site.database.read() as connection:
        assert alarms(connection, NOW, {"other"}) == []
        assert [alarm.site for alarm in alarms(connection, NOW, {"gov"})] == ["gov"]


def test_every_kind_has_words() -> None:
    from archive.web.words import _WORDS

    assert {key for key in _WORDS if key.startswith("alarm.")} == {f"alarm.{k}" for k in WORDS}
