"""The code page, user-defined areas included."""

from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.repair.cp936 import BYTES, PAIRS, decode, encode, is_private

CHARS = st.sampled_from(sorted(set(PAIRS.values())))


@given(st.lists(CHARS).map("".join))
def test_any_text_of_the_code_page_survives(text):
    assert decode(encode(text)) == text


def test_user_defined_areas_are_private_use_characters():
    assert decode(b"\xaa\xa1\xfe\xb8\xae\xba\xa1\x95") == "\ue000\ue47f\ue191\ue51a"
    assert all(map(is_private, "\ue000\ue47f\ue191\ue51a"))
    assert encode("\ue47f") == b"\xfe\xb8"


def test_every_private_use_character_has_its_own_bytes():
    private = [char for char in BYTES if is_private(char)]
    assert len(private) == 6 * 94 + 7 * 94 + 7 * 96 + 1
    assert len({BYTES[char] for char in private}) == len(private)


def test_a_lone_byte_and_an_invalid_pair_give_one_mark_each():
    assert decode(b"\xa1") == "?"
    assert decode(b"\xb5(") == "?"
    assert decode("消".encode("gbk") + b"\xb5(d)") == "消?d)"


def test_single_bytes():
    assert decode(b"a\x80\xff") == "a\u20ac\uf8f5"
