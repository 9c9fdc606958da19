from pathlib import Path

import pytest

from archive.archive import Archive
from archive.db import Database
from archive.errors import NotFound
from archive.query import cluster, document, raw_capture, texts
from tests.archive.builders import Builder


@pytest.fixture
def build(database: Database) -> Builder:
    return Builder(database)


PAGE = {
    "encoding": {"declared": "gb2312", "chosen": "gb18030"},
    "dropped": [{"text": "上一篇", "rule": "link_line"}],
    "repair": {
        "status": "likely",
        "spans": [
            {"start": 2, "end": 3, "damaged": "x", "restored": "费", "status": "likely"},
            {"start": 90, "end": 91, "damaged": "y", "restored": "者", "status": "likely"},
        ],
    },
}


def test_a_document_tells_where_it_comes_from(database: Database, build: Builder) -> None:
    text = "总消费投诉30件"
    made = build.document(
        text,
        title="总结",
        page=PAGE,
        figures=[
            {"name": "complaints_received", "value": "30", "unit": "件", "start": 5, "end": 8}
        ],
    )
    view = document(database, made)
    (capture,) = view.captures
    assert (capture.url, capture.warc_file) == (view.url, "raw/run1.warc.gz")
    assert (capture.offset, capture.length, capture.record_type) == (1000, 900, "response")
    assert (view.encoding, view.extractor_version) == ("gb18030", "1")
    assert [(line.text, line.rule) for line in view.dropped] == [("上一篇", "link_line")]
    assert [text[s.start : s.end] for s in view.repairs] == ["费"]
    assert [(f.name, f.value, text[f.start : f.end]) for f in view.figures] == [
        ("complaints_received", "30", "30件")
    ]
    assert [(v.version, v.extractor_version) for v in view.versions] == [(1, "1")]


def test_repairs_of_the_second_work_of_a_page_count_in_its_text(
    database: Database, build: Builder
) -> None:
    made = build.document("a" * 10, page=PAGE, start=85, end=95)
    assert [(s.start, s.end) for s in document(database, made).repairs] == [(5, 6)]


def test_a_document_shows_its_work(database: Database, build: Builder) -> None:
    a, b, c = (build.document(f"文{name}") for name in "abc")
    build.cluster("c1", {a: "canonical", b: "repost"})
    build.cluster("c2", {c: "canonical"})
    view = document(database, b)
    assert view.clusters == (("c1", "repost"),)
    assert [m.document for m in view.members] == [a, b]


def test_a_cluster_has_members_edges_and_a_name_for_ever(
    database: Database, build: Builder
) -> None:
    a, b, c, d = (build.document(f"文{name}", title=name) for name in "abcd")
    build.cluster("c1", {a: "canonical", b: "repost"})
    build.cluster("c2", {c: "canonical"})
    build.cluster("c3", {d: "canonical"})
    build.edge(a, b, evidence={"matched": 900})
    build.edge(b, d, kind="same_template", coverage=0.8)
    build.merge("c3", "c2")
    build.merge("c2", "c1")
    view = cluster(database, "c3")
    assert (view.id, view.canonical) == ("c1", a)
    assert {m.document for m in view.members} == {a, b, c, d}
    assert [(e.a_title, e.b_title, e.kind, e.coverage) for e in view.edges] == [
        ("a", "b", "repost", 0.97),
        ("b", "d", "same_template", 0.8),
    ]


def test_what_is_not_there_is_said(database: Database, build: Builder, tmp_path: Path) -> None:
    gone = build.document("文")
    build.withdraw(gone)
    with pytest.raises(NotFound, match="withdrawn"):
        document(database, gone)
    with pytest.raises(NotFound, match="no document 'x'"):
        texts(database, "x")
    with pytest.raises(NotFound, match="no cluster"):
        cluster(database, "x")
    archive = Archive(tmp_path, database)
    with pytest.raises(NotFound, match="no capture"):
        raw_capture(archive, 99)
    with pytest.raises(NotFound, match="cannot be read"):
        raw_capture(archive, 1)


def test_a_withdrawn_member_is_not_shown(database: Database, build: Builder) -> None:
    a, b = build.document("文a"), build.document("文b")
    build.cluster("c1", {a: "canonical", b: "repost"})
    build.edge(a, b)
    build.withdraw(b)
    view = cluster(database, "c1")
    assert [m.document for m in view.members] == [a]
    assert view.edges == ()
