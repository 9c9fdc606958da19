import sys

import opencc
from hypothesis import given
from hypothesis import strategies as st

from archive.fold import fold, search_form

EVERYTHING = "".join(map(chr, range(sys.maxunicode + 1)))


def test_every_character_becomes_one_and_stays_there() -> None:
    folded = fold(EVERYTHING)
    assert len(folded) == len(EVERYTHING)
    assert fold(folded) == folded


def test_the_table_is_that_of_opencc() -> None:
    """But for a few characters that two scripts share, which search takes for one."""
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    differ = [a for a, b in zip(han, simplified, strict=True) if fold(a) != fold(b)]
    assert differ == []


@given(st.text(st.characters() | st.sampled_from("3.15·・３．１５"), max_size=40))
def test_the_search_form_is_settled(text: str) -> None:
    form = search_form(text)
    assert search_form(form) == form


def test_points_go_from_inside_numbers_only() -> None:
    assert search_form("3.15、３・１５；1.2.3 3. 5 .7 a.b 3..5") == "315、315;123 3. 5 .7 a.b 3..5"
