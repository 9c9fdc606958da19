import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract.patterns import literal_first

CASES = {
    "(?:甲|乙)?丙|[丁戊]": "甲丙|乙丙|丙|丁|戊",
    "甲?乙?丙": "甲乙?丙|乙丙|丙",
    "(?:(?:甲|乙)丙|丁)戊": "甲丙戊|乙丙戊|丁戊",
    "(?:甲|乙)+丙": "(?:甲|乙)+丙",
    "[一-三]丙|[^甲]": "[一-三]丙|[^甲]",
    r"[.|]甲|\(乙|丙\|": r"\.甲|\|甲|\(乙|丙\|",
    "甲??乙|(?:甲|乙){2}": "甲??乙|(?:甲|乙){2}",
}


@pytest.mark.parametrize(("regex", "spelt"), CASES.items())
def test_leading_groups_and_classes_are_spelt_out(regex: str, spelt: str) -> None:
    assert literal_first(regex).pattern == spelt


@given(
    st.sampled_from([*CASES, "(?:甲|甲乙)(?:乙|丙)?|乙(?:丙|丁)*"]),
    st.text("甲乙丙丁戊.|(一", max_size=30),
)
def test_matches_are_the_same(regex: str, text: str) -> None:
    plain = [(m.start(), m[0]) for m in re.finditer(regex, text)]
    assert [(m.start(), m[0]) for m in literal_first(regex).finditer(text)] == plain
