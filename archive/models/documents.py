"""What was made of the captures; it can be made again. And what readers follow and keep."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, BigId


class TemplateLine(Base):
    """A line that may be the template of a site, and on how many of its articles it stands."""

    __tablename__ = "template_line"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    digest: Mapped[str] = mapped_column(String(32))
    line: Mapped[str]
    """Folded, as rules see it."""
    pages: Mapped[int] = mapped_column(Integer)
    """Counted up to the number that makes it template, see `archive.templates`."""
    articles: Mapped[list[Any]]
    """[article id, digest of its longest line] of those that have it, while it is not template."""
    __table_args__ = (
        UniqueConstraint("site_id", "digest", name="template_line_once"),
        Index("template_line_pages", "site_id", "pages"),
    )


class Extraction(Base):
    """The way from an article's captures to a page: queued, leased, done with its outcome."""

    __tablename__ = "extraction"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    captures: Mapped[list[Any]]
    """Capture ids of the parts, in order."""
    warc_host: Mapped[str]
    state: Mapped[str] = mapped_column(String(8), default="queued")
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    queued_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    version: Mapped[str | None] = mapped_column(String(24))
    """Version of the extraction code."""
    outcome: Mapped[str | None] = mapped_column(String(24))
    page: Mapped[dict[str, Any] | None]
    """The `Page` without its text and documents."""
    text: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'leased', 'done')", name="extraction_state"),
        Index("extraction_queue", "state", "id"),
        Index("extraction_article", "article_id"),
    )


class Document(Base):
    """One work on one page. The id is made of article URL and ordinal: it survives reprocess."""

    __tablename__ = "document"
    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"))
    ordinal: Mapped[int] = mapped_column(Integer)
    extraction_id: Mapped[int] = mapped_column(ForeignKey("extraction.id"))
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Goes up by one each time the document's text or fields change."""
    state: Mapped[str] = mapped_column(String(12), default="live")
    """`live`, or `withdrawn` (gone from readers, the row stays)."""
    url: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    text_sha256: Mapped[str] = mapped_column(String(64))
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(24))
    issuer: Mapped[str | None]
    region: Mapped[str | None]
    region_code: Mapped[str | None] = mapped_column(String(12))
    year: Mapped[int | None] = mapped_column(Integer)
    """Inferred year, else claimed, else that of publication."""
    year_claimed: Mapped[int | None] = mapped_column(Integer)
    year_inferred: Mapped[int | None] = mapped_column(Integer)
    year_conflict: Mapped[bool] = mapped_column(default=False)
    published: Mapped[date | None]
    fetched_at: Mapped[datetime]
    source: Mapped[str | None]
    language_script: Mapped[str] = mapped_column(String(8))
    completeness: Mapped[str] = mapped_column(String(8))
    chars_claimed: Mapped[int | None] = mapped_column(Integer)
    repair_status: Mapped[str] = mapped_column(String(8), default="none")
    on_topic: Mapped[bool]
    topic_score: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("article_id", "ordinal", name="document_place"),
        Index("document_site", "site_id"),
        Index("document_published", "published", "id"),
        Index("document_year", "year"),
        # All that facets are counted by: a row holds its text before them, so reading them there
        # means reading all texts. Of 100,000 documents cold: 14 seconds, which is one too many.
        Index(
            "document_facets",
            "id",
            "state",
            "site_id",
            "published",
            "year",
            "region",
            "issuer",
            "kind",
            "completeness",
        ),
    )


class DocumentVersion(Base):
    """What a document said before its present version: a slice of an extraction's text."""

    __tablename__ = "document_version"
    document_id: Mapped[str] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    extraction_id: Mapped[int] = mapped_column(ForeignKey("extraction.id"))
    title: Mapped[str]
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    text_sha256: Mapped[str] = mapped_column(String(64))
    fetched_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class Figure(Base):
    """A named number of a document; offsets count in the document's text."""

    __tablename__ = "figure"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(12))
    text: Mapped[str]
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    sanity: Mapped[str | None]
    __table_args__ = (
        Index("figure_document", "document_id"),
        Index("figure_name", "name"),
    )


class Withdrawal(Base):
    """What a person took out of the archive, and why; survives extraction and reprocessing."""

    __tablename__ = "withdrawal"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[str] = mapped_column(String(24), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    reason: Mapped[str]
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class SavedQuery(Base):
    """A search that was given a name."""

    __tablename__ = "saved_query"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    query: Mapped[dict[str, Any]]
    """The fields of `archive.search.Query` that are not as usual."""
    saved_at: Mapped[datetime]


class SearchEntry(Base):
    """The number under which the search index knows a document; never given twice."""

    __tablename__ = "search_entry"
    number: Mapped[int] = mapped_column(BigId, primary_key=True)
    document_id: Mapped[str] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), unique=True
    )
    fold_version: Mapped[str] = mapped_column(String(8))
    segments: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What was indexed, compressed: SQLite's index needs it to forget the document again."""
    __table_args__ = ({"sqlite_autoincrement": True},)


class Change(Base):
    """One event of the feed, written last in the transaction that made it true."""

    __tablename__ = "change"
    seq: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(24))
    """Document or cluster id."""
    data: Mapped[dict[str, Any]]
    __table_args__ = ({"sqlite_autoincrement": True},)
