"""vsb.gov.test: a government site on 博达, whose list files count down.

The newest entries stand in xwzx.htm, the next ones in xwzx/3.htm, the oldest in xwzx/1.htm. In the
second phase an entry is added: there is one file more, and every entry has moved by one place.
"""

from crawler.demo.answers import Answer, Host, HostBuilder, Request
from crawler.demo.compose import Report
from crawler.demo.hosts.pages import html_answer
from crawler.demo.library import More
from crawler.demo.state import State
from crawler.demo.truth import Expected, Hits, HostTruth, Later

NAME = "vsb.gov.test"
_SITE = "禾原县市场监督管理局"
_SIZE = 3


def build(more: More, state: State) -> tuple[Host, HostTruth]:
    """Twelve articles, thirteen in the second phase."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nAllow: /\n")
    *old, newest = more.vsb
    expected = []
    for number, report in enumerate(old):
        path = _path(number)
        host.article(path, _article(report))
        expected.append(
            Expected(
                NAME, path, works=(report.key,), title=report.title, figures=report.figures,
                body=report.text,
            )
        )  # fmt: skip
    host.dynamic = _Lists(more.vsb, state)
    return host.build(), HostTruth(
        tuple(expected),
        (
            Hits(NAME, r"/xwzx\.htm", 1, 1),
            Hits(NAME, r"/xwzx/[123]\.htm", 3, 3),
            Hits(NAME, r"/xwzx/(?:0|[4-9]|\d\d)\.htm", 0, 0),  # numbers nobody linked to
        ),
        (Later(NAME, _path(len(old)), "new", works=(newest.key,)),),
    )


class _Lists:
    """The list files as the phase has them, and the article that the second phase adds."""

    def __init__(self, reports: tuple[Report, ...], state: State) -> None:
        self._reports = reports
        self._state = state

    def __call__(self, request: Request) -> Answer | None:
        count = len(self._reports) - (self._state.phase == 1)
        newest = count - 1
        if request.path == _path(len(self._reports) - 1) and newest == len(self._reports) - 1:
            return html_answer(_article(self._reports[newest]))
        pages = -(-count // _SIZE)
        names = ["/xwzx.htm", *(f"/xwzx/{n}.htm" for n in range(pages - 1, 0, -1))]
        if request.path not in names:
            return None
        page = names.index(request.path)
        numbers = range(newest - page * _SIZE, max(newest - (page + 1) * _SIZE, -1), -1)
        rows = "\n".join(
            f'<li><a href="{_path(n)}" title="{self._reports[n].title}">{self._reports[n].title}</a>'
            f"<span>{self._reports[n].published}</span></li>"
            for n in numbers
        )
        following = names[page + 1] if page + 1 < len(names) else None
        pager = (
            f'<span class="p_next p_fun"><a href="{following}">下页</a></span>' if following else ""
        )
        return html_answer(f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>工作总结-{_SITE}</title></head>
<body><ul class="list">
{rows}
</ul><div class="pb_sys_common"><span class="p_t">共{count}条 {page + 1}/{pages}</span> {pager}</div></body></html>""")


def _path(number: int) -> str:
    return f"/info/1012/{3400 + number}.htm"


def _article(report: Report) -> str:
    body = "\n".join(f"<p>{line}</p>" for line in report.paragraphs)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{report.title}-{_SITE}</title>
<meta name="pageTitle" content="{report.title}"></head>
<body><form name="_newscontent_fromname"><h1>{report.title}</h1>
<div class="info">发布日期：{report.published} 作者： 来源：{report.issuer} 点击：<script>_showDynClicks("wbnews", 1, 2)</script></div>
<div id="vsb_content"><div class="v_news_content">
{body}
</div></div><div id="div_vote_id"></div></form>
<p>上一条：<a href="#">无</a></p></body></html>"""
