"""Lines that recur on a site's pages: counted here, dropped by extraction.

Extraction names the lines of a page that could be the site's (`Page.candidates`); the archive
counts on how many articles each stands. From `FROM_PAGES` on a line is template: each later
extraction is handed it (`Hints.template_lines`), and articles that were extracted without knowing
are queued once more. So the documents do not depend on the order in which pages came, and
`reprocess` makes the same ones. See docs/decisions/0008-template-lines-are-counted.md.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from archive.models import Extraction, TemplateLine

FROM_PAGES = 5
"""Different texts a line must stand beside; three pages may share the remark of a series."""
MAX_WAITING = 4_000
"""Lines of a site that are counted and not template yet; beyond, the oldest are forgotten."""
MAX_ARTICLES = 200
"""Articles remembered for a line while it is not template: copies of fewer texts than that."""
_TIDY_EVERY = 50
"""Articles after which the number of lines is looked at: counting them costs .6 ms."""
MAX_LINES = 500
"""Template lines that are handed to extraction; a site has some dozens."""


def template_lines(connection: Connection, site_ids: Iterable[str]) -> dict[str, list[str]]:
    """The lines known as template of each site, the longest known first."""
    query = (
        select(TemplateLine.site_id, TemplateLine.line)
        .where(TemplateLine.site_id.in_(set(site_ids)), TemplateLine.pages >= FROM_PAGES)
        .order_by(TemplateLine.id)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query):
        lines = found.setdefault(row.site_id, [])
        if len(lines) < MAX_LINES:
            lines.append(row.line)
    return found


def count_lines(
    connection: Connection,
    site_id: str,
    article_id: int,
    candidates: Sequence[str],
    text: str,
    *,
    handed: Collection[str],
    now: datetime,
) -> int:
    """Count an article's lines, each once; gives how many articles are queued again by that.

    The caller holds the archive's lock for clusters, so that no two pages count at once.

    Args:
        connection: in a write transaction.
        site_id: the article's site.
        article_id: the article; counted once a line, however often it is extracted.
        candidates: `Page.candidates`.
        text: the page's text; copies of one text count as one page, or the closing words of a
            report that a site shows five times would be its template.
        handed: the template lines that this extraction knew.
        now: when the articles are queued.
    """
    lines = {_digest(line): line for line in candidates}
    if not lines:
        return 0
    query = select(TemplateLine.__table__).where(
        TemplateLine.site_id == site_id, TemplateLine.digest.in_(lines)
    )
    known = {row.digest: row for row in connection.execute(query)}
    own = _digest(max(text.split("\n"), key=len))
    again: set[int] = set()
    for row in known.values():
        if row.pages >= FROM_PAGES:
            again |= set() if row.line in handed else {article_id}
        elif article_id not in (known_id for known_id, _ in row.articles):
            again |= _count(connection, row, article_id, own)
    fresh = {digest: line for digest, line in lines.items() if digest not in known}
    if fresh:
        _begin(connection, site_id, article_id, own, fresh)
    return _queue_again(connection, sorted(again), now)


def _count(connection: Connection, row: Row[Any], article_id: int, own: str) -> set[int]:
    """One more article has the line; gives the articles to extract again where that decides."""
    articles = [*row.articles, [article_id, own]][:MAX_ARTICLES]
    pages = len({key for _, key in articles})
    decided = pages >= FROM_PAGES
    values = {"pages": pages, "articles": [] if decided else articles}
    connection.execute(update(TemplateLine).where(TemplateLine.id == row.id).values(**values))
    return {known_id for known_id, _ in articles} if decided else set()


def _begin(
    connection: Connection, site_id: str, article_id: int, own: str, lines: dict[str, str]
) -> None:
    rows = [
        {
            "site_id": site_id,
            "digest": digest,
            "line": line,
            "pages": 1,
            "articles": [[article_id, own]],
        }
        for digest, line in lines.items()
    ]
    connection.execute(insert(TemplateLine), rows)
    if article_id % _TIDY_EVERY == 0:
        _forget_oldest(connection, site_id)


def _forget_oldest(connection: Connection, site_id: str) -> None:
    """Keep the number of lines that wait within bounds."""
    waiting = (TemplateLine.site_id == site_id, TemplateLine.pages < FROM_PAGES)
    size = connection.execute(select(func.count()).where(*waiting)).scalar_one()
    if size > MAX_WAITING:
        oldest = select(TemplateLine.id).where(*waiting).order_by(TemplateLine.id)
        beyond = oldest.limit(size - MAX_WAITING // 2)
        connection.execute(delete(TemplateLine).where(TemplateLine.id.in_(beyond)))


def _queue_again(connection: Connection, articles: Sequence[int], now: datetime) -> int:
    """Queue articles that do not wait already, with the captures of their last extraction."""
    if not articles:
        return 0
    newest = (
        select(func.max(Extraction.id))
        .where(Extraction.article_id.in_(articles))
        .group_by(Extraction.article_id)
    )
    query = (
        select(Extraction.article_id, Extraction.captures, Extraction.warc_host)
        .where(Extraction.id.in_(newest), Extraction.state != "queued")
        .order_by(Extraction.article_id)
    )
    rows = [
        {**row._mapping, "state": "queued", "tries": 0, "queued_at": now}
        for row in connection.execute(query)
    ]
    if rows:
        connection.execute(insert(Extraction), rows)
    return len(rows)


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()[:32]
