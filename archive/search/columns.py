"""What facets and order need to know of each document, as columns of numbers.

Counting eight facets over 100,000 hits costs SQL most of a second and numpy a few milliseconds.
A single search loads the rows of its hits only; a server keeps all rows and reads those again
that the change feed names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, text

from archive.search.query import UNKNOWN

CODED = ("region", "issuer", "kind", "site", "site_type", "completeness")
"""Facets whose values are strings; a column of codes each."""
_COLUMNS = (*CODED, "province")

_YEARS = 10_000
MAX_NAMED = 5_000
"""Rows read by name or number in one statement; SQLite takes 32,766 parameters."""

# MIN(role): "canonical" sorts before the other roles, so a document that stands for one of its
# works is canonical whatever else it is.
_ROWS = """
SELECT e.number, d.id, d.published, d.year, d.region, d.issuer, d.kind, d.site_id, s.site_type,
       d.completeness,
       (SELECT MIN(m.role) FROM member AS m WHERE m.document_id = d.id),
       (SELECT MAX((SELECT COUNT(*) FROM member AS o WHERE o.cluster_id = m.cluster_id))
        FROM member AS m WHERE m.document_id = d.id)
FROM search_entry AS e
JOIN document AS d ON d.id = e.document_id
JOIN site AS s ON s.id = d.site_id
WHERE d.state = 'live'
"""
_NUMBERED = text(_ROWS + " AND e.number IN :numbers ORDER BY e.number").bindparams(
    bindparam("numbers", expanding=True)
)
_NAMED = text(_ROWS + " AND d.id IN :documents ORDER BY e.number").bindparams(
    bindparam("documents", expanding=True)
)
# The documents named, and those that share a cluster with them or lie in a cluster named.
_TOUCHED = text(
    """
SELECT m.document_id FROM member AS m WHERE m.cluster_id IN (
    SELECT cluster_id FROM member WHERE document_id IN :subjects
    UNION SELECT id FROM cluster WHERE id IN :subjects
    UNION SELECT merged_into FROM cluster WHERE id IN :subjects
)"""
).bindparams(bindparam("subjects", expanding=True))


@dataclass(frozen=True, slots=True)
class Columns:
    """One entry per searchable live document, sorted by number."""

    number: NDArray[np.int64]
    document: NDArray[np.bytes_]
    day: NDArray[np.int32]
    """Ordinal of the day of publication; 0 where it is unknown."""
    year: NDArray[np.int32]
    """Four digits; 0 where it is unknown."""
    canonical: NDArray[np.bool_]
    """Whether it stands for its work; true for documents without cluster."""
    cluster_size: NDArray[np.int32]
    codes: Mapping[str, NDArray[np.int32]]
    """Per facet of CODED, and for "province" (the first name of the region), a place in `values`
    of the same name."""
    values: Mapping[str, tuple[str, ...]]
    ranks: Mapping[str, NDArray[np.int64]]
    """Per facet, the place each of its `values` has in alphabetical order."""

    def __len__(self) -> int:
        return len(self.number)


def load(connection: Connection) -> Columns:
    """The columns of all documents."""
    return _columns(connection.execute(text(_ROWS + " ORDER BY e.number")).all(), {})


def load_numbers(connection: Connection, numbers: Sequence[int]) -> Columns:
    """The columns of the documents with these numbers, which must be sorted."""
    rows: list[Any] = []
    for start in range(0, len(numbers), MAX_NAMED):
        rows += connection.execute(_NUMBERED, {"numbers": numbers[start : start + MAX_NAMED]})
    return _columns(rows, {})


def reload(connection: Connection, old: Columns, subjects: Sequence[str]) -> Columns:
    """`old` with the documents read again that changes of `subjects` can have touched."""
    if len(subjects) > MAX_NAMED:
        return load(connection)
    touched = connection.execute(_TOUCHED, {"subjects": list(subjects)}).scalars().all()
    documents = sorted({*touched, *subjects})
    if len(documents) > MAX_NAMED:
        return load(connection)
    rows = connection.execute(_NAMED, {"documents": documents}).all()
    fresh = _columns(rows, old.values)
    stays = ~np.isin(old.document, np.array(documents, dtype="S24"))
    number = np.concatenate([old.number[stays], fresh.number])
    order = np.argsort(number, kind="stable")

    def merged(before: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
        joined: NDArray[Any] = np.concatenate([before[stays], after])[order]
        return joined

    return Columns(
        number=number[order],
        document=merged(old.document, fresh.document),
        day=merged(old.day, fresh.day),
        year=merged(old.year, fresh.year),
        canonical=merged(old.canonical, fresh.canonical),
        cluster_size=merged(old.cluster_size, fresh.cluster_size),
        codes={name: merged(old.codes[name], fresh.codes[name]) for name in _COLUMNS},
        values=fresh.values,
        ranks={
            name: old.ranks[name] if old.values[name] == values else _ranks(values)
            for name, values in fresh.values.items()
        },
    )


def places_of(columns: Columns, numbers: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The places of the documents in this set; numbers without a place are left out."""
    newer = max(0, int(columns.number.max(initial=0)) + 1 - len(numbers))
    return np.flatnonzero(np.pad(numbers, (0, newer))[columns.number])


def set_of(numbers: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """A table of the numbers below `size`, true at these.

    Sorting 100,000 numbers, as numpy's own set operations do, takes as long as all the rest.
    """
    table = np.zeros(size, dtype=np.bool_)
    table[numbers] = True
    return table


def _columns(rows: Sequence[Any], known: Mapping[str, tuple[str, ...]]) -> Columns:
    number, document, day, year, *coded, role, size = (
        zip(*rows, strict=True) if rows else ((),) * (6 + len(CODED))
    )
    named = dict(zip(CODED, coded, strict=True))
    named["province"] = tuple(region and region.split("/", 1)[0] for region in named["region"])
    codes: dict[str, NDArray[np.int32]] = {}
    values: dict[str, tuple[str, ...]] = {}
    for name, column in named.items():
        places = {value: place for place, value in enumerate(known.get(name, (UNKNOWN,)))}
        codes[name] = np.array(
            [places.setdefault(value or UNKNOWN, len(places)) for value in column], dtype=np.int32
        )
        values[name] = tuple(places)
    return Columns(
        number=np.array(number, dtype=np.int64),
        document=np.array(document, dtype="S24"),
        day=np.array([_ordinal(d) for d in day], dtype=np.int32),
        year=np.array([y if y and 0 < y < _YEARS else 0 for y in year], dtype=np.int32),
        canonical=np.array([r in (None, "canonical") for r in role], dtype=np.bool_),
        cluster_size=np.array([s or 1 for s in size], dtype=np.int32),
        codes=codes,
        values=values,
        ranks={name: _ranks(listed) for name, listed in values.items()} if not known else {},
    )


def _ranks(values: tuple[str, ...]) -> NDArray[np.int64]:
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
    return ranks


def _ordinal(day: date | str | None) -> int:
    """SQLite's own SQL answers with text where PostgreSQL has a date."""
    if day is None:
        return 0
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()
