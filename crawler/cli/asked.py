"""The options by which commands are told what to look for."""

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from archive import saved as searches
from archive.archive import Archive
from archive.search import FACETS, Query
from archive.search.query import CLUSTER_SIZES

P = ParamSpec("P")
R = TypeVar("R")

_DAY = click.DateTime(["%Y-%m-%d"])
_OPTIONS = (
    click.option("--year", multiple=True, help="Of the report; `unknown` for none."),
    click.option("--region", multiple=True, help="With all below it: 四川省, 四川省/资阳市."),
    click.option("--issuer", multiple=True),
    click.option("--kind", multiple=True),
    click.option("--site", multiple=True),
    click.option("--site-type", multiple=True),
    click.option("--completeness", multiple=True),
    click.option("--cluster-size", multiple=True, help=f"One of {', '.join(CLUSTER_SIZES)}."),
    click.option("--since", type=_DAY, help="Published on this day or later."),
    click.option("--until", type=_DAY, help="Published on this day or earlier."),
    click.option("--save", metavar="NAME", help="Keep this search; the web page lists it too."),
    click.option("--saved", metavar="NAME", help="As saved; other conditions are left aside."),
)
Given = Callable[[str, bool, str], Query]
"""Makes the query of the text, whether reposts come too, and the order."""


def narrowing_options(
    command: Callable[Concatenate[Archive, Given, P], R],
) -> Callable[Concatenate[Archive, P], R]:
    """Give a command the options that narrow a search.

    It gets, behind the archive, a function that makes the query of what was given.
    """

    @functools.wraps(command)
    def asking(archive: Archive, /, *args: Any, **kwargs: Any) -> R:
        facets = {facet: kwargs.pop(facet) for facet in FACETS}
        since, until = kwargs.pop("since"), kwargs.pop("until")
        save, saved = kwargs.pop("save"), kwargs.pop("saved")

        def given(text: str, every: bool, sort: str) -> Query:
            if saved is not None:
                return searches.load(archive.database, saved)
            query = Query(
                text,
                every_document=every,
                since=since.date() if since else None,
                until=until.date() if until else None,
                sort="relevance" if sort == "relevance" else "date",
                **facets,
            )
            if save is not None:
                searches.save(archive.database, save, query, datetime.now(UTC))
            return query

        return command(archive, given, *args, **kwargs)

    asked: Any = asking
    for option in reversed(_OPTIONS):
        asked = option(asked)
    return asked  # type: ignore[no-any-return]  # click's decorators give back what they get
