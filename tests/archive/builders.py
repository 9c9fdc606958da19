"""Rows of an archive for tests that read it, written as the store writes them."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from archive.db import Database
from archive.feed import ChangeNote, record_changes
from archive.models import (
    Article,
    ArticlePart,
    Capture,
    Cluster,
    Document,
    Edge,
    Extraction,
    Figure,
    Member,
    Run,
    Site,
    WarcFile,
)
from archive.search import Entry, forget_document, index_documents
from archive.versions import keep_version

NOW = datetime(2026, 3, 15, 8, 0, tzinfo=UTC)


class Builder:
    """Adds documents to one archive; every call is one write transaction, told to the feed."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def site(
        self, site: str = "gov", name: str = "丙县市场监督管理局", site_type: str = "government"
    ) -> str:
        with self.database.write() as connection:
            self._site(connection, site, name, site_type)
        return site

    def _site(self, connection: Connection, site: str, name: str, site_type: str) -> None:
        if connection.execute(select(Site.id).where(Site.id == site)).first():
            return
        connection.execute(
            insert(Site).values(
                id=site,
                name=name,
                family="trs_wcm",
                site_type=site_type,
                trust=80,
                profile={},
                profile_version="1",
                hints={},
                updated_at=NOW,
            )
        )

    def document(self, text: str, title: str = "", site: str = "gov", **values: Any) -> str:
        """One document with its capture, extraction and search entry; returns its id."""
        with self.database.write() as connection:
            self._site(connection, site, site, "government")
            number = connection.execute(select(func.count()).select_from(Article)).scalar_one() + 1
            document = values.pop("id", None) or f"d{number:06d}"
            url = values.pop("url", f"https://{site}.example/{number}.html")
            page = values.pop("page", {})
            figures: Sequence[dict[str, Any]] = values.pop("figures", ())
            extraction, article = _way(
                connection, site=site, url=url, number=number, page=page, text=text
            )
            row = {
                "id": document,
                "article_id": article,
                "ordinal": 1,
                "extraction_id": extraction,
                "site_id": site,
                "url": url,
                "title": title,
                "text": text,
                "text_sha256": _digest(text),
                "start": 0,
                "end": len(text),
                "kind": "work_summary",
                "fetched_at": NOW,
                "language_script": "hans",
                "completeness": "full",
                "on_topic": True,
                "topic_score": 9,
                "published": date(2024, 1, 1),
                "year": 2023,
                "created_at": NOW,
                "updated_at": NOW,
            } | values
            connection.execute(insert(Document).values(**row))
            for figure in figures:
                connection.execute(
                    insert(Figure).values(
                        **({"document_id": document, "text": "", "start": 0, "end": 0} | figure)
                    )
                )
            index_documents(connection, self.database, [Entry(document, title, text)])
            note = ChangeNote("document.created", document, {"version": 1})
            record_changes(connection, self.database, [note], NOW)
        return document

    def rewrite(self, document: str, text: str, title: str = "") -> None:
        """A new version of the document, made by another extraction."""
        with self.database.write() as connection:
            here = Document.id == document
            query = select(Document.__table__).where(here)
            old = dict(connection.execute(query).mappings().one())
            keep_version(connection, old, NOW)
            captures = select(Extraction.captures).where(Extraction.id == old["extraction_id"])
            done = {"state": "done", "queued_at": NOW, "done_at": NOW, "version": "2"}
            extraction = connection.execute(
                insert(Extraction)
                .values(
                    article_id=old["article_id"],
                    captures=connection.execute(captures).scalar_one(),
                    warc_host="here",
                    outcome="ok",
                    page={},
                    text=text,
                    **done,
                )
                .returning(Extraction.id)
            ).scalar_one()
            values = {"text": text, "title": title, "end": len(text), "extraction_id": extraction}
            values |= {"version": old["version"] + 1, "text_sha256": _digest(text)}
            connection.execute(update(Document).where(here).values(values))
            index_documents(connection, self.database, [Entry(document, title, text)])
            note = ChangeNote("document.updated", document, {"version": 2})
            record_changes(connection, self.database, [note], NOW)

    def withdraw(self, document: str) -> None:
        with self.database.write() as connection:
            connection.execute(
                update(Document).where(Document.id == document).values(state="withdrawn")
            )
            forget_document(connection, self.database, document)
            note = ChangeNote("document.withdrawn", document)
            record_changes(connection, self.database, [note], NOW)

    def cluster(self, cluster: str, members: dict[str, str]) -> str:
        """A cluster of `members`: document id to role."""
        canonical = next((d for d, role in members.items() if role == "canonical"), None)
        with self.database.write() as connection:
            connection.execute(
                insert(Cluster).values(id=cluster, canonical_id=canonical, created_at=NOW)
            )
            for document, role in members.items():
                connection.execute(
                    insert(Member).values(
                        cluster_id=cluster, document_id=document, role=role, joined_at=NOW
                    )
                )
            note = ChangeNote("cluster.created", cluster)
            record_changes(connection, self.database, [note], NOW)
        return cluster

    def merge(self, old: str, into: str) -> None:
        with self.database.write() as connection:
            connection.execute(
                update(Cluster).where(Cluster.id == old).values(merged_into=into, canonical_id=None)
            )
            connection.execute(
                update(Member)
                .where(Member.cluster_id == old)
                .values(cluster_id=into, role="repost")
            )
            note = ChangeNote("cluster.merged", old, {"into": into})
            record_changes(connection, self.database, [note], NOW)

    def edge(self, a: str, b: str, kind: str = "repost", **values: Any) -> None:
        row = {
            "a": min(a, b),
            "b": max(a, b),
            "kind": kind,
            "coverage": 0.97,
            "figures_compared": 5,
            "figures_equal": 5,
            "evidence": {},
            "rule_version": 1,
            "judged_at": NOW,
        } | values
        with self.database.write() as connection:
            connection.execute(insert(Edge).values(**row))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _way(
    connection: Connection, *, site: str, url: str, number: int, page: dict[str, Any], text: str
) -> tuple[int, int]:
    """What lies between the site and a document: ids of the extraction and the article."""
    if not connection.execute(select(Run.id).where(Run.id == "run1")).first():
        connection.execute(
            insert(Run).values(id="run1", kind="crawl", sites=[site], owner="t", started_at=NOW)
        )
        connection.execute(
            insert(WarcFile).values(
                id=1,
                name="raw/run1.warc.gz",
                host="here",
                owner="t",
                state="closed",
                created_at=NOW,
            )
        )
    article = connection.execute(
        insert(Article).values(site_id=site, url=url, added_at=NOW).returning(Article.id)
    ).scalar_one()
    capture = connection.execute(
        insert(Capture)
        .values(
            site_id=site,
            run_id="run1",
            url=url,
            fetched_at=NOW,
            status=200,
            outcome="ok",
            record_type="response",
            warc_file_id=1,
            offset=number * 1000,
            length=900,
            request_length=100,
            payload_sha256="0" * 64,
            payload_length=800,
        )
        .returning(Capture.id)
    ).scalar_one()
    connection.execute(
        insert(ArticlePart).values(article_id=article, ordinal=1, capture_id=capture)
    )
    extraction = connection.execute(
        insert(Extraction)
        .values(
            article_id=article,
            captures=[capture],
            warc_host="here",
            state="done",
            queued_at=NOW,
            done_at=NOW,
            version="1",
            outcome="ok",
            page=page,
            text=text,
        )
        .returning(Extraction.id)
    ).scalar_one()
    return extraction, article
