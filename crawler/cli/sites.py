"""`xiaobao sites`: what can be crawled."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from scrapy.spiderloader import get_spider_loader

from archive.errors import ConfigError
from crawler.cli import look
from crawler.cli.context import pass_config, profiles_option
from crawler.cli.why import why
from crawler.config import Config, with_options
from crawler.run import load_settings

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def sites() -> None:
    """Site profiles: list, show, check them; try one; ask what decides about a URL."""


sites.add_command(look.detect)
sites.add_command(look.try_site)
sites.add_command(why)


@sites.command(name="list")
@profiles_option
@_json
@pass_config
def list_sites(config: Config, profiles: Path | None, as_json: bool) -> None:
    """List all sites; broken profiles are named on stderr."""
    found = _load(config, profiles)
    rows = [
        {
            "id": profile.id,
            "name": profile.display_name,
            "family": profile.family,
            "site_type": profile.site_type,
            "trust": profile.trust_score,
            "verified": profile.verified,
            "hosts": list(profile.hosts),
        }
        for profile in found.profiles.values()
    ]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    else:
        table = Table(box=None, pad_edge=False)
        for name in ("id", "name", "family", "trust", "verified"):
            table.add_column(name)
        for row in rows:
            table.add_row(
                *(str(row[name]) for name in ("id", "name", "family", "trust", "verified"))
            )
        Console().print(table)
    for lines in found.errors.values():
        for line in lines:
            click.echo(line, err=True)


@sites.command()
@click.argument("site")
@profiles_option
@pass_config
def show(config: Config, site: str, profiles: Path | None) -> None:
    """Show the profile of SITE as it is used, its family merged in, as JSON."""
    profile = _load(config, profiles).get(site)
    click.echo(json.dumps(profile.to_json(), ensure_ascii=False, indent=2))


@sites.command()
@profiles_option
@_json
@pass_config
def check(config: Config, profiles: Path | None, as_json: bool) -> None:
    """Check every profile: keys, types, regexes, selectors, examples."""
    found = _load(config, profiles)
    errors = {name: list(lines) for name, lines in found.errors.items()}
    for name, profile in found.profiles.items():
        if wrong := profile.wrong_examples():
            errors[name] = [f"{name}.toml: {line}" for line in wrong]
    if as_json:
        good = [name for name in found.profiles if name not in errors]
        click.echo(json.dumps({"good": good, "errors": errors}, ensure_ascii=False))
    else:
        for lines in errors.values():
            click.echo("\n".join(lines))
        click.echo(f"{len(found.profiles.keys() - errors)} good, {len(errors)} broken", err=True)
    if errors:
        sys.exit(1)


def _load(config: Config, profiles: Path | None) -> Any:
    """The profile set, reached through Scrapy's loader: `crawler` does not import `spiders`."""
    loader: Any = get_spider_loader(load_settings(with_options(config, profiles=profiles)))
    found = loader.profiles
    if profiles is not None and not found.profiles:
        raise ConfigError(f"no usable profile in {profiles}")
    return found
