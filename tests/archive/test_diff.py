from hypothesis import given
from hypothesis import strategies as st

from archive.diff import diff
from archive.fold import fold

TEXT = st.text(st.sampled_from("消費费投诉。；\n12"), max_size=80)


@given(TEXT, TEXT)
def test_the_pieces_are_the_two_texts(a: str, b: str) -> None:
    found = diff(a, b)
    assert "".join(piece.a for piece in found.pieces) == a
    assert "".join(piece.b for piece in found.pieces) == b
    assert all(fold(p.a).split() == fold(p.b).split() for p in found.pieces if p.kind == "equal")


@given(TEXT)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert diff(text, text).same


def test_a_changed_figure_is_all_that_differs() -> None:
    found = diff("共受理投诉120件。已办结。", "共受理投訴350件。已辦結。")
    changed = [(p.a, p.b) for p in found.pieces if p.kind != "equal"]
    assert changed == [("12", ""), ("", "35")]
    assert not found.same


def test_another_passage_is_shown_whole() -> None:
    found = diff("开头一样。甲乙丙丁戊己庚辛。", "开头一样。子丑寅卯辰巳午未。")
    assert [p.kind for p in found.pieces] == ["equal", "only_a", "only_b"]


def test_texts_made_to_take_long_are_compared_coarsely() -> None:
    def text(odd: str) -> str:
        return "".join(f"第{n}个独有的句子。" + f"啊哦{odd}" * 300 + "。" for n in range(9))

    a, b = text("啊"), text("哦")
    found = diff(a, b)
    assert [piece.kind for piece in found.pieces] == ["equal", "only_a", "only_b"] * 9
    assert "".join(piece.a for piece in found.pieces) == a
    assert "".join(piece.b for piece in found.pieces) == b
