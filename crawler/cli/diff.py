"""`xiaobao diff`."""

from collections.abc import Iterator

import click
from rich.text import Text

from archive.archive import Archive
from archive.diff import Difference
from archive.diff import diff as compare
from archive.jsonable import json_line
from archive.query import texts
from crawler.cli.context import pass_archive
from crawler.cli.terminal import paged, printable


@click.command()
@click.argument("a", metavar="DOCUMENT")
@click.argument("b", metavar="DOCUMENT")
@click.option("--json", "as_json", is_flag=True, help="One object, piece by piece.")
@pass_archive
def diff(archive: Archive, /, a: str, b: str, as_json: bool) -> None:
    """Show what differs between two documents; ID@N is version N of one.

    [-Only in the first-], {+only in the second+}; simplified and traditional are the same.
    """
    (a_title, a_text), (b_title, b_text) = texts(archive.database, a, b)
    found = compare(a_text, b_text)
    if as_json:
        click.echo(json_line(found))
        return
    with paged() as console:
        console.print(Text(f"[-{printable(a_title)}-]", "red"), soft_wrap=True)
        console.print(Text(f"{{+{printable(b_title)}+}}", "green"), soft_wrap=True)
        console.print(Text.assemble("\n", *_parts(found)), soft_wrap=True)


def _parts(found: Difference) -> Iterator[str | tuple[str, str]]:
    for piece in found.pieces:
        if piece.kind == "equal":
            yield _lines(piece.a)
        elif piece.kind == "only_a":
            yield f"[-{_lines(piece.a)}-]", "red"
        else:
            yield f"{{+{_lines(piece.b)}+}}", "green"


def _lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))
