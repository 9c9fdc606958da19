"""`xiaobao search`."""

from collections.abc import Iterator

import click
from rich.text import Text

from archive.archive import Archive
from archive.jsonable import json_line
from archive.search import Hit, Query, Searcher
from archive.search.read import MAX_LIMIT
from crawler.cli.asked import Given, narrowing_options
from crawler.cli.context import pass_archive
from crawler.cli.terminal import paged, printable


@click.command()
@click.argument("query", default="")
@click.option("--json", "as_json", is_flag=True, help="NDJSON, one document a line.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--all", "every", is_flag=True, help="Reposts, fragments and compilations too.")
@click.option("--sort", type=click.Choice(["date", "relevance"]), default="date")
@pass_archive
@narrowing_options
def search(
    archive: Archive,
    given: Given,
    /,
    query: str,
    as_json: bool,
    limit: int,
    every: bool,
    sort: str,
) -> None:
    """Find documents: words side by side, AND, OR, NOT, ( ), "exact phrase".

    Every string is found wherever it stands, simplified and traditional alike. Without QUERY all
    documents are listed.
    """
    asked = given(query, every, sort)
    if as_json:
        for hit in _hits(archive, asked, limit):
            click.echo(json_line(_line(hit)))
        return
    with paged() as console:
        for hit in _hits(archive, asked, limit):
            console.print(_entry(hit), soft_wrap=True)


def _hits(archive: Archive, query: Query, limit: int) -> Iterator[Hit]:
    searcher = Searcher(archive.database, keep=False)
    after = None
    while limit > 0:
        page = searcher.search(query, limit=min(limit, MAX_LIMIT), after=after)
        yield from page.hits
        limit -= len(page.hits)
        after = page.next
        if after is None:
            return


def _line(hit: Hit) -> dict[str, object]:
    return {
        "id": hit.id,
        "title": hit.title,
        "url": hit.url,
        "site": hit.site,
        "published": hit.published,
        "year": hit.year,
        "region": hit.region,
        "cluster": hit.cluster,
        "snippet": hit.snippet,
        "issuer": hit.issuer,
        "kind": hit.kind,
        "role": hit.role,
        "lines": hit.lines,
    }


def _entry(hit: Hit) -> Text:
    entry = Text()
    entry.append(printable(hit.title) or "(no title)", "bold")
    about = [hit.id, str(hit.published or "no date"), hit.site, hit.region, hit.issuer]
    entry.append("\n  " + "  ".join(printable(part) for part in about if part), "dim")
    for line in hit.lines:
        entry.append("\n  …" + printable(line.before))
        entry.append(printable(line.hit), "bold red")
        entry.append(printable(line.after) + "…")
    if not hit.lines:
        entry.append("\n  " + printable(hit.snippet))
    return entry
