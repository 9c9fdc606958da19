"""Earlier versions of a document: what it said before its page, or our reading of it, changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, null, select

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


# Made once: putting a statement together takes longer than running it.
_EARLIER = (
    select(DocumentVersion.version, DocumentVersion.title, DocumentVersion.text_sha256)
    .add_columns(DocumentVersion.fetched_at, DocumentVersion.replaced_at)
    .add_columns(DocumentVersion.extraction_id)
    .add_columns(Extraction.version.label("extractor"), Extraction.captures)
    .join(Extraction, Extraction.id == DocumentVersion.extraction_id)
    .where(DocumentVersion.document_id == bindparam("document"))
    .order_by(DocumentVersion.version.desc())
)
_PRESENT = (
    select(Document.version, Document.title, Document.text_sha256)
    .add_columns(Document.fetched_at, null().label("replaced_at"), Document.extraction_id)
    .add_columns(Extraction.version.label("extractor"), Extraction.captures)
    .join(Extraction, Extraction.id == Document.extraction_id)
    .where(Document.id == bindparam("document"))
)


def versions(connection: Connection, document_id: str) -> tuple[VersionView, ...]:
    """All versions of a document that are known, newest first; gaps are versions without text."""
    asked = {"document": document_id}
    found = [*connection.execute(_PRESENT, asked), *connection.execute(_EARLIER, asked)]
    return tuple(
        VersionView(
            version=row.version,
            title=row.title,
            text_sha256=row.text_sha256,
            fetched_at=row.fetched_at,
            replaced_at=row.replaced_at,
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
