from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from archive import extractions
from archive.archive import Archive
from archive.feed import read_changes
from archive.models import (
    Article,
    ArticlePart,
    Capture,
    ClusterEvent,
    Document,
    Extraction,
    Figure,
    Fingerprint,
    Member,
    Run,
    WarcFile,
)
from archive.owner import host_name
from archive.page import Figure as PageFigure
from archive.page import Page, PageDocument, Topic
from archive.search import Query, search
from archive.store import OFF_TOPIC, Extracted, document_id, store_pages
from dedupe import prepare
from dedupe.fingerprint import VERSION
from tests.archive.conftest import NOW

URL = "http://a.test/1"
TEXT = "今年以来，青禾县消费者协会共受理消费者投诉157件，为消费者挽回经济损失4万元。" * 3


def document(ordinal: int = 1, text: str = TEXT, **changes) -> PageDocument:
    figure = PageFigure("complaints_received", "157", "件", "受理投诉157件", 14, 18)
    made = PageDocument(ordinal, "工作总结", text, 0, len(text), figures=(figure,))
    return replace(made, **changes)


def page(*documents: PageDocument, on_topic: bool = True) -> Page:
    return Page("ok", URL, topic=Topic(30, ("消协",), on_topic), documents=documents)


class Store:
    """Stores pages of one article, as ingest does."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        file = {
            "name": "w",
            "host": host_name(),
            "owner": "o",
            "state": "closed",
            "created_at": NOW,
        }
        run = {"id": "r", "kind": "crawl", "owner": "o", "sites": ["a"], "started_at": NOW}
        capture = {
            "id": 1, "site_id": "a", "run_id": "r", "url": URL, "fetched_at": NOW, "status": 200,
            "outcome": "ok", "record_type": "response", "warc_file_id": 1, "offset": 0, "length": 1,
            "request_length": 1, "payload_sha256": "0", "payload_length": 1,
        }  # fmt: skip
        with archive.database.write() as connection:
            connection.execute(insert(WarcFile).values(id=1, **file))
            connection.execute(insert(Run).values(run))
            connection.execute(insert(Capture).values(capture))
            connection.execute(insert(Article).values(id=1, site_id="a", url=URL, added_at=NOW))
            part = {"article_id": 1, "ordinal": 1, "capture_id": 1}
            connection.execute(insert(ArticlePart).values(part))
        self.turn = 0

    def store(self, page: Page, **options) -> str | None:
        self.turn += 1
        now = NOW + timedelta(minutes=self.turn)
        folder, database = self.archive.folder, self.archive.database
        with database.write() as connection:
            extractions.queue_all(connection, now)
            (task,) = extractions.lease(connection, folder, "me", host_name(), now, 5)
        prepared = [prepare(d.text) for d in page.documents]
        given = {"owner": "me", "version": "1", "now": now}
        (outcome,) = store_pages(
            self.archive, [Extracted(task, page, prepared)], **(given | options)
        )
        return outcome

    def rows(self, *columns):
        with self.archive.database.read() as connection:
            return connection.execute(select(*columns)).all()

    def events(self) -> list[str]:
        return [event.type for event in read_changes(self.archive.database).events]


@pytest.fixture
def store(archive: Archive) -> Store:
    return Store(archive)


def found(store: Store, words: str) -> int:
    return search(store.archive.database, Query(text=words)).total


def test_a_page_is_stored_with_all_that_hangs_on_it(store: Store) -> None:
    assert store.store(page(document())) == "ok"
    id_ = document_id(URL, 1)
    assert store.rows(Document.id, Document.version, Document.state) == [(id_, 1, "live")]
    assert store.rows(Figure.name, Figure.value) == [("complaints_received", "157")]
    assert [member for (member,) in store.rows(Member.document_id)] == [id_]
    assert found(store, "青禾县") == 1


def test_storing_the_same_again_tells_nothing(store: Store) -> None:
    store.store(page(document()))
    before = store.events(), store.rows(Document.version, Document.updated_at)
    store.store(page(document()))
    assert (store.events(), store.rows(Document.version, Document.updated_at)) == before


def test_a_rebuild_leaves_an_unchanged_document_in_its_seat(store: Store) -> None:
    store.store(page(document(), document(2, TEXT.replace("青禾", "白石"))))
    seats = store.rows(Member.__table__)
    told, recorded = store.events(), store.rows(ClusterEvent.id)
    store.store(page(document(), document(2, TEXT.replace("青禾", "白石"))), rebuild=True)
    assert store.rows(Member.__table__) == seats
    assert (store.events(), store.rows(ClusterEvent.id)) == (told, recorded)


@pytest.mark.parametrize("column", [ClusterEvent.rule_version, Fingerprint.version])
def test_a_rebuild_after_an_upgrade_places_anew_and_keeps_ids(
    store: Store, column: InstrumentedAttribute[int]
) -> None:
    same, other = document(), document(2, TEXT.replace("青禾", "白石").replace("157", "326"))
    store.store(page(same, other))
    seats = store.rows(Member.document_id, Member.cluster_id, Member.role)
    recorded = len(store.rows(ClusterEvent.id))
    with store.archive.database.write() as connection:
        connection.execute(update(column.class_).values({column: 0}))
    store.store(page(same, other), rebuild=True)
    assert store.rows(Member.document_id, Member.cluster_id, Member.role) == seats
    assert len(store.rows(ClusterEvent.id)) > recorded
    assert store.rows(Fingerprint.version) == [(VERSION,)] * 2


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_rebuild_of_the_same_text_changes_no_document(store: Store, rebuild: bool) -> None:
    store.store(page(document()))
    documents, members = store.rows(Document.__table__), store.rows(Member.cluster_id, Member.role)
    store.store(page(document()), rebuild=rebuild)
    ignored = {"extraction_id"}
    assert [
        {k: v for k, v in row._mapping.items() if k not in ignored}
        for row in store.rows(Document.__table__)
    ] == [{k: v for k, v in row._mapping.items() if k not in ignored} for row in documents]
    assert store.rows(Member.cluster_id, Member.role) == members
    assert found(store, "青禾县") == 1


def test_a_new_title_is_a_new_version_and_can_be_found(store: Store) -> None:
    store.store(page(document()))
    store.store(page(document(title="白石镇小结")))
    assert store.rows(Document.version) == [(2,)]
    assert found(store, "白石镇") == 1
    assert store.events()[-1].endswith("document.updated")


def test_new_figures_are_a_new_version(store: Store) -> None:
    store.store(page(document()))
    other = PageFigure("complaints_received", "158", "件", "受理投诉158件", 14, 18)
    store.store(page(document(figures=(other,))))
    assert store.rows(Figure.value) == [("158",)]
    assert store.rows(Document.version) == [(2,)]


def test_what_the_page_no_longer_holds_is_withdrawn_and_may_come_back(store: Store) -> None:
    second = document(2, "云岭区市场监督管理局上半年接到举报31件，全部依法处理完毕。" * 4)
    store.store(page(document(), second))
    store.store(page(document()))
    assert sorted(store.rows(Document.ordinal, Document.state)) == [(1, "live"), (2, "withdrawn")]
    assert found(store, "云岭区") == 0
    assert len(store.rows(Member.document_id)) == 1
    store.store(page(document(), second))
    assert sorted(store.rows(Document.ordinal, Document.state)) == [(1, "live"), (2, "live")]
    assert found(store, "云岭区") == 1


def test_an_off_topic_page_leaves_its_outcome_and_no_document(store: Store) -> None:
    assert store.store(page(document(), on_topic=False)) == OFF_TOPIC
    assert store.rows(Document.id) == []
    assert store.rows(Extraction.outcome) == [(OFF_TOPIC,)]


def test_a_worker_that_lost_its_lease_stores_nothing(store: Store) -> None:
    assert store.store(page(document()), owner="somebody else") is None
    assert store.rows(Document.id) == []


def test_an_older_extraction_does_not_overwrite_a_newer_one(store: Store) -> None:
    store.store(page(document()))
    with store.archive.database.write() as connection:
        late = {"article_id": 1, "captures": [1], "warc_host": "h", "queued_at": NOW}
        connection.execute(insert(Extraction).values(id=99, state="done", **late))
        held = {"state": "leased", "lease_owner": "me"}
        connection.execute(update(Extraction).where(Extraction.id != 99).values(held))
        task = extractions.Task(
            1, 1, "a", "government", 90, URL, None, None, NOW, (), {}
        )  # the lease of the first extraction, held for long
    late = Extracted(task, page(document(title="旧")), [prepare(TEXT)])
    assert store_pages(store.archive, [late], owner="me", version="1", now=NOW) == [None]
    assert store.rows(Document.title) == [("工作总结",)]
