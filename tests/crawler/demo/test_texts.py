"""The invented reports: varied, consistent, and alike only where they are meant to be."""

import re
from dataclasses import fields
from itertools import combinations

import pytest

from crawler.demo.compose import Report
from crawler.demo.library import Library, More, make_libraries, make_library
from crawler.demo.special import essays, flagship, masked, reflowed, sisters, year_swapped

NOT_HAN = re.compile(r"[^\u4e00-\u9fff]")
LEFT_OVER = re.compile(r"[{}\[\]|#]")


@pytest.fixture(scope="module")
def library() -> Library:
    return make_library()


@pytest.fixture(scope="module")
def more() -> More:
    return make_libraries()[1]


def every_report(library: Library | More) -> list[Report]:
    found: list[Report] = [*essays()] if isinstance(library, Library) else []
    for field in fields(library):
        value = getattr(library, field.name)
        found += [value] if isinstance(value, Report) else value
    return found


def grams(report: Report) -> set[str]:
    han = NOT_HAN.sub("", report.text)
    return {han[i : i + 5] for i in range(len(han) - 4)}


def coverage(a: Report, b: Report) -> float:
    """Share of the shorter text's 5-grams that the other has too."""
    first, second = grams(a), grams(b)
    return len(first & second) / min(len(first), len(second))


def test_the_library_is_the_same_on_every_run(library: Library) -> None:
    assert make_library() == library


def test_no_placeholder_is_left(library: Library, more: More) -> None:
    for report in every_report(library) + every_report(more):
        assert not LEFT_OVER.search(report.title + report.text), report.key


def test_works_differ_in_wording(library: Library, more: More) -> None:
    planned = {frozenset(r.key for r in sisters()), frozenset({"flagship_2021", "flagship_2022"})}
    reports = [(r.key, grams(r)) for r in every_report(library) + every_report(more)]
    for (a, first), (b, second) in combinations(reports, 2):
        if {a, b} not in planned:
            assert len(first & second) < 0.5 * min(len(first), len(second)), (a, b)


def test_keys_and_texts_are_not_shared(library: Library, more: More) -> None:
    reports = every_report(library) + every_report(more)
    assert len({report.key for report in reports}) == len(reports)
    assert len({report.text for report in reports}) == len(reports)


def test_long_reports_are_of_realistic_length(library: Library) -> None:
    lengths = [
        len(NOT_HAN.sub("", report.text))
        for report in every_report(library)
        if report.kind == "summary"
    ]
    assert min(lengths) >= 850
    assert max(lengths) <= 3000


def test_headline_figures_add_up_and_stand_in_the_text(library: Library) -> None:
    checked = 0
    for report in every_report(library):
        figures = dict(report.figures)
        if "reports_received" in figures:
            parts = ("complaints_received", "reports_received", "enquiries")
            assert int(figures["demands_total"]) == sum(int(figures[part]) for part in parts)
            assert all(figures[part] in report.text for part in parts)
            checked += 1
    assert checked >= 40


def test_look_alikes_share_words_but_no_figures() -> None:
    for a, b in ((flagship(2021), flagship(2022)), sisters()):
        assert coverage(a, b) > 0.85
        numbers = [set(re.findall(r"\d{3,}(?:\.\d+)?", r.text)) for r in (a, b)]
        assert numbers[0] & numbers[1] <= {"12315", "2020"}


def test_copies_keep_the_words_of_their_original(library: Library) -> None:
    original = library.essays[1]
    copies = (masked(original, original.issuer[:3]), reflowed(original))
    for copy in copies:
        assert coverage(original, copy) > 0.9
    report = flagship(2021)
    swapped = year_swapped(report)
    assert "2021" not in swapped.title + swapped.text
    assert "守护安全 畅通消费" in swapped.text
    assert coverage(report, swapped) > 0.95
