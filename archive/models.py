"""The tables of the archive.

Three groups: what is to be fetched and was fetched (`site` to `article_part`; with the WARC files
this is the truth), what was made of it (`extraction` to `cannot_link`; can be thrown away and made
again), and what readers follow (`cluster_event`, `change`). Column names are the words of
docs/glossary.md. Times are aware UTC.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite gives an AUTOINCREMENT number only to a column of the exact type INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they would be read back as another moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: the archive keeps aware UTC times only")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        """Give back aware UTC on both engines."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Parent of all tables."""

    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads a plain dict
        str: Text(),
        int: BigInteger(),
        datetime: UtcTime(),
        dict[str, Any]: Json,
        list[Any]: Json,
    }


class Meta(Base):
    """Facts about the archive itself: epoch, version of the folding table."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str]


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


class Fingerprint(Base):
    """What a document is looked up and compared by; see `dedupe.fingerprint`."""

    __tablename__ = "fingerprint"
    number: Mapped[int] = mapped_column(BigId, primary_key=True)
    """Short name of the document in the two indexes below."""
    document_id: Mapped[str] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), unique=True
    )
    version: Mapped[int] = mapped_column(Integer)
    exact: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of the normalised text; empty for a text without any character that counts."""
    simhash: Mapped[int]
    """64 bits, stored as a signed number."""
    n_han: Mapped[int] = mapped_column(Integer)
    skeleton: Mapped[bytes]
    """Characters that survive a change of script, figures and punctuation, two bytes each."""
    figures: Mapped[bytes]
    """Figures with their places in the skeleton: the columns of `dedupe.placed`."""
    breaks: Mapped[list[Any]]
    """Skeleton places where another work may begin: those of headings, those of numberings."""
    masked: Mapped[int] = mapped_column(Integer)
    """Names and years replaced by XX, 某 or the like."""
    claim: Mapped[dict[str, Any]]
    """What speaks for this document as a cluster's canonical one."""
    __table_args__ = ({"sqlite_autoincrement": True},)


class SimBand(Base):
    """16 bits of a simhash; documents that share one may be 3 bits apart."""

    __tablename__ = "sim_band"
    band: Mapped[int] = mapped_column(Integer, primary_key=True)
    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    __table_args__ = ({"sqlite_with_rowid": False},)


class Shingle(Base):
    """A sampled 8-gram hash of a document's skeleton."""

    __tablename__ = "shingle"
    hash: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    __table_args__ = ({"sqlite_with_rowid": False},)


class Cluster(Base):
    """Documents that are the same work. The id is minted once and never reused."""

    __tablename__ = "cluster"
    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    canonical_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"))
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("cluster.id"))
    """Set for ever on the younger of two merged clusters: an alias."""
    split_from: Mapped[str | None] = mapped_column(ForeignKey("cluster.id"))
    created_at: Mapped[datetime]


class Member(Base):
    """A document's place in a cluster; a compilation has one row per part it holds."""

    __tablename__ = "member"
    cluster_id: Mapped[str] = mapped_column(ForeignKey("cluster.id"), primary_key=True)
    document_id: Mapped[str] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(12))
    """`canonical`, `repost`, `fragment` or `compilation`."""
    start: Mapped[int | None] = mapped_column(Integer)
    end: Mapped[int | None] = mapped_column(Integer)
    """Where in the document's text the work lies, for a compilation."""
    joined_at: Mapped[datetime]


class Edge(Base):
    """A judged pair of documents with its evidence; `a` sorts before `b`."""

    __tablename__ = "edge"
    a: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    b: Mapped[str] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    """`repost`, `excerpt_of` (a of b), `contains` (b in a), `shares_section`, `same_template`."""
    coverage: Mapped[float]
    """Share of the shorter text that stands in the longer one."""
    figures_compared: Mapped[int] = mapped_column(Integer)
    figures_equal: Mapped[int] = mapped_column(Integer)
    evidence: Mapped[dict[str, Any]]
    rule_version: Mapped[int] = mapped_column(Integer)
    judged_at: Mapped[datetime]


class Decision(Base):
    """What a person said of a pair; survives reprocessing and new rules. `a` sorts before `b`."""

    __tablename__ = "decision"
    a: Mapped[str] = mapped_column(String(24), primary_key=True)
    b: Mapped[str] = mapped_column(String(24), primary_key=True)
    same_work: Mapped[bool]
    note: Mapped[str | None]
    decided_at: Mapped[datetime]


class ClusterEvent(Base):
    """Something that happened to a cluster: create, join, merge, split, canonical_change."""

    __tablename__ = "cluster_event"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cluster_id: Mapped[str] = mapped_column(String(24), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    document_id: Mapped[str | None] = mapped_column(String(24))
    evidence: Mapped[dict[str, Any]]
    rule_version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
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
