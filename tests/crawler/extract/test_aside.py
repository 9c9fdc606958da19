"""Invented pages of other shops, portals and viewers: what is left of their junk."""

import json
import re
from pathlib import Path

import pytest

from crawler.extract.clean import DROP_AT_EDGE
from crawler.extract.fold import fold, squeeze
from crawler.extract.line_model import site_score
from crawler.extract.page import Part, extract_page

FOLDERS = ("aside", "aside_later", "aside_third", "aside_fourth", "aside_fifth")
FOLDERS += ("aside_sixth", "aside_seventh", "aside_eighth")


def bare(text: str) -> str:
    return re.sub(r"\W", "", text)


def pages(folder: str):
    here = Path(__file__).parent / folder
    for truth in json.loads((here / "truth.json").read_text("utf-8")):
        yield truth, extract_page([Part((here / truth["file"]).read_bytes())])


def own_words(truth):
    """The report's own lines, those that may stay or go, and its title."""
    return "\n".join(
        bare(line) for line in (truth["body"], truth["title"], *truth.get("optional", ()))
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_junk_lines_left(folder):
    left, read = [], 0
    for truth, page in pages(folder):
        read += 1
        if page.language_script == "hans" and page.repair.status == "none":
            own = own_words(truth)
            left += [line for line in page.text.split("\n") if bare(line) not in own]

    assert len(left) <= 0.5 * read, left


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_line_of_a_body_is_lost(folder):
    for truth, page in pages(folder):
        if page.repair.status == "none" and page.language_script == "hans":
            whole = bare(page.text)
            optional = {bare(line) for line in truth.get("optional", ())}
            lost = [line for line in truth["body"].split("\n") if bare(line) not in whole]
            assert [line for line in lost if not any(o in bare(line) for o in optional)] == []


def test_lines_the_model_never_learned_from():
    rows = (Path(__file__).parent / "lines_later.tsv").read_text("utf-8").splitlines()
    found = {"site": 0, "text": 0}
    for label, line in (row.split("\t") for row in rows):
        found[label] += site_score(squeeze(fold(line))) >= DROP_AT_EDGE

    assert found["site"] >= 48  # of 80 prompts, by their form alone
    assert found["text"] <= 3  # of 60 report lines about the same words
