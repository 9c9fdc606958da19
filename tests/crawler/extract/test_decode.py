import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import decode

TEXT = "消费者协会全年共受理投诉一千余件，为消费者挽回经济损失，受到广大群众的好评。" * 5


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "gbk", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("meta", ["", "<meta charset=utf-8>", "<meta charset=gb2312>"])
def test_content_decides_and_not_the_meta(codec, meta):
    decoded = decode(f"<html><head>{meta}</head><p>{TEXT}</p>".encode(codec))

    assert TEXT in decoded.text
    assert decoded.encoding.replaced == 0


def test_big5_pages_are_read():
    text = "消費者協會全年共受理投訴一千餘件，為消費者挽回經濟損失，受到廣大群眾的好評。" * 5

    assert text in decode(f"<p>{text}</p>".encode("big5")).text


def test_one_cut_character_does_not_lose_the_page():
    payload = f"<li>{TEXT}".encode("gb18030") + b"\xcf</li>" + TEXT.encode("gb18030")

    decoded = decode(payload)

    assert decoded.text.count(TEXT) == 2
    assert decoded.encoding.chosen == "gb18030"


@pytest.mark.parametrize("label", ["rot13", "hex", "unicode_escape", "idna", "nonsense"])
def test_labels_that_are_no_charsets_are_ignored(label):
    decoded = decode(TEXT.encode(), f"text/html; charset={label}")

    assert decoded.text == TEXT
    assert decoded.encoding.declared == label


@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=30)))
def test_any_bytes_decode_to_something_encodable(payload, content_type):
    decode(payload, content_type).text.encode("utf-8")
