"""Simplified, traditional or both: read from characters that only one script has."""

import re
from typing import Final

from archive.page import Script

_SIMPLIFIED_ONLY = re.compile(
    "[们个为这来时对学会国过还发经现开关间题无从业东车长门见电话语说认请让费质货买卖权条档载读阅页单价万与义"
    "级统网线总结给维护报导环产务实处当动进运达办协调议论证词讯记计设许评试该诚资诉购贸领头显类养馆马体点党齐]"
)
_TRADITIONAL_ONLY = re.compile(
    "[們個爲這來時對學會國過還發經現開關間題無從業東車長門見電話語說認請讓費質貨買賣權條檔載讀閱頁單價萬與義"
    "級統網線總結給維護報導環產務實處當動進運達辦協調議論證詞訊記計設許評試該誠資訴購貿領頭顯類養館馬體點黨齊]"
)
_MIXED_SHARE: Final = 0.15


def script_of(text: str) -> Script:
    """The script of a text; simplified where nothing tells."""
    sample = text[:20_000]
    hans = len(_SIMPLIFIED_ONLY.findall(sample))
    hant = len(_TRADITIONAL_ONLY.findall(sample))
    if not hant or hant < _MIXED_SHARE * (hans + hant):
        return "hans"
    return "hant" if hans < _MIXED_SHARE * (hans + hant) else "mixed"
