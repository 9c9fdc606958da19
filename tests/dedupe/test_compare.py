import random

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.compare import Verdict, compare
from dedupe.fingerprint import fingerprint

from .texts import OTHER_SENTENCES, SENTENCES, other_report, report


def judge(a: str, b: str) -> Verdict:
    return compare(fingerprint(a), fingerprint(b))


def damaged(text: str, share: float = 0.03) -> str:
    r = random.Random(5)
    out = []
    for char in text:
        hit = "\u4e00" <= char <= "\u9fff" and r.random() < share
        out.append(r.choice(["", "□", char * 2, "某"]) if hit else char)
    return "".join(out)


REPOSTS = {
    "another year": report(year=2018),
    "masked year and place": report(place="XX县").replace("2021年", "20xx年"),
    "traditional": opencc.OpenCC("s2hk").convert(report()),
    "damaged": damaged(report()),
    "reflowed": report().replace("\n", "").replace("，", ","),
    "junk around": "相关推荐：\n1.2016年个人总结\n2.学习心得\n"
    + report()
    + "\n下载本文档\n还剩8页未读",
    "figures masked": "".join("X" if c.isdigit() else c for c in report()),
}


@pytest.mark.parametrize("name", REPOSTS)
def test_a_repost_is_the_same_work(name: str) -> None:
    verdict = judge(report(), REPOSTS[name])
    assert verdict.kind == "repost"
    assert verdict.same_work


@pytest.mark.parametrize(
    "other",
    [
        report(figures=2, year=2022),
        report(place="碧梧县", figures=3),
        damaged(report(figures=2, year=2022)),
    ],
)
def test_other_figures_make_another_report(other: str) -> None:
    verdict = judge(report(), other)
    assert verdict.kind == "same_template"
    assert verdict.contradicts
    assert not verdict.same_work


def test_half_of_the_figures_changed_is_another_report() -> None:
    lines, later = report().split("\n"), report(figures=2).split("\n")
    lines[1::2] = later[1::2]
    assert judge(report(), "\n".join(lines)).kind == "same_template"


def test_an_excerpt_lies_in_its_report() -> None:
    excerpt = "\n".join(report().split("\n")[2:5])
    verdict = judge(excerpt, report())
    assert verdict.kind == "excerpt_of"
    assert verdict.a_coverage > 0.95
    assert verdict.figures_compared == verdict.figures_equal > 5


def test_a_page_of_two_works_contains_both() -> None:
    page = report() + "\n" + other_report()
    first, second = judge(page, report()), judge(page, other_report())
    assert first.kind in ("contains", "repost")
    assert second.kind == "contains"
    assert first.a_span[1] <= second.a_span[0] + 5


def test_the_report_is_found_beside_its_sister_on_one_page() -> None:
    page = report(figures=2) + "\n" + report()
    assert judge(report(), page).same_work
    assert judge(page, report()).same_work
    assert judge(report(figures=9), page).contradicts


def test_without_figures_places_decide() -> None:
    plain = [s for s in SENTENCES if "{" not in s] * 1
    text = (
        "滁州市的站点最早建在老码头，荆门市的同行来看过。滁州市区的三条商业街都有了调解角，"
        "商户之间自己评理，滁州人管这叫敲门调解。" + "".join(plain)
    )
    assert judge(text, text.replace("，", ",")).same_work
    assert judge(text, text.replace("滁州", "聊城").replace("荆门", "绵阳")).contradicts
    assert judge(text, text.replace("滁州", "XX").replace("荆门", "某")).same_work


def test_figures_are_compared_in_every_form() -> None:
    spelled = report().replace("十二个村口", "12个村口")
    verdict = judge(report(), spelled)
    assert verdict.figures_compared == verdict.figures_equal


def test_unrelated_texts_are_unrelated() -> None:
    verdict = judge(report(), other_report())
    assert (verdict.kind, verdict.same_work, verdict.agreement) == ("unrelated", False, None)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_verdict_is_the_same_from_both_sides(data: st.DataObject) -> None:
    sentences = st.lists(st.sampled_from(SENTENCES + OTHER_SENTENCES), max_size=25)
    a = report(sentences=tuple(data.draw(sentences)), figures=data.draw(st.integers(1, 2)))
    b = report(sentences=tuple(data.draw(sentences)), figures=data.draw(st.integers(1, 2)))
    assert judge(a, b) == judge(b, a).turned()


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_have_a_verdict(a: str, b: str) -> None:
    assert 0 <= judge(a, b).coverage <= 1


@given(st.text(min_size=1, max_size=200))
def test_a_text_never_contradicts_itself(text: str) -> None:
    assert not judge(text, text).contradicts


def test_a_part_lies_where_its_copy_is_not_where_its_phrases_return() -> None:
    closing = "".join(OTHER_SENTENCES[8:16:2]).replace("{n}", "36").replace("{p}", "91.5")
    again = closing.replace("，", "，我们还看到，")
    opening = report(sentences=SENTENCES[:12])
    page = opening + closing + other_report()[:600] + again
    verdict = judge(opening + "\n猜你喜欢学习心得个人年终小结" * 7 + closing, page)
    assert verdict.kind in ("excerpt_of", "repost")
    assert verdict.b_span[1] <= fingerprint(opening + closing).n_han + 10


def test_a_figure_that_has_its_like_is_asked_once() -> None:
    sentence = "今年将有总投入240万元的36个改造项目，还有总投入118万元{of}57个改造项目正在推进。"
    text = report(sentences=SENTENCES[6:7] * 8) + sentence
    verdict = judge(text.format(of="的"), text.format(of=""))
    assert verdict.figures_compared == verdict.figures_equal > 1
