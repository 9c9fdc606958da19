"""What every pager of a list uses: the page as it was read, and the ways to go on from it.

One list page leads to the next one (or, for a tree of columns, to the first page of each). All
that is needed to go on travels in `Follow.state`, a plain JSON value: the row may be fetched by
another process after a crash.
"""

import hashlib
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from crawler.entries import Entry, Rows, at_path, json_value, list_html
from crawler.rules import ArticleRules, ListRules, count, first_group, first_number
from crawler.urls import canonical_url, host_allowed

State = dict[str, Any]
"""A JSON object; see the function of each pager for its keys."""

StopReason = Literal[
    "no_pager",
    "no_next",
    "last_page",
    "max_pages",
    "empty",
    "stub",
    "repeat_of_page_1",
    "not_the_expected_answer",
    "too_large",
]


@dataclass(frozen=True, slots=True)
class Follow:
    """A further list page to fetch; POST when `form` is given."""

    url: str
    page: int
    form: tuple[tuple[str, str], ...] | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Further:
    """What follows a list page, or why nothing does."""

    follows: tuple[Follow, ...] = ()
    total: int | None = None
    stop_reason: StopReason | None = None


@dataclass(frozen=True, slots=True)
class ListContext:
    """One list page as the pagers see it; `state` is None on a start page."""

    text: str
    url: str
    page: int
    state: State | None
    rows: Rows
    rules: ListRules
    article: ArticleRules
    hosts: Sequence[str]
    max_pages: int | None


def fingerprint(entries: Sequence[Entry]) -> str:
    """A short value that is equal for list pages with the same entries."""
    whole = "\n".join(entry.url for entry in entries)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def go_on(
    seen: ListContext,
    url: str | None,
    state: State,
    *,
    form: Mapping[str, str] | None = None,
    total: int | None = None,
) -> Further:
    """The next page of the list, unless the limit is reached or its URL is not ours."""
    known = seen.state or {}
    inherited: State = {key: known[key] for key in ("first", "limit") if key in known}
    if "first" not in inherited and seen.rows.entries:
        inherited["first"] = fingerprint(seen.rows.entries)
    if "limit" not in inherited and seen.max_pages is not None:
        inherited["limit"] = seen.max_pages
    return ask(seen, url, seen.page + 1, {**state, **inherited}, form=form, total=total)


def ask(
    seen: ListContext,
    url: str | None,
    page: int,
    state: State,
    *,
    form: Mapping[str, str] | None = None,
    total: int | None = None,
) -> Further:
    """One list page to fetch, with a state of its own."""
    limit = state.get("limit")
    if limit is not None and page > limit:
        return Further(total=total, stop_reason="max_pages")
    target = canonical_url(url) if url else None
    if target is None or not host_allowed(target, seen.hosts):
        return Further(total=total, stop_reason="no_next")
    pairs = tuple(form.items()) if form is not None else None
    return Further((Follow(target, page, pairs, state),), total)


def limit_of(seen: ListContext) -> State:
    """The part of a state that says how deep the pager may be followed."""
    limit = (seen.state or {}).get("limit", seen.max_pages)
    return {} if limit is None else {"limit": limit}


def total_of(seen: ListContext) -> int | None:
    """How much the page says there is: entries, or pages where the profile counts pages."""
    rules = seen.rules
    if rules.page.total_at:
        value = at_path(json_value(seen.text), rules.page.total_at)
        return count(str(value)) if isinstance(value, int | str) else None
    regex = rules.page.total or rules.total
    return first_number(regex, list_html(seen.text, rules)) if regex else None


def values_from_page(seen: ListContext) -> dict[str, str] | None:
    """The values of `form_from_page`; None when one without a default in `form` is missing."""
    page = seen.rules.page
    source = f"{seen.text}\n{seen.url}"
    values: dict[str, str] = {}
    for name, regex in page.form_from_page.items():
        value = first_group(regex, source)
        if value is not None:
            values[name] = html.unescape(value)
        elif name not in page.form:
            return None
    return values


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with each {name} replaced by its value, percent-encoded."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(value, safe="/"))
    return template
