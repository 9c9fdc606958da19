"""Taking documents out of the archive for good, and letting them back in.

A withdrawn document is gone from search, pages, clusters and exports; the feed says so, and what
the feed said of its title is blanked. Neither a new crawl nor `reprocess` brings it back, under
its own id or as a part of another document of the same page. The bytes stay in the WARC files,
which are never rewritten, but no page of the archive shows them and no export holds them. That it
was withdrawn, when and why stays known.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from archive import clusters
from archive.db import Database
from archive.errors import NotFound, Withdrawn
from archive.extractions import queue_all
from archive.feed import ChangeNote, record_changes
from archive.models import Change, Document, Extraction, Withdrawal
from archive.search import forget_document
from dedupe import Prepared, prepare
from dedupe.compare import compare

STANDS_IN = 0.5
"""Share of a withdrawn text from which another document of its page is held to repeat it."""


def _holding(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(Withdrawal).where(Withdrawal.lifted_at.is_(None))


@dataclass(frozen=True, slots=True)
class WithdrawalView:
    """One withdrawal; `lifted_at` is None as long as it holds."""

    document: str
    url: str
    title: str
    reason: str
    at: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Barred:
    """What an article must not show again."""

    documents: frozenset[str]
    texts: tuple[Prepared, ...]

    def bars(self, document_id: str, ready: Prepared) -> bool:
        """Whether a document of the article is withdrawn, or repeats a withdrawn one.

        The second because a page that is cut anew gives its works other numbers, so other ids.
        """
        if document_id in self.documents:
            return True
        return any(
            (text.exact and text.exact == ready.exact)  # also where it repeats itself
            or compare(text, ready).a_coverage >= STANDS_IN
            for text in self.texts
        )


def withdraw(db: Database, document_id: str, reason: str, now: datetime) -> bool:
    """Take a document out until `lift`; False where it was withdrawn already.

    Raises NotFound for a document that never was in the archive.
    """
    with db.write() as connection:
        db.lock(connection, "clusters")
        row = _document(connection, document_id)
        if connection.execute(_holding(Withdrawal.id).where(_of(document_id))).first():
            return False
        place = {"document_id": document_id, "article_id": row["article_id"]}
        connection.execute(insert(Withdrawal).values(**place, reason=reason, at=now))
        notes = take_out(connection, db, row, reason, now)
        _blank_titles(connection, document_id)
        record_changes(connection, db, notes, now)
    return True


def lift(db: Database, document_id: str, now: datetime) -> bool:
    """Let a document back in: its article is queued for extraction; False where none held.

    The document is there again once the extraction is done, as its page is by now.
    """
    with db.write() as connection:
        article = _document(connection, document_id)["article_id"]
        held = _of(document_id), Withdrawal.lifted_at.is_(None)
        if not connection.execute(update(Withdrawal).where(*held).values(lifted_at=now)).rowcount:
            return False
        queue_all(connection, now, article_id=article)
    return True


def withdrawals(db: Database) -> list[WithdrawalView]:
    """All withdrawals there ever were, newest first."""
    w, d = Withdrawal, Document
    query = (
        select(w.document_id, d.url, d.title, w.reason, w.at, w.lifted_at)
        .join(d, d.id == w.document_id)
        .order_by(w.id.desc())
    )
    with db.read() as connection:
        return [WithdrawalView(*row) for row in connection.execute(query)]


def take_out(
    connection: Connection, db: Database, row: dict[str, Any], reason: str, now: datetime
) -> list[ChangeNote]:
    """Take a live document (a row of `document`) out of all that readers see."""
    if row["state"] != "live":
        return []
    notes = clusters.remove(connection, db, row["id"], now=now)
    forget_document(connection, db, row["id"])
    version = row["version"] + 1
    connection.execute(
        update(Document)
        .where(Document.id == row["id"])
        .values(state="withdrawn", updated_at=now, version=version)
    )
    told = {"version": version, "reason": reason}
    return [*notes, ChangeNote("document.withdrawn", row["id"], told)]


_BARRED = (
    _holding(Document.id, Document.text)
    .join(Document, Document.id == Withdrawal.document_id)
    .where(Withdrawal.article_id == bindparam("article"))
)


def barred(connection: Connection, article_id: int) -> Barred | None:
    """What the documents of an article must not hold; None, as nearly always, where nothing."""
    rows = connection.execute(_BARRED, {"article": article_id}).all()
    if not rows:
        return None
    texts = tuple(prepare(row.text) for row in rows)
    return Barred(frozenset(row.id for row in rows), texts)


def barred_captures(connection: Connection) -> frozenset[int]:
    """The captures whose bytes nobody is shown: all of an article with a withdrawn document."""
    rows = connection.execute(
        _holding(Extraction.captures).join(
            Extraction, Extraction.article_id == Withdrawal.article_id
        )
    )
    return frozenset(capture for (captures,) in rows for capture in captures)


_STATE = select(Document.state).where(Document.id == bindparam("document"))


def refuse_withdrawn(connection: Connection, document_id: str) -> None:
    """Raise Withdrawn, saying when and why, or NotFound; nothing for a live document."""
    state = connection.execute(_STATE, {"document": document_id}).scalar_one_or_none()
    if state is None:
        raise NotFound(
            f"there is no document {document_id!r}", zh=f"档案里没有文献 {document_id!r}"
        )
    if state == "live":
        return
    held = connection.execute(
        _holding(Withdrawal.at, Withdrawal.reason).where(_of(document_id))
    ).first()
    if held is None:
        raise Withdrawn(
            f"the document {document_id} was withdrawn: its page no longer holds it",
            zh=f"文献 {document_id} 已撤下：原网页不再载有",
        )
    raise Withdrawn(
        f"the document {document_id} was withdrawn on {held.at:%Y-%m-%d}: {held.reason}",
        zh=f"文献 {document_id} 已于 {held.at:%Y-%m-%d} 撤下，原因：{held.reason}",
    )


def _of(document_id: str) -> Any:
    return Withdrawal.document_id == document_id


def _document(connection: Connection, document_id: str) -> dict[str, Any]:
    query = select(Document.__table__).where(Document.id == document_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(
            f"there is no document {document_id!r}", zh=f"档案里没有文献 {document_id!r}"
        )
    return dict(row)


def _blank_titles(connection: Connection, document_id: str) -> None:
    """A reader who follows the feed from its beginning is not told the title either."""
    query = select(Change.seq, Change.data).where(Change.subject == document_id)
    for seq, data in connection.execute(query).all():
        if "title" in data:
            blanked = {**data, "title": ""}
            connection.execute(update(Change).where(Change.seq == seq).values(data=blanked))
