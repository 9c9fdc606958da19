"""Hosts that are to be left alone for a while, and hosts that are unwell.

A host without a row is well. All functions work inside the caller's transaction.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archive.models import Host

# Built once: a crawl asks at every lease.
_PAUSED = select(Host.name, Host.paused_until).where(Host.paused_until > bindparam("now"))


def pause(
    connection: Connection,
    name: str,
    now: datetime,
    length: Callable[[int], timedelta],
    reason: str,
) -> datetime:
    """Leave a host alone; `length` says for how long, by how often in a row it was before.

    Args:
        connection: of the caller's transaction.
        name: as in URLs, with the port where that is unusual.
        now: when the pause begins.
        length: how long it is after so many pauses without a good answer between them.
        reason: why, for people.

    Returns:
        When the host may be asked again: never earlier than an older pause said.
    """
    row = connection.execute(select(Host).where(Host.name == name)).first()
    if row is None:
        until = now + length(0)
        values = {"name": name, "paused_until": until, "pauses": 1, "reason": reason}
        connection.execute(insert(Host).values(values))
        return until
    until = max(now + length(row.pauses), row.paused_until or now)
    known = update(Host).where(Host.name == name)
    connection.execute(known.values(paused_until=until, pauses=Host.pauses + 1, reason=reason))
    return until


def unwell(connection: Connection, name: str, reason: str) -> None:
    """Remember that a host's last answer was a failure: what it misses now is not gone."""
    if connection.execute(select(Host.name).where(Host.name == name)).first() is None:
        values = {"name": name, "paused_until": None, "pauses": 0, "reason": reason}
        connection.execute(insert(Host).values(values))


def well(connection: Connection, name: str) -> None:
    """A host has given a good answer: its next pause begins small again."""
    connection.execute(delete(Host).where(Host.name == name))


def all_unwell(connection: Connection) -> set[str]:
    """Hosts whose last answer was a failure."""
    return set(connection.execute(select(Host.name)).scalars())


def paused(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Hosts that must not be asked now, and until when."""
    rows = connection.execute(_PAUSED, {"now": now})
    return {row.name: row.paused_until for row in rows if row.paused_until is not None}
