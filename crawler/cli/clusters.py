"""`xiaobao clusters`: look at doubtful pairs, decide them, ask why two documents are together."""

from collections.abc import Iterator
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.archive import Archive
from archive.clusters.review import Explanation, Pair, decide, doubtful, explain, judge_again
from archive.diff import diff
from archive.jsonable import json_line
from archive.query import document
from crawler.cli.context import pass_archive
from crawler.cli.terminal import printable

CONTEXT = 40
"""Characters shown of a passage that is the same in both texts, at either end."""


@click.group()
def clusters() -> None:
    """Reposts and look-alikes: review doubtful pairs, decide, explain."""


@clusters.command()
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="List the pairs as NDJSON, ask nothing.")
@pass_archive
def review(archive: Archive, /, limit: int, as_json: bool) -> None:
    """Go through the pairs the rule is least sure of, and say what they are.

    Each pair is shown side by side. The answer is kept: it survives reprocessing and new rules.
    """
    pairs = doubtful(archive.database, limit)
    if as_json:
        for pair in pairs:
            click.echo(json_line(pair))
        return
    console = Console()
    for number, pair in enumerate(pairs, 1):
        console.print(Text(f"{number}/{len(pairs)}  {_summary(pair)}", style="bold"))
        console.print(_side_by_side(archive, pair.a, pair.b))
        answer = click.prompt(
            "One work, another work, skip or quit",
            type=click.Choice(["s", "d", "k", "q"]),
            prompt_suffix=" (s = same, d = different, k = skip, q = quit): ",
            show_choices=False,
            default="k",
            show_default=False,
            err=True,
        )
        if answer == "q":
            break
        if answer != "k":
            now = datetime.now(UTC)
            decide(archive.database, pair.a, pair.b, same_work=answer == "s", now=now)
    if not pairs:
        click.echo("No doubtful pair is waiting.", err=True)


@clusters.command(name="decide")
@click.argument("a", metavar="DOCUMENT")
@click.argument("b", metavar="DOCUMENT")
@click.option("--same/--different", "same", default=None, help="One work, or not.", required=True)
@click.option("--note", help="Why; kept with the answer.")
@pass_archive
def decide_(archive: Archive, /, a: str, b: str, same: bool, note: str | None) -> None:
    """Say that two documents are one work, or that they are not."""
    decide(archive.database, a, b, same_work=same, now=datetime.now(UTC), note=note)


@clusters.command(name="explain")
@click.argument("a", metavar="DOCUMENT")
@click.argument("b", metavar="DOCUMENT")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@pass_archive
def explain_(archive: Archive, /, a: str, b: str, as_json: bool) -> None:
    """Why two documents are together, or why they are apart."""
    found = explain(archive.database, a, b)
    if as_json:
        click.echo(json_line(found))
        return
    for line in _reasons(found):
        click.echo(line)


@clusters.command()
@pass_archive
def rejudge(archive: Archive, /) -> None:
    """Judge again all pairs that an older rule judged, keeping ids and people's answers."""
    count = judge_again(archive.database, datetime.now(UTC))
    click.echo(f"{count} pairs judged again", err=True)


def _summary(pair: Pair) -> str:
    figures = f"{pair.figures_equal} of {pair.figures_compared} figures equal"
    if not pair.figures_compared:
        figures = "no figure to compare"
    where = "together" if pair.together else "apart"
    return f"{pair.a} and {pair.b}: {pair.kind}, {pair.coverage:.0%} shared, {figures}, now {where}"


def _side_by_side(archive: Archive, a: str, b: str) -> Table:
    left, right = document(archive.database, a), document(archive.database, b)
    table = Table(show_lines=True, expand=True)
    table.add_column(Text(printable(left.title or a)), ratio=1)
    table.add_column(Text(printable(right.title or b)), ratio=1)
    for piece in diff(left.text, right.text).pieces:
        if piece.kind == "equal":
            text = Text(_shortened(printable(piece.a)), style="dim")
            table.add_row(text, text)
        else:
            table.add_row(Text(printable(piece.a)), Text(printable(piece.b)))
    return table


def _shortened(text: str) -> str:
    if len(text) <= 3 * CONTEXT:
        return text
    return f"{text[:CONTEXT]} … {text[-CONTEXT:]}"


def _reasons(found: Explanation) -> Iterator[str]:
    pair, verdict = found.pair, found.verdict
    shared = sorted(set(found.a_clusters) & set(found.b_clusters))
    if shared:
        yield f"together in {', '.join(shared)}"
    else:
        yield f"apart: {', '.join(found.a_clusters)} and {', '.join(found.b_clusters)}"
    if pair.decided is not None:
        yield f"a person said: {'one work' if pair.decided else 'not one work'}"
    yield (
        f"the rule says {pair.kind}: {verdict.a_coverage:.0%} of the first and "
        f"{verdict.b_coverage:.0%} of the second are shared"
    )
    if verdict.figures_compared:
        yield (
            f"{verdict.figures_equal} of {verdict.figures_compared} figures that stand at the "
            "same place are equal"
        )
    else:
        yield "no figure stands at the same place in both"
    if verdict.places_against:
        yield f"{verdict.places_against} places are named differently, {verdict.places_same} alike"
    if len(found.path) > 2:  # noqa: PLR2004  more than the pair itself
        yield f"they hang together by {' – '.join(found.path)}"
