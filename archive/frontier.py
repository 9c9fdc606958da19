"""The frontier: which URLs are to be fetched, when, and who is fetching them now.

All functions work inside the caller's transaction. A row is *eligible* when it is not leased (or
its lease has run out) and its `due_at` has come.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Integer, and_, bindparam, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from archive import hosts
from archive.models import Frontier, UtcTime

_HELD = update(Frontier).where(
    Frontier.id == bindparam("held_id"), Frontier.lease_owner == bindparam("held_by")
)
LEASE_TIME = timedelta(minutes=10)
"""Far above what a buffered request waits: a lease never runs out under a living owner."""

Kind = Literal["list", "article", "part"]
Form = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A URL found on a page or named as a start; `url` is canonical already."""

    url: str
    kind: Kind
    form: Form | None = None
    page: int = 1
    page_state: dict[str, Any] | None = None
    title: str | None = None
    published: date | None = None
    hops: int = 0
    """Redirects on the way here."""
    priority: int = 0
    article_id: int | None = None
    refused: tuple[str, str] | None = None
    """(outcome, reason) where the URL is only noted and never fetched: off topic, a trap."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A frontier row that this owner may fetch now."""

    id: int
    site_id: str
    url: str
    kind: Kind
    form: Form | None
    page: int
    page_state: dict[str, Any] | None
    title: str | None
    published: date | None
    hops: int
    article_id: int | None
    tries: int
    interval_s: int | None
    etag: str | None
    last_modified: str | None
    visits: int
    misses: int
    payload_sha256: str | None = None
    """Of the last payload."""


@dataclass(frozen=True, slots=True)
class NextVisit:
    """What becomes of a frontier row after a fetch."""

    due_at: datetime | None
    """None: never again."""
    interval_s: int | None = None
    tries: int = 0
    """Failures in a row; above 0 the row waits for another try."""
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """A lease to give back: what the fetch of its row gave."""

    row: Leased
    visit: NextVisit
    at: datetime
    outcome: str
    reason: str | None = None
    seen: dict[str, Any] = field(default_factory=dict)
    """Columns to remember: validators, the payload's digest, the article."""


def key_of(url: str, form: Form | None) -> str:
    """What makes a row unique: the URL, and for a POST a digest of its form."""
    if form is None:
        return url
    digest = hashlib.sha256(repr(form).encode()).hexdigest()[:16]
    return f"{url} POST {digest}"


def _add_new(engine: Any) -> Any:
    statement = engine.insert(Frontier).on_conflict_do_nothing(index_elements=["key"])
    return statement.returning(Frontier.outcome)


def _add_due(engine: Any) -> Any:
    statement = engine.insert(Frontier)
    changed = ("due_at", "page_state", "priority")
    return statement.on_conflict_do_update(
        index_elements=["key"], set_={name: statement.excluded[name] for name in changed}
    )


_ADD_NEW = {"sqlite": _add_new(sqlite), "postgresql": _add_new(postgresql)}
_ADD_DUE = {"sqlite": _add_due(sqlite), "postgresql": _add_due(postgresql)}


def _eligible(now: Any) -> Any:
    return and_(
        Frontier.due_at <= now,
        or_(
            Frontier.state.in_(("queued", "done")),
            and_(Frontier.state == "leased", Frontier.lease_until < now),
        ),
    )


_MOST_URGENT = (
    select(*(getattr(Frontier, name) for name in Leased.__slots__))
    .where(Frontier.site_id == bindparam("site"), _eligible(bindparam("now", type_=UtcTime())))
    .order_by(Frontier.priority.desc(), Frontier.due_at, Frontier.id)
    .limit(bindparam("most", type_=Integer()))
)
_TAKE = (
    update(Frontier)
    .where(Frontier.id.in_(bindparam("ids", expanding=True)))
    .values(state="leased", lease_owner=bindparam("by"), lease_until=bindparam("until"))
)


def add(
    connection: Connection, site_id: str, found: Iterable[Found], now: datetime
) -> Counter[str]:
    """Add URLs that are not known yet; gives how many were new, by outcome, under "" to fetch."""
    rows = _rows(site_id, found, now)
    if not rows:
        return Counter()
    new = connection.execute(_ADD_NEW[connection.dialect.name], rows).scalars()
    return Counter(outcome or "" for outcome in new)


def add_again(connection: Connection, site_id: str, found: Iterable[Found], now: datetime) -> None:
    """Add URLs, and make those that are known already due now."""
    rows = _rows(site_id, found, now)
    if rows:
        connection.execute(_ADD_DUE[connection.dialect.name], rows)


def lease(
    connection: Connection, site_id: str, owner: str, now: datetime, limit: int
) -> list[Leased]:
    """Take up to `limit` eligible rows of a site, most urgent first; none of a paused host."""
    paused = hosts.paused(connection, now)
    rows = _MOST_URGENT.where(*map(_elsewhere, paused)) if paused else _MOST_URGENT
    if connection.dialect.name == "postgresql":
        rows = rows.with_for_update(skip_locked=True)
    eligible = connection.execute(rows, {"site": site_id, "now": now, "most": limit})
    leased = [_leased(row._mapping) for row in eligible]
    if leased:
        taken = {"ids": [row.id for row in leased], "by": owner, "until": now + LEASE_TIME}
        connection.execute(_TAKE, taken)
    return leased


def next_try(connection: Connection, site_id: str, now: datetime) -> datetime | None:
    """When a row that waits may be fetched: a failed one, or one of a host that pauses.

    None when no such row waits.
    """
    paused = hosts.paused(connection, now)
    of_site = Frontier.site_id == site_id
    failed = and_(Frontier.state == "queued", Frontier.tries > 0)
    first = select(func.min(Frontier.due_at)).where(of_site)
    times = [connection.execute(first.where(failed, *map(_elsewhere, paused))).scalar_one()]
    for host, until in paused.items():
        waiting = first.where(or_(failed, _eligible(now)), not_(_elsewhere(host)))
        due = connection.execute(waiting).scalar_one()
        times.append(None if due is None else max(due, until))
    return min((time for time in times if time is not None), default=None)


def finish(connection: Connection, owner: str, finished: Iterable[Finished]) -> None:
    """Give leases back after their fetches.

    A row whose lease had run out and that another owner has taken is left as it is.
    """
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for done in finished:
        values = {
            "held_id": done.row.id,
            "held_by": owner,
            "state": "queued" if done.visit.tries else "done",
            "lease_owner": None,
            "lease_until": None,
            "due_at": done.visit.due_at,
            "interval_s": done.visit.interval_s,
            "tries": done.visit.tries,
            "misses": done.visit.misses,
            "visits": done.row.visits + 1,
            "outcome": done.outcome,
            "reason": done.reason,
            "fetched_at": done.at,
            **done.seen,
        }
        shapes[tuple(done.seen)].append(values)
    for rows in shapes.values():  # one statement sets the same columns in all its rows
        connection.execute(_HELD, rows)


def make_due(
    connection: Connection, site_id: str, changed: Sequence[tuple[str, datetime]], now: datetime
) -> None:
    """Let known URLs be due now that were fetched before they last changed, as their site says."""
    rows = [{"changed_key": url, "changed_at": moment} for url, moment in changed]
    if not rows:
        return
    older = update(Frontier).where(
        Frontier.key == bindparam("changed_key"),
        Frontier.site_id == site_id,
        Frontier.state == "done",
        or_(Frontier.outcome == "ok", Frontier.outcome == "unchanged"),
        Frontier.fetched_at < bindparam("changed_at", type_=UtcTime()),
    )
    connection.execute(older.values(due_at=now), rows)


def all_due(connection: Connection, now: datetime) -> None:
    """Let everything that waits for a later day be due, for those who cannot wait: the demo."""
    waiting = update(Frontier).where(Frontier.state == "done", Frontier.due_at.is_not(None))
    connection.execute(waiting.values(due_at=now))


def postpone(connection: Connection, visits: Sequence[tuple[int, NextVisit]]) -> None:
    """Give rows that were just finished another next visit."""
    for row_id, visit in visits:
        values = {"due_at": visit.due_at, "interval_s": visit.interval_s}
        connection.execute(update(Frontier).where(Frontier.id == row_id).values(**values))


def release(connection: Connection, owner: str, ids: Sequence[int] | None = None) -> int:
    """Give leases of `owner` back unfetched: those of `ids`, or all; gives how many."""
    query = update(Frontier).where(Frontier.lease_owner == owner, Frontier.state == "leased")
    if ids is not None:
        query = query.where(Frontier.id.in_(ids))
    values = {"state": "queued", "lease_owner": None, "lease_until": None}
    return connection.execute(query.values(**values)).rowcount


def owners(connection: Connection) -> list[str]:
    """Owners that hold leases."""
    query = select(Frontier.lease_owner).where(Frontier.lease_owner.is_not(None)).distinct()
    return [name for name in connection.execute(query).scalars() if name is not None]


def _elsewhere(host: str) -> Any:
    """Whether a row's URL is on another host."""
    return and_(
        *(
            not_(Frontier.url.startswith(f"{scheme}://{host}{end}", autoescape=True))
            for scheme in ("http", "https")
            for end in ("/", "?")
        )
    )


def _rows(site_id: str, found: Iterable[Found], now: datetime) -> list[dict[str, Any]]:
    rows = {
        key_of(item.url, item.form): {
            "site_id": site_id,
            "key": key_of(item.url, item.form),
            "url": item.url,
            "form": None if item.form is None else [list(pair) for pair in item.form],
            "kind": item.kind,
            "page": item.page,
            "page_state": item.page_state,
            "article_id": item.article_id,
            "title": item.title,
            "published": item.published,
            "hops": item.hops,
            "priority": item.priority,
            "state": "done" if item.refused else "queued",
            "due_at": None if item.refused else now,
            "outcome": item.refused[0] if item.refused else None,
            "reason": item.refused[1] if item.refused else None,
            "tries": 0,
            "visits": 0,
            "misses": 0,
            "added_at": now,
        }
        for item in found
    }
    # In one order everywhere: two processes that insert the same rows never wait in a circle.
    return [rows[key] for key in sorted(rows)]


def _leased(row: Any) -> Leased:
    form = row["form"]
    pairs = None if form is None else tuple((name, value) for name, value in form)
    return Leased(**{**row, "form": pairs})
