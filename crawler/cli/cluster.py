"""`xiaobao cluster`: texts in, for each the works it belongs to out."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import click

from archive.clusters.offline import JudgedPair, Offline, Placed, Text
from archive.errors import Unavailable


@click.command()
@click.argument("file", metavar="FILE.jsonl", type=click.Path(path_type=Path))
@click.option(
    "--edges",
    "edges_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the judged pairs here, one JSON object a line.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in file order.")
def cluster(file: Path, edges_file: Path | None, as_json: bool) -> None:
    """Group texts that are the same work, taking them one by one as a crawl would.

    Input lines are {"id", "text"} and optionally "url", "site_type", "published".
    FILE.jsonl may be - for standard input.
    """
    offline = Offline()
    for text in _texts(file):
        offline.add(text)
    for placed in offline.placed():
        click.echo(_line(placed) if as_json else f"{placed.id}\t{placed.role}\t{_names(placed)}")
    if edges_file is not None:
        _write_edges(edges_file, offline.edges())
    offline.close()


def _names(placed: Placed) -> str:
    return " ".join(placed.clusters)


def _line(placed: Placed) -> str:
    value = {"id": placed.id, "clusters": list(placed.clusters), "role": placed.role}
    return json.dumps(value, ensure_ascii=False)


def _texts(file: Path) -> Iterator[Text]:
    try:
        if str(file) == "-":
            yield from _read(sys.stdin, "standard input")
        else:
            with file.open(encoding="utf-8") as lines:
                yield from _read(lines, str(file))
    except OSError as error:
        raise Unavailable(f"cannot read {file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Unavailable(f"{file} is not UTF-8: {error.reason} at byte {error.start}") from error


def _read(lines: TextIO, name: str) -> Iterator[Text]:
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            text = _text(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                f'{name}:{number}: not a line like {{"id": "a", "text": "…"}}: {error}'
            ) from error
        if text.id in seen:
            raise Unavailable(f"{name}:{number}: id {text.id!r} has been there before")
        seen.add(text.id)
        yield text


def _text(value: dict[str, Any]) -> Text:
    if not isinstance(value["text"], str):
        raise TypeError("text is not a string")
    published = value.get("published")
    return Text(
        id=str(value["id"]),
        text=value["text"],
        url=value.get("url"),
        site_type=value.get("site_type"),
        published=date.fromisoformat(published[:10]) if published else None,
    )


def _write_edges(file: Path, edges: Iterator[JudgedPair]) -> None:
    try:
        with file.open("w", encoding="utf-8") as out:
            for edge in edges:
                value = {
                    "a": edge.a,
                    "b": edge.b,
                    "kind": edge.kind,
                    "coverage": round(edge.coverage, 4),
                    "figures_compared": edge.figures_compared,
                    "figures_equal": edge.figures_equal,
                }
                out.write(json.dumps(value, ensure_ascii=False) + "\n")
    except OSError as error:
        raise Unavailable(f"cannot write {file}: {error.strerror or error}") from error


if __name__ == "__main__":
    try:
        cluster()
    except Unavailable as error:
        click.echo(f"xiaobao: {error}", err=True)
        sys.exit(1)
