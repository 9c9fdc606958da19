"""Lists whose further pages come from an API: ranges of records by POST, and JSON by GET."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from crawler.entries import json_prefix
from crawler.paging import (
    Follow,
    Further,
    ListContext,
    State,
    ask,
    filled,
    go_on,
    limit_of,
    total_of,
    values_from_page,
)
from crawler.rules import compiled, first_group, first_number
from crawler.urls import canonical_url

MAX_SIZE = 100  # entries a page: what a page claims must not make one answer huge

_PAGE_PARAMETER = re.compile(
    r"([?&](?:page|pageno|pagenum|pageindex|p)=)(\d{1,9})(?!\d)", re.IGNORECASE
)
_PAIR = re.compile(r"['\"](\w{1,40})['\"]\s*:\s*['\"]([^'\"]{0,400})['\"]")


def range_post(seen: ListContext) -> Further:
    """State: `url` template, `form`, `size`, `seen` records so far, `total` of records.

    Where the page hides its ids (encrypted), `fallback` finds the URL that it asks for its next
    group; state then holds `get`, how many groups were asked for.
    """
    if seen.state is not None and "get" in seen.state:
        return _next_group(seen, seen.state)
    state = seen.state or _range_state(seen)
    if state is None:
        return _next_group(seen, {"get": 0})
    total, read, size = state.get("total"), state["seen"], state["size"]
    if total is not None and read >= total:
        return Further(total=total, stop_reason="last_page")
    end = read + size * seen.rules.page.batch
    if total is not None:
        end = min(end, total)
    url = filled(state["url"], {"start": str(read + 1), "end": str(end), "size": str(size)})
    return go_on(seen, url, {**state, "seen": end}, form=state["form"], total=total)


def _range_state(seen: ListContext) -> State | None:
    page = seen.rules.page
    values = values_from_page(seen)
    if values is None or page.url is None:
        return None
    size = _page_size(seen)
    read = seen.rows.count
    state: State = {
        "url": urljoin(seen.url, filled(page.url, {**page.form, **values})),
        "form": {
            name: value
            for name, value in {**page.form, **values}.items()
            if f"{{{name}}}" not in page.url
        },
        "size": size,
        # a page that shows no whole number of pages is a taste: begin again at record 1
        "seen": read if read % size == 0 else 0,
    }
    total = total_of(seen)
    if total is None:
        return state
    return {**state, "total": total, "seen": read if read >= total else state["seen"]}


def _page_size(seen: ListContext) -> int:
    page = seen.rules.page
    told = first_number(page.size_from_page, seen.text) if page.size_from_page else None
    return min(told or page.size, MAX_SIZE)


def _next_group(seen: ListContext, state: State) -> Further:
    total = total_of(seen)
    fallback = seen.rules.page.fallback
    found = first_group(fallback, seen.text) if fallback else None
    asked = state["get"]
    if found:
        url = urljoin(seen.url, html.unescape(found))
    elif asked:
        url = _PAGE_PARAMETER.sub(lambda m: f"{m[1]}{int(m[2]) + 1}", seen.url)
    else:
        return Further(total=total, stop_reason="no_next")
    if canonical_url(url) == canonical_url(seen.url):
        return Further(total=total, stop_reason="no_next")
    return go_on(seen, url, {**state, "get": asked + 1}, total=total)


def get_json(seen: ListContext) -> Further:
    """State: `url` template with {n}, `seen` rows so far; `step` while ids are still looked for."""
    if seen.state is None and not seen.rows.readable:
        return _json_start(seen)
    if seen.state is not None and seen.state.get("step") == "bootstrap":
        return _columns(seen)
    if not seen.rows.readable:
        return _other_path(seen)
    template = seen.state["url"] if seen.state else _PAGE_PARAMETER.sub(r"\g<1>{n}", seen.url)
    if "{n}" not in template:
        return Further(total=total_of(seen), stop_reason="no_next")
    total, before = total_of(seen), seen.state["seen"] if seen.state else 0
    read = before + seen.rows.count
    if total is not None and read >= total:
        return Further(total=total, stop_reason="last_page")
    state = {**(seen.state or {}), "url": template, "seen": read}
    return go_on(seen, template.replace("{n}", str(seen.page + 1)), state, total=total)


def _json_start(seen: ListContext) -> Further:
    """A start page that is HTML: find the URL of the JSON behind it."""
    page = seen.rules.page
    if page.bootstrap:
        if compiled(page.bootstrap.sid).search(seen.text):
            return _columns(seen)
        url = urljoin(seen.url, page.bootstrap.url)
        return ask(seen, url, 1, {"step": "bootstrap", **limit_of(seen)})
    values = values_from_page(seen)
    if values is None or page.url is None:
        return Further(stop_reason="no_next")
    template = filled(page.url, values)
    if page.query_from_page:
        query = _query(seen)
        if query is None:
            return Further(stop_reason="no_next")
        template = f"{template}?{query}"
    return _first_json(seen, template, 0)


def _first_json(seen: ListContext, template: str, tried: int) -> Further:
    # no "first" here: the start page may show the same entries as the first JSON page
    url = urljoin(seen.url, template)
    state: State = {"url": url, "seen": 0, "tried": tried, **limit_of(seen)}
    return ask(seen, url.replace("{n}", "1"), 1, state)


def _other_path(seen: ListContext) -> Further:
    """The same query under the next of `alt_paths`, once each."""
    state = seen.state or {}
    paths = seen.rules.page.alt_paths
    tried = state.get("tried", 0)
    if seen.page != 1 or "url" not in state or tried >= len(paths):
        return Further(stop_reason="not_the_expected_answer")
    parts = urlsplit(state["url"])
    channel = parts.path.rpartition("/")[2]
    path = filled(paths[tried], {"channel": channel})
    return _first_json(seen, f"{path}?{parts.query}", tried + 1)


def _query(seen: ListContext) -> str | None:
    found = first_group(seen.rules.page.query_from_page or "", seen.text)
    pairs = _PAIR.findall(html.unescape(found)) if found else []
    if not pairs:
        return None
    query = urlencode(pairs)
    if seen.rules.page.param_json:
        param = quote(seen.rules.page.param_json.replace("{n}", "\0")).replace("%00", "{n}")
        query = f"{query}&paramJson={param}"
    return query


def _columns(seen: ListContext) -> Further:
    """The first page of every column of the tree whose name the profile asks for."""
    page = seen.rules.page
    boot = page.bootstrap
    sid = first_group(boot.sid, seen.text) if boot else None
    tree = compiled(boot.tree).search(seen.text) if boot else None
    columns = json_prefix(seen.text, tree.start(1) if tree.re.groups else tree.end()) if tree else 0
    if sid is None or page.url is None or not isinstance(columns, list):
        return Further(stop_reason="not_the_expected_answer")
    wanted = compiled(page.columns or "")
    follows: list[Follow] = []
    for column, name in _leaves(columns):
        if wanted.search(name):
            template = filled(page.url, {"cat_id": column, "sid": sid})
            further = _first_json(seen, template, 0)
            follows.extend(further.follows)
    return Further(tuple(follows), stop_reason=None if follows else "no_next")


def _leaves(columns: Sequence[Any]) -> list[tuple[str, str]]:
    """(id, name) of the columns that hold articles; one that jumps elsewhere holds none."""
    found: list[tuple[str, str]] = []
    waiting = list(reversed(columns))
    while waiting:
        column = waiting.pop()
        if not isinstance(column, Mapping) or column.get("jump_url"):
            continue
        children = column.get("children")
        if isinstance(children, list) and children:
            waiting.extend(reversed(children))
        else:
            found.append((str(column.get("id", "")), str(column.get("name", ""))))
    return found
