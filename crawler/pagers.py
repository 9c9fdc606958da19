"""The further pages of a list: where they are, and when to stop asking for them.

One list page leads to the next one (or, for a tree of columns, to the first page of each). All
that is needed to go on travels in `Follow.state`, a plain JSON value: the row may be fetched by
another process after a crash.
"""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, urlencode, urljoin, urlsplit

from crawler.entries import Entry, Rows, at_path, json_prefix, json_value, list_html
from crawler.markup import attribute, base_of, parse_html
from crawler.rules import ArticleRules, ListRules, compiled
from crawler.urls import canonical_url, host_allowed, resolve

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

STUB = 600  # characters: deep pages of TRS lists answer stubs of 300-400 bytes

_PAGE_PARAMETER = re.compile(r"([?&](?:page|pageno|pagenum|pageindex|p)=)(\d+)", re.IGNORECASE)
_TRS_FILE = re.compile(
    r"createPageHTML\(\s*\d+\s*,\s*\d+\s*,\s*[\"'](\w{1,60})[\"']\s*,\s*[\"'](\w{2,5})[\"']"
)
_FILE_NAME = re.compile(r"([^/]+)\.([a-z]{2,5})$")
_PAIR = re.compile(r"['\"](\w{1,40})['\"]\s*:\s*['\"]([^'\"]{0,400})['\"]")


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


def further_pages(seen: ListContext) -> Further:
    """The pages after this one by the profile's pager, or the reason to stop."""
    reason = _stop(seen)
    if reason:
        return Further(total=_total(seen), stop_reason=reason)
    pagers = {
        "next_link": _next_link,
        "numbered_file": _numbered_file,
        "range_post": _range_post,
        "get_json": _get_json,
    }
    pager = pagers.get(seen.rules.page.kind)
    if pager is None:
        return Further(total=_total(seen), stop_reason="no_pager")
    return pager(seen)


def fingerprint(entries: Sequence[Entry]) -> str:
    """A short value that is equal for list pages with the same entries."""
    whole = "\n".join(entry.url for entry in entries)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _stop(seen: ListContext) -> StopReason | None:
    """The stop rules that hold for every pager; they speak about later pages only."""
    if seen.state is None or seen.state.get("step") == "bootstrap":
        return None
    rules = seen.rules.page.stop
    if not seen.rows.readable:
        return None if seen.rules.page.alt_paths else "not_the_expected_answer"
    if not seen.rows.entries:
        if "stub<600" in rules and len(seen.text) < STUB:
            return "stub"
        return "empty" if not seen.rows.count or "empty" in rules else None
    first = seen.state.get("first")
    if "repeat_of_page_1" in rules and first == fingerprint(seen.rows.entries):
        # Hanweb's first nextgroup may name page=1, which is the page it stands on
        return None if seen.state.get("get") == 1 else "repeat_of_page_1"
    return None


def _go_on(
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
    return _ask(seen, url, seen.page + 1, {**state, **inherited}, form=form, total=total)


def _ask(
    seen: ListContext,
    url: str | None,
    page: int,
    state: State,
    *,
    form: Mapping[str, str] | None = None,
    total: int | None = None,
) -> Further:
    limit = state.get("limit")
    if limit is not None and page > limit:
        return Further(total=total, stop_reason="max_pages")
    target = canonical_url(url) if url else None
    if target is None or not host_allowed(target, seen.hosts):
        return Further(total=total, stop_reason="no_next")
    pairs = tuple(form.items()) if form is not None else None
    return Further((Follow(target, page, pairs, state),), total)


def _total(seen: ListContext) -> int | None:
    """How much the page says there is: entries, or pages where the profile counts pages."""
    rules = seen.rules
    if rules.page.total_at:
        value = at_path(json_value(seen.text), rules.page.total_at)
        return int(value) if isinstance(value, int | str) and str(value).isdigit() else None
    regex = rules.page.total or rules.total
    return _number(regex, list_html(seen.text, rules)) if regex else None


def _number(regex: str, text: str) -> int | None:
    match = compiled(regex).search(text)
    groups = match.groups() if match else ()
    return next((int(group) for group in groups if group and group.isdigit()), None)


def _next_link(seen: ListContext) -> Further:
    """State: `start`, the first page, to which a pager's last link often leads back."""
    start = seen.state.get("start") if seen.state else seen.url
    avoid = {start, canonical_url(seen.url)}
    base = base_of(seen.text, seen.url)
    page = parse_html(seen.text)
    named = page.css(seen.rules.page.next).css("[href]") if seen.rules.page.next else []
    for link in named:
        url = resolve(base, attribute(link, "href") or "")
        if url and url not in avoid and host_allowed(url, seen.hosts):
            return _go_on(seen, url, {"start": start})
    numbered = [
        compiled(pattern.replace("{n}", str(seen.page + 1))) for pattern in seen.rules.page.patterns
    ]
    if numbered:
        for link in page.css("a[href]"):
            url = resolve(base, attribute(link, "href") or "")
            if (
                url
                and url not in avoid
                and host_allowed(url, seen.hosts)
                and not seen.article.matches(url)
                and any(pattern.search(url) for pattern in numbered)
            ):
                return _go_on(seen, url, {"start": start})
    return Further(stop_reason="no_next")


def _numbered_file(seen: ListContext) -> Further:
    """State: `url`, a template with {n}; `total` pages, where the page says so."""
    state = seen.state or _file_state(seen)
    total = state.get("total")
    if total is not None and seen.page >= total:
        return Further(total=total, stop_reason="last_page")
    if total is None and not seen.rows.entries:
        return Further(stop_reason="empty")
    number = seen.page + seen.rules.page.base
    return _go_on(seen, str(state["url"]).replace("{n}", str(number)), state, total=total)


def _file_state(seen: ListContext) -> State:
    named = _TRS_FILE.search(seen.text)
    own = _FILE_NAME.search(urlsplit(seen.url).path)
    stem, ext = own.groups() if own else named.groups() if named else ("index", "html")
    template = seen.rules.page.url or "{stem}_{n}.{ext}"
    url = urljoin(seen.url, template.replace("{stem}", stem).replace("{ext}", ext))
    total = _total(seen)
    return {"url": url} if total is None else {"url": url, "total": total}


def _range_post(seen: ListContext) -> Further:
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
    url = _filled(state["url"], {"start": str(read + 1), "end": str(end), "size": str(size)})
    return _go_on(seen, url, {**state, "seen": end}, form=state["form"], total=total)


def _range_state(seen: ListContext) -> State | None:
    page = seen.rules.page
    values = _values_from_page(seen)
    if values is None or page.url is None:
        return None
    size = (_number(page.size_from_page, seen.text) if page.size_from_page else None) or page.size
    read = seen.rows.count
    state: State = {
        "url": urljoin(seen.url, _filled(page.url, {**page.form, **values})),
        "form": {
            name: value
            for name, value in {**page.form, **values}.items()
            if f"{{{name}}}" not in page.url
        },
        "size": size,
        # a page that shows no whole number of pages is a taste: begin again at record 1
        "seen": read if read % size == 0 else 0,
    }
    total = _total(seen)
    if total is None:
        return state
    return {**state, "total": total, "seen": read if read >= total else state["seen"]}


def _next_group(seen: ListContext, state: State) -> Further:
    total = _total(seen)
    found = (
        compiled(seen.rules.page.fallback).search(seen.text) if seen.rules.page.fallback else None
    )
    asked = state["get"]
    if found:
        url = urljoin(seen.url, html.unescape(found.group(1)))
    elif asked:
        url = _PAGE_PARAMETER.sub(lambda m: f"{m[1]}{int(m[2]) + 1}", seen.url)
    else:
        return Further(total=total, stop_reason="no_next")
    if canonical_url(url) == canonical_url(seen.url):
        return Further(total=total, stop_reason="no_next")
    return _go_on(seen, url, {**state, "get": asked + 1}, total=total)


def _get_json(seen: ListContext) -> Further:
    """State: `url` template with {n}, `seen` rows so far; `step` while ids are still looked for."""
    if seen.state is None and not seen.rows.readable:
        return _json_start(seen)
    if seen.state is not None and seen.state.get("step") == "bootstrap":
        return _columns(seen)
    if not seen.rows.readable:
        return _other_path(seen)
    template = seen.state["url"] if seen.state else _PAGE_PARAMETER.sub(r"\g<1>{n}", seen.url)
    if "{n}" not in template:
        return Further(total=_total(seen), stop_reason="no_next")
    total, before = _total(seen), seen.state["seen"] if seen.state else 0
    read = before + seen.rows.count
    if total is not None and read >= total:
        return Further(total=total, stop_reason="last_page")
    state = {**(seen.state or {}), "url": template, "seen": read}
    return _go_on(seen, template.replace("{n}", str(seen.page + 1)), state, total=total)


def _json_start(seen: ListContext) -> Further:
    """A start page that is HTML: find the URL of the JSON behind it."""
    page = seen.rules.page
    if page.bootstrap:
        if compiled(page.bootstrap.sid).search(seen.text):
            return _columns(seen)
        url = urljoin(seen.url, page.bootstrap.url)
        return _ask(seen, url, 1, {"step": "bootstrap", **_limit(seen)})
    values = _values_from_page(seen)
    if values is None or page.url is None:
        return Further(stop_reason="no_next")
    template = _filled(page.url, values)
    if page.query_from_page:
        query = _query(seen)
        if query is None:
            return Further(stop_reason="no_next")
        template = f"{template}?{query}"
    return _first_json(seen, template, 0)


def _first_json(seen: ListContext, template: str, tried: int) -> Further:
    # no "first" here: the start page may show the same entries as the first JSON page
    url = urljoin(seen.url, template)
    state: State = {"url": url, "seen": 0, "tried": tried, **_limit(seen)}
    return _ask(seen, url.replace("{n}", "1"), 1, state)


def _limit(seen: ListContext) -> State:
    limit = (seen.state or {}).get("limit", seen.max_pages)
    return {} if limit is None else {"limit": limit}


def _other_path(seen: ListContext) -> Further:
    """The same query under the next of `alt_paths`, once each."""
    state = seen.state or {}
    paths = seen.rules.page.alt_paths
    tried = state.get("tried", 0)
    if seen.page != 1 or "url" not in state or tried >= len(paths):
        return Further(stop_reason="not_the_expected_answer")
    parts = urlsplit(state["url"])
    channel = parts.path.rpartition("/")[2]
    path = _filled(paths[tried], {"channel": channel})
    return _first_json(seen, f"{path}?{parts.query}", tried + 1)


def _query(seen: ListContext) -> str | None:
    found = compiled(seen.rules.page.query_from_page or "").search(seen.text)
    pairs = _PAIR.findall(html.unescape(found.group(1))) if found else []
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
    sid = compiled(boot.sid).search(seen.text) if boot else None
    tree = compiled(boot.tree).search(seen.text) if boot else None
    columns = json_prefix(seen.text, tree.start(1) if tree.re.groups else tree.end()) if tree else 0
    if sid is None or page.url is None or not isinstance(columns, list):
        return Further(stop_reason="not_the_expected_answer")
    wanted = compiled(page.columns or "")
    follows: list[Follow] = []
    for number, name in _leaves(columns):
        if wanted.search(name):
            template = _filled(page.url, {"cat_id": number, "sid": sid.group(1)})
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


def _values_from_page(seen: ListContext) -> dict[str, str] | None:
    """The values of `form_from_page`; None when one without a default in `form` is missing."""
    page = seen.rules.page
    source = f"{seen.text}\n{seen.url}"
    values: dict[str, str] = {}
    for name, regex in page.form_from_page.items():
        match = compiled(regex).search(source)
        value = next((group for group in match.groups() if group), None) if match else None
        if value is not None:
            values[name] = html.unescape(value)
        elif name not in page.form:
            return None
    return values


def _filled(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", quote(value, safe="/"))
    return template
