"""The damage of the mirrors, against places known from wild pages of the kind."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, pinyin

from crawler.demo.gloss import _READINGS, glossed, traditional


@pytest.mark.parametrize(
    ("clean", "damaged"),
    [
        ("消费者权益", "消費(fèi)者權(quán)益"),
        ("活动。现将", "活動(dòng)?，F(xiàn)將"),
        ("服务。现就", "服務(wù)?，F(xiàn)就"),
        ("管理条例", "管理?xiàng)l例"),
        ("因为", "因?yàn)"),
    ],
)
def test_known_places(clean: str, damaged: str) -> None:
    assert glossed(clean).startswith(damaged)


def test_readings_are_readings_of_their_characters() -> None:
    assert len(_READINGS) > 80
    for character, reading in _READINGS.items():
        known = pinyin(character, style=Style.TONE, heteronym=True)[0]
        assert reading in known, character


def test_variants_of_the_mirrors() -> None:
    line = "消费维权，从我做起"
    assert glossed(line, full_width=True).startswith("消費（fèi）維權（quán）")
    assert "，，" in glossed(line, doubled_commas=True)


@given(st.text(alphabet="的一是在不了有和人这中大上我国权消费者动现理条地数", max_size=40))
def test_length_only_grows_and_nothing_raises(line: str) -> None:
    assert len(glossed(line)) >= len(traditional(line)) - line.count("，")
    assert not re.search(r"[费权动现条]", traditional(line))
