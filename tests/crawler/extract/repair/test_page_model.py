"""Scores of a set of characters are those of its members."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract.repair import letters, model
from crawler.extract.repair.page_model import RARE_BLANK, PageModel
from crawler.extract.repair.symbols import fold
from tests.crawler.extract.repair.damaged import PAGE

ADAPTED = PageModel(model.load(), PAGE)
SYMBOLS = st.sampled_from(["", "\ufffd", *fold(PAGE + "龘鑫0，")])


@given(SYMBOLS, SYMBOLS, st.integers(0x81, 0xFE))
@settings(deadline=None)
def test_a_set_is_weighed_like_its_letters(before2, before, first):
    choice = letters.second_missing(first)
    scores = ADAPTED.scores(before2, before, choice)
    assert scores.tolist() == pytest.approx(
        [
            (ADAPTED.score(before2, before, one.symbol) if one.symbol else RARE_BLANK) + one.extra
            for one in choice
        ]
    )


def test_sets_hold_what_their_bytes_allow():
    assert {one.simplified for one in letters.second_missing(0xB5)} >= set("的地到得")
    assert all(one.code[1] > 0x80 for one in letters.second_missing(0xB5))
    assert "条" in {one.simplified for one in letters.first_missing(0x6C, 0x81, 0xFF)}
    assert {one.simplified for one in letters.second_missing(0xD6)} >= {"中", "之"}
