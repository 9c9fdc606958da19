"""`xiaobao withdraw`."""

from datetime import UTC, datetime

import click
from rich.console import Console
from rich.text import Text

from archive.archive import Archive
from archive.jsonable import json_line
from archive.withdrawals import WithdrawalView, lift, withdrawals
from archive.withdrawals import withdraw as take_out
from crawler.cli.context import pass_config
from crawler.cli.terminal import printable
from crawler.config import Config


@click.command()
@click.argument("documents", metavar="DOCUMENT...", nargs=-1)
@click.option("--reason", help="Why; everybody who asks for the document is told.")
@click.option("--undo", is_flag=True, help="Let the documents back in.")
@click.option("--list", "listed", is_flag=True, help="All withdrawals there ever were.")
@click.option("--json", "as_json", is_flag=True, help="With --list: NDJSON.")
@pass_config
def withdraw(
    config: Config,
    documents: tuple[str, ...],
    reason: str | None,
    undo: bool,
    listed: bool,
    as_json: bool,
) -> None:
    """Take documents out of search, pages, clusters and exports until it is undone.

    The feed tells its readers. No later crawl or reprocess brings them back. The bytes stay in
    the WARC files, but the archive no longer shows them.
    """
    with config.open_archive() as archive:
        if listed:
            _list(archive, as_json=as_json)
        elif not documents:
            raise click.UsageError("name the documents, or give --list")
        elif undo:
            _undo(config, archive, documents)
        elif not (reason and reason.strip()):
            raise click.UsageError("say why with --reason")
        else:
            _withdraw(archive, documents, reason.strip())


def _withdraw(archive: Archive, documents: tuple[str, ...], reason: str) -> None:
    for document in documents:
        fresh = take_out(archive.database, document, reason, datetime.now(UTC))
        done = "withdrawn" if fresh else "was withdrawn already"
        click.echo(f"{document} {done}", err=True)


def _undo(config: Config, archive: Archive, documents: tuple[str, ...]) -> None:
    from crawler.ingest import drain
    from crawler.logs import configure_logging

    configure_logging()
    lifted = [d for d in documents if lift(archive.database, d, datetime.now(UTC))]
    for document in documents:
        what = "comes back" if document in lifted else "was not withdrawn by anybody"
        click.echo(f"{document} {what}", err=True)
    if lifted:
        drain(archive, config.workers)


def _list(archive: Archive, *, as_json: bool) -> None:
    console = Console(highlight=False)
    for view in withdrawals(archive.database):
        if as_json:
            click.echo(json_line(view))
        else:
            console.print(_entry(view), soft_wrap=True)


def _entry(view: WithdrawalView) -> Text:
    until = f" until {view.lifted_at:%Y-%m-%d}" if view.lifted_at else ""
    entry = Text(f"{view.document}  {view.at:%Y-%m-%d}{until}  ", "dim" if until else "")
    entry.append(printable(view.reason))
    return entry.append("\n  " + printable(view.url), "dim")
