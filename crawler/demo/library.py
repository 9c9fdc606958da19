"""Which report stands on which host; the same library on every run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from crawler.demo.compose import Kind, Report, Writer
from crawler.demo.facts import Agency, Body, make_facts, places
from crawler.demo.special import flagship, sisters

SEED = 315
YEARS = range(2017, 2025)
_BODIES: tuple[Body, ...] = ("bureau", "committee", "association")
_SECTIONS: dict[Kind, tuple[int, ...]] = {
    "summary": (7, 8, 9),
    "activity": (5, 6),
    "analysis": (6, 7),
    "news": (3, 4),
    "cases": (3,),
    "alert": (0,),
}
_JPAGE_KINDS: tuple[Kind, ...] = (
    "summary", "analysis", "news", "activity", "alert", "summary", "cases", "news",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Library:
    """The works of the sample web by the host that publishes them first."""

    government: tuple[Report, ...]
    """14 reports, among them the flagship and its next year."""
    county: tuple[Report, ...]
    """41 texts of many kinds, for the column with the XML lists."""
    county_more: tuple[Report, ...]
    """3 more for the column with the encrypted pager."""
    long_essay: Report
    essays: tuple[Report, ...]
    """4 ordinary works of the essay site."""
    shop: Report
    """The work that the document shop shows a part of."""
    mirrored: Report
    """A work of which only the damaged copy is left."""
    ordinary: tuple[Report, ...]
    """15 works of the plain site."""
    sisters: tuple[Report, Report]


@dataclass(frozen=True, slots=True)
class More:
    """The works of the further hosts, by host."""

    unit: tuple[Report, ...]
    """45 entries of the column that works."""
    unit_repeating: tuple[Report, ...]
    vsb: tuple[Report, ...]
    """The last of 13 appears in the second phase."""
    ucap: tuple[Report, ...]
    moved: tuple[Report, ...]
    changes: tuple[Report, ...]
    outage: tuple[Report, ...]
    copies: tuple[Report, ...]
    sitemap: tuple[Report, ...]
    delayed: tuple[Report, ...]
    mislabelled: tuple[Report, ...]
    robots: tuple[Report, ...]
    encoded: Report
    yearly: tuple[Report, ...]
    """One committee's summaries of `YEARS`."""


class _Desk:
    """Hands out agencies and years one after the other."""

    def __init__(self) -> None:
        self._rng = Random(SEED)
        self._writer = Writer(self._rng)
        self._agencies = self._all_agencies()
        self._count = 0

    def write(self, kind: Kind, *, sections: int | None = None) -> Report:
        agency = next(self._agencies)
        earliest = 2019 if kind in {"analysis", "news", "alert", "cases"} else 2016
        year = self._rng.randint(earliest, 2025)
        facts = make_facts(self._rng, agency, year, in_news=kind == "news")
        self._count += 1
        length = sections or self._rng.choice(_SECTIONS[kind])
        return self._writer.write(f"work_{self._count:02}", kind, facts, sections=length)

    def several(self, kinds: Sequence[Kind]) -> tuple[Report, ...]:
        return tuple(self.write(kind) for kind in kinds)

    def yearly(self, agency: Agency) -> tuple[Report, ...]:
        """The summaries of one agency, whose complaints grow from year to year."""
        received, reports = 2400, []
        for year in YEARS:
            received += self._rng.randint(60, 520)
            facts = make_facts(self._rng, agency, year, received=received)
            report = self._writer.write(f"yearly_{year}", "summary", facts, sections=6)
            reports.append(report)
        return tuple(reports)

    def _all_agencies(self) -> Iterator[Agency]:
        for turn in range(len(_BODIES)):
            for number, place in enumerate(places()):
                yield Agency(place, _BODIES[(number + turn) % len(_BODIES)])


def make_library() -> Library:
    """The works of the core hosts, written anew; a few milliseconds."""
    return _core(_Desk())


def make_libraries() -> tuple[Library, More]:
    """The works of the core hosts, and those of the further ones."""
    desk = _Desk()
    return _core(desk), _further(desk)


def _core(desk: _Desk) -> Library:
    kinds: tuple[Kind, ...] = ("summary", "analysis", "activity", "summary")
    government = [desk.write(kinds[i % len(kinds)]) for i in range(12)]
    government[2] = _with_rare_characters(government[2])
    ordinary: tuple[Kind, ...] = (
        "cases",
        *(("summary", "activity", "summary", "analysis") * 4)[:14],
    )
    return Library(
        government=(flagship(2021), *government[:6], flagship(2022), *government[6:]),
        county=tuple(desk.write(_JPAGE_KINDS[i % len(_JPAGE_KINDS)]) for i in range(41)),
        county_more=desk.several(("summary", "news", "analysis")),
        long_essay=desk.write("summary", sections=10),
        essays=desk.several(("summary", "activity", "summary", "activity")),
        shop=desk.write("summary", sections=8),
        mirrored=desk.write("activity"),
        ordinary=desk.several(ordinary),
        sisters=sisters(),
    )


def _further(desk: _Desk) -> More:
    mixed: tuple[Kind, ...] = ("summary", "analysis", "activity", "summary")
    return More(
        unit=desk.several((mixed * 12)[:45]),
        unit_repeating=desk.several(mixed),
        vsb=desk.several((mixed * 4)[:13]),
        ucap=desk.several(("summary", "analysis", "summary")),
        moved=desk.several(mixed[:3]),
        changes=desk.several((mixed * 2)[:6]),
        outage=desk.several(mixed[:2]),
        copies=desk.several(mixed[:3]),
        sitemap=desk.several(mixed[:3]),
        delayed=desk.several(mixed),
        mislabelled=desk.several(mixed[:2]),
        robots=desk.several(mixed[:2]),
        encoded=desk.write("news"),
        yearly=desk.yearly(Agency("砚湖市", "committee")),
    )


def _with_rare_characters(report: Report) -> Report:
    """Characters that GB18030 has and GB2312 has not: 镕, ㎡ and the four-byte 䶮."""
    extra = (
        "年内新落成的便民检测室建筑面积260㎡，由工程师周镕、刘䶮两位同志轮流值守，"
        "市民送来的插座、充电宝和童车都能当场测出结果，首月就接待了417人次。"
    )
    lines = report.paragraphs
    return replace(report, paragraphs=(*lines[:3], extra, *lines[3:]))
