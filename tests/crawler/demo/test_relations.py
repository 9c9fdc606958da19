"""The planned copies and look-alikes are what they are meant to be, by the cluster rule."""

from collections.abc import Callable

import pytest

from crawler.demo.compose import Report
from crawler.demo.gloss import glossed
from crawler.demo.library import Library, make_library
from crawler.demo.special import flagship, masked, reflowed, sisters, year_swapped
from dedupe.compare import compare
from dedupe.fingerprint import fingerprint

Copy = Callable[[Report], str]


def mirrored(report: Report) -> str:
    return "\n".join(glossed(line, full_width=True) for line in report.paragraphs)


def preview(report: Report) -> str:
    return " ".join(report.paragraphs)[: len(report.text) * 6 // 10]


COPIES: dict[str, Copy] = {
    "year_swapped": lambda report: year_swapped(report).text,
    "reflowed": lambda report: reflowed(report).text,
    "masked": lambda report: masked(report, report.issuer[:3]).text,
    "mirrored": mirrored,
    "preview": preview,
}


@pytest.fixture(scope="module")
def library() -> Library:
    return make_library()


def kind(a: str, b: str) -> str:
    return compare(fingerprint(a), fingerprint(b)).kind


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_reposts(library: Library, name: str) -> None:
    for original in (flagship(2021), library.essays[0], library.essays[2]):
        assert kind(original.text, COPIES[name](original)) in {"repost", "contains"}


def test_look_alikes_share_a_template_only(library: Library) -> None:
    first, second = sisters()
    assert kind(first.text, second.text) == "same_template"
    assert kind(flagship(2021).text, flagship(2022).text) == "same_template"
    assert kind(year_swapped(flagship(2021)).text, flagship(2022).text) == "same_template"
    assert kind(library.ordinary[1].text, library.ordinary[3].text) == "unrelated"
