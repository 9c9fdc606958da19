from dataclasses import replace

import pytest

from archive.archive import Archive
from archive.errors import NotFound
from archive.query import document as read_document
from archive.query import texts
from archive.store import document_id
from archive.versions import version_text
from tests.archive.test_store import TEXT, URL, Store, document, page

ID = document_id(URL, 1)


@pytest.fixture
def store(archive: Archive) -> Store:
    return Store(archive)


def held(text: str, title: str = "工作总结", before: str = ""):
    """A page whose only document begins behind `before`."""
    one = replace(document(text=text, title=title), start=len(before), end=len(before + text))
    return replace(page(one), text=before + text + "\n结尾")


def test_every_version_can_be_read(store: Store) -> None:
    changed = TEXT.replace("157", "175")
    for given in (held(TEXT), held(changed, before="页首\n"), held(changed, title="新题")):
        store.store(given)
    database = store.archive.database
    view = read_document(database, ID)
    assert [(v.version, v.title, v.replaced_at is None) for v in view.versions] == [
        (3, "新题", True),
        (2, "工作总结", False),
        (1, "工作总结", False),
    ]
    said = [version_text(database, ID, number).text for number in (1, 2, 3)]
    assert said == [TEXT, changed, changed]
    assert texts(database, f"{ID}@1", ID) == [("工作总结", TEXT), ("新题", changed)]
    assert view.versions[1].text_sha256 == view.text_sha256


@pytest.mark.parametrize(
    "name", [f"{ID}@4", f"{ID}@0", f"{ID}@x", f"{ID}@{'9' * 5000}", f"{ID}@-1"]
)
def test_what_never_was_is_not_found(store: Store, name: str) -> None:
    store.store(held(TEXT))
    with pytest.raises(NotFound):
        texts(store.archive.database, name)
