"""What a stretch of the feed means for each site: documents that are new, changed or withdrawn."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from archive.db import Database
from archive.feed import Event, read_changes
from archive.models import Document

_SITES = select(Document.id, Document.site_id).where(
    Document.id.in_(bindparam("documents", expanding=True))
)


@dataclass(frozen=True, slots=True)
class News:
    """Documents of one site, counted once each."""

    new: int = 0
    changed: int = 0
    withdrawn: int = 0


def end_of_feed(db: Database) -> str:
    """The cursor behind the last event there is now."""
    changes = read_changes(db)
    while changes.events:
        changes = read_changes(db, changes.cursor)
    return changes.cursor


def news_since(db: Database, cursor: str) -> dict[str, News]:
    """What happened behind `cursor`, by site; sites without news are left out.

    A document that was made and changed since then is new.
    """
    kinds: dict[str, set[str]] = {}
    for event in _events(db, cursor):
        if event.type.startswith("document."):
            kinds.setdefault(event.subject, set()).add(event.type)
    with db.read() as connection:
        rows = connection.execute(_SITES, {"documents": list(kinds)}).all()
    found: dict[str, list[set[str]]] = {}
    for row in rows:
        found.setdefault(row.site_id, []).append(kinds[row.id])
    return {site: _counted(of_site) for site, of_site in sorted(found.items())}


def _counted(documents: list[set[str]]) -> News:
    withdrawn = sum("document.withdrawn" in kinds for kinds in documents)
    new = sum("document.created" in kinds for kinds in documents)
    return News(new=new, changed=len(documents) - new - withdrawn, withdrawn=withdrawn)


def _events(db: Database, cursor: str) -> Iterator[Event]:
    changes = read_changes(db, cursor)
    while changes.events:
        yield from changes.events
        changes = read_changes(db, changes.cursor)
