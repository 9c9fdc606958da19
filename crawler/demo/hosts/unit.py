"""unit.gov.test: a government site on JPaaS, whose list pages are shells filled by a script.

Column A has 45 entries on three pages of a JSON interface. Column B answers its first page
whatever page is asked for.
"""

import json
from urllib.parse import parse_qs, urlsplit

from crawler.demo.answers import Answer, Host, HostBuilder, Request
from crawler.demo.compose import Report
from crawler.demo.library import More
from crawler.demo.truth import Expected, Hits, HostTruth

NAME = "unit.gov.test"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_SITE = "楚岭市市场监督管理局"
_SIZE = 20
_WEB = "a4d1c0ffee5b4a7f9e21"
_COLUMNS = {"a": "b7710f3e", "b": "c8821a4d"}


def build(more: More) -> tuple[Host, HostTruth]:
    """Two columns; B's entries are four of its own."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nAllow: /\n")
    columns = {"a": more.unit, "b": more.unit_repeating}
    expected = []
    for column, reports in columns.items():
        host.page(f"/col/{column}/index.html", _shell(column))
        for number, report in enumerate(reports):
            path = _path(column, number, report)
            host.article(path, _article(report))
            expected.append(
                Expected(
                    NAME,
                    path,
                    works=(report.key,),
                    title=report.title,
                    figures=report.figures,
                    body=report.text,
                )
            )
    host.dynamic = _Interface(columns)
    of_column = rf"{UNIT}\?.*pageId={{}}.*"
    hits = (
        Hits(NAME, of_column.format(_COLUMNS["a"]), 3, 4),
        Hits(NAME, of_column.format(_COLUMNS["b"]), 1, 2),
    )
    return host.build(), HostTruth(tuple(expected), hits)


class _Interface:
    """Answers the unit interface for the columns."""

    def __init__(self, columns: dict[str, tuple[Report, ...]]) -> None:
        self._columns = columns

    def __call__(self, request: Request) -> Answer | None:
        parts = urlsplit(request.path)
        if parts.path != UNIT:
            return None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        column = next((c for c, page in _COLUMNS.items() if page == query.get("pageId")), None)
        if column is None or query.get("webId") != _WEB or "parseType" not in query:
            return _json({"success": False, "code": "500", "data": None})
        asked = json.loads(query.get("paramJson", "{}"))
        page = 1 if column == "b" else int(asked.get("pageNo", 1))
        reports = self._columns[column]
        first = (page - 1) * _SIZE
        rows = "".join(
            f'<li class="nav04Left02_content"><a href="{_path(column, first + i, r)}" title="{r.title}">'
            f'{r.title}</a></li><li class="nav04Left02_contenttime">{r.published}</li>'
            for i, r in enumerate(reports[first : first + _SIZE])
        )
        pager = f'<div class="page" count="{len(reports)}" pagesize="{_SIZE}"></div>'
        html = f"<ul>{rows}</ul>{pager}" if rows else ""
        return _json({"success": True, "code": "200", "data": {"html": html}})


def _json(value: object) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(body, headers=(("Content-Type", "application/json; charset=utf-8"),))


def _path(column: str, number: int, report: Report) -> str:
    section = "gzzj" if column == "a" else "tsfx"
    return f"/{section}/art/{report.published.year}/art_{number + 1:032x}.html"


def _shell(column: str) -> str:
    query = (
        f"{{'parseType':'bulidstatic','webId':'{_WEB}','tplSetId':'41a7',"
        f"'pageType':'column','tagId':'信息列表','editType':'null','pageId':'{_COLUMNS[column]}'}}"
    )
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{_SITE}</title><meta name="SiteName" content="{_SITE}"></head>
<body><div id="unit"><script src="/script/unitbuild.js" url="{UNIT}" queryData="{query}"></script></div>
<noscript>请开启脚本</noscript></body></html>"""


def _article(report: Report) -> str:
    body = "\n".join(f'<p style="text-indent: 2em;">{line}</p>' for line in report.paragraphs)
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{report.title}</title>
<meta name="SiteName" content="{_SITE}"><meta name="ArticleTitle" content="{report.title}">
<meta name="PubDate" content="{report.published} 15:04"><meta name="ContentSource" content="{report.issuer}">
</head><body><div class="dw">您所在的位置：首页 &gt; 工作总结</div>
<h1>{report.title}</h1><div class="Three_xilan_07">
{body}
</div><div class="share">分享</div></body></html>"""
