from datetime import timedelta

import pytest

from archive import export, export_warc
from archive.archive import Archive
from archive.errors import NotFound, Withdrawn
from archive.feed import read_changes
from archive.models import Change, Document, Extraction, Member
from archive.query import document as read_document
from archive.query import raw_capture, texts
from archive.store import document_id
from archive.withdrawals import lift, withdraw, withdrawals
from tests.archive.conftest import NOW
from tests.archive.test_store import TEXT, URL, Store, document, found, page

LATER = NOW + timedelta(days=1)
OTHER = "云岭区市场监督管理局上半年接到举报31件，全部依法处理完毕，回访率达到百分之百。" * 4
FIRST = document_id(URL, 1)


@pytest.fixture
def store(archive: Archive) -> Store:
    return Store(archive)


def live(store: Store) -> list[str]:
    return sorted(row.id for row in store.rows(Document.id, Document.state) if row.state == "live")


def test_a_withdrawn_document_is_gone_everywhere_and_stays_gone(store: Store) -> None:
    store.store(page(document()))
    database = store.archive.database
    assert withdraw(database, FIRST, "含个人信息", LATER)
    assert not withdraw(database, FIRST, "again", LATER)
    for step in ("now", "after a crawl", "after reprocess"):
        assert found(store, "青禾县") == 0, step
        assert store.rows(Member.document_id) == []
        assert list(export.documents(database)) == []
        with pytest.raises(Withdrawn, match=r"2026-03-16: 含个人信息"):
            read_document(database, FIRST)
        with pytest.raises(Withdrawn):
            texts(database, f"{FIRST}@1")
        store.store(page(document(title="新题")), rebuild=step == "after a crawl")
    (event,) = [e for e in read_changes(database).events if e.type == "document.withdrawn"]
    assert (event.subject, event.data) == (FIRST, {"version": 2, "reason": "含个人信息"})
    titles = [row.data.get("title") for row in store.rows(Change.data, Change.subject)
              if row.subject == FIRST]  # fmt: skip
    assert "".join(filter(None, titles)) == ""
    (kept,) = withdrawals(database)
    assert (kept.document, kept.reason, kept.at, kept.lifted_at) == (
        FIRST,
        "含个人信息",
        LATER,
        None,
    )


def test_it_comes_back_when_that_is_undone(store: Store) -> None:
    store.store(page(document()))
    database = store.archive.database
    withdraw(database, FIRST, "r", LATER)
    store.store(page(document(title="新题")))
    assert not lift(database, document_id(URL, 1), LATER) or live(store) == []
    assert [row.state for row in store.rows(Extraction.state)][-1] == "queued"
    assert not lift(database, FIRST, LATER)
    store.store(page(document(title="新题")))
    assert (live(store), found(store, "新题")) == ([FIRST], 1)
    assert [e for e in store.events() if e.startswith("document")] == [
        "document.created", "document.withdrawn", "document.updated",
    ]  # fmt: skip
    assert withdrawals(database)[0].lifted_at == LATER


def test_its_text_does_not_come_back_under_another_number(store: Store) -> None:
    store.store(page(document(), document(2, OTHER)))
    withdraw(store.archive.database, FIRST, "r", LATER)
    third = "百草镇消费维权站全年接待来访五十二人次，调解成功率九成以上，群众满意。" * 4
    store.store(page(document(1, third), document(2, TEXT), document(3, OTHER)))
    assert live(store) == [document_id(URL, 3)]
    assert found(store, "青禾县") == 0


def test_the_bytes_of_its_page_are_not_shown(store: Store) -> None:
    store.store(page(document(), document(2, OTHER)))
    withdraw(store.archive.database, FIRST, "r", LATER)
    with pytest.raises(Withdrawn, match="capture 1"):
        raw_capture(store.archive, 1)
    rest = list(export.documents(store.archive.database))
    assert [d.id for d in rest] == [document_id(URL, 2)]
    assert len(list(export_warc.warc_members(store.archive, rest))) == 1  # the head of the file


def test_only_what_is_there_can_be_withdrawn(store: Store) -> None:
    for act in (lambda: withdraw(store.archive.database, "dx", "r", NOW),
                lambda: lift(store.archive.database, "dx", NOW)):  # fmt: skip
        with pytest.raises(NotFound, match="'dx'"):
            act()
