"""Pages that are at hand already: what an import asks the archive before it stores them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from archive import frontier
from archive.frontier import Found, Leased
from archive.models import Article, Capture, Frontier, Run


def take(
    connection: Connection, site_id: str, owner: str, found: Found, now: datetime
) -> Leased | None:
    """Lease the row of one URL that is at hand already (an import), whether it is due or not.

    A URL that is not known yet gets a row that no crawl will fetch by itself. None where another
    owner is fetching it now.
    """
    if frontier.add(connection, site_id, [found], now):
        connection.execute(update(Frontier).where(Frontier.key == found.url).values(due_at=None))
    columns = [getattr(Frontier, name) for name in Leased.__slots__]
    row = connection.execute(
        select(*columns, Frontier.state, Frontier.lease_until).where(Frontier.key == found.url)
    ).one()
    if row.state == "leased" and row.lease_until > now:
        return None
    connection.execute(
        update(Frontier)
        .where(Frontier.id == row.id)
        .values(state="leased", lease_owner=owner, lease_until=now + frontier.LEASE_TIME)
    )
    return Leased(**{name: row._mapping[name] for name in Leased.__slots__})


def article_of(connection: Connection, url: str) -> int | None:
    """The article at `url`, to which a later part belongs."""
    return connection.execute(select(Article.id).where(Article.url == url)).scalar()


def newest_capture(connection: Connection, url: str) -> datetime | None:
    """When the archive's newest capture of a URL was made."""
    return connection.execute(
        select(func.max(Capture.fetched_at)).where(Capture.url == url)
    ).scalar()


def name_sites(connection: Connection, run_id: str, sites: Iterable[str]) -> None:
    """Say which sites an import met: they are not known when its run begins."""
    connection.execute(update(Run).where(Run.id == run_id).values(sites=sorted(sites)))
