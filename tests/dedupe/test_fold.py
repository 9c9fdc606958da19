import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.fold import as_text, folded_codes
from dedupe.make_fold_table import TABLE, variant_classes

from .texts import other_report, report


def fold(text: str) -> str:
    return as_text(folded_codes(text))


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("script", ["s2t", "s2tw", "s2hk"])
def test_a_converted_copy_folds_to_the_same(script: str) -> None:
    text = report() + other_report() + "显著着手里面台风发展头发干部以后皇后看着著作"
    assert fold(opencc.OpenCC(script).convert(text)) == fold(text)


def test_widths_and_blanks_are_one() -> None:
    assert fold("１２３％ＡＢ　３·１５•") == "123%ab 3·15·"


def test_the_table_is_what_the_script_makes() -> None:
    text = TABLE.read_text(encoding="utf-8").strip()
    assert dict(zip(text[::2], text[1::2], strict=True)) == variant_classes()
