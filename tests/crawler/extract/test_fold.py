import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.fold import fold, simplified

MIXED = st.text(
    st.one_of(
        st.sampled_from("消費者①（）１２３45、。“”《》…Ａe\u0301\u0338㎏ﬁ豈\u1100\u1161 \u3000\n"),
        st.characters(),
    )
)


@given(MIXED)
def test_folding_is_compatibility_normalisation_in_simplified_characters(text: str) -> None:
    assert fold(text) == simplified(unicodedata.normalize("NFKC", text))


def test_pinyin_groups_are_left_out() -> None:
    assert fold("國（guó）際消費（fèi）者") == "国际消费者"
