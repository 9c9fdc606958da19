"""Searches that were given a name."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from archive.db import Database
from archive.errors import BadQuery, NotFound
from archive.jsonable import jsonable
from archive.models import SavedQuery
from archive.search import Query
from archive.search.query import parse

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved search."""

    name: str
    query: Query
    saved_at: datetime


def save(db: Database, name: str, query: Query, now: datetime) -> None:
    """Keep `query` as `name`, in place of what had that name. Raises BadQuery."""
    parse(query.text)
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise BadQuery(f"a name has 1 to {MAX_NAME} printable characters")
    with db.write() as connection:
        connection.execute(delete(SavedQuery).where(SavedQuery.name == name))
        row = {"name": name, "query": _to_json(query), "saved_at": now}
        connection.execute(insert(SavedQuery).values(row))


_ALL = select(SavedQuery.name, SavedQuery.query, SavedQuery.saved_at).order_by(SavedQuery.name)


def saved(db: Database) -> list[Saved]:
    """All saved searches by name."""
    with db.read() as connection:
        rows = connection.execute(_ALL).all()
    return [Saved(row.name, _from_json(row.query), row.saved_at) for row in rows]


def load(db: Database, name: str) -> Query:
    """The search of that name. Raises NotFound."""
    query = select(SavedQuery.query).where(SavedQuery.name == name)
    with db.read() as connection:
        kept = connection.execute(query).scalar_one_or_none()
    if kept is None:
        raise NotFound(f"no search is saved as {name!r}; `xiaobao queries` lists them")
    return _from_json(kept)


def forget(db: Database, name: str) -> None:
    """Delete the search of that name. Raises NotFound."""
    with db.write() as connection:
        gone = connection.execute(delete(SavedQuery).where(SavedQuery.name == name)).rowcount
    if not gone:
        raise NotFound(f"no search is saved as {name!r}; `xiaobao queries` lists them")


def _to_json(query: Query) -> dict[str, Any]:
    """What differs from an ordinary search."""
    usual = Query()
    return {
        field.name: jsonable(value)
        for field in fields(Query)
        if (value := getattr(query, field.name)) != getattr(usual, field.name)
    }


def _from_json(kept: Mapping[str, Any]) -> Query:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
    }
    for name in ("since", "until"):
        if name in values:
            values[name] = date.fromisoformat(values[name])
    return Query(**values)
