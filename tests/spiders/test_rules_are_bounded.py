"""No rule of a built-in profile hangs on a text made to hang it: the timeout is the assertion."""

import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from spiders.profile import load_profiles

SIZE = 100_000
PIECES = [
    "a",
    "第",
    " ",
    "\n",
    "1",
    "\uff0c",
    "【",
    "【a",
    "下面是小编",
    "费(fei",
    "x篇1\n",
    "/a",
    "<nextgroup>",
    "<nextgroup><a href='",
    'queryData="{',
    "createPageHTML( ",
    "unitid ",
    "webname='",
    "SID : ",
    "TREE ",
    '<meta name="channelid" content="',
    "http://a.cn/content.jsp?a&",
    "/t20220315_1",
    "已阅读 ",
]
IS_REGEX = re.compile(r"[\\\[(|^$]")


def regexes(value: Any):
    """Every text inside a profile that compiles and looks like a regex."""
    if is_dataclass(value):
        for field in fields(value):
            yield from regexes(getattr(value, field.name))
    elif isinstance(value, dict):
        yield from regexes(tuple(value.values()))
    elif isinstance(value, tuple):
        for item in value:
            yield from regexes(item)
    elif isinstance(value, str) and IS_REGEX.search(value):
        try:
            yield re.compile(value.replace("{n}", "2"), re.DOTALL)
        except re.error:
            return


def all_regexes():
    found = load_profiles()
    values = (*found.families.values(), *found.profiles.values())
    return [*{r.pattern: r for value in values for r in regexes(value)}.values()]


ALL = all_regexes()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", PIECES)
def test_no_rule_hangs(piece):
    text = piece * (SIZE // len(piece))
    for regex in ALL:
        regex.search(text)
