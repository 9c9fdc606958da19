"""Nothing is read from a place that repair guessed or gave up."""

from dataclasses import replace

import pytest

from archive.page import Span
from crawler.extract import Hints
from crawler.extract.fields import document_of
from crawler.extract.metadata import Metadata
from crawler.extract.numbers import numbers_in
from crawler.extract.page import Part, extract_page
from crawler.extract.repair import without_guesses
from crawler.extract.split import Work
from tests.crawler.extract.repair.damaged import PAGE, corrupt, some_list

LISTED = {**some_list(100, 3), "數": "shù", "當": "dāng"}


def page_of(text: str):
    paragraphs = "".join(f"<p>{line}</p>" for line in corrupt(text, LISTED).split("\n"))
    html = f"<html><body><h1>{PAGE.splitlines()[0]}</h1><div>{paragraphs}</div></body></html>"
    return extract_page([Part(html.encode(), "text/html; charset=utf-8")])


def test_a_number_that_lost_a_digit_is_no_figure():
    text = PAGE + "全年共受理消费者投诉1286件，其中当地3725件，办结1251件。\n"
    page = page_of(text)
    assert "\ufffd725件" in page.text
    values = {figure.value for figure in page.documents[0].figures}
    assert {"1286", "1251"} <= values
    assert not values & {"725", "25", "5", "3725"}


@pytest.mark.parametrize("place", ["tag", "head"])
@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("桑科乡消协", None),
        ("停看新闻网", None),
        ("青石晚报", "青石晚报"),
        ("青石当地晚报", "青石当地晚报"),
    ],
)
def test_a_source_is_not_read_from_a_guess(place, source, wanted):
    seen = corrupt(source, LISTED)
    tag = f'<meta name="ContentSource" content="{seen}">' if place == "tag" else ""
    head = f"<p>{corrupt('来源：' + source, LISTED)}</p>" if place == "head" else ""
    paragraphs = "".join(f"<p>{line}</p>" for line in corrupt(PAGE, LISTED).split("\n"))
    html = f"<html><head>{tag}</head><body><h1>通报</h1>{head}<div>{paragraphs}</div></body></html>"
    page = extract_page([Part(html.encode(), "text/html; charset=utf-8")])
    assert page.source == wanted


@pytest.mark.parametrize(
    "text",
    [
        "\ufffd25件",
        "\ufffd近件",
        "百分之98\ufffd",
        "百分之98.\ufffd",
        "百分之九\ufffd",
        "\ufffd万余件",
        "\ufffd,234件",
        "\ufffd，234件",
    ],
)
def test_numbers_beside_a_lost_character_are_not_read(text):
    assert numbers_in(text) == []


@pytest.mark.parametrize(
    "text", ["\ufffd近25件", "\ufffd，25件", "\ufffd受理25件", "\ufffd，1234件"]
)
def test_numbers_apart_from_it_are(text):
    assert len(numbers_in(text)) == 1


@pytest.mark.parametrize(
    ("status", "wanted"),
    [("certain", "共接12件"), ("likely", "共接12件"), ("guess", "共\ufffd\ufffd2件")],
)
def test_only_guesses_are_hidden(status, wanted):
    span = Span(11, 13, "?jiē)", "接1", status, ())
    assert without_guesses("共接12件", [span], offset=10) == wanted


@pytest.mark.parametrize("hidden", ["联", "联水", "联水县消费者协会"])
def test_an_issuer_is_not_read_from_a_guess(hidden):
    text = "一年来，我会坚持为民办事，受理投诉1286件。\n联水县消费者协会\n2016年3月20日"
    work = Work("消费维权工作总结", text, 0, len(text))
    assert fields(work, work).issuer == "联水县消费者协会"
    readable = replace(work, text=text.replace(hidden, "\ufffd" * len(hidden)))
    document = fields(work, readable)
    assert document.issuer is None
    assert document.text == text
    assert [figure.value for figure in document.figures] == ["1286"]


def fields(work: Work, readable: Work):
    return document_of(work, 1, Metadata(), Hints(), alone=True, readable=readable)
