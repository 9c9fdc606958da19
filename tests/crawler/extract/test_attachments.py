"""Office files and PDFs: the same report in each format, limits, broken files."""

import random

import pytest

from archive.page import Page
from crawler.demo.attachments import docx, pdf, rtf
from crawler.extract.formats import format_of
from crawler.extract.page import Part, extract_page
from tests.crawler.extract.office import compound, doc, xls, xlsx, zipped

REPORT = (
    "云岭市消费者协会",
    "2023年工作总结",
    "今年以来，云岭市消费者协会坚持为民办事，认真受理群众来信来访，各项工作取得了新的进展，现将主要情况报告如下。",
    "一、受理投诉情况",
    "全年共受理消费者投诉1286件，办结1251件，办结率97.28%，为消费者挽回经济损失203.6万元，接待咨询5120人次。",
    "二、存在的问题",
    "基层人手偏少的状况还没有得到根本改变，新兴领域的消费纠纷取证难度较大，需要逐步加以解决。",
)
MANY = {f"word__{n}": b"x" for n in range(2_500)}
WRITERS = {"docx": docx, "doc": doc, "rtf": rtf, "pdf": pdf}


def read(payload: bytes, name: str = "") -> Page:
    return extract_page([Part(payload, name or None)])


@pytest.mark.parametrize("name", WRITERS)
def test_a_report_is_the_same_in_each_format(name):
    payload = WRITERS[name](REPORT)
    page = read(payload, "application/octet-stream")

    assert format_of(payload) == name
    assert page.outcome == "ok"
    assert page.text.split("\n") == list(REPORT)
    assert page.title == "云岭市消费者协会2023年工作总结"
    assert page.topic.on_topic
    (document,) = page.documents
    assert document.issuer == "云岭市消费者协会"
    assert ("loss_recovered", "2036000") in {(f.name, f.value) for f in document.figures}


@pytest.mark.parametrize("write", [xlsx, xls])
def test_a_table_is_a_line_a_row(write):
    rows = [("2023年投诉情况表",), ("类别", "受理投诉（件）", "比上年"), ("食品", 412, 0.5)]
    rows += [(f"第{n}类商品", n, n / 4) for n in range(1, 9)]
    page = read(write(rows))

    assert page.outcome == "ok"
    assert page.text.split("\n")[:3] == [
        "2023年投诉情况表",
        "类别 受理投诉（件） 比上年",
        "食品 412 0.5",
    ]


def test_pages_of_a_pdf_lose_their_numbers_and_running_heads():
    sheets = []
    for n, line in enumerate(REPORT[2:] * 2, start=1):
        filling = [f"第{n}部分第{k}项工作已经按计划完成。" for k in range(37)]
        sheets += ["云岭消费", line[:30], *filling, str(n + 3)]
    page = read(pdf(sheets))

    lines = page.text.split("\n")
    assert "云岭消费" not in lines
    assert not any(line.isdecimal() for line in lines)
    assert {item.rule for item in page.dropped} == {"page_head", "page_number"}


def test_a_number_at_the_edge_of_one_page_is_text():
    page = read(pdf([*REPORT, "1286"]))

    assert page.text.endswith("1286")


def test_a_justified_line_loses_its_blanks():
    spread = " ".join("今年以来我们受理了消费者投诉一百二十件并全部办结了")
    page = read(pdf([*REPORT, spread + "。"]))

    assert spread.replace(" ", "") + "。" in page.text


def test_table_cells_and_deleted_text_of_a_docx():
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    row = "".join(f"<w:tc><w:p><w:r><w:t>{t}</w:t></w:r></w:p></w:tc>" for t in ("食品", "41"))
    paragraph = f"<w:p><w:r><w:t>{REPORT[2]}</w:t></w:r></w:p>"
    gone = "<w:p><w:del><w:r><w:delText>删去的话</w:delText></w:r></w:del></w:p>"
    box = f"<w:sdt><w:sdtContent>{paragraph}</w:sdtContent></w:sdt>"
    table = f"<w:tbl><w:tr>{row}</w:tr></w:tbl>"
    xml = f"<w:document {namespace}><w:body>{box}{table}{gone}</w:body></w:document>"
    page = read(zipped(word__document=xml.encode()))

    assert page.text.split("\n") == [REPORT[2], "食品 41"]


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (zipped(word__document=b"<a>" + b" " * 30_000_000), "too_complex"),
        (zipped(word__document=b"<broken"), "undecodable"),
        (zipped(word__document=b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'), "no_body"),
        (zipped(word__other=b"x" * 500), "unsupported"),
        (zipped(**MANY, word__document=b"<a/>"), "too_complex"),
        (pdf(["扫描"]), "needs_ocr"),
        (b"%PDF-1.7 nothing behind it", "undecodable"),
        (docx(["Nothing here is Chinese, as when bytes are read wrongly."] * 3), "undecodable"),
        (compound({"Other": bytes(4096)}), "unsupported"),
        (compound({"WordDocument": bytes(4096), "1Table": bytes(4096)}), "undecodable"),
        (b"\x89PNG\r\n" + bytes(100), "unsupported"),
        (docx(["空"]), "no_body"),
    ],
    ids=["bomb", "broken xml", "entity", "other zip", "members", "scan", "no pdf", "mojibake",
         "other ole", "empty word", "picture", "short"],
)  # fmt: skip
def test_what_gives_no_text_has_its_reason(payload, outcome):
    page = read(payload)

    assert page.outcome == outcome
    assert page.documents == ()


def test_a_web_page_named_doc_is_a_web_page():
    html = "<html><body>" + "".join(f"<p>{line}</p>" for line in REPORT) + "</body></html>"

    assert read(html.encode("gb18030"), "application/msword").text.split("\n")[-1] == REPORT[-1]


def test_damaged_files_have_an_outcome():
    rng = random.Random(7)
    rows = [("项目", "数量"), *((f"第{n}项", n) for n in range(20))]
    files = [write(REPORT) for write in WRITERS.values()] + [xlsx(rows), xls(rows)]
    for _ in range(300):
        damaged = bytearray(rng.choice(files))
        for _ in range(rng.choice((1, 3, 30))):
            damaged[rng.randrange(8, len(damaged))] = rng.randrange(256)
        if rng.random() < 0.3:
            del damaged[rng.randrange(8, len(damaged)) :]
        page = read(bytes(damaged))
        assert bool(page.documents) == (page.outcome == "ok")
