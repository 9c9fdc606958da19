"""The parts of articles: which capture is the newest of each, and when all of them are in.

An article over several pages is asked for from its first part on, each part naming the next one.
After the last part the whole is extracted, if anything in it is new.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from archive import frontier
from archive.frontier import Found
from archive.models import ArticlePart, Capture, Extraction

State = Literal["changed", "unchanged", "later", "missing", "gone"]
"""`later`: will be tried again soon; `missing`: not there now; `gone`: given up."""

_INSERT_EXTRACTIONS = insert(Extraction)
_PARTS = (
    select(ArticlePart.article_id, ArticlePart.capture_id)
    .where(ArticlePart.article_id.in_(bindparam("articles", expanding=True)))
    .order_by(ArticlePart.article_id, ArticlePart.ordinal)
)
_UNQUEUE = delete(Extraction).where(
    Extraction.article_id == bindparam("article"), Extraction.state == "queued"
)


def _set_parts(engine: Any) -> Any:
    statement = engine.insert(ArticlePart)
    return statement.on_conflict_do_update(
        index_elements=["article_id", "ordinal"],
        set_={"capture_id": statement.excluded.capture_id},
    )


_SET_PARTS = {"sqlite": _set_parts(sqlite), "postgresql": _set_parts(postgresql)}
_KNOWN = (
    select(ArticlePart.article_id, ArticlePart.ordinal, Capture.url)
    .join(Capture, Capture.id == ArticlePart.capture_id)
    .where(ArticlePart.article_id.in_(bindparam("articles", expanding=True)))
)
_LAST = (
    select(Extraction.captures)
    .where(Extraction.article_id == bindparam("article"))
    .order_by(Extraction.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a fetch of a part, or of a whole article, gave."""

    article_id: int
    site_id: str
    kind: str
    ordinal: int
    state: State
    capture_id: int | None
    next_part: Found | None
    """As the page names it; None where it is the last one, or where nothing was read."""
    at: datetime


def keep(connection: Connection, host: str, group: Sequence[Seen]) -> None:
    """Put new captures into their articles; the last part queues the extraction of all."""
    new = [
        {"article_id": seen.article_id, "ordinal": seen.ordinal, "capture_id": seen.capture_id}
        for seen in group
        if seen.state == "changed"
    ]
    if new:
        connection.execute(_SET_PARTS[connection.dialect.name], new)
    known = _known(connection, group)
    whole = []
    for seen in group:
        following, parts = _after(seen, known)
        if following is not None:
            part = replace(following, article_id=seen.article_id)
            frontier.add_again(connection, seen.site_id, [part], seen.at)
        elif parts and (seen.state == "changed" or _is_news(connection, seen.article_id, parts)):
            whole.append((seen.article_id, parts, seen.at))
    if whole:
        _queue_extractions(connection, host, whole)


def _after(seen: Seen, known: dict[tuple[int, int], str]) -> tuple[Found | None, int]:
    """The part to ask for next, or how many parts the article has; 0: nothing follows."""
    if seen.state == "changed":
        return seen.next_part, seen.ordinal
    if seen.state == "later" or seen.kind not in {"article", "part"}:
        return None, 0
    if seen.state == "gone" or (seen.article_id, seen.ordinal) not in known:
        return None, seen.ordinal - 1 if seen.kind == "part" else 0
    url = known.get((seen.article_id, seen.ordinal + 1))
    if seen.next_part is None and url is not None:
        return Found(url, "part", page=seen.ordinal + 1), 0
    return seen.next_part, seen.ordinal if seen.kind == "part" else 0


def _known(connection: Connection, group: Sequence[Seen]) -> dict[tuple[int, int], str]:
    """The URL of each part that the archive holds of articles with nothing new to read."""
    articles = [seen.article_id for seen in group if seen.state in {"unchanged", "missing"}]
    if not articles:
        return {}
    rows = connection.execute(_KNOWN, {"articles": articles})
    return {(row.article_id, row.ordinal): row.url for row in rows}


def _is_news(connection: Connection, article_id: int, parts: int) -> bool:
    """Whether the newest captures of the parts are others than those extracted last."""
    last = connection.execute(_LAST, {"article": article_id}).scalar()
    return bool(_captures(connection, [article_id])[article_id][:parts] != last)


def _queue_extractions(
    connection: Connection, host: str, whole: Sequence[tuple[int, int, datetime]]
) -> None:
    """Queue articles, each with the number of its parts and the time."""
    articles = [article_id for article_id, _, _ in whole]
    connection.execute(_UNQUEUE, [{"article": article_id} for article_id in articles])
    captures = _captures(connection, articles)
    rows = [
        {
            "article_id": article_id,
            "captures": captures[article_id][:parts],
            "warc_host": host,
            "state": "queued",
            "tries": 0,
            "queued_at": now,
        }
        for article_id, parts, now in whole
    ]
    connection.execute(_INSERT_EXTRACTIONS, rows)


def _captures(connection: Connection, articles: Sequence[int]) -> dict[int, list[int]]:
    """The newest capture of each part of the articles, in order."""
    captures: dict[int, list[int]] = defaultdict(list)
    for row in connection.execute(_PARTS, {"articles": articles}):
        captures[row.article_id].append(row.capture_id)
    return captures
