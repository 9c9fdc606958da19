"""Which documents are one work: what they are compared by, the groups, their history."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, BigId


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
    """A sampled 8-gram hash of a document's skeleton, or one of two neighbouring figures."""

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
