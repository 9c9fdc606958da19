"""A look at a site: the real crawl with a few fetches, into an archive that is thrown away."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from archive.captures import read_capture
from archive.visits import Visit, visits_of_site
from crawler.config import Config
from crawler.extract import decode
from crawler.run import run_spiders, scrapy_process


@dataclass(frozen=True, slots=True)
class Look:
    """One URL that was asked for, and what came."""

    visit: Visit
    payload: bytes
    """Empty where no answer was kept."""
    text: str
    """The decoded payload."""


def look_at(config: Config, spider: Any) -> list[Look]:
    """Run a spider of `spiders.trial` and give what it fetched, in order.

    Everything is as in a crawl: robots.txt, delays, the address guard. Nothing reaches the archive
    that `config` names. A process can do this once, as Twisted's reactor does not start twice.
    """
    with _elsewhere(config) as small:
        run_spiders(small, scrapy_process(small), [spider])
        with small.open_archive() as archive, archive.database.read() as connection:
            return [
                _look(visit, _payload(connection, archive.folder, visit), spider)
                for visit in visits_of_site(connection, spider.name)
            ]


@contextmanager
def _elsewhere(config: Config) -> Iterator[Config]:
    with tempfile.TemporaryDirectory(prefix="xiaobao-", ignore_cleanup_errors=True) as folder:
        yield replace(config, archive=Path(folder), database=None, workers=1)


def _payload(connection: Any, folder: Path, visit: Visit) -> bytes:
    if visit.capture_id is None:
        return b""
    return read_capture(connection, folder, visit.capture_id).payload


def _look(visit: Visit, payload: bytes, spider: Any) -> Look:
    hint = spider.profile.text.encoding_hint
    return Look(visit, payload, decode(payload, visit.content_type, hint).text)
