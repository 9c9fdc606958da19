"""The robots.txt of each host as last read; they hold for a day and over restarts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from archive.models import Robots


@dataclass(frozen=True, slots=True)
class StoredRules:
    """One host's answer to /robots.txt."""

    origin: str
    fetched_at: datetime
    status: int
    rules: str


def load(connection: Connection, origin: str) -> StoredRules | None:
    """What was last read from a host."""
    query = select(Robots.origin, Robots.fetched_at, Robots.status, Robots.rules)
    row = connection.execute(query.where(Robots.origin == origin)).first()
    return None if row is None else StoredRules(*row)


def save(connection: Connection, stored: StoredRules) -> None:
    """Remember what was read."""
    values = {name: getattr(stored, name) for name in StoredRules.__slots__}
    known = update(Robots).where(Robots.origin == stored.origin).values(values)
    if not connection.execute(known).rowcount:
        connection.execute(insert(Robots).values(values))
