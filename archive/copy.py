"""Copying an archive's database into another one: from SQLite to PostgreSQL, or back.

The WARC files stay where they are. Ids, cursors and clusters stay what they were; only the search
index is made anew, as each engine has its own.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, text, update

from archive.db import Database
from archive.errors import ArchiveError
from archive.models import Base, Document, Meta, SearchEntry
from archive.search import Entry, index_documents

CHUNK: Final = 500
"""Rows read and written together."""
MADE_ANEW: Final = frozenset({SearchEntry.__tablename__})


def copy_database(
    source: Database, target: Database, told: Callable[[str, int], None] = lambda *_: None
) -> int:
    """Copy all rows of `source` into `target`, in one transaction; gives how many.

    Both have the newest schema. `told` hears of each table and its number of rows. Raises
    ArchiveError where the target holds an archive already.
    """
    tables = [table for table in Base.metadata.sorted_tables if table.name not in MADE_ANEW]
    rows = 0
    with source.read() as old, target.write() as new:
        _refuse_filled(new, target, tables)
        new.execute(delete(Meta))
        for table in tables:
            count = _copy_table(old, new, table)
            told(table.name, count)
            rows += count
        if not target.is_sqlite:
            for table in tables:
                _set_sequence(new, table)
        told("search index", _index(old, new, target))
    return rows


def _refuse_filled(connection: Connection, target: Database, tables: list[Table]) -> None:
    for table in tables:
        if table.name != Meta.__tablename__ and connection.execute(select(table).limit(1)).first():
            raise ArchiveError(f"{target.url!r} holds an archive already; name an empty database")


def _copy_table(old: Connection, new: Connection, table: Table) -> int:
    own = _references_to_itself(table)
    query = select(table).order_by(*table.primary_key.columns)
    count = 0
    later: list[dict[str, Any]] = []
    for rows in old.execution_options(yield_per=CHUNK).execute(query).mappings().partitions():
        values = [dict(row) for row in rows]
        for row in values:
            if any(row[name] is not None for name in own):
                later.append({f"new_{name}": row[name] for name in own} | {"row_id": row["id"]})
            row.update(dict.fromkeys(own))
        new.execute(insert(table), values)
        count += len(values)
    if later:  # a row may refer to one behind it
        statement = update(table).where(table.c.id == bindparam("row_id"))
        new.execute(statement.values({name: bindparam(f"new_{name}") for name in own}), later)
    return count


def _references_to_itself(table: Table) -> list[str]:
    return [c.name for c in table.columns for key in c.foreign_keys if key.column.table is table]


def _set_sequence(connection: Connection, table: Table) -> None:
    """Let PostgreSQL go on counting behind the copied numbers."""
    column = table.autoincrement_column
    if column is None:
        return
    name = connection.execute(
        text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": table.name, "c": column.name}
    ).scalar()
    last = connection.execute(select(func.max(column))).scalar()
    if name and last:
        connection.execute(text("SELECT setval(:name, :last)"), {"name": name, "last": last})


def _index(old: Connection, new: Connection, target: Database) -> int:
    indexed = select(SearchEntry.document_id).order_by(SearchEntry.number)
    ids = list(old.execute(indexed).scalars())
    for start in range(0, len(ids), CHUNK):
        wanted = ids[start : start + CHUNK]
        texts = select(Document.id, Document.text, Document.title).where(Document.id.in_(wanted))
        found = {row.id: row for row in new.execute(texts)}
        entries = [Entry(id_, found[id_].title, found[id_].text) for id_ in wanted]
        index_documents(new, target, entries)
    return len(ids)
