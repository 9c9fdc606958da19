import re
from collections import Counter
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql

from archive.db import Database
from archive.errors import BadCursor, BadQuery
from archive.fold import fold, search_form
from archive.search import (
    FACETS,
    Entry,
    Query,
    Results,
    Searcher,
    index_documents,
    read,
    relevance,
    search,
)
from archive.search.index import MAX_REPEATS, OVERLAP, SEGMENT, segments
from archive.search.query import MAX_TERM
from archive.search.snippets import places
from tests.archive.builders import Builder

SENTENCES = (
    "全年共受理消费者投诉1234件，调解成功率为92.5%。",
    "围绕3·15国际消费者权益日，开展“放心消费”宣传。",
    "圍繞３．１５活動，發放宣傳資料二萬份，答覆諮詢。",
    "（一）加强组织领导；（二）完善维权网络——形成合力。",
    "预付卡、网络购物、装修服务仍是热点……",
    "12315平台 与  12345热线\n双号并行，ＡＢＣ类商品抽检。",
    "--------------------------------",
    "啊啊啊啊啊啊啊啊",
    "It's 'quoted' \\ and \"double\" & <b>bold</b> | * : ! ( )",
)


@pytest.fixture
def build(database: Database) -> Builder:
    return Builder(database)


def ids(results: Results) -> set[str]:
    return {hit.id for hit in results.hits}


def found(database: Database, text: str, **options: object) -> set[str]:
    return ids(search(database, Query(text, **options), limit=1000))


def quoted(text: str) -> str:
    return f'"{text}"'


def test_finds_what_a_scan_of_the_folded_text_finds(database: Database, build: Builder) -> None:
    random = Random(315)
    texts: dict[str, str] = {}
    for _ in range(40):
        text = "".join(random.choices(SENTENCES, k=random.choice((3, 20, 400))))
        texts[build.document(text)] = text
    forms = {document: search_form(text) for document, text in texts.items()}
    searcher = Searcher(database)
    wrong = []
    for _ in range(600):
        text = random.choice(list(texts.values()))
        start = random.randrange(len(text))
        query = text[start : start + random.randint(1, 12)].replace('"', "")
        form = search_form(query)
        if not form:
            continue
        expected = {document for document, text in forms.items() if form in text}
        if set(searcher.documents(Query(quoted(query)))) != expected:
            wrong.append(query)
    assert wrong == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_any_text_is_found_by_any_part_of_it(database: Database, data: st.DataObject) -> None:
    alphabet = st.sampled_from("投诉投訴消费１2.·3ａB -—“'\\:*()\u3000\n\x00啊😀𠮷")
    text = data.draw(st.text(alphabet | st.characters(codec="utf-8"), min_size=1, max_size=300))
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : start + data.draw(st.integers(1, MAX_TERM))].replace('"', "")
    build = Builder(database)
    document = build.document(text.replace("\x00", ""))
    form = search_form(part.replace("\x00", ""))
    if form and form in search_form(text.replace("\x00", "")):
        assert document in found(database, quoted(part.replace("\x00", "")))
    build.withdraw(document)


@given(st.text(st.sampled_from("ab-啊"), max_size=900) | st.text(max_size=200), st.data())
def test_segments_hold_every_short_part(form: str, data: st.DataObject) -> None:
    form = form * data.draw(st.sampled_from((1, 7, 30)))
    pieces = segments(form)
    assert all(len(piece) <= SEGMENT for piece in pieces)
    for piece in pieces:
        assert max(Counter(pairwise(piece)).values(), default=0) <= MAX_REPEATS
    for start in range(0, len(form), 37):
        part = form[start : start + OVERLAP]
        assert any(part in piece for piece in pieces)


def test_a_character_repeated_beyond_the_limits_of_tsvector(
    database: Database, build: Builder
) -> None:
    document = build.document("表" + "-" * 20_000 + "投诉" + "嗯" * 3_000 + "完")
    for query in ("--投诉", "嗯嗯完", "表--", "诉嗯嗯"):
        assert found(database, quoted(query)) == {document}
    assert found(database, quoted("嗯投")) == set()


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("消费", "消費者權益"),
        ("消費", "消费者权益"),
        ("315", "三月十五日（3·15）宣传"),
        ("3.15", "迎接３・１５活动"),
        ("3·15", "315晚会"),
        ("ABC", "ａｂｃ商品"),
        ("答复", "答覆"),
        ("随着", "隨著"),
        ("（一）", "(一)总体情况"),
        ("费", "消費"),
        ("二", "第二"),
        ("𠮷", "𠮷野家"),
        ("92.5%", "成功率９２.５％"),
    ],
)
def test_scripts_widths_and_digit_forms_are_alike(
    database: Database, build: Builder, query: str, text: str
) -> None:
    document = build.document(text)
    build.document("别的事情")
    assert found(database, query) == {document}


def test_a_phrase_does_not_cross_punctuation(database: Database, build: Builder) -> None:
    build.document("受理投诉，举报若干")
    assert found(database, "投诉举报") == set()
    assert len(found(database, "投诉，举报")) == 1


def test_booleans_are_set_algebra(database: Database, build: Builder) -> None:
    a = build.document("甲 乙")
    b = build.document("乙 丙")
    c = build.document("丙 丁", title="甲在标题")
    everything = {a, b, c}
    cases = {
        "甲": {a, c},
        "甲 乙": {a},
        "甲 AND 乙": {a},
        "甲 OR 乙": everything,
        "乙 NOT 丙": {a},
        "NOT 丙": {a},
        "NOT NOT 丙": {b, c},
        "NOT (甲 丙)": {a, b},
        "(甲 OR 丁) AND 丙": {c},
        "甲 丙 OR 乙 NOT 甲": {b, c},
        "（甲 OR 丙） NOT （乙 OR 丁）": set(),
        '"甲 乙" OR "丙 丁"': {a, c},
        "“丙 丁”": {c},
        "": everything,
        "   ": everything,
    }
    assert {query: found(database, query) for query in cases} == cases


def test_any_query_finds_what_its_parts_find_in_a_scan(database: Database, build: Builder) -> None:
    random = Random(7)
    forms = {}
    for _ in range(25):
        text = "".join(random.choices("甲乙丙丁 ", k=random.randrange(8)))
        title = "".join(random.choices("甲乙戊", k=random.randrange(3)))
        forms[build.document(text, title=title)] = (text, title)
    searcher = Searcher(database)

    def asked(depth: int) -> tuple[str, set[str]]:
        """A query, and the documents it means."""
        if depth == 0 or random.random() < 0.2:
            word = "".join(random.choices("甲乙丙丁戊", k=random.choice((1, 1, 2))))
            return word, {d for d, parts in forms.items() if any(word in p for p in parts)}
        (a, in_a), (b, in_b) = asked(depth - 1), asked(depth - 1)
        return random.choice(
            [
                (f"({a} OR {b})", in_a | in_b),
                (f"({a} AND {b})", in_a & in_b),
                (f"({a} NOT {b})", in_a - in_b),
                (f"(NOT {a} NOT {b})", set(forms) - in_a - in_b),
            ]
        )

    for _ in range(150):
        query, expected = asked(3)
        assert (query, set(searcher.documents(Query(query)))) == (query, expected)


def test_parentheses_and_quotes_inside_words_are_text(database: Database, build: Builder) -> None:
    a = build.document("工作（摘要）与“放心”活动")
    for query in ("工作（摘要）", "与“放心”活动", "(工作（摘要）)", "作(摘要) AND “放心”活"):
        assert found(database, query) == {a}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("投诉 AND", "missing after 'AND'"),
        ("OR 投诉", "missing before 'OR'"),
        ("投诉 OR NOT", "missing after 'NOT'"),
        ("()", "missing after '('"),
        ("(投诉", "parenthesis is not closed"),
        ('"投诉', "is not closed"),
        ('""', "nothing between"),
        ("投" * 65, "65 characters; 64"),
        ("投 " * 501, "1002 characters; 1000"),
        ("投 " * 33, "33 terms; 32"),
        ("(" * 21 + "投" + ")" * 21, "21 deep"),
    ],
)
def test_what_cannot_be_understood_is_said(database: Database, query: str, says: str) -> None:
    with pytest.raises(BadQuery) as error:
        search(database, Query(query))
    assert says in str(error.value)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["投诉", "AND", "OR", "NOT", "(", ")", '"', "*", "a:b", "'", "\\", "^", "-"]
        ),
        max_size=12,
    ).map(" ".join)
)
def test_every_string_is_a_query_or_a_clear_message(database: Database, text: str) -> None:
    with suppress(BadQuery):
        search(database, Query(text))


def test_rewriting_and_withdrawing_keep_the_index_true(database: Database, build: Builder) -> None:
    searcher = Searcher(database)
    kept, gone = build.document("投诉处理", title="旧题"), build.document("投诉受理")

    def now(text: str) -> set[str]:
        return ids(searcher.search(Query(text)))

    assert now("投诉") == {kept, gone}
    build.rewrite(kept, "举报处理", title="新题")
    assert (now("投诉"), now("举报"), now("旧题"), now("新题")) == ({gone}, {kept}, set(), {kept})
    build.withdraw(gone)
    assert (now("投诉"), now("")) == (set(), {kept})
    build.withdraw(gone)  # twice is no fault


def test_snippets_show_the_published_script_at_exact_places(
    database: Database, build: Builder
) -> None:
    text = "開頭" * 40 + "圍繞3·15活動" + "結尾" * 40 + "３．１５再現"
    build.document(text)
    (hit,) = search(database, Query("315")).hits
    assert [text[line.start : line.end] for line in hit.lines] == ["3·15", "３．１５"]
    first = hit.lines[0]
    assert first.before + first.hit + first.after == text[first.start - 30 : first.end + 30]
    assert "圍繞3·15活動" in hit.snippet


@pytest.fixture
def many(build: Builder) -> list[str]:
    build.site("gov", site_type="government")
    build.site("essay", site_type="essay")
    return [
        build.document(
            f"投诉{place} " * (place + 1),
            site=("gov", "essay")[place % 2],
            published=None if place % 7 == 6 else date(2020 + place % 5, 1, 1 + place % 3),
            year=None if place % 10 == 9 else 2020 + place % 5,
            region=("四川省/资阳市", "四川省/成都市/锦江区", "河北省", None)[place % 4],
            kind=("work_summary", "notice")[place % 2],
            completeness=("full", "preview", "unknown")[place % 3],
            issuer=f"第{place % 3}局",
        )
        for place in range(30)
    ]


@pytest.mark.parametrize("sort", ["date", "relevance"])
def test_pages_follow_each_other_without_gap_or_repeat(
    database: Database, many: list[str], sort: str
) -> None:
    whole = search(database, Query("投诉", sort=sort), limit=1000)
    seen: list[str] = []
    after = None
    while True:
        page = search(database, Query("投诉", sort=sort), limit=7, after=after)
        seen += [hit.id for hit in page.hits]
        assert page.total == 30
        after = page.next
        if after is None:
            break
    assert seen == [hit.id for hit in whole.hits]
    assert sorted(seen) == sorted(many)
    if sort == "date":
        dates = [hit.published or date.min for hit in whole.hits]
        assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("after", ["", "!", "W10", "é", "WyJyIiwxLjAsMV0", "WyJkIiwxZTk5LDFd"])
def test_a_foreign_place_is_refused(database: Database, after: str) -> None:
    with pytest.raises(BadCursor):
        search(database, Query(), after=after)


def test_relevance_prefers_titles(database: Database, build: Builder) -> None:
    build.document("别的内容，也提到投诉" + "其他" * 500, published=date(2025, 1, 1))
    title = build.document("内容" * 500, title="投诉情况", published=date(2020, 1, 1))
    assert search(database, Query("投诉", sort="relevance")).hits[0].id == title


def test_facets_count_what_choosing_them_gives(database: Database, many: list[str]) -> None:
    everything = search(database, Query("投诉"), limit=1000)
    assert {v.value: v.count for v in everything.facets["region"]} == {
        "四川省": 16,
        "河北省": 7,
        "unknown": 7,
    }
    for facet in FACETS:
        for value in everything.facets[facet]:
            chosen = search(database, Query("投诉", **{facet: (value.value,)}), limit=1000)
            assert (facet, value.value, chosen.total) == (facet, value.value, value.count)
            # Its own choice lifted, a facet still shows what else there is.
            assert {v.value for v in chosen.facets[facet]} >= {
                v.value for v in everything.facets[facet]
            }


def test_choices_in_one_facet_are_alternatives_and_facets_all_hold(
    database: Database, many: list[str]
) -> None:
    def total(**options: object) -> int:
        return search(database, Query("投诉", **options)).total

    assert total(site=("gov", "essay")) == 30
    assert total(site=("gov",), kind=("notice",)) == 0
    assert total(region=("四川省",)) == 16
    assert total(region=("四川省/成都市",)) == 8
    assert total(year=("2020", "unknown")) == 9
    assert total(since=date(2024, 1, 2), until=date(2024, 1, 2)) == len(
        [i for i in range(30) if i % 7 != 6 and i % 5 == 4 and i % 3 == 1]
    )
    below = search(database, Query("投诉", region=("四川省",))).facets["region"]
    assert {v.value for v in below} == {
        "四川省",
        "四川省/资阳市",
        "四川省/成都市",
        "河北省",
        "unknown",
    }
    for bad in ({"year": ("20",)}, {"cluster_size": ("3",)}):
        with pytest.raises(BadQuery):
            total(**bad)


def test_only_canonical_documents_unless_all_are_asked_for(
    database: Database, build: Builder
) -> None:
    searcher = Searcher(database)
    alone = build.document("投诉甲")
    text = {name: build.document(f"投诉乙{name}") for name in "abcd"}
    assert ids(searcher.search(Query("投诉"))) == {alone, *text.values()}
    roles = dict(
        zip(text.values(), ("canonical", "repost", "fragment", "compilation"), strict=True)
    )
    build.cluster("c1", roles)
    assert ids(searcher.search(Query("投诉"))) == {alone, text["a"]}
    both = searcher.search(Query("投诉", every_document=True))
    assert ids(both) == {alone, *text.values()}
    assert {(hit.cluster, hit.role) for hit in both.hits} >= {("c1", "repost"), (None, "canonical")}
    sizes = {v.value: v.count for v in both.facets["cluster_size"]}
    assert sizes == {"1": 1, "2-4": 4}


def test_one_search_and_a_kept_searcher_agree(database: Database, many: list[str]) -> None:
    searcher = Searcher(database)
    for query in (
        Query(),
        Query("投诉1", year=("2021",)),
        Query("投诉 NOT 投诉2", sort="relevance"),
    ):
        assert searcher.search(query) == search(database, query)


def test_a_search_ends_at_its_time_limit(database: Database, build: Builder) -> None:
    for _ in range(30):
        build.document("投诉" * 2_000)
    with pytest.raises(BadQuery, match="longer than"):
        search(database, Query(" OR ".join(["投", "诉", "投诉", "诉投"] * 8)), seconds=0)
    assert search(database, Query("投诉")).total == 30


@given(
    st.text(st.sampled_from("投訴诉3.15·・３．\u3000 “「，a") | st.characters(), max_size=80),
    st.lists(st.text(st.sampled_from("投诉315 “，Ａ"), min_size=1, max_size=3), min_size=1),
)
def test_places_are_those_of_the_folded_text(text: str, raw: list[str]) -> None:
    forms = [search_form(part) for part in raw]
    marked = set()
    for form in forms:
        # Digits may have a point between them in the folded text.
        pattern = re.sub("(?<=[0-9])(?=[0-9])", "[.·]?", re.escape(form))
        for found in re.finditer(f"(?=({pattern}))", fold(text)):
            marked |= set(range(*found.span(1)))
    spans = list(places(text, forms))
    assert {place for span in spans for place in range(*span)} == marked
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_relevance_is_titles_then_how_often_then_newest(database: Database, build: Builder) -> None:
    filler = "其他内容" * 200
    once = build.document("投诉" + filler, published=date(2020, 1, 1))
    newer = build.document("投诉" + filler, published=date(2021, 1, 1))
    often = build.document("投訴" * 8 + filler, published=date(2019, 1, 1))
    title = build.document(filler, title="投诉", published=date(2018, 1, 1))
    long = build.document("投诉" * 2 + filler * 9, published=date(2022, 1, 1))
    build.document("别的", title="别的")
    for query in (Query("投诉", sort="relevance"), Query("投诉 NOT 别的", sort="relevance")):
        found = [hit.id for hit in search(database, query).hits]
        assert found == [title, often, newer, once, long]


def test_a_rare_term_counts_more(database: Database, build: Builder) -> None:
    for _ in range(9):
        build.document("投诉")
    rare = build.document("预付卡", published=date(1999, 1, 1))
    found = search(database, Query("投诉 OR 预付卡", sort="relevance"))
    assert found.hits[0].id == rare


def test_beyond_the_texts_that_are_read_order_goes_on(
    database: Database, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relevance, "READ", 9)
    test_pages_follow_each_other_without_gap_or_repeat(database, many, "relevance")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_both_engines_give_one_order(database: Database, tmp_path: Path) -> None:
    random = Random(5)
    words = ("投诉", "举报", "預付卡", "服务", "，")
    texts = ["".join(random.choices(words, k=random.randint(3, 90))) for _ in range(60)]
    asked = ("投诉", "举报 预付卡", "卡服 OR 诉举", "诉投诉 OR 服务", "报")
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    orders = []
    for one in (database, other):
        build = Builder(one)
        for place, text in enumerate(texts):
            build.document(text, title=text[:5], id=f"e{place}", url=f"http://e/{place}")
        queries = [Query(words, sort="relevance") for words in asked]
        orders.append([[h.id for h in search(one, q, limit=100).hits] for q in queries])
    other.close()
    assert orders[0] == orders[1]
    assert all(orders[0])


def test_a_server_finds_what_was_indexed_again(database: Database, build: Builder) -> None:
    """`reprocess` makes the index of an unchanged document again, and tells nobody."""
    document = build.document("投诉")
    build.document("投诉")
    searcher = Searcher(database)
    before = searcher.search(Query("投诉"))
    assert before.total == 2
    with database.write() as connection:
        index_documents(connection, database, [Entry(document, "", "投诉")])
    for again in (searcher, Searcher(database)):
        assert again.search(Query("投诉")) == before
    with database.write() as connection:
        index_documents(connection, database, [Entry(document, "", "举报")])
    assert search(database, Query("投诉")).total == 1
    assert [hit.id for hit in search(database, Query("举报")).hits] == [document]


def test_a_server_remembers_terms_until_something_changes(
    database: Database, build: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "REMEMBERED", 2)
    searcher = Searcher(database)
    words = ("投诉", "举报", "服务")
    for number in range(1, 4):
        for word in words:
            build.document(word)
        assert [searcher.search(Query(word)).total for word in words * 2] == [number] * 6
        assert len(searcher._stands) == 2


def test_an_archive_of_before_the_characters_is_brought_up_to_date(
    database: Database, build: Builder
) -> None:
    both = build.document("訴求：１", title="A，啊")
    title = build.document("", title="诉 B")
    with database.write() as connection:
        connection.execute(sql("DROP INDEX document_facets"))
        if database.is_sqlite:
            connection.execute(sql("DROP TABLE search_character"))
        connection.execute(sql("UPDATE alembic_version SET version_num = '0005'"))
    database.migrate()
    expected = {
        "诉": {both, title},
        "：": {both},
        "1": {both},
        "a": {both},
        "b": {title},
        "啊": {both},
        "没": set(),
    }
    assert {query: found(database, query) for query in expected} == expected
    build.withdraw(both)
    assert found(database, "诉") == {title}
