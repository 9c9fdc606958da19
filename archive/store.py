"""Storing a page: its documents and all that hangs on them, in one transaction, all or nothing."""

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from archive import clusters, templates, withdrawals
from archive.archive import Archive
from archive.clusters import ClusterInput
from archive.extractions import Task, notice_date
from archive.feed import ChangeNote, record_changes
from archive.models import Document, Extraction, Figure
from archive.page import Page, PageDocument
from archive.search import index_document
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


def store_page(
    archive: Archive,
    task: Task,
    page: Page,
    prepared: Sequence[Prepared],
    *,
    owner: str,
    version: str,
    now: datetime,
    rebuild: bool = False,
) -> str | None:
    """Store what extraction made of `task`; `prepared` holds one value for each document.

    `rebuild` makes all derived rows again even where the text has not changed. Gives the outcome
    stored, or None when the lease had gone to another worker and nothing was stored.
    """
    db = archive.database
    with db.write() as connection:
        outcome = page.outcome if page.outcome != "ok" or page.topic.on_topic else OFF_TOPIC
        if not _finish(connection, task, page, outcome, owner, version, now):
            return None
        db.lock(connection, "clusters")
        templates.count_lines(
            connection,
            task.site_id,
            task.article_id,
            page.candidates if page.outcome == "ok" else (),
            handed=task.hints.get("template_lines", ()),
            now=now,
        )
        published = page.published or task.published or notice_date(connection, task.notice_url)
        wanted = page.documents if outcome == "ok" else ()
        notes: list[ChangeNote] = []
        stored = _stored(connection, task.article_id)
        barred = withdrawals.barred(connection, task.article_id) if wanted else None
        for document, ready in zip(wanted, prepared, strict=False):
            row = _row(task, page, document, published, now)
            if barred and barred.bars(row["id"], ready):
                continue
            old = stored.pop(document.ordinal, None)
            notes += _store_document(
                archive, connection, row, document, ready, task, old, rebuild=rebuild
            )
        for old in stored.values():
            notes += withdrawals.take_out(connection, db, old, NO_LONGER_THERE, now)
        record_changes(connection, db, notes, now)
    return outcome


def _finish(
    connection: Connection,
    task: Task,
    page: Page,
    outcome: str,
    owner: str,
    version: str,
    now: datetime,
) -> bool:
    kept = asdict(page)
    for name in ("text", "documents", "outcome", "candidates"):
        del kept[name]
    kept["published"] = page.published.isoformat() if page.published else None
    done = (
        update(Extraction)
        .where(Extraction.id == task.id, Extraction.lease_owner == owner)
        .values(
            state="done",
            lease_owner=None,
            lease_until=None,
            done_at=now,
            version=version,
            outcome=outcome,
            page=kept,
            text=page.text,
        )
    )
    if connection.execute(done).rowcount != 1:
        return False
    newer = select(func.max(Extraction.id)).where(
        Extraction.article_id == task.article_id, Extraction.state == "done"
    )
    return connection.execute(newer).scalar_one() == task.id


def _stored(connection: Connection, article_id: int) -> dict[int, dict[str, Any]]:
    query = select(Document.__table__).where(Document.article_id == article_id)
    return {row["ordinal"]: dict(row) for row in connection.execute(query).mappings()}


def _store_document(
    archive: Archive,
    connection: Connection,
    row: dict[str, Any],
    document: PageDocument,
    ready: Prepared,
    task: Task,
    old: dict[str, Any] | None,
    *,
    rebuild: bool,
) -> list[ChangeNote]:
    figures = _figures(document, row["id"])
    new_figures = old is None or _stored_figures(connection, row["id"]) != figures
    notes = _store_row(connection, row, old, changed=new_figures)
    if new_figures:
        connection.execute(delete(Figure).where(Figure.document_id == row["id"]))
        if figures:
            connection.execute(insert(Figure), figures)
    if rebuild or _differ(row, old, FOUND_BY):
        index_document(connection, archive.database, row["id"], row["text"], row["title"])
    if rebuild or _differ(row, old, CLUSTERED_BY):
        if old is not None and old["state"] == "live":
            notes += clusters.remove(connection, archive.database, row["id"], now=row["updated_at"])
        given = _cluster_input(row, task)
        placed = clusters.place(connection, archive.database, given, ready, now=row["updated_at"])
        notes += placed.notes
    return notes


def _store_row(
    connection: Connection, row: dict[str, Any], old: dict[str, Any] | None, *, changed: bool
) -> list[ChangeNote]:
    if old is None:
        connection.execute(insert(Document).values(row))
        return [ChangeNote("document.created", row["id"], _told(row))]
    changed = changed or _differ(row, old, [name for name in row if name not in _OWN_TIMES])
    row["created_at"] = old["created_at"]
    row["version"] = old["version"] + changed
    if changed:
        keep_version(connection, old, row["updated_at"])
    else:
        row["updated_at"] = old["updated_at"]
    connection.execute(update(Document).where(Document.id == row["id"]).values(row))
    return [ChangeNote("document.updated", row["id"], _told(row))] if changed else []


def _figures(document: PageDocument, document_id: str) -> list[dict[str, Any]]:
    return [{**asdict(figure), "document_id": document_id} for figure in document.figures]


def _stored_figures(connection: Connection, document_id: str) -> list[dict[str, Any]]:
    columns = [column for column in Figure.__table__.columns if column.name != "id"]
    query = select(*columns).where(Figure.document_id == document_id).order_by(Figure.id)
    return [dict(row) for row in connection.execute(query).mappings()]


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
        "title": document.title or page.title or task.title or "",
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
