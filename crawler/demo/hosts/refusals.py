"""Hosts that refuse: 429 and 503 with a Retry-After, and four kinds of web application firewall."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from crawler.demo.answers import Answer, Host, HostBuilder, Request
from crawler.demo.compose import Report
from crawler.demo.hosts.pages import HTML, article_html, html_answer, list_html
from crawler.demo.library import More
from crawler.demo.truth import Expected, Hits, HostTruth

_SITE = "限流资讯"
SECONDS = 2
"""How long the polite answers ask to wait, where they ask for something sensible."""


def _in_seconds() -> tuple[int, str]:
    return 429, str(SECONDS)


def _as_date() -> tuple[int, str]:
    return 503, format_datetime(datetime.now(UTC) + timedelta(seconds=SECONDS), usegmt=True)


def _negative() -> tuple[int, str]:
    return 429, "-5"


def _huge() -> tuple[int, str]:
    return 503, "1000000000"


DELAYS: dict[str, Callable[[], tuple[int, str]]] = {
    "retry-seconds.test": _in_seconds,
    "retry-date.test": _as_date,
    "retry-negative.test": _negative,
    "retry-huge.test": _huge,
}
HUGE = "retry-huge.test"
_RUISHU = (
    "<!DOCTYPE html><html><head><meta charset='utf-8'><meta content='9x' id='zc' r='m'>"
    "<script r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=36413;$_ts.cd='qq0r'</script>"
    "</head><body></body></html>"
)
_JSL = (
    "<script>document.cookie=('_')+('_jsl_clearance')+'=1700000000.1|-1|x;path=/';"
    "location.href=location.pathname+location.search</script>"
)
_CAPTCHA = (
    "<html><head><meta charset='utf-8'><title>安全验证</title></head>"
    "<body><h3>访问验证</h3><p>请输入验证码以继续</p></body></html>"
)
WALLS: dict[str, Answer] = {
    "waf-412.test": html_answer(_RUISHU, 412),
    "waf-200.test": html_answer(_RUISHU),
    "waf-521.test": Answer(
        _JSL.encode(), 521, (*HTML, ("Set-Cookie", "__jsluid_h=5d41402a; Path=/; HttpOnly"))
    ),
    "waf-403.test": html_answer(_CAPTCHA, 403),
}
NAMES = (*DELAYS, *WALLS)


def build_delayed(more: More, name: str) -> tuple[Host, HostTruth]:
    """One article that is refused at the first request and served at the next."""
    report = more.delayed[list(DELAYS).index(name)]
    host = _with_list(name, [report])
    host.dynamic = _Once(DELAYS[name], html_answer(article_html(report, _SITE)))
    ok = name != HUGE
    expected = Expected(
        name,
        "/report_1.html",
        ("ok",) if ok else ("error",),
        (report.key,) if ok else (),
        report.title,
    )
    most = 3 if ok else 1  # two retries at most
    return host.build(), HostTruth((expected,), (Hits(name, r"/report_1\.html", 1, most),))


def build_walled(more: More, name: str) -> tuple[Host, HostTruth]:
    """The list is served, every article is a challenge; after the first the host is left alone."""
    reports = more.delayed[:3]
    host = _with_list(name, reports)
    wall = WALLS[name]
    paths = [f"/report_{n}.html" for n in range(1, len(reports) + 1)]
    host.pages |= dict.fromkeys(paths, wall)
    first = Expected(name, paths[0], ("blocked",), title=reports[0].title)
    return host.build(), HostTruth((first,), (Hits(name, r"/report_\d\.html", 1, 1),))


class _Once:
    """Refuses the first request for the article; later ones are served."""

    def __init__(self, refusal: Callable[[], tuple[int, str]], page: Answer) -> None:
        self._refusal = refusal
        self._page = page
        self._asked = 0

    def __call__(self, request: Request) -> Answer | None:
        if request.path != "/report_1.html":
            return None
        self._asked += 1
        if self._asked > 1:
            return self._page
        status, wait = self._refusal()
        return Answer("请稍后再试".encode(), status, (*HTML, ("Retry-After", wait)))


def _with_list(name: str, reports: list[Report] | tuple[Report, ...]) -> HostBuilder:
    host = HostBuilder(name)
    host.robots("User-agent: *\nAllow: /\n")
    rows = [(f"/report_{n}.html", report.title) for n, report in enumerate(reports, start=1)]
    host.page("/index.html", list_html(_SITE, rows))
    return host
