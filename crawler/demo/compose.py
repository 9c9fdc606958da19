"""Writes reports out of the stock of sentences in prose/, each in its own words and order."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Literal

from crawler.demo.facts import Facts
from crawler.demo.prose import load

Kind = Literal["summary", "activity", "analysis", "news", "cases", "alert"]

_FIELD = re.compile(r"\{([a-z]+\d?)\}")
_RANGE = re.compile(r"#(\d+)-(\d+)#")
_CHOICE = re.compile(r"\[([^\[\]]+)\]")
_NAMES = ("陆宁", "祝清", "邢岩", "谈越", "柏青")
_LONG = 3
"""Sections of more sentences are sometimes two paragraphs."""
_NUMERALS = (*"一二三四五六七八九十", "十一", "十二", "十三")
# What each kind of report may talk about; "hotline" leads wherever figures are expected.
_TOPICS: dict[Kind, frozenset[str]] = {
    "activity": frozenset(
        {
            "publicity",
            "education",
            "scales",
            "elderly",
            "rural",
            "dining",
            "linkage",
            "advert",
            "children",
            "returns",
        }
    ),
    "analysis": frozenset(
        {
            "goods",
            "services",
            "prepaid",
            "internet",
            "housing",
            "vehicle",
            "dining",
            "elderly",
            "children",
            "tourism",
        }
    ),
}
_LEADS: dict[Kind, tuple[str, ...]] = {
    "summary": ("hotline",),
    "activity": ("publicity",),
    "analysis": ("hotline", "goods", "services"),
    "news": ("hotline",),
}
_ENDS: dict[Kind, tuple[str, ...]] = {
    "summary": ("problems", "plans"),
    "activity": ("problems",),
    "analysis": ("plans",),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One invented work, as its issuer published it."""

    key: str
    kind: str
    title: str
    issuer: str
    year: int | None
    published: date
    paragraphs: tuple[str, ...]
    figures: tuple[tuple[str, str], ...] = ()
    """(name, decimal value in base units) of the headline figures that the text states."""

    @property
    def text(self) -> str:
        """The body, one paragraph a line."""
        return "\n".join(self.paragraphs)


class Writer:
    """Composes reports one after the other and spreads the stock evenly over them."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._used: Counter[str] = Counter()
        self._sections: dict[str, dict[str, Any]] = {
            section["id"]: section
            for name in ("sections_a.toml", "sections_b.toml")
            for section in load(name)["section"]
        }

    def write(self, key: str, kind: Kind, facts: Facts, *, sections: int) -> Report:
        """A report of `kind` with so many `sections` beside its opening and its end."""
        opening = load("openings.toml").get(kind)
        if kind == "cases":
            title, paragraphs = self._cases(facts, sections)
        elif kind == "alert":
            title, paragraphs = self._alert(facts)
        else:
            assert opening is not None
            title = self.fill(self._least_used(opening["titles"]), facts)
            lead = "".join(self.fill(self._least_used(place), facts) for place in opening["places"])
            paragraphs = [lead, *self._body(kind, facts, sections), *self._signature(kind, facts)]
        return Report(
            key=key,
            kind=kind,
            title=title,
            issuer=facts.agency.name(facts.year),
            year=facts.year,
            published=self._published(kind, facts.year),
            paragraphs=tuple(paragraphs),
            figures=_figures(kind, facts),
        )

    def fill(self, sentence: str, facts: Facts) -> str:
        """Make the choices, draw the numbers and put in the values."""
        sentence = _CHOICE.sub(lambda m: self._rng.choice(m[1].split("|")), sentence)
        sentence = _RANGE.sub(lambda m: str(self._rng.randint(int(m[1]), int(m[2]))), sentence)
        return _FIELD.sub(lambda m: facts.words[m[1]], sentence)

    def _body(self, kind: Kind, facts: Facts, sections: int) -> list[str]:
        leads, ends = _LEADS[kind], _ENDS.get(kind, ())
        allowed = _TOPICS.get(kind)
        free = [
            name
            for name, section in self._sections.items()
            if name not in leads
            and not section.get("closing")
            and facts.year >= section.get("since", 0)
            and (allowed is None or name in allowed)
        ]
        self._rng.shuffle(free)
        free.sort(key=lambda name: self._used[name])
        chosen = [*leads, *free[: sections - len(leads)], *ends]
        self._used.update(chosen)
        style = "plain" if kind == "news" else self._rng.choice(("flat", "nested", "flat"))
        return self._numbered(chosen, facts, style, closing=len(ends))

    def _numbered(self, chosen: list[str], facts: Facts, style: str, *, closing: int) -> list[str]:
        main = len(chosen) - closing
        lines: list[str] = []
        if style == "nested":
            lines.append("一、" + self._rng.choice(("主要做法", "主要工作及成效", "工作开展情况")))
        for number, name in enumerate(chosen):
            section = self._sections[name]
            head = self.fill(self._least_used(section["heads"]), facts)
            if style == "nested" and number < main:
                lines.append(f"（{_NUMERALS[number]}）{head}")
            elif style == "nested":
                lines.append(f"{_NUMERALS[number - main + 1]}、{head}")
            elif style == "flat":
                lines.append(f"{_NUMERALS[number]}、{head}")
            lines += self._paragraphs(section, facts)
        return lines

    def _paragraphs(self, section: dict[str, Any], facts: Facts) -> list[str]:
        sentences = [self.fill(self._least_used(place), facts) for place in section["places"]]
        if len(sentences) > _LONG and self._rng.choice((True, False)):
            return ["".join(sentences[:2]), "".join(sentences[2:])]
        return ["".join(sentences)]

    def _cases(self, facts: Facts, count: int) -> tuple[str, list[str]]:
        stock = load("cases.toml")
        lines = [self.fill(self._least_used(stock["openings"]), facts)]
        cases = sorted(stock["cases"], key=lambda case: self._used[case[0]])[:count]
        for number, (name, story, remark) in enumerate(cases):
            self._used[name] += 1
            lines += [
                f"案例{_NUMERALS[number]}：{name}",
                self.fill(story, facts),
                self.fill(remark, facts),
            ]
        return self.fill(self._least_used(stock["heads"]), facts), lines

    def _alert(self, facts: Facts) -> tuple[str, list[str]]:
        alerts = load("alerts.toml")["alert"]
        alert = min(alerts, key=lambda item: self._used[item["title"]])
        self._used[alert["title"]] += 1
        title = self.fill(alert["title"], facts)
        return title, [self.fill(paragraph, facts) for paragraph in alert["text"]]

    def _signature(self, kind: Kind, facts: Facts) -> list[str]:
        if kind == "news":
            return ["（通讯员 " + self._rng.choice(_NAMES) + "）"]
        return [facts.agency.name(facts.year)] if self._rng.choice((True, False)) else []

    def _published(self, kind: Kind, year: int) -> date:
        if kind == "activity":
            return date(year, 3, 18) + timedelta(days=self._rng.randint(0, 25))
        if kind == "alert":
            return date(year, 1, 10) + timedelta(days=self._rng.randint(0, 300))
        return date(year + 1, 1, 4) + timedelta(days=self._rng.randint(0, 70))

    def _least_used(self, options: list[str]) -> str:
        fewest = min(self._used[option] for option in options)
        option = self._rng.choice([o for o in options if self._used[o] == fewest])
        self._used[option] += 1
        return option


def signed(report: Report) -> Report:
    """The same report with its date as last line, as official texts end."""
    day = report.published
    line = f"{day.year}年{day.month}月{day.day}日"
    return replace(report, paragraphs=(*report.paragraphs, line))


def _figures(kind: Kind, facts: Facts) -> tuple[tuple[str, str], ...]:
    if kind not in {"summary", "analysis", "news"}:
        return ()
    words = facts.words
    return (
        ("demands_total", words["tot"]),
        ("complaints_received", words["com"]),
        ("reports_received", words["rep"]),
        ("enquiries", words["enq"]),
        ("complaints_settled", words["done"]),
        ("mediation_rate", words["rate"]),
        ("loss_recovered", str(int(float(words["loss"]) * 10 + 0.5) * 1000)),
    )
