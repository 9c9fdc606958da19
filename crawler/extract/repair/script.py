"""Step 1 of the channel undone: traditional characters back to the simplified ones they were."""

import re
from functools import cache
from typing import Final

from crawler.extract.repair import tables

# 着 became 著, which simplified text also has: it stays in these company (measured on text
# converted forth and back: docs/text-repair.md, "Script").
_KEPT: Final = re.compile(
    "(?:(?<=[显卓昭编论专遗名巨原译合土拙撰所新旧])著|著(?=[名述者称录文]|作(?![业家战弊客揖])|书(?![包本架信店桌看]))|^著"
    "|著(?=有(?:[《〈“]|[多数一二三四五六七八九十0-9]{1,3}余?[部本篇种卷册]|专著|诗|文集|小说))"
    "|著(?=[，,、][\u4e00-\u9fff]{2,8}译[，,：:。《]))(?!急|力|手|重|眼)"
)


@cache
def _map() -> dict[int, str]:
    return {ord(t): options[0] for t, options in tables.load().simplified.items()}


def simplify(text: str) -> str:
    """`text` with every traditional character as the simplified one it came from.

    Exact for characters, because the channel maps them one by one; where two simplified
    characters became the same (着 and 著 are both 著) the neighbours decide.
    """
    out = text.translate(_map())
    if "著" not in text:
        return out
    kept = [
        match.start()
        for match in _KEPT.finditer(out.replace("着", "著"))
        if text[match.start()] == "著"
    ]
    chars = list(out)
    for index in kept:
        chars[index] = "著"
    return "".join(chars)
