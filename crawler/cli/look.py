"""`xiaobao sites detect`, `try` and `why`: looking at one site, page or URL."""

from pathlib import Path
from typing import Any

import click
from scrapy.spiderloader import get_spider_loader

from archive.errors import Unavailable
from archive.jsonable import json_line
from archive.visits import Visit
from crawler.cli.context import pass_config, profiles_option
from crawler.config import Config, with_options
from crawler.detect import detect_family
from crawler.extract import decode
from crawler.report import wide_console
from crawler.run import load_settings
from crawler.trial import look_at
from crawler.trial_report import Findings, findings
from crawler.urls import canonical_url

SHOWN = 5
"""Entries of a list that a person is shown."""

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command()
@click.argument("page", metavar="URL|FILE")
@click.option("--url", help="Where FILE came from; some families show themselves in it.")
@profiles_option
@_json
@pass_config
def detect(
    config: Config, page: str, url: str | None, profiles: Path | None, as_json: bool
) -> None:
    """Name the family of an unknown site by the marks in a page of it.

    A URL is fetched once, as a crawl would: robots.txt first.
    """
    loader = loader_of(config, profiles)
    if canonical_url(page) is not None:
        text, url = _fetched(config, loader, page)
    else:
        text = _read(page)
    found = detect_family(text, url or "", loader.profiles.marks())
    if as_json:
        click.echo(json_line({"url": url, "families": found}))
        return
    for detection in found:
        click.echo(f"{detection.family}: {', '.join(detection.marks)}")
    if not found:
        click.echo('no family fits; write family = "none" and rules of your own', err=True)


@click.command(name="try")
@click.argument("site")
@profiles_option
@_json
@pass_config
def try_site(config: Config, site: str, profiles: Path | None, as_json: bool) -> None:
    """Fetch one list and one article of SITE and show what each rule gave.

    Robots.txt, delays and the address guard are those of a crawl; nothing is archived.
    """
    config = with_options(config, profiles=profiles)
    spider = loader_of(config, None).trial(site)
    looks = look_at(config, spider)
    found = [findings(look, spider.profile) for look in looks]
    if as_json:
        click.echo(json_line({"site": site, "fetched": found}))
    else:
        _show_findings(found)
    if not any(one.kind == "article" and one.outcome == "ok" for one in found):
        raise Unavailable(_why_no_article(found, site))


def loader_of(config: Config, profiles: Path | None) -> Any:
    """Scrapy's spider loader with these profiles: `crawler` does not import `spiders`."""
    return get_spider_loader(load_settings(with_options(config, profiles=profiles)))


def _read(file: str) -> str:
    try:
        return decode(Path(file).read_bytes()).text
    except OSError as error:
        raise Unavailable(f"cannot read {file}: {error.strerror or error}") from error


def _fetched(config: Config, loader: Any, url: str) -> tuple[str, str]:
    looks = look_at(config, loader.trial_of(url))
    good = next((look for look in looks if look.text and look.visit.outcome != "moved"), None)
    if good is None:
        said = "; ".join(_ended(look.visit) for look in looks) or "nothing was fetched"
        raise Unavailable(f"cannot look at {url}: {said}")
    return good.text, good.visit.url


def _ended(visit: Visit) -> str:
    return f"{visit.url}: {visit.outcome}" + (f", {visit.reason}" if visit.reason else "")


def _show_findings(found: list[Findings]) -> None:
    console = wide_console()

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False)

    for one in found:
        status = f", status {one.status}" if one.status else ""
        say(f"{one.kind} {one.url}: {one.outcome}{status}")
        if one.reason:
            say(f"  {one.reason}")
        for hit in one.rules:
            mark = f"{hit.found:>4}" if hit.found else "none"
            say(f"  {mark}  {hit.key} = {hit.rule}  {hit.sample}")
        if one.entries is not None:
            more = f"; then {one.next_page}" if one.next_page else f"; no next page: {one.stop}"
            say(f"  {len(one.entries)} entries{more}")
            for entry in one.entries[:SHOWN]:
                say(f"    {entry.published or '?':<10}  score {entry.score:>3}  {entry.title}")
                say(f"      {entry.url}")
        for name, value in (one.page or {}).items():
            say(f"  {name}: {value}")
        say("")


def _why_no_article(found: list[Findings], site: str) -> str:
    bad = next((one for one in found if one.outcome not in {"ok", "moved"}), None)
    if bad is not None:
        return f"{bad.kind} {bad.url} of {site}: {bad.outcome}, {bad.reason or 'no reason known'}"
    if found:
        return f"no article of {site} was found: no link matches [article] url_regex"
    return f"nothing of {site} was fetched"
