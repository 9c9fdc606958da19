"""Invented agencies and the figures of one of their years, consistent within themselves."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Literal

from crawler.demo.prose import load

Body = Literal["bureau", "committee", "association"]

# Themes of the year as the China Consumers Association announced them.
THEMES = {
    2014: "新消法 新权益 新责任",
    2015: "携手共治 畅享消费",
    2016: "新消费 我做主",
    2017: "网络诚信 消费无忧",
    2018: "品质消费 美好生活",
    2019: "信用让消费更放心",
    2020: "凝聚你我力量",
    2021: "守护安全 畅通消费",
    2022: "共促消费公平",
    2023: "提振消费信心",
    2024: "激发消费活力",
    2025: "共筑满意消费",
}
BUREAU_RENAMED = 2019
"""Most market-supervision bureaus were formed out of the 工商局 in the winter of 2018/19."""


@dataclass(frozen=True, slots=True)
class Agency:
    """Who wrote a report, in the year it is about."""

    place: str
    body: Body

    def name(self, year: int) -> str:
        """The full name the body had in `year`."""
        if self.body == "bureau":
            renamed = year >= BUREAU_RENAMED
            return self.place + ("市场监督管理局" if renamed else "工商行政管理局")
        return self.place + ("消费者权益保护委员会" if self.body == "committee" else "消费者协会")

    def own_name(self, *, in_news: bool) -> str:
        """How a text speaks of its own issuer."""
        if self.body == "bureau":
            return "该局" if in_news else "我局"
        return self.place[-1] + ("消保委" if self.body == "committee" else "消协")


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that fills the sentences of one report."""

    agency: Agency
    year: int
    words: dict[str, str]
    """Value of every {name} in the stock of sentences."""


def percent(part: int, whole: int) -> str:
    """`part` of `whole` as a percentage with one decimal, without a trailing ".0"."""
    value = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"))
    return str(value).removesuffix(".0")


def tenths(rng: Random, low: int, high: int) -> str:
    """A number of 万元 with one decimal between `low` and `high`."""
    return str(Decimal(rng.randint(low * 10, high * 10)) / 10)


def places() -> list[str]:
    """The invented cities, counties and districts."""
    return list(load("names.toml")["places"])


def make_facts(
    rng: Random,
    agency: Agency,
    year: int,
    *,
    in_news: bool = False,
    received: int | None = None,
) -> Facts:
    """Draw a year's figures: parts add up to their totals, rates follow from their counts.

    `received`: the complaints of the year, where the agency has a history.
    """
    drawn, reports = rng.randint(700, 9000), rng.randint(90, 900)
    complaints = drawn if received is None else received
    enquiries = rng.randint(900, 12000)
    settled = int(complaints * rng.uniform(0.86, 0.985))
    goods = int(complaints * rng.uniform(0.44, 0.62))
    services = complaints - goods
    sampled = rng.randint(80, 640)
    failed = max(3, int(sampled * rng.uniform(0.04, 0.22)))
    cases = rng.randint(24, 190)
    stations = rng.randint(45, 260)
    names = load("names.toml")
    words = {
        "a": agency.name(year),
        "p": agency.place,
        "lv": agency.place[-1],
        "q": "全" + agency.place[-1],
        "w": agency.own_name(in_news=in_news),
        "bureau": "市场监管所" if year >= BUREAU_RENAMED else "工商所",
        "y": str(year),
        "ly": str(year - 1),
        "ny": str(year + 1),
        "nth": str(year - 1982),
        "th": THEMES[year],
        "ind": rng.choice(names["products"]),
        "tot": str(complaints + reports + enquiries),
        "com": str(complaints),
        "rep": str(reports),
        "enq": str(enquiries),
        "done": str(settled),
        "rate": percent(settled, complaints),
        "loss": tenths(rng, 60, 900),
        "up": tenths(rng, 2, 23),
        "gt": str(goods),
        "st": str(services),
        "sr": percent(services, complaints),
        "ns": str(stations),
        "nh": str(stations * rng.randint(3, 11) + rng.randint(0, 9)),
        "cf": str(cases),
        "cv": tenths(rng, 40, 420),
        "fi": tenths(rng, 20, 260),
        "sa": str(sampled),
        "sf": str(failed),
        "fr": percent(failed, sampled),
    }
    words |= dict(zip(("t1", "t2", "t3"), rng.sample(names["towns"], 3), strict=True))
    words |= _top_three(rng, ("g", "c", "s"), names["goods"], goods)
    words |= _top_three(rng, ("v", "d", "e"), names["services"], services)
    return Facts(agency, year, words)


def _top_three(
    rng: Random, keys: tuple[str, str, str], names: list[str], total: int
) -> dict[str, str]:
    name, count, share = keys
    chosen = rng.sample(names, 3)
    counts = [max(3, int(total * rng.uniform(low, low + 0.06))) + 1 for low in (0.24, 0.16, 0.09)]
    words = {}
    for place, (item, number) in enumerate(zip(chosen, counts, strict=True), start=1):
        words[f"{name}{place}"] = item
        words[f"{count}{place}"] = str(number)
        words[f"{share}{place}"] = percent(number, total)
    return words
