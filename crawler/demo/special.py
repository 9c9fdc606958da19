"""The works whose copies and look-alikes the sample web is about, written by hand in prose/."""

import re
from dataclasses import replace
from datetime import date

from crawler.demo.compose import Report
from crawler.demo.facts import THEMES, percent
from crawler.demo.prose import load_text

COMPILATION_TITLE = "消费者权益日活动总结范文五篇"
ESSAY_STEM = "消费者权益日活动总结"
CLAIMED_YEAR = 2023
"""What the essay site turns the 2021 of its source into."""

_FLAGSHIP: dict[int, dict[str, int | str]] = {
    2021: {
        "growth": "8.6", "complaints": 4216, "reports": 538, "enquiries": 7391,
        "closing_rate": "99.2", "settled": 3921, "loss": "486.3", "days_before": "9.4",
        "days_now": "6.8", "visited": 1320, "satisfied": "96.4", "interviews": 47,
        "goods": 2283, "services": 1933, "appliances": 521, "clothes": 437, "food": 398,
        "fitness": 386, "training": 341, "decoration": 297, "cards": 1126, "custody": 284,
        "closures": 19, "refund": "163.7", "fall": "17.2", "market_trips": 58,
        "dismantled": 1473, "stalls": 36, "sampled": 412, "failed": 38, "cases": 143,
        "case_value": "218.6", "fines": "134.9", "victims": 62, "markets": 27, "scales": 3184,
        "bad_scales": 41, "demo_new": 126, "demo_all": 843, "return_shops": 356,
        "return_orders": 4127, "return_value": "138.2", "street_shops": 88,
        "stations_new": 24, "stations": 217, "station_cases": 1659, "spots": 43,
        "leaflets": 46200, "visitors": 11860, "lessons": 52, "listeners": 6430, "alerts": 31,
        "clauses": 17, "offices": 61, "thin_offices": 14, "odr_goal": 80,
    },
    2022: {
        "growth": "12.3", "complaints": 4957, "reports": 614, "enquiries": 8068,
        "closing_rate": "98.7", "settled": 4541, "loss": "571.8", "days_before": "6.8",
        "days_now": "5.9", "visited": 1685, "satisfied": "97.1", "interviews": 63,
        "goods": 2541, "services": 2416, "appliances": 588, "clothes": 462, "food": 379,
        "fitness": 517, "training": 428, "decoration": 352, "cards": 1347, "custody": 419,
        "closures": 26, "refund": "209.4", "fall": "11.5", "market_trips": 73,
        "dismantled": 1906, "stalls": 52, "sampled": 468, "failed": 49, "cases": 171,
        "case_value": "265.2", "fines": "158.7", "victims": 94, "markets": 31, "scales": 3625,
        "bad_scales": 33, "demo_new": 158, "demo_all": 1001, "return_shops": 492,
        "return_orders": 5836, "return_value": "187.9", "street_shops": 96,
        "stations_new": 29, "stations": 246, "station_cases": 2047, "spots": 57,
        "leaflets": 53700, "visitors": 14325, "lessons": 67, "listeners": 8215, "alerts": 38,
        "clauses": 22, "offices": 64, "thin_offices": 11, "odr_goal": 95,
    },
}  # fmt: skip
_SIGNED = {2021: date(2021, 12, 30), 2022: date(2022, 12, 29)}

_SISTERS: dict[str, dict[str, int | str]] = {
    "甘溪县": {
        "departments": 19, "meetings": 14, "tasks": 26, "weight_before": "1.5",
        "weight_now": "3.2", "complaints": 1284, "reports": 157, "enquiries": 2063,
        "closing_rate": "98.3", "loss": "96.4", "hot_a": 273, "hot_b": 218, "hot_c": 164,
        "mass": 13, "mass_people": 326, "stations": 74, "monitors": 58, "station_cases": 417,
        "campaigns": 16, "officers": 2140, "checked": 5316, "cases": 69, "fines": "48.7",
        "sampled": 153, "failed": 17, "scales": 1268, "replaced": 43, "events": 24,
        "banners": 116, "leaflets": 18500, "asked": 4270, "alerts": 29, "exposed": 12,
        "lectures": 37, "audience": 5640, "devices": 11, "lawyers": 14, "goal": 45,
        "courses": 13, "trainees": 468, "certified": 37, "budget": "62.5", "kits": 143,
        "offices": 17,
    },
    "墨川县": {
        "departments": 23, "meetings": 11, "tasks": 31, "weight_before": "2.1",
        "weight_now": "4.6", "complaints": 1739, "reports": 224, "enquiries": 2918,
        "closing_rate": "97.6", "loss": "143.9", "hot_a": 361, "hot_b": 285, "hot_c": 247,
        "mass": 18, "mass_people": 583, "stations": 96, "monitors": 83, "station_cases": 652,
        "campaigns": 21, "officers": 3375, "checked": 7482, "cases": 104, "fines": "76.2",
        "sampled": 237, "failed": 31, "scales": 1854, "replaced": 67, "events": 33,
        "banners": 182, "leaflets": 27300, "asked": 6815, "alerts": 36, "exposed": 17,
        "lectures": 52, "audience": 8190, "devices": 15, "lawyers": 19, "goal": 60,
        "courses": 18, "trainees": 729, "certified": 54, "budget": "88.3", "kits": 216,
        "offices": 22,
    },
}  # fmt: skip
_SISTERS_DATE = date(2020, 12, 18)


def flagship(year: int) -> Report:
    """栖梧市's report of 2021 or 2022: one narrative, other figures, two works."""
    values = dict(_FLAGSHIP[year])
    day = _SIGNED[year]
    text = (
        load_text("flagship.txt")
        .strip()
        .format(
            year=year,
            theme=THEMES[year],
            signed=_written(day),
            total=_total(values),
            mediation_rate=_rate(values, "settled", "complaints"),
            failure_rate=_rate(values, "failed", "sampled"),
            **values,
        )
    )
    return Report(
        key=f"flagship_{year}",
        kind="summary",
        title=f"栖梧市市场监督管理局{year}年度消费者权益保护工作总结",
        issuer="栖梧市市场监督管理局",
        year=year,
        published=day,
        paragraphs=tuple(text.splitlines()),
        figures=(
            ("demands_total", _total(values)),
            ("complaints_received", str(values["complaints"])),
            ("reports_received", str(values["reports"])),
            ("enquiries", str(values["enquiries"])),
            ("complaints_settled", str(values["settled"])),
            ("mediation_rate", _rate(values, "settled", "complaints")),
            ("failure_rate", _rate(values, "failed", "sampled")),
        ),
    )


def sisters() -> tuple[Report, Report]:
    """Two counties that filled in one template with their own figures."""
    first, second = (_sister(place, dict(values)) for place, values in _SISTERS.items())
    return first, second


def essays() -> tuple[Report, ...]:
    """The five works of the compilation page, untitled as on the page."""
    blocks = load_text("essays.txt").strip().split("\n@@\n")
    return tuple(
        Report(
            key=f"essay_{number}",
            kind="activity",
            title=f"{ESSAY_STEM}{number}",
            issuer="",
            year=None,
            published=date(2020, 4, 9),
            paragraphs=tuple(block.splitlines()),
        )
        for number, block in enumerate(blocks, start=1)
    )


def off_topic() -> tuple[Report, ...]:
    """Texts a crawler meets on such sites that are not about consumer protection."""
    blocks = load_text("off_topic.txt").strip().split("\n@@\n")
    return tuple(
        Report(
            key=f"off_topic_{number}",
            kind="other",
            title=block.splitlines()[0],
            issuer="",
            year=None,
            published=date(2022, 7, 10 + number),
            paragraphs=tuple(block.splitlines()[1:]),
        )
        for number, block in enumerate(blocks, start=1)
    )


def year_swapped(report: Report) -> Report:
    """The report as an essay site republishes it: another year, no signature."""
    old, new = str(report.year), str(CLAIMED_YEAR)
    return replace(
        report,
        key=report.key + "_essay",
        title=f"{new}年度消费者权益保护工作总结范文",
        paragraphs=tuple(line.replace(old, new) for line in report.paragraphs[:-2]),
    )


_YEAR = re.compile(r"20[12]\d(?=年)")


def masked(report: Report, place: str) -> Report:
    """The report as some sites anonymise it: years and the place blanked out."""
    blank = "XX" + place[-1]
    return replace(
        report,
        key=report.key + "_masked",
        title=_YEAR.sub("20xx", report.title.replace(place, blank)),
        paragraphs=tuple(
            _YEAR.sub("20xx", line.replace(place, blank)) for line in report.paragraphs
        ),
    )


def reflowed(report: Report) -> Report:
    """The same words with paragraphs run together two by two."""
    lines = report.paragraphs
    pairs = ["".join(lines[i : i + 2]) for i in range(0, len(lines), 2)]
    return replace(report, key=report.key + "_reflowed", paragraphs=tuple(pairs))


def _sister(place: str, values: dict[str, int | str]) -> Report:
    agency = place + "市场监督管理局"
    text = (
        load_text("sister.txt")
        .strip()
        .format(
            agency=agency,
            signed=_written(_SISTERS_DATE),
            total=_total(values),
            failure_rate=_rate(values, "failed", "sampled"),
            **values,
        )
    )
    return Report(
        key="sister_" + place,
        kind="summary",
        title=f"{place}2020年消费者权益保护工作情况报告",
        issuer=agency,
        year=2020,
        published=_SISTERS_DATE,
        paragraphs=tuple(text.splitlines()),
        figures=(
            ("demands_total", _total(values)),
            ("complaints_received", str(values["complaints"])),
            ("enquiries", str(values["enquiries"])),
        ),
    )


def _total(values: dict[str, int | str]) -> str:
    return str(sum(int(values[name]) for name in ("complaints", "reports", "enquiries")))


def _rate(values: dict[str, int | str], part: str, whole: str) -> str:
    return percent(int(values[part]), int(values[whole]))


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
