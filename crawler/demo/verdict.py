"""Checks what an archive holds of the sample web against the truth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from crawler.demo.truth import Expected, Truth


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """One document as the archive holds it."""

    url: str
    """Of the article's first part."""
    ordinal: int
    title: str
    text: str
    """Of the document, not of the page."""
    clusters: frozenset[str]
    canonical: bool = False
    """Stands for its cluster."""
    completeness: str = "unknown"
    chars_claimed: int | None = None
    year_conflict: bool = False


def verdict(
    truth: Truth,
    hosts: Mapping[str, str],
    documents: Iterable[HeldDocument],
    outcomes: Mapping[str, str],
) -> list[str]:
    """What differs from the truth, one line for each finding; empty when all is right.

    Args:
        truth: of the web that was crawled.
        hosts: `SampleWeb.hosts` of that web.
        documents: everything the archive holds of it.
        outcomes: the last outcome of each address that left no document.
    """
    held: dict[str, list[HeldDocument]] = defaultdict(list)
    for document in sorted(documents, key=lambda d: (d.url, d.ordinal)):
        held[document.url].append(document)
    found: list[str] = []
    works: dict[str, list[HeldDocument]] = defaultdict(list)
    for page in truth.pages:
        url = hosts[page.host] + page.path
        mine = held.pop(url, [])
        found += _page(page, mine, outcomes.get(url))
        if len(mine) == len(page.works):
            for work, document in zip(page.works, mine, strict=True):
                works[work].append(document)
    found += [f"{url}: holds {len(more)} documents, none expected" for url, more in held.items()]
    found += _clusters(works)
    for work, host, path in truth.canonical:
        standing = {d.url for d in works[work] if d.canonical}
        if standing != {hosts[host] + path}:
            found.append(f"{work}: {sorted(standing)} stands for it, not {host}{path}")
    return found


def _page(page: Expected, held: list[HeldDocument], outcome: str | None) -> list[str]:
    where = page.host + page.path
    if not held:
        if outcome in page.outcomes and outcome != "ok":
            return []
        return [f"{where}: no document, outcome {outcome}, not {' or '.join(page.outcomes)}"]
    if len(held) != len(page.works):
        return [f"{where}: {len(held)} documents, not {len(page.works)}"]
    first = held[0]
    checks = (
        ("completeness", page.completeness, first.completeness),
        ("chars_claimed", page.chars_claimed, first.chars_claimed),
        ("year_conflict", page.year_conflict or None, any(d.year_conflict for d in held)),
        ("title", page.title if len(held) == 1 else None, first.title),
        ("text", _squeezed(page.body), _squeezed(first.text)),
    )
    return [
        f"{where}: {name} is {_short(is_now)}, not {_short(wanted)}"
        for name, wanted, is_now in checks
        if wanted is not None and wanted != is_now
    ]


def _clusters(works: Mapping[str, list[HeldDocument]]) -> list[str]:
    found = []
    of_work: dict[str, frozenset[str]] = {}
    for work, documents in works.items():
        shared = frozenset.intersection(*(d.clusters for d in documents))
        if not shared:
            urls = ", ".join(d.url for d in documents)
            found.append(f"{work}: its documents share no cluster: {urls}")
        of_work[work] = frozenset().union(*(d.clusters for d in documents))
    for (one, first), (other, second) in combinations(of_work.items(), 2):
        if first & second:
            found.append(f"{one} and {other}: two works in one cluster")
    return found


def _squeezed(text: str | None) -> str | None:
    return None if text is None else "".join(text.split())


def _short(value: object) -> str:
    shown = repr(value)
    limit = 60
    return shown if len(shown) <= limit else f"{shown[:limit]}… ({len(shown)})"
