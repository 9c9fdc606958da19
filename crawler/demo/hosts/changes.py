"""changes.test and outage.test: pages between two crawls.

An honest ETag, a Last-Modified without ETag, a changed body, a server that keeps the ETag of a
changed body, one that answers 304 to whoever asks, and a page that is gone. On outage.test
everything is missing in the second phase, but so is the server's health: nothing was deleted.
"""

from dataclasses import replace

from crawler.demo.answers import Answer, Host, HostBuilder, Request, tagged
from crawler.demo.compose import Report
from crawler.demo.hosts.pages import article_html, html_answer, list_html
from crawler.demo.library import More
from crawler.demo.state import State
from crawler.demo.truth import Becomes, Expected, HostTruth, Later

NAME, OUTAGE = "changes.test", "outage.test"
_SITE = "变更资讯"
_GONE_PHASE = 3
_DATE = "Mon, 05 Feb 2024 07:08:09 GMT"


def build(more: More, state: State) -> tuple[Host, HostTruth]:
    """Six articles, one for each way to change or not."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nAllow: /\n")
    paths = [f"/report_{number}.html" for number in range(1, len(more.changes) + 1)]
    titles = [report.title for report in more.changes]
    host.page("/index.html", list_html(_SITE, list(zip(paths, titles, strict=True))))
    old = [html_answer(article_html(report, _SITE)) for report in more.changes]
    new = [html_answer(article_html(_extended(report), _SITE)) for report in more.changes]
    dated = replace(old[1], last_modified=_DATE)
    gone = {phase: html_answer("", status) for phase, status in ((2, 404), (_GONE_PHASE, 410))}
    first = (tagged(old[0]), dated, tagged(old[2]), tagged(old[3]), old[4], old[5])
    later = (
        tagged(old[0]),
        dated,
        tagged(new[2]),
        replace(new[3], etag=first[3].etag),
        Answer(status=304),
    )
    by_phase = {1: first} | {phase: (*later, page) for phase, page in gone.items()}

    def answer(request: Request) -> Answer | None:
        if request.path not in paths:
            return None
        return by_phase[state.phase][paths.index(request.path)]

    host.dynamic = answer
    expected = tuple(
        Expected(NAME, path, works=(report.key,), title=report.title)
        for path, report in zip(paths, more.changes, strict=True)
    )
    becomes: tuple[Becomes, ...] = (
        "unchanged",
        "unchanged",
        "changed",
        "unchanged",
        "unchanged",
        "missed",
    )
    outcomes = [Later(NAME, path, what) for path, what in zip(paths, becomes, strict=True)]
    outcomes.append(Later(NAME, paths[-1], "gone", phase=_GONE_PHASE))
    return host.build(), HostTruth(expected, later=tuple(outcomes))


def build_outage(more: More, state: State) -> tuple[Host, HostTruth]:
    """Two articles; in the second phase 404 for all of them and 503 for the home page."""
    host = HostBuilder(OUTAGE)
    host.robots("User-agent: *\nAllow: /\n")
    pages = {f"/report_{n}.html": report for n, report in enumerate(more.outage, start=1)}
    rows = [(path, report.title) for path, report in pages.items()]

    def answer(request: Request) -> Answer | None:
        if request.path in {"/", "/index.html"}:
            return html_answer(list_html(_SITE, rows)) if state.phase == 1 else _unwell()
        if request.path not in pages or state.phase > 1:
            return None
        return html_answer(article_html(pages[request.path], _SITE))

    host.dynamic = answer
    expected = tuple(
        Expected(OUTAGE, path, works=(report.key,), title=report.title)
        for path, report in pages.items()
    )
    return host.build(), HostTruth(
        expected, later=tuple(Later(OUTAGE, path, "missed") for path in pages)
    )


def _unwell() -> Answer:
    return html_answer("服务暂不可用", 503)


def _extended(report: Report) -> Report:
    added = "补记：本文发布后，又有三家单位主动公开了整改结果，相关投诉已全部办结。"
    return replace(report, paragraphs=(*report.paragraphs, added))
