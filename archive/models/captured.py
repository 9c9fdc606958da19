"""What is to be fetched and what was: with the WARC files this is the truth."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, BigId


class Site(Base):
    """A source with a profile; `profile` is its resolved form at the last crawl."""

    __tablename__ = "site"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str]
    family: Mapped[str]
    site_type: Mapped[str]
    trust: Mapped[int]
    profile: Mapped[dict[str, Any]]
    profile_version: Mapped[str] = mapped_column(String(64))
    hints: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class Run(Base):
    """One crawl, reprocess or import from start to end."""

    __tablename__ = "run"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str]
    sites: Mapped[list[Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class RunCount(Base):
    """How often an outcome was met on a site in a run."""

    __tablename__ = "run_count"
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(24), primary_key=True)
    count: Mapped[int]


class Robots(Base):
    """The robots.txt of a host as last read."""

    __tablename__ = "robots"
    origin: Mapped[str] = mapped_column(primary_key=True)
    """scheme://host:port"""
    fetched_at: Mapped[datetime]
    status: Mapped[int] = mapped_column(Integer)
    rules: Mapped[str]
    """The first 500 KiB, decoded."""


class Host(Base):
    """A host whose last answer was a failure; a host without a row is well."""

    __tablename__ = "host"
    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    """As in URLs, with the port where that is unusual."""
    paused_until: Mapped[datetime | None]
    pauses: Mapped[int] = mapped_column(Integer, default=0)
    """Pauses in a row, without a good answer between them."""
    reason: Mapped[str]


class Frontier(Base):
    """One URL to fetch, and all that is known about fetching it."""

    __tablename__ = "frontier"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    key: Mapped[str] = mapped_column(unique=True)
    """Canonical URL, and for a POST a digest of its form behind it."""
    url: Mapped[str]
    form: Mapped[list[Any] | None]
    kind: Mapped[str] = mapped_column(String(8))
    """`list`, `article` or `part` (a further page of an article)."""
    page: Mapped[int] = mapped_column(Integer, default=1)
    """Number of a list page in its list, of a part in its article."""
    page_state: Mapped[dict[str, Any] | None]
    """What reading this list page needs from the pages before it; of an attachment, the notice
    it was found on."""
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"))
    title: Mapped[str | None]
    published: Mapped[date | None]
    hops: Mapped[int] = mapped_column(Integer, default=0)
    """Redirects on the way here."""
    priority: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(8), default="queued")
    """`queued`, `leased`, `done` (waits until due_at, for ever when that is null)."""
    due_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(Integer, default=0)
    """Failed fetches in a row."""
    interval_s: Mapped[int | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    payload_sha256: Mapped[str | None] = mapped_column(String(64))
    visits: Mapped[int] = mapped_column(Integer, default=0)
    misses: Mapped[int] = mapped_column(Integer, default=0)
    links: Mapped[int | None] = mapped_column(Integer)
    """How many articles a list page linked to when it was last read."""
    gave: Mapped[int | None] = mapped_column(Integer)
    """As `links`, at the last reading that found any."""
    outcome: Mapped[str | None] = mapped_column(String(24))
    reason: Mapped[str | None]
    added_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'leased', 'done')", name="frontier_state"),
        Index("frontier_due", "site_id", "state", "priority", "due_at", "id"),
        Index("frontier_owner", "lease_owner"),
    )


class WarcFile(Base):
    """One WARC file and how much of it is committed."""

    __tablename__ = "warc_file"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    """Path below the archive folder."""
    host: Mapped[str]
    """The machine that can read it; `shared` when every machine can."""
    owner: Mapped[str]
    state: Mapped[str] = mapped_column(String(8))
    """`open` or `closed`."""
    length: Mapped[int] = mapped_column(default=0)
    """Committed bytes; what lies behind is cut at the next start."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Capture(Base):
    """One URL at one moment: where its WARC records lie and what they hold."""

    __tablename__ = "capture"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))
    url: Mapped[str]
    fetched_at: Mapped[datetime]
    status: Mapped[int] = mapped_column(Integer)
    content_type: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    outcome: Mapped[str] = mapped_column(String(24))
    record_type: Mapped[str] = mapped_column(String(8))
    """`response` or `revisit`."""
    revisit_of: Mapped[int | None] = mapped_column(ForeignKey("capture.id"))
    warc_file_id: Mapped[int] = mapped_column(ForeignKey("warc_file.id"))
    offset: Mapped[int]
    length: Mapped[int]
    request_length: Mapped[int]
    """The request record follows at offset + length."""
    payload_sha256: Mapped[str] = mapped_column(String(64))
    payload_length: Mapped[int]
    __table_args__ = (
        UniqueConstraint("warc_file_id", "offset", name="capture_place"),
        Index("capture_url", "url"),
        Index("capture_payload", "payload_sha256"),
    )


class Article(Base):
    """One article of a site; the captures of its parts make one page."""

    __tablename__ = "article"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    url: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str | None]
    published: Mapped[date | None]
    notice_url: Mapped[str | None]
    """Of an attachment: the page it was found on."""
    added_at: Mapped[datetime]


class ArticlePart(Base):
    """The newest capture of each part of an article."""

    __tablename__ = "article_part"
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer, primary_key=True)
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"))
