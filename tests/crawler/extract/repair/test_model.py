"""What the language model knows of marks and numbers."""

import pytest

from crawler.extract.repair.model import load
from tests.crawler.extract.repair.damaged import PAGE

HAN = sorted({char for char in PAGE if "\u4e00" <= char <= "\u9fff"})


@pytest.mark.parametrize(
    "mark", "。，；：、？！".translate({ord(c): ord(c) - 0xFEE0 for c in "，；：？！"})
)
def test_what_follows_a_mark_does_not_depend_on_what_ended_there(mark):
    score = load().score
    for char in HAN[::20]:
        assert len({score(before, mark, char) for before in HAN[::7]}) == 1


@pytest.mark.parametrize("char", "看科克可靠现由")
def test_words_of_every_kind_begin_sentences(char):
    assert load().score("民", "。", char) > -8.5


@pytest.mark.parametrize("before", ["期:", "投诉", "共计", "。"])
def test_numbers_follow_words_and_marks(before):
    assert load().score(("。" + before)[-2], before[-1], "0") > -7.0
