"""Clustering a list of texts without an archive: the same code over a throw-away database."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select

from archive.clusters.place import place
from archive.clusters.values import ClusterInput
from archive.db import Database
from archive.models import Article, Document, Edge, Extraction, Member, Site
from dedupe import prepare

_START = datetime(2000, 1, 1, tzinfo=UTC)
_SITE = "offline"


@dataclass(frozen=True, slots=True)
class Text:
    """One text to be clustered; `id` is the caller's."""

    id: str
    text: str
    url: str | None = None
    site_type: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a text is after the last one has come."""

    id: str
    clusters: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """An edge between two texts: `a` is an excerpt of `b`, or contains it, as `kind` says."""

    a: str
    b: str
    kind: str
    coverage: float
    figures_compared: int
    figures_equal: int


class Offline:
    """Texts placed one by one, in the order given, as a crawl would."""

    def __init__(self, database: Database | None = None) -> None:
        """Start with an empty, migrated `database`; without one, in memory."""
        self._database = database or Database("sqlite://")
        self._database.migrate()
        self._names: dict[str, str] = {}
        with self._database.write() as connection:
            connection.execute(
                insert(Site).values(
                    id=_SITE, name="", family="", site_type="", trust=0, profile={},
                    profile_version="", hints={}, updated_at=_START,
                )
            )  # fmt: skip
            connection.execute(insert(Article).values(id=1, site_id=_SITE, url="", added_at=_START))
            connection.execute(
                insert(Extraction).values(
                    id=1, article_id=1, captures=[], warc_host="", queued_at=_START
                )
            )

    def add(self, text: Text) -> None:
        """Place one more text."""
        ordinal = len(self._names) + 1
        document_id = f"d{ordinal:012d}"
        now = _START + timedelta(seconds=ordinal)
        self._names[document_id] = text.id
        prepared = prepare(text.text)
        given = ClusterInput(
            document_id=document_id,
            text=text.text,
            site_type=text.site_type or "",
            trust=0,
            completeness="unknown",
            repair_status="none",
            language_script="hans",
            published=text.published,
            fetched_at=now,
        )
        with self._database.write() as connection:
            connection.execute(
                insert(Document).values(
                    id=document_id,
                    article_id=1,
                    ordinal=ordinal,
                    extraction_id=1,
                    site_id=_SITE,
                    url=text.url or "",
                    title="",
                    text=text.text,
                    text_sha256=hashlib.sha256(text.text.encode("utf-8", "replace")).hexdigest(),
                    start=0,
                    end=len(text.text),
                    kind="other",
                    published=text.published,
                    fetched_at=now,
                    language_script=given.language_script,
                    completeness=given.completeness,
                    on_topic=True,
                    topic_score=0,
                    created_at=now,
                    updated_at=now,
                )
            )
            place(connection, self._database, given, prepared, now=now)

    def placed(self) -> Iterator[Placed]:
        """Where each text is now, in the order they came."""
        seats: dict[str, list[tuple[str, str]]] = defaultdict(list)
        query = select(Member.document_id, Member.cluster_id, Member.role)
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(Member.cluster_id)):
                seats[row.document_id].append((row.cluster_id, row.role))
        for document_id, name in self._names.items():
            clusters = tuple(cluster_id for cluster_id, _ in seats[document_id])
            yield Placed(name, clusters, seats[document_id][0][1])

    def edges(self) -> Iterator[JudgedPair]:
        """The judged pairs, in order of arrival."""
        query = select(
            Edge.a, Edge.b, Edge.kind, Edge.coverage, Edge.figures_compared, Edge.figures_equal
        )
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(Edge.a, Edge.b)):
                yield JudgedPair(
                    self._names[row.a],
                    self._names[row.b],
                    row.kind,
                    row.coverage,
                    row.figures_compared,
                    row.figures_equal,
                )

    def close(self) -> None:
        """Throw the database away."""
        self._database.close()
