"""Which sites need a person: alarms, worked out anew each time from what is stored.

There is no table of alarms: what ends an alarm is the fetch, list or document that shows the site
to be well again.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, func, select

from archive.models import Article, Capture, Document, Extraction, Frontier, Site
from archive.schedule import is_start

Kind = Literal[
    "unreachable",
    "blocked",
    "robots",
    "list_gone",
    "large_list",
    "empty_list",
    "silent",
    "errors",
    "titles",
    "no_body",
    "field",
]
WORDS: Final[Mapping[Kind, str]] = {
    "unreachable": "no list can be fetched: {reason}",
    "blocked": "answers with a challenge page: {url}",
    "robots": "robots.txt forbids its lists, or cannot be read: {reason}",
    "list_gone": "a list is gone: {url}",
    "large_list": "a list is too large to be read, {reason}: {url}",
    "empty_list": "a list gives no links, it gave {gave}: {url}",
    "silent": "its lists have not been read for {days} days, they should be every {every}",
    "errors": "{bad} of its last {asked} fetches failed",
    "titles": "all of the last {asked} titles were rejected as off topic",
    "no_body": "{bad} of its last {asked} articles gave no text",
    "field": "its documents have no {field} any more: {bad} of the last {asked}",
}
"""What each alarm says; the names are keys of its facts."""

FAILED: Final = frozenset({"error", "timed_out", "empty"})
GOOD: Final = frozenset({"ok", "unchanged"})
MISSING: Final = frozenset({"gone", "soft404"})
NO_TEXT: Final = frozenset({"no_body", "undecodable", "too_complex", "timed_out", "error"})
FIELDS: Final = ("title", "published", "issuer")

PATIENCE: Final = 3
"""Intervals without a successful reading of any list: one may fail, two may be bad luck."""
RECENT: Final = timedelta(days=1)
"""Before a site's last fetch: its failures of that time are weighed together."""
BAD_SHARE, BAD_LEAST = 0.2, 5
"""More than this share of recent fetches, and at least so many, must have failed."""
TITLES: Final = 20
"""Links in a row that must all be off topic."""
NEWEST, BEFORE = 10, 90
"""Articles that are judged, and those before them that they are compared with."""
FILLED, EMPTIED = 0.8, 0.2
"""A field was filled in this share before, and is now in no more than that."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about a site that a person should look at."""

    site: str
    name: str
    """The site's name."""
    kind: Kind
    since: datetime | None
    text: str
    """The alarm in one line."""
    facts: dict[str, Any]
    """What `WORDS` names."""


@dataclass(frozen=True, slots=True)
class _List:
    url: str
    outcome: str | None
    reason: str | None
    fetched_at: datetime
    interval_s: int | None
    links: int | None
    gave: int | None


@dataclass(frozen=True, slots=True)
class _Article:
    id: int
    outcome: str | None


def alarms(
    connection: Connection, now: datetime, sites: Collection[str] | None = None
) -> list[Alarm]:
    """The alarms of all sites that were ever crawled, or of `sites`, in the order of their ids."""
    lists, articles = _lists(connection), _articles(connection)
    found: list[Alarm] = []
    for site, name in connection.execute(select(Site.id, Site.name).order_by(Site.id)):
        if sites is not None and site not in sites:
            continue
        told = [
            *_of_lists(connection, lists[site], now),
            *_of_fetches(connection, site),
            *_of_titles(connection, site),
            *_of_articles(connection, articles[site]),
        ]
        found += [
            Alarm(site, name, kind, since, WORDS[kind].format(**facts), facts)
            for kind, since, facts in told
        ]
    return found


_Told = tuple[Kind, datetime | None, dict[str, Any]]


def _of_lists(connection: Connection, lists: Sequence[_List], now: datetime) -> list[_Told]:
    if not lists:
        return []
    told: list[_Told] = []
    first = min(lists, key=lambda one: one.fetched_at)
    for kind, outcomes in (("unreachable", FAILED), ("robots", {"robots"})):
        if all(one.outcome in outcomes for one in lists):
            facts = {"reason": first.reason or first.outcome, "url": first.url}
            told.append((kind, first.fetched_at, facts))  # type: ignore[arg-type]
    for one in lists:
        place: dict[str, Any] = {"url": one.url}
        if one.outcome in MISSING:
            told.append(("list_gone", one.fetched_at, place))
        elif one.outcome == "too_large":
            told.append(("large_list", one.fetched_at, place | {"reason": one.reason}))
        elif one.links == 0 and one.gave:
            told.append(("empty_list", one.fetched_at, place | {"gave": one.gave}))
    every = min((one.interval_s for one in lists if one.interval_s), default=None)
    read = _last_read(connection, [one.url for one in lists])
    if every is not None and read is not None and now - read > PATIENCE * timedelta(seconds=every):
        told.append(("silent", read, {"days": (now - read).days, "every": _duration(every)}))
    return told


def _of_fetches(connection: Connection, site: str) -> list[_Told]:
    newest = select(Frontier.outcome, func.max(Frontier.fetched_at)).where(
        Frontier.site_id == site, Frontier.fetched_at.is_not(None)
    )
    found = connection.execute(newest.group_by(Frontier.outcome)).all()
    times = {outcome: at for outcome, at in found if at is not None}
    if not times:
        return []
    last, blocked = max(times.values()), times.get("blocked")
    good = max((at for outcome, at in times.items() if outcome in (*GOOD, "moved")), default=None)
    told: list[_Told] = []
    if blocked is not None and (good is None or good <= blocked):
        url = select(Frontier.url).where(
            Frontier.site_id == site, Frontier.outcome == "blocked", Frontier.fetched_at == blocked
        )
        told.append(("blocked", blocked, {"url": connection.execute(url.limit(1)).scalar()}))
    recent = select(Frontier.outcome, func.count()).where(
        Frontier.site_id == site, Frontier.fetched_at > last - RECENT
    )
    rows = connection.execute(recent.group_by(Frontier.outcome)).all()
    counts = Counter({row[0]: row[1] for row in rows})
    bad, asked = sum(counts[outcome] for outcome in FAILED), counts.total()
    if bad >= BAD_LEAST and bad > BAD_SHARE * asked:
        told.append(("errors", last, {"bad": bad, "asked": asked}))
    return told


def _of_titles(connection: Connection, site: str) -> list[_Told]:
    newest = (
        select(Frontier.outcome, Frontier.added_at)
        .where(Frontier.site_id == site, Frontier.kind == "article")
        .order_by(Frontier.id.desc())
        .limit(TITLES)
    )
    rows = connection.execute(newest).all()
    if len(rows) < TITLES or any(row.outcome != "off_topic" for row in rows):
        return []
    return [("titles", rows[-1].added_at, {"asked": len(rows)})]


def _of_articles(connection: Connection, articles: Sequence[_Article]) -> list[_Told]:
    """`articles`: those extracted last, the newest first."""
    if len(articles) < NEWEST:
        return []
    told: list[_Told] = []
    newest, before = articles[:NEWEST], articles[NEWEST:]
    bad = sum(article.outcome in NO_TEXT for article in newest)
    if bad * 2 >= NEWEST:
        told.append(("no_body", None, {"bad": bad, "asked": NEWEST}))
    now, then = (_filled(connection, [a.id for a in some]) for some in (newest, before))
    if min(now.total, then.total) < NEWEST // 2:
        return told
    for name in FIELDS:
        if then.share(name) >= FILLED and now.share(name) <= EMPTIED:
            empty = now.total - now.filled[name]
            told.append(("field", None, {"field": name, "bad": empty, "asked": now.total}))
    return told


@dataclass(frozen=True, slots=True)
class _Filled:
    total: int
    filled: Mapping[str, int]

    def share(self, name: str) -> float:
        return self.filled[name] / self.total if self.total else 0.0


def _filled(connection: Connection, articles: Sequence[int]) -> _Filled:
    """How many documents of these articles have each field."""

    def has(column: Any) -> ColumnElement[int]:
        return func.count(func.nullif(column, "") if column is Document.title else column)

    columns = [has(getattr(Document, name)).label(name) for name in FIELDS]
    query = select(func.count().label("total"), *columns).where(
        Document.article_id.in_(articles), Document.state == "live"
    )
    row = connection.execute(query).one()
    return _Filled(row.total, {name: row._mapping[name] for name in FIELDS})


def _lists(connection: Connection) -> dict[str, list[_List]]:
    """The lists of each site that are asked again and again: not their further pages."""
    names = list(_List.__slots__)
    query = select(
        Frontier.site_id, Frontier.page_state, *(getattr(Frontier, name) for name in names)
    ).where(
        Frontier.kind == "list",
        Frontier.page == 1,
        Frontier.fetched_at.is_not(None),
        Frontier.outcome != "moved",
    )
    found: dict[str, list[_List]] = defaultdict(list)
    for site, state, *values in connection.execute(query.order_by(Frontier.id)):
        if is_start(state):
            found[site].append(_List(*values))
    return found


def _articles(connection: Connection) -> dict[str, list[_Article]]:
    """The articles of each site that were extracted last, the newest first."""
    place = func.row_number().over(partition_by=Article.site_id, order_by=Extraction.id.desc())
    numbered = (
        select(
            Article.site_id, Article.id, Extraction.id.label("n"), Extraction.outcome,
            place.label("place"),
        )
        .join(Article, Article.id == Extraction.article_id)
        .where(Extraction.state == "done")
        .subquery()
    )  # fmt: skip
    query = select(numbered).where(numbered.c.place <= NEWEST + BEFORE)
    found: dict[str, list[_Article]] = defaultdict(list)
    for row in connection.execute(query.order_by(numbered.c.n.desc())):
        found[row.site_id].append(_Article(row.id, row.outcome))
    return found


def _last_read(connection: Connection, urls: Sequence[str]) -> datetime | None:
    query = select(func.max(Capture.fetched_at)).where(
        Capture.url.in_(urls), Capture.outcome.in_(GOOD)
    )
    return connection.execute(query).scalar()


def _duration(seconds: int) -> str:
    hours = seconds / 3600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004
