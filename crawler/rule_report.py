"""What each rule of a profile finds on one page: for a person who writes or mends a site file."""

from collections.abc import Iterator
from dataclasses import dataclass

from parsel import Selector

from crawler.markup import encodable, parse_html
from crawler.rules import ArticleRules, ListRules, first_group

SAMPLE = 60  # characters of the first find: one line of a terminal


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule and what it found; `found` 0 says that the rule is of no use on this page."""

    key: str
    """As in the file: "list.links", "article.body"."""
    rule: str
    found: int
    sample: str = ""


def list_hits(text: str, rules: ListRules) -> tuple[RuleHit, ...]:
    """The rules of `[list]` that look at the HTML or text of a list page."""
    page = parse_html(text)
    selectors = {
        "list.row": rules.row,
        "list.links": rules.links,
        "list.date": rules.date,
        "list.page.next": rules.page.next if rules.page.kind == "next_link" else None,
    }
    regexes = {
        "list.total": rules.total,
        "list.date_regex": rules.date_regex,
        "list.page.total": rules.page.total,
        "list.page.query_from_page": rules.page.query_from_page,
        **{f"list.page.form_from_page.{k}": v for k, v in rules.page.form_from_page.items()},
    }
    return (
        *(_css_hit(page, key, rule) for key, rule in selectors.items() if rule),
        *(_regex_hit(text, key, rule) for key, rule in regexes.items() if rule),
    )


def article_hits(text: str, url: str, rules: ArticleRules) -> tuple[RuleHit, ...]:
    """The rules of `[article]` that look at an article's page or its URL."""
    page = parse_html(text)
    named = {"body": rules.body, "title": rules.title, "date": rules.date, "prune": rules.prune}
    found: list[RuleHit] = [
        _css_hit(page, f"article.{key}", rule) for key, many in named.items() for rule in many
    ]
    if rules.attachments:
        found.append(_css_hit(page, "article.attachments", rules.attachments))
    found += _meta_hits(page, rules)
    if rules.date_regex:
        found.append(_regex_hit(text, "article.date_regex", rules.date_regex))
    if rules.date_from_url:
        found.append(_regex_hit(url, "article.date_from_url", rules.date_from_url))
    return tuple(found)


def _meta_hits(page: Selector, rules: ArticleRules) -> Iterator[RuleHit]:
    contents = {
        str(meta.root.get("name")).lower(): meta.root.get("content") or ""
        for meta in page.css("meta[name]")
    }
    for key, name in rules.meta.items():
        content = contents.get(name.lower())
        yield RuleHit(f"article.meta.{key}", name, int(content is not None), _short(content or ""))


def _css_hit(page: Selector, key: str, rule: str) -> RuleHit:
    found = page.css(rule)
    sample = _short(" ".join(found[0].root.itertext())) if found else ""
    return RuleHit(key, rule, len(found), sample)


def _regex_hit(text: str, key: str, rule: str) -> RuleHit:
    value = first_group(rule, text)
    return RuleHit(key, rule, int(value is not None), _short(value or ""))


def _short(text: str) -> str:
    whole = " ".join(encodable(text).split())
    return whole if len(whole) <= SAMPLE else whole[: SAMPLE - 1] + "…"
