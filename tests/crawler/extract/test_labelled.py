"""Fields of invented documents with known answers, as shares that may not fall."""

import json
from collections import Counter
from pathlib import Path

import pytest

from archive.page import PageDocument
from crawler.extract import Hints, topic_of_text
from crawler.extract.fields import document_of
from crawler.extract.metadata import Metadata
from crawler.extract.split import Work

FILES = ("labelled.jsonl", "labelled_hard.jsonl")
LABELLED = [
    json.loads(line)
    for name in FILES
    for line in (Path(__file__).parent / name).read_text("utf-8").splitlines()
]


def read(item: dict) -> PageDocument:
    work = Work(item["title"], item["text"], 0, len(item["text"]))
    return document_of(work, 1, Metadata(title=item["title"]), Hints(), alone=True)


@pytest.fixture(scope="module")
def documents() -> list[tuple[dict, PageDocument]]:
    return [(item, read(item)) for item in LABELLED if item["on_topic"] is not False]


@pytest.mark.parametrize(
    ("field", "least"), [("kind", 0.9), ("issuer", 0.9), ("region", 0.9), ("year_inferred", 0.9)]
)
def test_fields(documents, field, least):
    label = {"year_inferred": "year"}.get(field, field)
    wrong = [
        (item["title"], getattr(document, field), item[label])
        for item, document in documents
        if getattr(document, field) != item[label]
    ]

    assert 1 - len(wrong) / len(documents) >= least, wrong


def test_figures_by_name_value_and_unit(documents):
    found = Counter()
    missing = []
    for item, document in documents:
        got = {(figure.name, figure.value, figure.unit) for figure in document.figures}
        for figure in item["figures"]:
            found[tuple(figure) in got] += 1
            if tuple(figure) not in got:
                missing.append((item["title"], figure, got))

    assert found[True] / sum(found.values()) >= 0.95, missing


def test_topic():
    items = [item for item in LABELLED if item["on_topic"] is not None]
    wrong = [
        item["title"]
        for item in items
        if topic_of_text(item["text"], item["title"]).on_topic != item["on_topic"]
    ]

    assert len(wrong) / len(items) <= 0.04, wrong
