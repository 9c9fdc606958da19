"""Repair of page trees, and finding the places again in what extraction makes of them."""

import lxml.html
import pytest

from crawler.extract.repair import locate, repair_text, repair_tree
from crawler.extract.repair.tree import Fix, TreeRepair
from tests.crawler.extract.repair.damaged import PAGE, corrupt, some_list

LISTED = {**some_list(100, 1), "項": "xiàng"}
LISTED.pop("條", None)


def page(text: str) -> str:
    paragraphs = "".join(f"<p>{line}</p>\n<!-- 國(guó) -->" for line in text.split("\n"))
    title = text[: text.find("關") + 3]
    return (
        f'<html><head><title>{title}</title><meta name="description" content="{text[:20]}">'
        f"<script>var a = '國(guó)?xiàng)';</script></head>"
        f'<body><img alt="{text[5:15]}">{paragraphs}<br>附記</body></html>'
    )


def test_text_nodes_and_attributes_are_restored_in_place():
    damaged = corrupt(PAGE, LISTED)
    tree = lxml.html.document_fromstring(page(damaged))
    script = tree.find(".//script").text
    done = repair_tree(tree)
    assert done.status in ("certain", "likely", "guess")
    assert "\n".join(p.text or "" for p in tree.iter("p")) == repair_text(damaged).text
    assert tree.findtext(".//title") == "青石县消费者协会关"  # its last gloss was cut off
    assert tree.find(".//meta").get("content").startswith("青石县")
    assert tree.find(".//br").tail == "附记"
    assert tree.find(".//script").text == script
    assert tree.find(".//p").tail == "\n"


def test_places_are_found_again():
    damaged = corrupt(PAGE, LISTED)
    tree = lxml.html.document_fromstring(page(damaged))
    done = repair_tree(tree)
    text = "\n\n".join(p.text for p in tree.iter("p") if p.text)
    spans = locate(text, done)
    assert len(spans) == len(done.fixes)
    assert [text[s.start : s.end] for s in spans] == [s.restored for s in spans]
    assert [s.damaged for s in spans] == [s.damaged for s in repair_text(damaged).spans]


def test_places_of_dropped_parts_are_left_out():
    tree = lxml.html.document_fromstring(page(corrupt(PAGE, LISTED)))
    done = repair_tree(tree)
    assert locate("", done) == ()
    kept = [p.text for p in tree.iter("p") if p.text and "管理条例" in p.text]
    assert {s.restored for s in locate("\n".join(kept), done)} == {"条"}


def test_the_same_words_twice_are_told_apart():
    fix = Fix("?xiàng)l", "条", "certain", (), "信业管理", "例的规定")
    text = "依照旅信业管理条例的规定，也依照信业管理条例的规定。"
    spans = locate(text, TreeRepair("certain", (fix, fix)))
    assert [text[s.start - 2 : s.end + 1] for s in spans] == ["管理条例", "管理条例"]
    assert len({s.start for s in spans}) == 2


def test_blanks_around_a_place_may_change():
    fix = Fix("?shù)", "地", "likely", (), "各站\n 在当", "政府 \n等")
    text = "各站在当地政府等处"
    assert [(s.start, s.end) for s in locate(text, TreeRepair("likely", (fix,)))] == [(4, 5)]


def test_a_short_place_without_neighbours_is_not_looked_up():
    fix = Fix("?shù)", "地", "likely", (), "", "")
    assert locate("当地的土地", TreeRepair("likely", (fix,))) == ()


@pytest.mark.parametrize("text", [PAGE, "課文：鳥(niǎo)飛。" * 3])
def test_other_pages_stay_as_they_are(text):
    tree = lxml.html.document_fromstring(page(text))
    before = lxml.html.tostring(tree)
    assert repair_tree(tree) == TreeRepair("none", ())
    assert lxml.html.tostring(tree) == before
