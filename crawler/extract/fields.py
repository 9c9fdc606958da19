"""The fields of one document, each read by its own module."""

from typing import Final

from archive.page import PageDocument
from crawler.extract.figures import read_figures
from crawler.extract.fold import level
from crawler.extract.hints import Hints
from crawler.extract.issuer import find_issuer, names_no_place
from crawler.extract.kind import kind_of
from crawler.extract.metadata import Metadata
from crawler.extract.numbers import LOST
from crawler.extract.region import full_issuer, region_by_code, region_of
from crawler.extract.split import Work
from crawler.extract.year import read_year

TIMELY: Final = frozenset(("news", "notice", "alert", "typical_cases", "data_analysis"))


def document_of(
    work: Work,
    ordinal: int,
    metadata: Metadata,
    hints: Hints,
    *,
    alone: bool,
    readable: Work | None = None,
) -> PageDocument:
    """Read a work's fields.

    Args:
        work: the work and its place in the page's text.
        ordinal: 1 for the first of the page.
        metadata: what the page says about itself; its source and title speak for a document only
            if it stands alone.
        hints: the profile; its issuer and region hold where the text names none.
        alone: whether the page holds this work only.
        readable: the same work with U+FFFD for each character that was guessed; fields are read
            from it, so that none comes from a guess.
    """
    readable = readable or work
    plain, title = level(readable.text), readable.title
    source = metadata.source if alone else None
    issuer = find_issuer(plain, title, source)
    lost = not issuer or LOST in issuer or f"{LOST}{issuer}" in plain + title
    if lost or (hints.issuer and names_no_place(issuer or "")):
        issuer = hints.issuer
    region = region_of(plain, title, issuer, source, metadata.site_name if alone else None)
    if region is None and hints.region:
        region = region_by_code(hints.region)
    if issuer:
        issuer = full_issuer(issuer, region)
    kind = kind_of(title, plain)
    published = metadata.published if alone else None
    year = read_year(title, plain, published, timely=kind in TIMELY)
    return PageDocument(
        ordinal=ordinal,
        title=work.title,
        text=work.text,
        start=work.start,
        end=work.end,
        kind=kind,
        issuer=issuer,
        region=region.path if region else None,
        region_code=region.code if region else None,
        year_claimed=year.claimed,
        year_inferred=year.inferred,
        year_conflict=year.conflict,
        year_evidence=year.evidence,
        figures=read_figures(work.text, plain, offset=work.start),
    )
