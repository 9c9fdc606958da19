"""`xiaobao sites why`: what decides about a URL."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from archive.jsonable import json_line
from archive.visits import Judged, Visit, judged, visit_of_url
from crawler.cli.context import pass_config, profiles_option
from crawler.cli.look import loader_of
from crawler.config import Config
from crawler.extract import topic_of_title
from crawler.urls import canonical_url, host_allowed, url_refusal

_EXTRACTED = {
    "ok": "fetched, and a document",
    "off_topic": "fetched and kept as a capture; its body is off topic, so it is no document",
}


@click.command()
@click.argument("url")
@profiles_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_config
def why(config: Config, url: str, profiles: Path | None, as_json: bool) -> None:
    """Say why URL is fetched and kept, or is not: its site, title score, fetches, body score."""
    address = canonical_url(url)
    if address is None:
        raise click.UsageError(f"{url!r} is not an http or https URL")
    known: tuple[Visit | None, Judged | None] = None, None
    if config.holds_archive():
        with config.open_archive() as archive, archive.database.read() as connection:
            known = visit_of_url(connection, address), judged(connection, address)
    facts = _facts(loader_of(config, profiles).profiles, address, *known)
    if as_json:
        click.echo(json_line(facts))
        return
    for name, value in facts.items():
        if value is not None:
            click.echo(f"{name.replace('_', ' '):<16}{_shown(value)}")


def _facts(profiles: Any, url: str, visit: Visit | None, last: Judged | None) -> dict[str, Any]:
    """All that decides about a URL, in the order in which it is decided."""
    sites = [
        p for p in profiles.profiles.values() if "*" not in p.hosts and host_allowed(url, p.hosts)
    ]
    profile = next((p for p in sites if visit and p.id == visit.site_id), None)
    profile = profile or next(iter(sites), None)
    title = visit.title if visit else None
    page = last.page if last else {}
    facts: dict[str, Any] = {
        "url": url,
        "site": (visit.site_id if visit else None) or (profile.id if profile else None),
        "article_by_url": profile.article.matches(url) if profile else None,
        "trap": url_refusal(url),
        "link_title": title,
        "title_topic": asdict(topic_of_title(title)) if title else None,
        "title_needs": profile.topic.title_min if profile else None,
        "found_at": visit.added_at if visit else None,
        "last_fetch": visit.fetched_at if visit else None,
        "outcome": visit.outcome if visit else None,
        "reason": visit.reason if visit else None,
        "next_fetch": visit.due_at if visit else None,
        "page_title": page.get("title"),
        "extraction": (last.outcome or last.state) if last else None,
        "body_topic": page.get("topic"),
    }
    return {**facts, "verdict": _verdict(facts, known=visit is not None)}


def _verdict(facts: dict[str, Any], *, known: bool) -> str:
    extraction = facts["extraction"]
    if extraction is not None:
        return _EXTRACTED.get(extraction, f"fetched; its extraction: {extraction}")
    return _verdict_known(facts) if known else _verdict_unknown(facts)


def _verdict_known(facts: dict[str, Any]) -> str:
    if facts["outcome"] in {"off_topic", "trap"}:
        return f"found and not fetched: {facts['reason']}"
    if facts["last_fetch"] is None:
        return "waits to be fetched"
    return f"asked for; ended as {facts['outcome']}"


def _verdict_unknown(facts: dict[str, Any]) -> str:
    if facts["site"] is None:
        return "no site profile names its host"
    if facts["trap"]:
        return f"would not be fetched: {facts['trap']}"
    if not facts["article_by_url"]:
        return "not known; the site's rules do not take it for an article"
    return "not known: no list that was read links to it"


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dict):
        terms = " ".join(value["terms"]) or "no term"
        return f"score {value['score']}, {'on' if value['on_topic'] else 'off'} topic: {terms}"
    return str(value)
