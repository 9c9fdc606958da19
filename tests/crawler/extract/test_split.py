from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import Hints
from crawler.extract.split import claimed_works, number, split

TEXT = (
    "为了提高群众的维权意识，我们组织了多种形式的宣传活动，现场解答咨询，"
    "发放资料，取得了良好的社会效果，受到广泛好评。"
)


def work(name: str) -> list[str]:
    return [
        f"{name}{TEXT}",
        "一、领导重视。",
        f"{name}成立了领导小组。{TEXT}",
        "二、措施有力。",
        TEXT,
    ]


def titles(lines, title=""):
    return [item.title for item in split(lines, title, Hints())]


def test_numbered_headings_make_works():
    lines = [
        "活动总结篇一",
        *work("甲镇"),
        "活动总结篇二",
        *work("乙镇"),
        "活动总结篇三",
        *work("丙镇"),
    ]

    works = split(lines, "活动总结（精选3篇）", Hints())

    assert [item.title for item in works] == ["活动总结篇一", "活动总结篇二", "活动总结篇三"]
    assert [item.text[:2] for item in works] == ["甲镇", "乙镇", "丙镇"]
    text = "\n".join(lines)
    assert all(text[item.start : item.end] == item.text for item in works)


def test_other_forms_of_headings():
    for form in ("【范文{}】", "第{}篇：", "工作总结{}", "方案{}"):
        lines = [x for n, c in enumerate("一二三") for x in (form.format(c), *work(f"第{n}所"))]
        assert len(split(lines, "工作总结", Hints())) == 3, form


def test_sections_of_one_report_are_no_works():
    report = ["一、受理情况", TEXT * 3, "二、存在问题", TEXT * 3, "三、今后打算", TEXT * 3]
    cases = [
        "案例一：冰箱维修",
        TEXT * 3,
        "案例二：退卡纠纷",
        TEXT * 3,
        "案例三：宽带资费",
        TEXT * 3,
    ]
    brackets = ["（一）加强领导", TEXT * 3, "（二）广泛宣传", TEXT * 3, "（三）严格执法", TEXT * 3]

    for lines in (report, cases, brackets):
        assert len(titles(lines, "年度工作总结")) == 1


def test_silent_compilations_are_cut_where_numbering_restarts():
    lines = [*work("甲县"), *work("乙县"), *work("丙县")]

    works = split(lines, "消费者权益日活动总结三篇", Hints())

    assert [item.text[:2] for item in works] == ["甲县", "乙县", "丙县"]
    assert len(split(lines, "消费者权益日活动总结", Hints())) == 1


def test_headings_run_into_the_text():
    text = "".join(f"{TEXT * 4}2020年3月1日方案{c}为了做好" for c in "一二三") + TEXT * 4

    assert titles([text])[:3] == ["方案一", "方案二", "方案三"]


def test_claimed_works():
    assert claimed_works("工作总结范文五篇") == 5
    assert claimed_works("工作总结（精选12篇）") == 12
    assert claimed_works("工作总结") == 0


@given(st.integers(1, 99))
def test_chinese_numerals(value):
    digits = "一二三四五六七八九"
    tens, ones = divmod(value, 10)
    text = ("" if tens < 2 else digits[tens - 1]) + ("十" if tens else "")
    assert number(text + (digits[ones - 1] if ones else "")) == value
    assert number(str(value)) == value


@given(st.lists(st.text(max_size=60), max_size=30), st.text(max_size=20))
def test_works_are_pieces_of_the_text_in_order(lines, title):
    text = "\n".join(lines)
    works = split(lines, title, Hints())

    assert works
    assert all(text[item.start : item.end] == item.text for item in works)
    assert all(a.end <= b.start for a, b in pairwise(works))


def report(agency: str, *, signed: bool = False) -> list[str]:
    lines = [
        f"今年以来，{agency}认真履行职责。{TEXT}",
        "一、畅通渠道。",
        f"{agency}共受理消费者投诉96件，全部办结。{TEXT}",
        "二、加强宣传。",
        TEXT,
    ]
    return [*lines, agency, "2019年12月20日"] if signed else lines


def test_works_that_close_with_a_date_and_open_with_a_title():
    lines = [
        "洪雅县消费者协会工作总结",
        *report("洪雅县消费者协会", signed=True),
        "丹棱县消费者协会工作总结",
        *report("丹棱县消费者协会", signed=True),
    ]
    works = split(lines, "各地材料", Hints())

    assert [item.title for item in works] == [lines[0], "丹棱县消费者协会工作总结"]
    assert works[1].text.startswith("丹棱县消费者协会工作总结")


def test_silent_works_of_agencies_of_different_places():
    agencies = ("洪雅县消费者协会", "丹棱县消费者协会", "青神县市场监督管理局")
    lines = [line for agency in agencies for line in report(agency)]
    works = split(lines, "消费维权工作", Hints())

    assert len(works) == len(agencies)
    assert all(agency in item.text for item, agency in zip(works, agencies, strict=True))


def test_one_agency_in_two_parts_is_one_work():
    lines = [*report("洪雅县消费者协会"), *report("洪雅县消费者协会")]

    assert len(split(lines, "总结与打算", Hints())) == 1


def test_a_notice_with_its_attachment_is_one_work():
    lines = [
        *report("洪雅县消费者协会", signed=True),
        "附件：活动方案",
        "消费维权宣传活动方案",
        *report("洪雅县消费者协会"),
    ]

    assert len(split(lines, "关于开展宣传的通知", Hints())) == 1


def test_cases_from_several_places_are_one_work():
    lines = [
        *report("眉山市消费者协会"),
        "一、洪雅县的做法。",
        TEXT * 2,
        "二、丹棱县的做法。",
        TEXT * 2,
    ]

    assert len(split(lines, "全市经验", Hints())) == 1
