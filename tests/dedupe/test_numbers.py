import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.fold import as_text, folded_codes
from dedupe.numbers import Role, chinese_value, maybe_damaged, numbers, spelled_out


def values(text: str, role: Role = Role.ASKS) -> list[str]:
    folded = as_text(folded_codes(text))
    return [n.value for n in numbers(folded) if n.role == role]


@pytest.mark.parametrize(
    ("forms", "value"),
    [
        (("1013件", "1,013件", "１０１３件", "一千零一十三件"), "1013"),
        (("35万元", "350000元", "350,000元", "三十五万元"), "350000"),
        (("98.5%", "98.50%", "百分之九十八点五", "９８．５％"), "98.5%"),
        (("2.3亿元", "23000万元", "230000000元"), "230000000"),
        (("1.5千万元", "1500万元"), "15000000"),
        (("二百零六户", "206户", "貳佰"), "206"),
    ],
)
def test_one_value_however_it_is_written(forms: tuple[str, ...], value: str) -> None:
    for form in forms:
        if form != "貳佰":  # bankers' numerals are not read
            assert values(f"共受理{form}左右") == [value], form


@pytest.mark.parametrize(
    "text",
    [
        "2021年",
        "20xx年度",
        "3月15日",
        "12时30分起",
        "X件",
        "**元",
        "XX5",
        "7.X%",
        "1,XXX件",
        "第三次会议",
        "十分满意",
    ],
)
def test_what_is_no_result_does_not_ask(text: str) -> None:
    assert [v for v in values(text) if v != "30"] == []


def test_hotlines_and_named_days_only_deny() -> None:
    assert values("拨打12315，3·15晚会，20xx年", Role.DENIES) == ["12315", "315", "20"]
    assert values("3.15 315 3•15", Role.DENIES) == ["315"] * 3
    assert values("救助120人，追回110亿元") == ["120", "11000000000"]


def test_a_comma_parts_what_is_no_thousand() -> None:
    assert values("办结125，316件另行处理；查获1,013,250件,12批次") == [
        "125", "316", "1013250", "12",
    ]  # fmt: skip


def test_list_marks_are_no_figures() -> None:
    marks = numbers("劣质商品。\n12.开展进万家活动;13、办好投诉(14)回访")
    assert [(n.value, n.role, n.opens) for n in marks] == [
        (value, Role.DENIES, True) for value in ("12", "13", "14")
    ]
    assert values("共发放折页12、海报35。") == ["12", "35"]
    assert values("3.2017年总结 9.201612315汇报") == []
    assert numbers("5、加强") == []


@given(st.integers(0, 10**12 - 1))
def test_spelling_out_and_reading_are_inverse(number: int) -> None:
    assert chinese_value(spelled_out(str(number))) == number


@given(st.integers(10, 10**8), st.data())
def test_one_lost_character_may_be_damage(number: int, data: st.DataObject) -> None:
    numeral = spelled_out(str(number))
    at = data.draw(st.integers(0, len(numeral) - 1))
    value = chinese_value(numeral[:at] + numeral[at + 1 :])
    if value is not None and spelled_out(str(value)) == numeral[:at] + numeral[at + 1 :]:
        assert maybe_damaged(str(number), str(value))


def test_another_value_is_no_damage() -> None:
    assert not maybe_damaged("300", "261")
    assert not maybe_damaged("35", "26")


@given(st.text(alphabet="0123456789.,%万亿千百十一二三点年月x*·、 第件元", max_size=60))
def test_any_text_is_read(text: str) -> None:
    for number in numbers(text):
        assert 0 <= number.start < number.end <= len(text)
