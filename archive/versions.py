"""Earlier versions of a document: what it said before its page, or our reading of it, changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from archive.db import Database
from archive.errors import NotFound
from archive.models import Document, DocumentVersion, Extraction
from archive.withdrawals import refuse_withdrawn


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a document."""

    version: int
    title: str
    text_sha256: str
    fetched_at: datetime
    """When the newest of the captures it was made of was fetched."""
    replaced_at: datetime | None
    """None for the version that the document has now."""
    extraction: int
    extractor_version: str | None
    captures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VersionText:
    """A version with its text."""

    document: str
    view: VersionView
    text: str


def keep_version(connection: Connection, old: dict[str, Any], now: datetime) -> None:
    """Remember a row of `document` that is about to be replaced, in the store's transaction.

    Its text is not copied: it is a part of the text of the extraction it was made by.
    """
    same = ("version", "extraction_id", "title", "start", "end", "text_sha256", "fetched_at")
    kept = {name: old[name] for name in same}
    connection.execute(
        insert(DocumentVersion).values(document_id=old["id"], replaced_at=now, **kept)
    )


def versions(connection: Connection, document_id: str) -> tuple[VersionView, ...]:
    """All versions of a document that are known, newest first; gaps are versions without text."""
    v, d, e = DocumentVersion, Document, Extraction
    earlier = (
        select(v.version, v.title, v.text_sha256, v.fetched_at, v.replaced_at, v.extraction_id)
        .add_columns(e.version.label("extractor"), e.captures)
        .join(e, e.id == v.extraction_id)
        .where(v.document_id == document_id)
        .order_by(v.version.desc())
    )
    present = (
        select(d.version, d.title, d.text_sha256, d.fetched_at, d.extraction_id)
        .add_columns(e.version.label("extractor"), e.captures)
        .join(e, e.id == d.extraction_id)
        .where(d.id == document_id)
    )
    found = [*connection.execute(present), *connection.execute(earlier)]
    return tuple(
        VersionView(
            version=row.version,
            title=row.title,
            text_sha256=row.text_sha256,
            fetched_at=row.fetched_at,
            replaced_at=getattr(row, "replaced_at", None),
            extraction=row.extraction_id,
            extractor_version=row.extractor,
            captures=tuple(row.captures),
        )
        for row in found
    )


def version_text(db: Database, document_id: str, version: int) -> VersionText:
    """What a document said in one of its versions. Raises NotFound, Withdrawn."""
    with db.read() as connection:
        refuse_withdrawn(connection, document_id)
        for view in versions(connection, document_id):
            if view.version == version:
                text = _text(connection, document_id, view)
                return VersionText(document_id, view, text)
    raise NotFound(
        f"there is no version {version} of the document {document_id!r}",
        zh=f"文献 {document_id!r} 没有第 {version} 版",
    )


def _text(connection: Connection, document_id: str, view: VersionView) -> str:
    if view.replaced_at is None:
        present = select(Document.text).where(Document.id == document_id)
        return connection.execute(present).scalar_one()
    v = DocumentVersion
    row = connection.execute(
        select(Extraction.text, v.start, v.end)
        .join(v, v.extraction_id == Extraction.id)
        .where(v.document_id == document_id, v.version == view.version)
    ).one()
    text: str = (row.text or "")[row.start : row.end]
    return text
