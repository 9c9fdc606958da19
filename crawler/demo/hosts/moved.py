"""moved.test: redirects.

A chain of three, a loop of two, the step to the www host, and an article that has moved by the
time of the second crawl.
"""

from crawler.demo.answers import Answer, Host, HostBuilder, Request
from crawler.demo.hosts.pages import article_html, html_answer, list_html
from crawler.demo.library import More
from crawler.demo.state import State
from crawler.demo.truth import Expected, Hits, HostTruth, Later

NAME, WWW = "moved.test", "www.moved.test"
_SITE = "搬家资讯"
_OLD, _NEW = "/report_4.html", "/new/report_4.html"
MAX_HOPS = 5


def build(more: More, state: State, addresses: dict[str, str]) -> tuple[list[Host], HostTruth]:
    """Three articles behind redirects, and a loop that leads to none."""
    host, www = HostBuilder(NAME), HostBuilder(WWW)
    for each in (host, www):
        each.robots("User-agent: *\nAllow: /\n")
    chained, on_www, moving = more.moved
    rows = [
        ("/report_1.html", chained.title),
        ("/report_2.html", "消费维权工作简报（第二期）"),
        ("/report_3.html", on_www.title),
        (_OLD, moving.title),
    ]
    host.page("/index.html", list_html(_SITE, rows))
    hops = {
        "/report_1.html": "/r/one",
        "/r/one": "/r/two",
        "/r/two": "/end/report_1.html",
        "/report_2.html": "/r/loop",
        "/r/loop": "/report_2.html",
        "/report_3.html": addresses[WWW] + "/report_3.html",
    }
    host.pages |= {path: _redirect(target, 302) for path, target in hops.items()}
    host.pages["/report_3.html"] = _redirect(hops["/report_3.html"], 301)
    host.page("/end/report_1.html", article_html(chained, _SITE))
    www.page("/report_3.html", article_html(on_www, _SITE))
    page = html_answer(article_html(moving, _SITE))

    def moving_page(request: Request) -> Answer | None:
        if request.path == _OLD:
            return page if state.phase == 1 else _redirect(_NEW, 301)
        return page if request.path == _NEW and state.phase > 1 else None

    host.dynamic = moving_page
    expected = (
        Expected(NAME, "/report_1.html", works=(chained.key,), title=chained.title),
        Expected(NAME, "/report_2.html", ("error", "moved"), title="消费维权工作简报（第二期）"),
        Expected(NAME, "/report_3.html", works=(on_www.key,), title=on_www.title),
        Expected(NAME, _OLD, works=(moving.key,), title=moving.title),
    )
    hits = (Hits(NAME, r"/report_2\.html|/r/loop", 1, MAX_HOPS + 1),)
    later = (Later(NAME, _OLD, "moved", to=_NEW, works=(moving.key,)),)
    return [host.build(), www.build()], HostTruth(expected, hits, later)


def _redirect(target: str, status: int) -> Answer:
    return Answer(b"", status, (("Location", target), ("Content-Type", "text/html")))
