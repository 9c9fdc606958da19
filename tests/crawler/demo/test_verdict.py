"""The verdict on an archive finds what is missing, wrong or wrongly grouped."""

from dataclasses import replace

import pytest

from crawler.demo.truth import Expected, Truth
from crawler.demo.verdict import HeldDocument, verdict

HOSTS = {"gov.test": "http://gov", "essay.test": "http://essay"}
TRUTH = Truth(
    pages=(
        Expected("gov.test", "/1", works=("a",), title="甲", body="一 二\n三"),
        Expected("essay.test", "/1", works=("a",), completeness="preview", year_conflict=True),
        Expected("essay.test", "/5", works=("b", "c")),
        Expected("gov.test", "/bad", ("soft404", "gone")),
    ),
    never=(),
    canonical=(("a", "gov.test", "/1"),),
)
RIGHT = (
    HeldDocument("http://gov/1", 1, "甲", "一二三", frozenset("A"), canonical=True),
    HeldDocument(
        "http://essay/1", 1, "x", "x", frozenset("A"), completeness="preview", year_conflict=True
    ),
    HeldDocument("http://essay/5", 1, "x", "x", frozenset("B"), canonical=True),
    HeldDocument("http://essay/5", 2, "x", "x", frozenset("C"), canonical=True),
)
OUTCOMES = {"http://gov/bad": "gone"}


def test_an_archive_that_is_right() -> None:
    assert verdict(TRUTH, HOSTS, RIGHT, OUTCOMES) == []


@pytest.mark.parametrize(
    ("number", "wrong", "finding"),
    [
        (0, {"title": "乙"}, "title is '乙', not '甲'"),
        (0, {"text": "一二四"}, "text is '一二四', not '一二三'"),
        (0, {"canonical": False}, "stands for it"),
        (1, {"completeness": "full"}, "completeness is 'full'"),
        (1, {"year_conflict": False}, "year_conflict is False"),
        (1, {"clusters": frozenset("Z")}, "share no cluster"),
        (2, {"clusters": frozenset("A")}, "a and b: two works in one cluster"),
        (3, {"url": "http://essay/9"}, "holds 1 documents, none expected"),
    ],
)
def test_each_difference_is_found(number: int, wrong: dict[str, object], finding: str) -> None:
    held = list(RIGHT)
    held[number] = replace(held[number], **wrong)  # type: ignore[arg-type]
    assert any(finding in line for line in verdict(TRUTH, HOSTS, held, OUTCOMES))


def test_missing_documents_and_outcomes() -> None:
    found = verdict(TRUTH, HOSTS, RIGHT[:1], {"http://essay/1": "error"})
    assert found[0] == "essay.test/1: no document, outcome error, not ok"
    assert "gov.test/bad: no document, outcome None, not soft404 or gone" in found
