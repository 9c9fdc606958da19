"""The pages for people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi import Query as Parameter

from archive import query as reading
from archive.cite import citation
from archive.diff import diff
from archive.query import DocumentView
from archive.saved import saved
from archive.search import FACETS, Query, Results
from archive.search.query import parse, terms, to_parameters
from archive.search.snippets import places
from archive.versions import version_text
from archive.web.marks import Mark, paragraphs
from archive.web.parameters import Asked, address, links
from archive.web.render import Renderer
from archive.web.state import Shared
from archive.web.token import ForHolders
from archive.web.words import Words

router = APIRouter(include_in_schema=False)

PAGE = 20
SHOWN = 8
"""Values of a facet shown before the reader asks for the rest."""
LISTED = 40
"""Values of a facet on the page at all: each is a link, and issuers can be thousands."""
MAX_DIFF = 50_000
"""Characters of each text that are compared; reports have 1,000 to 20,000."""
MAX_MARKS = 2_000
"""Hits marked in a text: a single character can have very many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One facet value as the page shows it."""

    label: str
    count: int
    chosen: bool
    link: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet as the page shows it."""

    name: str
    label: str
    shown: tuple[Choice, ...]
    hidden: tuple[Choice, ...]
    open: bool


@router.get("/")
def search_page(
    request: Request,
    shared: Shared,
    asked: Asked,
    after: str = "",
    view: Literal["list", "kwic"] = "list",
) -> Response:
    """The search page, which is also the start page."""
    renderer = Renderer(request)
    words = Words(renderer.language)
    results = shared.searcher.search(asked, limit=PAGE, after=after or None)
    names = shared.total("site names", lambda: reading.site_names(shared.database))
    kept = {"view": view if view != "list" else ""}
    return renderer.page(
        "search.html",
        asked=asked,
        results=results,
        site_names=names,
        facets=_facets(asked, results, names, words, kept),
        hidden=[(name, value) for name, value in to_parameters(asked) if name not in _FORM_FIELDS],
        view=view,
        after=after,
        saved=[(one.name, address(one.query)) for one in saved(shared.database)],
        links={
            "next": address(asked, after=results.next, **kept) if results.next else None,
            "first": address(asked, **kept),
            "lifted": address(Query(asked.text, sort=asked.sort), **kept),
            "by_date": address(replace(asked, sort="date"), **kept),
            "by_relevance": address(replace(asked, sort="relevance"), **kept),
            "canonical": address(replace(asked, every_document=False), **kept),
            "every": address(replace(asked, every_document=True), **kept),
            "list": address(asked),
            "exports": [
                (name, address(asked, "/api/export", format=kind)) for kind, name in _EXPORTS
            ],
            "timeline": address(asked, "/timeline"),
            "kwic": address(asked, view="kwic"),
        },
        filtered=any(getattr(asked, facet) for facet in FACETS) or asked.since or asked.until,
    )


_EXPORTS = (
    ("jsonl", "JSONL"),
    ("csv", "CSV"),
    ("parquet", "Parquet"),
    ("bibtex", "BibTeX"),
    ("csl", "CSL-JSON"),
)
_FORM_FIELDS = frozenset({"q", "since", "until"})


@router.get("/documents/{document_id}")
def document_page(request: Request, shared: Shared, document_id: str, q: str = "") -> Response:
    """One document."""
    view = reading.document(shared.database, document_id)
    with shared.searcher.turn:
        return Renderer(request).page(
            "document.html",
            view=view,
            cited=citation(view),
            paragraphs=paragraphs(view.text, _marks(view, q)),
        )


@router.get("/documents/{document_id}/versions/{version}")
def version_page(request: Request, shared: Shared, document_id: str, version: int) -> Response:
    """What a document said in an earlier version."""
    found = version_text(shared.database, document_id, version)
    return Renderer(request).page("version.html", found=found)


@router.get("/clusters/{cluster_id}")
def cluster_page(request: Request, shared: Shared, cluster_id: str) -> Response:
    """One cluster; a merged one sends on to what it has become."""
    view = reading.cluster(shared.database, cluster_id)
    if view.id != cluster_id:
        return Renderer(request).see(f"/clusters/{view.id}")
    members = {member.document for member in view.members}
    return Renderer(request).page(
        "cluster.html",
        view=view,
        titles={member.document: member.title for member in view.members},
        together=[edge for edge in view.edges if edge.a in members and edge.b in members],
        near=[edge for edge in view.edges if edge.a not in members or edge.b not in members],
    )


@router.get("/diff")
def diff_page(request: Request, shared: Shared, a: str, b: str) -> Response:
    """What differs between two documents."""
    (a_title, a_text), (b_title, b_text) = reading.texts(shared.database, a, b)
    found = diff(a_text[:MAX_DIFF], b_text[:MAX_DIFF])
    return Renderer(request).page(
        "diff.html",
        a=a,
        b=b,
        a_title=a_title,
        b_title=b_title,
        a_version=a.partition("@")[2],
        b_version=b.partition("@")[2],
        found=found,
        share=f"{found.equal / max(1, len(a_text[:MAX_DIFF])):.0%}",
        cut=MAX_DIFF if max(len(a_text), len(b_text)) > MAX_DIFF else None,
    )


@router.get("/captures/{capture_id}/raw")
def raw_capture(
    shared: Shared,
    _: ForHolders,
    capture_id: int,
    as_page: Annotated[bool, Parameter(alias="page")] = False,
) -> Response:
    """The bytes of a capture as they came: as text, or as a page that can do nothing."""
    view, record = reading.raw_capture(shared.archive, capture_id)
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}
    media_type, charset = _content_type(view.content_type or "")
    if as_page and media_type == "text/html":
        return Response(record.payload, headers=headers | {"Content-Type": "text/html" + charset})
    if media_type.startswith("text/") or media_type in _TEXTS:
        return Response(record.payload, headers=headers | {"Content-Type": "text/plain" + charset})
    headers["Content-Disposition"] = f'attachment; filename="capture-{capture_id}"'
    return Response(record.payload, media_type="application/octet-stream", headers=headers)


def _content_type(header: str) -> tuple[str, str]:
    """The media type of a captured header, and its charset as a parameter where it is a name."""
    charset = _CHARSET.search(header)
    name = f"; charset={charset[1]}" if charset else ""
    return header.partition(";")[0].strip().lower(), name


_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_TEXTS = frozenset({"", "application/xhtml+xml", "application/xml", "application/json"})


def _marks(view: DocumentView, q: str) -> list[Mark]:
    marks = [
        Mark(span.start, span.end, f"repair-{span.status}", f"{span.damaged} → {span.restored}")
        for span in view.repairs
    ]
    marks += [
        Mark(figure.start, figure.end, "figure", f"{figure.name} = {figure.value} {figure.unit}")
        for figure in view.figures
    ]
    hits = islice(places(view.text, terms(parse(q))), MAX_MARKS)
    return marks + [Mark(start, end, "hit") for start, end in hits]


def _facets(
    asked: Query, results: Results, names: dict[str, str], words: Words, kept: Mapping[str, str]
) -> list[Facet]:
    facets = []
    link = links(asked, **kept)
    for facet in FACETS:
        values = results.facets[facet]
        choices = [
            Choice(
                _label(facet, value.value, names, words),
                value.count,
                value.chosen,
                link(facet, value.value),
            )
            for place, value in enumerate(values)
            if place < LISTED or value.chosen
        ]
        if len(choices) < 2 and not any(choice.chosen for choice in choices):  # noqa: PLR2004
            continue  # a facet with one value narrows nothing
        # The chosen ones stay in sight.
        shown = [c for place, c in enumerate(choices) if place < SHOWN or c.chosen]
        hidden = [c for place, c in enumerate(choices) if place >= SHOWN and not c.chosen]
        opened = any(choice.chosen for choice in choices)
        label = words(f"facet.{facet}")
        facets.append(Facet(facet, label, tuple(shown), tuple(hidden), opened))
    return facets


def _label(facet: str, value: str, names: dict[str, str], words: Words) -> str:
    if facet == "site":
        return names.get(value, value)
    return words.of(facet, value)
