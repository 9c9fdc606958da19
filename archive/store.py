"""Storing pages: their documents and all that hangs on them, in one transaction, or not at all."""

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from archive import clusters, templates, withdrawals
from archive.archive import Archive
from archive.clusters import ClusterInput
from archive.db import Database
from archive.extractions import Task, notice_date
from archive.feed import ChangeNote, record_changes
from archive.models import Document, Extraction, Figure
from archive.page import Page, PageDocument
from archive.search import Entry, index_documents
from archive.tables import table
from archive.versions import keep_version
from dedupe import Prepared

OFF_TOPIC = "off_topic"
NO_LONGER_THERE = "the page no longer holds it"
FOUND_BY = ("state", "text_sha256", "title")
"""Fields the search index is made of."""
CLUSTERED_BY = (
    "state",
    "text_sha256",
    "completeness",
    "repair_status",
    "language_script",
    "published",
)
"""Fields that clusters decide by: a document that differs in one is placed anew."""
_OWN_TIMES = ("created_at", "updated_at", "fetched_at", "extraction_id", "version")


def document_id(article_url: str, ordinal: int) -> str:
    """The id of a document: made of its place only, so that it is the same after `reprocess`."""
    digest = hashlib.sha256(f"{article_url}#{ordinal}".encode()).digest()
    return "d" + b32encode(digest)[:16].decode().lower()


@dataclass(frozen=True, slots=True)
class Extracted:
    """What extraction made of a task; `prepared` holds one value for each document of the page."""

    task: Task
    page: Page
    prepared: Sequence[Prepared]


def store_pages(
    archive: Archive,
    pages: Sequence[Extracted],
    *,
    owner: str,
    version: str,
    now: datetime,
    rebuild: bool = False,
) -> list[str | None]:
    """Store pages in one transaction, in their order.

    `rebuild` makes all derived rows again even where the text has not changed. Gives the outcomes
    stored; None where the lease had gone to another worker and nothing was stored.
    """
    db = archive.database
    with db.write() as connection:
        db.lock(connection, "clusters")
        storing = _Storing(connection, db, owner, version, now, rebuild=rebuild)
        outcomes = [storing.page(item) for item in pages]
        # At the end and together: each other statement would flush the full-text index once.
        index_documents(connection, db, storing.entries.values())
        record_changes(connection, db, storing.notes, now)
    return outcomes


# Statements are made once: making them again for each page would cost more than running them.
_extractions, _documents, _figure_rows = map(table, (Extraction, Document, Figure))
_DONE = update(_extractions).where(
    _extractions.c.id == bindparam("extraction"), _extractions.c.lease_owner == bindparam("owner")
)
_NEWEST = select(func.max(_extractions.c.id)).where(
    _extractions.c.article_id == bindparam("article"), _extractions.c.state == "done"
)
_OF_ARTICLE = select(_documents).where(_documents.c.article_id == bindparam("article"))
_NEW_DOCUMENT = insert(_documents)
_CHANGE_DOCUMENT = update(_documents).where(_documents.c.id == bindparam("document"))
_FIGURES = (
    select(*(column for column in _figure_rows.columns if column.name != "id"))
    .where(_figure_rows.c.document_id == bindparam("document"))
    .order_by(_figure_rows.c.id)
)
_NO_FIGURES = delete(_figure_rows).where(_figure_rows.c.document_id == bindparam("document"))
_NEW_FIGURES = insert(_figure_rows)


class _Storing:
    """One transaction of pages; `entries` and `notes` gather what is written at its end."""

    def __init__(
        self,
        connection: Connection,
        db: Database,
        owner: str,
        version: str,
        now: datetime,
        *,
        rebuild: bool,
    ) -> None:
        self._connection = connection
        self._db = db
        self._owner = owner
        self._version = version
        self._now = now
        self._rebuild = rebuild
        self.entries: dict[str, Entry] = {}
        self.notes: list[ChangeNote] = []

    def page(self, item: Extracted) -> str | None:
        """Store one page and its documents; gives its outcome."""
        task, page = item.task, item.page
        outcome = page.outcome if page.outcome != "ok" or page.topic.on_topic else OFF_TOPIC
        if not self._finish(task, page, outcome):
            return None
        templates.count_lines(
            self._connection,
            task.site_id,
            task.article_id,
            page.candidates if page.outcome == "ok" else (),
            page.text,
            handed=task.hints.get("template_lines", ()),
            now=self._now,
        )
        published = (
            page.published or task.published or notice_date(self._connection, task.notice_url)
        )
        wanted = page.documents if outcome == "ok" else ()
        stored = self._stored(task.article_id)
        barred = withdrawals.barred(self._connection, task.article_id) if wanted else None
        for document, ready in zip(wanted, item.prepared, strict=False):
            row = _row(task, page, document, published, self._now)
            if barred and barred.bars(row["id"], ready):
                continue
            self._document(row, document, ready, task, stored.pop(document.ordinal, None))
        for old in stored.values():
            self.entries.pop(old["id"], None)
            self.notes += withdrawals.take_out(
                self._connection, self._db, old, NO_LONGER_THERE, self._now
            )
        return outcome

    def _finish(self, task: Task, page: Page, outcome: str) -> bool:
        """Close the extraction; False where the page is not to be stored."""
        kept = asdict(replace(page, documents=(), candidates=()))
        for name in ("text", "documents", "outcome", "candidates"):
            del kept[name]
        kept["published"] = page.published.isoformat() if page.published else None
        values = {
            "extraction": task.id,
            "owner": self._owner,
            "state": "done",
            "lease_owner": None,
            "lease_until": None,
            "done_at": self._now,
            "version": self._version,
            "outcome": outcome,
            "page": kept,
            "text": page.text,
        }
        if self._connection.execute(_DONE, values).rowcount != 1:
            return False
        newest = self._connection.execute(_NEWEST, {"article": task.article_id})
        return bool(newest.scalar_one() == task.id)

    def _stored(self, article_id: int) -> dict[int, dict[str, Any]]:
        rows = self._connection.execute(_OF_ARTICLE, {"article": article_id}).mappings()
        return {row["ordinal"]: dict(row) for row in rows}

    def _document(
        self,
        row: dict[str, Any],
        document: PageDocument,
        ready: Prepared,
        task: Task,
        old: dict[str, Any] | None,
    ) -> None:
        """Store one document and all that hangs on it; `old` is its row so far."""
        id_ = row["id"]
        figures = _figures(document, id_)
        new_figures = old is None or self._stored_figures(id_) != figures
        self._store_row(row, old, changed=new_figures)
        if old is not None and new_figures:
            self._connection.execute(_NO_FIGURES, {"document": id_})
        if new_figures and figures:
            self._connection.execute(_NEW_FIGURES, figures)
        if self._rebuild or _differ(row, old, FOUND_BY):
            self.entries[id_] = Entry(id_, row["title"], row["text"])
        given = _cluster_input(row, task)
        if _differ(row, old, CLUSTERED_BY) or (
            self._rebuild and not clusters.stands(self._connection, given, ready)
        ):
            if old is not None and old["state"] == "live":
                self.notes += clusters.remove(
                    self._connection, self._db, id_, now=row["updated_at"]
                )
            placed = clusters.place(self._connection, self._db, given, ready, now=row["updated_at"])
            self.notes += placed.notes

    def _store_row(self, row: dict[str, Any], old: dict[str, Any] | None, *, changed: bool) -> None:
        if old is None:
            self._connection.execute(_NEW_DOCUMENT, row)
            self.notes.append(ChangeNote("document.created", row["id"], _told(row)))
            return
        changed = changed or _differ(row, old, [name for name in row if name not in _OWN_TIMES])
        row["created_at"] = old["created_at"]
        row["version"] = old["version"] + changed
        if changed:
            keep_version(self._connection, old, row["updated_at"])
            self.notes.append(ChangeNote("document.updated", row["id"], _told(row)))
        else:
            row["updated_at"] = old["updated_at"]
        self._connection.execute(_CHANGE_DOCUMENT, row | {"document": row["id"]})

    def _stored_figures(self, document_id: str) -> list[dict[str, Any]]:
        rows = self._connection.execute(_FIGURES, {"document": document_id}).mappings()
        return [dict(row) for row in rows]


def _figures(document: PageDocument, document_id: str) -> list[dict[str, Any]]:
    return [{**asdict(figure), "document_id": document_id} for figure in document.figures]


def _differ(row: dict[str, Any], old: dict[str, Any] | None, names: Sequence[str]) -> bool:
    return old is None or any(row[name] != old[name] for name in names)


def _cluster_input(row: dict[str, Any], task: Task) -> ClusterInput:
    return ClusterInput(
        document_id=row["id"],
        text=row["text"],
        site_type=task.site_type,
        trust=task.trust,
        completeness=row["completeness"],
        repair_status=row["repair_status"],
        language_script=row["language_script"],
        published=row["published"],
        fetched_at=row["fetched_at"],
    )


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": row["version"],
        "url": row["url"],
        "title": row["title"],
        "text_sha256": row["text_sha256"],
    }


def _title(task: Task, page: Page, document: PageDocument) -> str:
    """The title as read, else as linked; a file's first heading may be that of a section only."""
    if task.notice_url and task.title and len(page.documents) == 1:
        return task.title
    return document.title or page.title or task.title or ""


def _row(
    task: Task, page: Page, document: PageDocument, published: date | None, now: datetime
) -> dict[str, Any]:
    year = document.year_inferred or document.year_claimed
    return {
        "id": document_id(task.url, document.ordinal),
        "article_id": task.article_id,
        "ordinal": document.ordinal,
        "extraction_id": task.id,
        "site_id": task.site_id,
        "version": 1,
        "state": "live",
        "url": task.url,
        "title": _title(task, page, document),
        "text": document.text,
        "text_sha256": hashlib.sha256(document.text.encode("utf-8", "replace")).hexdigest(),
        "start": document.start,
        "end": document.end,
        "kind": document.kind,
        "issuer": document.issuer,
        "region": document.region,
        "region_code": document.region_code,
        "year": year or (published.year if published else None),
        "year_claimed": document.year_claimed,
        "year_inferred": document.year_inferred,
        "year_conflict": document.year_conflict,
        "published": published,
        "fetched_at": task.fetched_at,
        "source": page.source,
        "language_script": page.language_script,
        "completeness": page.completeness,
        "chars_claimed": page.chars_claimed,
        "repair_status": page.repair.status,
        "on_topic": page.topic.on_topic,
        "topic_score": page.topic.score,
        "created_at": now,
        "updated_at": now,
    }
