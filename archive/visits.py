"""What the archive knows of single URLs: how they were found, asked for and judged."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from archive.models import Article, Capture, Extraction, Frontier


@dataclass(frozen=True, slots=True)
class Visit:
    """One URL of the frontier and its newest capture."""

    site_id: str
    url: str
    kind: str
    page: int
    page_state: dict[str, Any] | None
    title: str | None
    """As the list page had it."""
    published: date | None
    state: str
    outcome: str | None
    """Of the last fetch, or why the URL is never fetched; None before the first."""
    reason: str | None
    visits: int
    added_at: datetime
    fetched_at: datetime | None
    due_at: datetime | None
    capture_id: int | None
    status: int | None
    content_type: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest extraction of an article; `page` is the stored `Page` without its text."""

    state: str
    outcome: str | None
    done_at: datetime | None
    page: dict[str, Any]


def visits_of_site(connection: Connection, site_id: str) -> list[Visit]:
    """All URLs of a site that were asked for, in the order of their first answer."""
    asked = _visits().where(Frontier.site_id == site_id, Frontier.fetched_at.is_not(None))
    found = connection.execute(asked.order_by(Frontier.fetched_at, Frontier.id))
    return [Visit(**row._mapping) for row in found]


def visit_of_url(connection: Connection, url: str) -> Visit | None:
    """What is known of one canonical URL."""
    row = connection.execute(_visits().where(Frontier.key == url)).first()
    return None if row is None else Visit(**row._mapping)


def judged(connection: Connection, url: str) -> Judged | None:
    """What the newest extraction of the article at `url` found; None where there is none."""
    query = (
        select(Extraction.state, Extraction.outcome, Extraction.done_at, Extraction.page)
        .join(Article, Article.id == Extraction.article_id)
        .join(Frontier, Frontier.article_id == Article.id)
        .where(Frontier.key == url)
        .order_by(Extraction.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else Judged(row.state, row.outcome, row.done_at, row.page or {})


def _visits() -> Select[Any]:
    newest = (
        select(func.max(Capture.id)).where(Capture.url == Frontier.url).correlate(Frontier)
    ).scalar_subquery()
    names = [name for name in Visit.__slots__ if hasattr(Frontier, name)]
    return (
        select(
            *(getattr(Frontier, name) for name in names),
            Capture.id.label("capture_id"),
            Capture.status,
            Capture.content_type,
        )
        .select_from(Frontier)
        .join(Capture, and_(Capture.url == Frontier.url, Capture.id == newest), isouter=True)
    )
