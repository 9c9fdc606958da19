"""The further pages of a list: where they are, and when to stop asking for them."""

import re
from urllib.parse import urljoin, urlsplit

from crawler.list_apis import get_json, range_post
from crawler.markup import attribute, base_of, parse_html
from crawler.paging import Further, ListContext, State, StopReason, fingerprint, go_on, total_of
from crawler.rules import compiled
from crawler.urls import canonical_url, host_allowed, resolve

STUB = 600  # characters: deep pages of TRS lists answer stubs of 300-400 bytes

# createPageHTML(count, current from 0, "index", "html") is TRS,
# createPageHTML('page_div', count, current from 1, 'list', 'shtml', rows) is UCAP
_SCRIPT = re.compile(
    r"createPageHTML\(\s*(?:[\"'][^\"'<>]{0,60}[\"']\s*,\s*)?(\d{1,6})\s*,\s*(\d{1,6})"
    r"(?:\s*,\s*[\"']([\w-]{1,60})[\"']\s*,\s*[\"'](\w{2,5})[\"'])?"
)
_FILE_NAME = re.compile(r"([^/]+)\.([a-z]{2,5})$")


def further_pages(seen: ListContext) -> Further:
    """The pages after this one by the profile's pager, or the reason to stop."""
    reason = _stop(seen)
    if reason:
        return Further(total=total_of(seen), stop_reason=reason)
    pagers = {
        "next_link": _next_link,
        "numbered_file": _numbered_file,
        "range_post": range_post,
        "get_json": get_json,
    }
    pager = pagers.get(seen.rules.page.kind)
    if pager is None:
        return Further(total=total_of(seen), stop_reason="no_pager")
    return pager(seen)


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
        return None if seen.rows.count else "empty"
    first = seen.state.get("first")
    if "repeat_of_page_1" in rules and first == fingerprint(seen.rows.entries):
        # Hanweb's first nextgroup may name page=1, which is the page it stands on
        return None if seen.state.get("get") == 1 else "repeat_of_page_1"
    return None


def _next_link(seen: ListContext) -> Further:
    """The link that says so; without one, the files that a script on the page counts.

    State: `start`, the first page, to which a pager's last link often leads back.
    """
    if seen.state is not None and "url" in seen.state:
        return _numbered_file(seen)
    linked = _linked(seen)
    if linked is None and seen.state is None and _SCRIPT.search(seen.text):
        return _numbered_file(seen)
    return linked or Further(total=total_of(seen), stop_reason="no_next")


def _linked(seen: ListContext) -> Further | None:
    start = seen.state.get("start") if seen.state else canonical_url(seen.url)
    avoid = {start, canonical_url(seen.url)}
    base = base_of(seen.text, seen.url)
    page = parse_html(seen.text)
    for link in page.css(seen.rules.page.next).css("[href]"):
        url = resolve(base, attribute(link, "href") or "")
        if url and url not in avoid and host_allowed(url, seen.hosts):
            return go_on(seen, url, {"start": start}, total=total_of(seen))
    numbered = [
        compiled(pattern.replace("{n}", str(seen.page + 1))) for pattern in seen.rules.page.patterns
    ]
    for link in page.css("a[href]") if numbered else ():
        url = resolve(base, attribute(link, "href") or "")
        if url is None or url in avoid or seen.article.matches(url):
            continue
        if host_allowed(url, seen.hosts) and any(pattern.search(url) for pattern in numbered):
            return go_on(seen, url, {"start": start}, total=total_of(seen))
    return None


def _numbered_file(seen: ListContext) -> Further:
    """The next of the files that the page's script counts; without a count, the next link.

    State: `url`, a template with {n}; `base`, 0 or 1; `total` pages, where the page says so.
    """
    if seen.state is not None and "start" in seen.state:
        return _linked(seen) or Further(stop_reason="no_next")
    state = seen.state or _file_state(seen)
    total = state.get("total")
    if total is not None and seen.page >= total:
        return Further(total=total, stop_reason="last_page")
    if total is None and seen.state is None:
        if not seen.rows.entries:
            return Further(stop_reason="empty")
        if linked := _linked(seen):
            return linked
    number = seen.page + state["base"]
    return go_on(seen, str(state["url"]).replace("{n}", str(number)), state, total=total)


def _file_state(seen: ListContext) -> State:
    script = _SCRIPT.search(seen.text)
    count, current, stem, ext = script.groups() if script else (None, None, None, None)
    own = _FILE_NAME.search(urlsplit(seen.url).path)
    if stem is None:
        stem, ext = own.groups() if own else ("index", "html")
    template = seen.rules.page.url or "{stem}_{n}.{ext}"
    base = seen.rules.page.base
    state: State = {
        "url": urljoin(seen.url, template.replace("{stem}", stem).replace("{ext}", ext or "html")),
        # on the first page, the script's own number for it is what it counts from
        "base": base if base is not None else int(current == "1"),
    }
    total = total_of(seen)
    if total is None and count is not None:
        total = int(count)
    return state if total is None else {**state, "total": total}
