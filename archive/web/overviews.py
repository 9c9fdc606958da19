"""The pages over many documents: figures by year, hits by year, sources, totals."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from archive import query as reading
from archive import statistics
from archive.health import alarms
from archive.search import FACETS, Query
from archive.search.query import UNKNOWN
from archive.statistics import Series
from archive.web.charts import HEIGHT, LEFT, RIGHT, WIDTH, LineChart, bar_chart, line_chart
from archive.web.parameters import Asked, address, narrowed
from archive.web.render import Renderer
from archive.web.state import Shared

router = APIRouter(include_in_schema=False)

_FRAME = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT}
MAX_ROWS = 60
"""Rows of a table of the timeline page."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure of an issuer with its chart, where there is enough to draw."""

    series: Series
    chart: LineChart | None


@dataclass(frozen=True, slots=True)
class Share:
    """Hits of one value beside all documents of that value."""

    value: str
    hits: int
    total: int
    link: str

    @property
    def percent(self) -> float:
        """Share of the documents that are hits."""
        return 100 * self.hits / self.total if self.total else 0.0


@router.get("/series")
def series_page(request: Request, shared: Shared, issuer: str = "") -> Response:
    """An issuer's figures over the years; without one the issuers to choose from."""
    renderer = Renderer(request)
    if not issuer:
        found = shared.total("issuers", lambda: statistics.issuers(shared.database))
        return renderer.page("issuers.html", issuers=found)
    plots = []
    for one in statistics.series(shared.database, issuer):
        points = [
            (p.year, p.value, f"{p.year}: {p.value} {one.unit}", f"/documents/{p.document}")
            for p in one.points
        ]
        plots.append(Plot(one, line_chart(points)))
    return renderer.page("series.html", issuer=issuer, plots=plots, frame=_FRAME)


@router.get("/timeline")
def timeline_page(request: Request, shared: Shared, asked: Asked) -> Response:
    """Hits by year, region and site, beside how many documents there are at all."""
    hits = shared.searcher.search(asked, limit=0)
    everything = shared.searcher.search(replace(asked, text=""), limit=0)
    shares: dict[str, list[Share]] = {}
    for facet in ("year", "region", "site", "issuer"):
        totals = {value.value: value.count for value in everything.facets[facet]}
        shares[facet] = [
            Share(
                value.value,
                value.count,
                totals.get(value.value, value.count),
                address(narrowed(asked, facet, value.value)),
            )
            for value in hits.facets[facet]
        ]
    years = [
        (int(value.value), 0, value.count)
        for value in everything.facets["year"]
        if value.value != UNKNOWN
    ]
    found = {int(s.value): s.hits for s in shares["year"] if s.value != UNKNOWN}
    counts = [(year, found.get(year, 0), total) for year, _, total in years]
    return Renderer(request).page(
        "timeline.html",
        asked=asked,
        total=hits.total,
        whole=everything.total,
        shares={facet: rows[:MAX_ROWS] for facet, rows in shares.items()},
        chart=bar_chart(counts),
        frame=_FRAME,
        site_names=reading.site_names(shared.database),
    )


@router.get("/sites")
def sites_page(request: Request, shared: Shared) -> Response:
    """How the sources do."""
    now = datetime.now(UTC)
    found = shared.total("sites", lambda: statistics.sites(shared.database, now))
    with shared.database.read() as connection:
        told = alarms(connection, now)
    return Renderer(request).page("sites.html", sites=found, alarms=told)


@router.get("/statistics")
def statistics_page(request: Request, shared: Shared) -> Response:
    """What the archive holds."""
    everything = shared.searcher.search(Query(every_document=True), limit=0)
    return Renderer(request).page(
        "statistics.html",
        corpus=shared.total("corpus", lambda: statistics.corpus(shared.database)),
        facets={facet: everything.facets[facet][:12] for facet in FACETS},
        site_names=reading.site_names(shared.database),
        link=lambda facet, value: address(narrowed(Query(every_document=True), facet, value)),
    )
