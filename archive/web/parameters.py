"""A search as the parameters of a URL, and back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import quote_plus, urlencode

from fastapi import Depends
from fastapi import Query as Parameter

from archive.errors import BadQuery
from archive.search import Query
from archive.search.query import Sort, to_parameters

Values = Annotated[list[str], Parameter(description="May be given several times: one of them.")]


def _asked(
    q: Annotated[
        str,
        Parameter(
            description="Words side by side must all stand in title or text; AND, OR, NOT, ( ) "
            'and "exact phrases" work. Simplified and traditional are alike, 3·15 is 315.'
        ),
    ] = "",
    year: Values = [],  # noqa: B006  FastAPI copies defaults
    region: Values = [],  # noqa: B006
    issuer: Values = [],  # noqa: B006
    kind: Values = [],  # noqa: B006
    site: Values = [],  # noqa: B006
    site_type: Values = [],  # noqa: B006
    completeness: Values = [],  # noqa: B006
    cluster_size: Values = [],  # noqa: B006
    since: Annotated[str, Parameter(description="Published on this day or later.")] = "",
    until: Annotated[str, Parameter(description="Published on this day or earlier.")] = "",
    every: Annotated[
        bool, Parameter(alias="all", description="Reposts, fragments, compilations too.")
    ] = False,
    sort: Annotated[Sort, Parameter(description="Newest first, or best match first.")] = "date",
) -> Query:
    return Query(
        text=q.strip(),
        year=tuple(year),
        region=tuple(region),
        issuer=tuple(issuer),
        kind=tuple(kind),
        site=tuple(site),
        site_type=tuple(site_type),
        completeness=tuple(completeness),
        cluster_size=tuple(cluster_size),
        since=_day(since),
        until=_day(until),
        every_document=every,
        sort=sort,
    )


Asked = Annotated[Query, Depends(_asked)]


def _day(value: str) -> date | None:
    """An empty field of a form is no day at all."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadQuery(
            f"{value!r} is not a day; write it as 2024-03-15",
            zh=f"“{value[:40]}”不是日期：请写成 2024-03-15",
        ) from error


def address(query: Query, path: str = "/", **more: Any) -> str:
    """The URL of a search."""
    given = to_parameters(query) + [(name, str(value)) for name, value in more.items() if value]
    return f"{path}?{urlencode(given)}" if given else path


_quoted = lru_cache(maxsize=10_000)(quote_plus)
"""Every page has the same hundred values, more or less."""


def links(query: Query, **more: Any) -> Callable[[str, str], str]:
    """What makes the addresses of `query` with one facet value chosen, or no longer chosen.

    A page has a hundred of them, so what they share is put together once.
    """
    now = address(query, **more)
    joint = "&" if "?" in now else "?"

    def link(facet: str, value: str) -> str:
        if value in getattr(query, facet):
            return address(toggled(query, facet, value), **more)
        return f"{now}{joint}{facet}={_quoted(value)}"

    return link


def toggled(query: Query, facet: str, value: str) -> Query:
    """`query` with one facet value chosen, or no longer chosen."""
    chosen: tuple[str, ...] = getattr(query, facet)
    fresh = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
    return narrowed(query, facet, *fresh)


def narrowed(query: Query, facet: str, *values: str) -> Query:
    """`query` with these values of a facet instead of those it had."""
    change: dict[str, Any] = {facet: values}
    return replace(query, **change)
