"""`xiaobao extract`: bytes of pages in, one line per file out."""

import json
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import click

from archive.page import Outcome, Page
from crawler.extract.page import Part, extract_page, to_json
from crawler.worker import ExtractionPool

AHEAD = 4
"""Files read ahead of the one being printed."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--url", help="The address the page was fetched from; it may carry the date.")
@click.option("--media-type", help="The Content-Type it came with; one vote on the encoding.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in file order.")
def extract(files: tuple[str, ...], url: str | None, media_type: str | None, as_json: bool) -> None:
    """Extract the documents of stored pages. FILE may be - for standard input."""
    failed = False
    with ExtractionPool() as pool:
        queue: list[tuple[str, Future[Page] | None]] = []
        pending = list(files)
        while pending or queue:
            while pending and len(queue) < AHEAD:
                queue.append(_start(pool, pending.pop(0), url, media_type))
            file, future = queue.pop(0)
            if future is None:
                failed = True
                continue
            _print(_result(future, url), file, as_json=as_json)
    if failed:
        sys.exit(1)


def _start(
    pool: ExtractionPool, file: str, url: str | None, media_type: str | None
) -> tuple[str, Future[Page] | None]:
    try:
        payload = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        click.echo(f"xiaobao extract: cannot read {file}: {error.strerror or error}", err=True)
        return file, None
    return file, pool.submit(extract_page, [Part(payload, media_type, url)], url=url)


def _result(future: Future[Page], url: str | None) -> Page:
    """The page, or one that says how the worker ended."""
    try:
        return future.result()
    except TimeoutError:
        return _failed("timed_out", url)
    except MemoryError:
        return _failed("too_complex", url)
    except Exception as error:  # noqa: BLE001 a page's failure is its outcome, whatever it was
        click.echo(f"xiaobao extract: {type(error).__name__}: {error}", err=True)
        return _failed("too_complex", url)


def _failed(outcome: Outcome, url: str | None) -> Page:
    return Page(outcome, url=url)


def _print(page: Page, file: str, *, as_json: bool) -> None:
    if as_json:
        line = json.dumps(to_json(page, file), ensure_ascii=False)
        sys.stdout.buffer.write(line.encode("utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()
        return
    click.echo(f"{file}: {page.outcome}" if page.outcome != "ok" else _readable(page))


def _readable(page: Page) -> str:
    facts: Sequence[Any] = (page.published, page.source, page.site_name, page.completeness)
    head = " · ".join(str(fact) for fact in facts if fact)
    return f"{page.title}\n{head}\n\n{page.text}\n"


if __name__ == "__main__":
    extract()
