"""Reading a list page: the articles it links to and the pages that follow it.

The door of `crawler.entries` and `crawler.pagers`. Pure functions on decoded text: no Scrapy, no
network, no clock. The caller knows the frontier and applies the rule `no_new` (stop after a page
without an unseen article) itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.entries import Entry, Rows, html_rows, read_rows
from crawler.pagers import further_pages
from crawler.paging import Follow, ListContext, State, StopReason
from crawler.rules import ArticleRules, ListRules

__all__ = ["Entry", "Follow", "ListPage", "State", "StopReason", "read_list"]

MAX_TEXT = 2_000_000  # characters: real list pages are 5-500 KB; hostile ones take half a second


@dataclass(frozen=True, slots=True)
class ListPage:
    """What one list page gave."""

    entries: tuple[Entry, ...]
    follows: tuple[Follow, ...]
    total: int | None
    """What the page says there is: entries, or pages where the pager is a numbered file."""
    stop_reason: StopReason | None
    """Why there are no `follows`."""


def read_list(
    text: str,
    url: str,
    *,
    rules: ListRules,
    article: ArticleRules,
    hosts: Sequence[str],
    page: int = 1,
    state: State | None = None,
    max_pages: int | None = None,
) -> ListPage:
    """Read one list page.

    Args:
        text: the decoded page or answer.
        url: where it came from (after redirects).
        rules: the profile's `[list]`.
        article: the profile's `[article]`; its `url_regex` says which links are articles.
        hosts: the hosts the profile may fetch; links to others are dropped.
        page: `Follow.page` of this page; 1 for a start page.
        state: `Follow.state` of this page; None for a start page.
        max_pages: how deep the pager may be followed; travels in the state after that.

    Returns:
        Entries in page order without repeats, canonical URLs. Never raises for content.
    """
    if len(text) > MAX_TEXT:
        return ListPage((), (), None, "too_large")
    rows = _rows(text, url, rules, article, hosts, is_start=state is None)
    seen = ListContext(text, url, page, state, rows, rules, article, hosts, max_pages)
    further = further_pages(seen)
    return ListPage(rows.entries, further.follows, further.total, further.stop_reason)


def _rows(
    text: str,
    url: str,
    rules: ListRules,
    article: ArticleRules,
    hosts: Sequence[str],
    *,
    is_start: bool,
) -> Rows:
    rows = read_rows(text, url, rules, article, hosts)
    if rows.readable or not is_start:
        return rows
    # a JSON list is reached through an HTML page, which may hold its newest entries itself
    own = html_rows(text, url, rules, article, hosts)
    return Rows(own.entries, own.count, readable=False)
