"""`xiaobao copy`."""

import click

from archive.archive import Archive
from archive.copy import copy_database
from archive.db import Database
from archive.owner import OnlyCrawl
from crawler.cli.context import pass_archive


@click.command()
@click.argument("to", metavar="URL")
@pass_archive
def copy(archive: Archive, /, to: str) -> None:
    """Copy the archive's database to URL, an empty database, e.g. from SQLite to PostgreSQL.

    WARC files stay in the archive's folder. From then on give every command --database URL. No
    crawl may run meanwhile.
    """
    crawling = OnlyCrawl(archive.folder, one_machine=archive.database.is_sqlite)
    target = Database(to)
    try:
        target.migrate()
        rows = copy_database(archive.database, target, _tell)
    finally:
        target.close()
        crawling.close()
    click.echo(f"{rows} rows copied; use --database {target.url!r} from now on", err=True)


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"{rows:>10} {table}", err=True)
