"""Narrowing hits by facets, counting the facets, and putting hits in order."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.errors import BadQuery
from archive.search.columns import Columns
from archive.search.query import CLUSTER_SIZES, FACETS, UNKNOWN, Query
from archive.search.relevance import NUMBER_BITS, keys

MAX_VALUES = 200
"""Values listed of one facet; issuers can be thousands."""

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, and how many hits have it when the facet's own choice is lifted."""

    value: str
    count: int
    chosen: bool


Facets = Mapping[str, tuple[FacetValue, ...]]


def narrow(columns: Columns, hits: Places, query: Query) -> tuple[Places, Facets]:
    """The `hits` (places in `columns`) that the query's facets let through, and the counts."""
    common = np.ones(len(hits), dtype=np.bool_)
    if not query.every_document:
        common &= columns.canonical[hits]
    if query.since:
        common &= columns.day[hits] >= query.since.toordinal()
    if query.until:
        common &= (columns.day[hits] <= query.until.toordinal()) & (columns.day[hits] > 0)
    masks = {
        facet: _mask(columns, hits, facet, chosen)
        for facet in FACETS
        if (chosen := getattr(query, facet))
    }
    everything = common.copy()
    for mask in masks.values():
        everything &= mask
    narrowed = hits[everything]
    facets = {}
    for facet in FACETS:
        counted = narrowed
        if facet in masks:
            rest = common.copy()
            for name, mask in masks.items():
                if name != facet:
                    rest &= mask
            counted = hits[rest]
        facets[facet] = _count(columns, counted, facet, getattr(query, facet))
    return narrowed, facets


def _mask(columns: Columns, hits: Places, facet: str, chosen: tuple[str, ...]) -> Mask:
    if facet == "year":
        return np.isin(columns.year[hits], [_year(value) for value in chosen])
    if facet == "cluster_size":
        mask = np.zeros(len(hits), dtype=np.bool_)
        sizes = columns.cluster_size[hits]
        for value in chosen:
            low, high = _size(value)
            mask |= (sizes >= low) & (sizes <= high)
        return mask
    values = columns.values[facet]
    if facet == "region":
        below = tuple(f"{value}/" for value in chosen)
        wanted = [
            code for code, value in enumerate(values) if value in chosen or value.startswith(below)
        ]
    else:
        wanted = [code for code, value in enumerate(values) if value in chosen]
    return np.isin(columns.codes[facet][hits], wanted)


def _year(value: str) -> int:
    if value == UNKNOWN:
        return 0
    if not (value.isascii() and value.isdigit() and len(value) == 4):  # noqa: PLR2004
        raise BadQuery(
            f"{value!r} is not a year; give four digits, or {UNKNOWN!r}",
            zh=f"“{value[:40]}”不是年度：请写四位数字，或 {UNKNOWN}",
        )
    return int(value)


def _size(value: str) -> tuple[int, int]:
    if value not in CLUSTER_SIZES:
        sizes = ", ".join(CLUSTER_SIZES)
        raise BadQuery(
            f"{value!r} is not a cluster size; give one of {sizes}",
            zh=f"“{value[:40]}”不是同文篇数：请用 {sizes}",
        )
    return CLUSTER_SIZES[value]


def _count(
    columns: Columns, hits: Places, facet: str, chosen: tuple[str, ...]
) -> tuple[FacetValue, ...]:
    if facet == "year":
        counts = _years(columns, hits)
    elif facet == "cluster_size":
        counts = _sizes(columns, hits)
    elif facet == "region":
        counts = _regions(columns, hits, chosen)
    else:
        counts = _most(columns, hits, facet, chosen)
    for value in chosen:
        counts.setdefault(value, 0)
    if facet == "year":
        order = sorted(counts, key=lambda value: (value != UNKNOWN, value), reverse=True)
    elif facet == "cluster_size":
        order = [value for value in CLUSTER_SIZES if value in counts]
    else:
        order = sorted(counts, key=lambda value: (-counts[value], value))
    listed = order[:MAX_VALUES]
    listed += [value for value in order[MAX_VALUES:] if value in chosen]
    return tuple(FacetValue(value, counts[value], value in chosen) for value in listed)


def _years(columns: Columns, hits: Places) -> dict[str, int]:
    times = np.bincount(columns.year[hits])
    return {str(year or UNKNOWN): int(times[year]) for year in np.flatnonzero(times).tolist()}


def _sizes(columns: Columns, hits: Places) -> dict[str, int]:
    sizes = columns.cluster_size[hits]
    counted = {
        value: int(np.count_nonzero((sizes >= low) & (sizes <= high)))
        for value, (low, high) in CLUSTER_SIZES.items()
    }
    return {value: n for value, n in counted.items() if n}


def _most(columns: Columns, hits: Places, name: str, chosen: tuple[str, ...]) -> dict[str, int]:
    """The counts of the values that will be listed: naming 10,000 issuers takes 10 ms."""
    values = columns.values[name]
    times = np.bincount(columns.codes[name][hits], minlength=len(values))
    present = np.flatnonzero(times)
    if len(present) > MAX_VALUES:
        order = times[present] * len(values) - columns.ranks[name][present]
        top = present[np.argpartition(order, -MAX_VALUES)[-MAX_VALUES:]]
        also = [code for code in present.tolist() if values[code] in chosen] if chosen else []
        present = np.union1d(top, also).astype(np.int64)
    return {values[code]: int(times[code]) for code in present.tolist()}


def _coded(columns: Columns, hits: Places, name: str) -> dict[str, int]:
    values = columns.values[name]
    times = np.bincount(columns.codes[name][hits], minlength=len(values))
    return {values[code]: int(times[code]) for code in np.flatnonzero(times)}


def _regions(columns: Columns, hits: Places, chosen: tuple[str, ...]) -> dict[str, int]:
    """Counts per province, and one level below each chosen region."""
    total = Counter(_coded(columns, hits, "province"))
    if not chosen:
        return dict(total)
    for region, n in _coded(columns, hits, "region").items():
        names = region.split("/")
        for depth in range(2, len(names) + 1):
            above, here = "/".join(names[: depth - 1]), "/".join(names[:depth])
            if here in chosen or _within(above, chosen):
                total[here] += n
    return dict(total)


def _within(region: str, chosen: tuple[str, ...]) -> bool:
    """Whether a chosen region is `region` or lies below it: its children are worth listing."""
    return any(c == region or c.startswith(f"{region}/") for c in chosen)


def newest(columns: Columns, hits: Places, before: tuple[int, int] | None, limit: int) -> Places:
    """The `limit` newest of `hits` behind the place (day, number) in that order; undated last."""
    order = keys(columns, hits)
    if before:
        day, number = before
        later = order < (day << NUMBER_BITS | number)
        hits, order = hits[later], order[later]
    return _largest(hits, order, limit)


def _largest(hits: Places, keys: NDArray[np.int64], limit: int) -> Places:
    if len(keys) > limit:
        top = np.argpartition(keys, -limit)[-limit:]
        hits, keys = hits[top], keys[top]
    return hits[np.argsort(keys)[::-1]]
