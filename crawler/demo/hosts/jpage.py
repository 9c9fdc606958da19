"""jpage.gov.test: a government site on JCMS with its "jpage" lists.

The rows stand inside `<script type="text/xml">`, where no CSS selector sees them; the other pages
come from a POST to dataproxy.jsp and are XML. In column 2 the pager is a ready-made address with
an encrypted query, and its second page is an empty answer of 54 bytes.
"""

import re
from urllib.parse import parse_qs, urlsplit

from crawler.demo.answers import Answer, Host, HostBuilder, Request
from crawler.demo.compose import Report
from crawler.demo.library import Library
from crawler.demo.truth import Expected

NAME = "jpage.gov.test"
PROXY = "/module/web/jpage/dataproxy.jsp"
UNIT, WEB, SIZE = "20563", "37", 15
_FIRST = 3
_SITE = "澜江省消费者权益保护委员会"
_TOKEN = "7A1F%2Bq9c0xWbYd3R5kJm8Q%3D%3D"  # noqa: S105  # stands for the encrypted query of real pages
_XML = (("Content-Type", "text/xml; charset=utf-8"),)
STUB = b'<?xml version="1.0" encoding="UTF-8"?>\n<datastore/>\n\n\n'


def build(library: Library) -> tuple[Host, list[Expected]]:
    """Column 1 with 41 articles, column 2 with three of its own and two of column 1."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nDisallow: /private/\nCrawl-delay: 0.1\n")
    expected = []
    for column, reports in (("1", library.county), ("2", library.county_more)):
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
    first = [_record(_path("1", i, r), r) for i, r in enumerate(library.county)]
    second = [_record(_path("2", i, r), r) for i, r in enumerate(library.county_more)]
    host.page("/col/col1/index.html", _column("1", "工作总结", first[:_FIRST], len(first)))
    host.page("/col/col2/index.html", _encrypted_column("投诉分析", [*second, *first[4:6]], 30))
    host.dynamic = _Proxy(first)
    return host.build(), expected


class _Proxy:
    """Answers dataproxy.jsp for column 1, and the stub for the encrypted column."""

    def __init__(self, records: list[str]) -> None:
        self._records = records

    def __call__(self, request: Request) -> Answer | None:
        parts = urlsplit(request.path)
        if parts.path != PROXY:
            return None
        query, form = parse_qs(parts.query), parse_qs(request.body.decode("latin-1"))
        if "q" in query:
            return Answer(STUB, headers=_XML)
        wanted = {"columnid": ["1"], "unitid": [UNIT], "webid": [WEB]}
        if request.method != "POST" or any(form.get(k) != v for k, v in wanted.items()):
            return Answer(_datastore([], 0).encode(), headers=_XML)
        start = int(query.get("startrecord", ["1"])[0])
        end = int(query.get("endrecord", ["0"])[0])  # past the last record on the last page
        rows = self._records[max(start - 1, 0) : end]
        return Answer(_datastore(rows, len(self._records)).encode(), headers=_XML)


def _path(column: str, number: int, report: Report) -> str:
    day = report.published
    return f"/art/{day.year}/{day.month}/{day.day}/art_{column}_{880100 + number * 3}.html"


def _record(path: str, report: Report) -> str:
    return (
        f"<record><![CDATA[<li><a href='{path}' title='{report.title}' target='_blank'>"
        f"{report.title}</a><span>{report.published}</span></li>]]></record>"
    )


def _datastore(rows: list[str], total: int) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<datastore>\n'
        f"<totalrecord>{total}</totalrecord><totalpage>{-(-total // SIZE)}</totalpage>\n"
        "<recordset>\n" + "\n".join(rows) + "\n</recordset>\n</datastore>"
    )


def _column(column: str, title: str, rows: list[str], total: int) -> str:
    return _frame(
        title,
        f"""<div id="{UNIT}"><script type="text/xml"><datastore>
<nextgroup></nextgroup>
<recordset>
{chr(10).join(rows)}
</recordset></datastore></script></div>
<script src="/script/page.js"></script>
<script>
jpage.create({{unitid: '{UNIT}', perPage: {SIZE}, totalRecord: {total},
 proxyUrl: '{PROXY}?startrecord=1&endrecord={SIZE * 3}&perpage={SIZE}',
 dataParam: 'col=1&appid=1&webid={WEB}&path=/&columnid={column}&sourceContentType=1&unitid={UNIT}&webname=澜江消保委&permissiontype=0'}});
</script>""",
    )


def _encrypted_column(title: str, rows: list[str], total: int) -> str:
    following = f'<a href="{PROXY}?page=2&q={_TOKEN}"></a>'
    return _frame(
        title,
        f"""<div id="{UNIT}"><script type="text/xml"><datastore>
<totalrecord>{total}</totalrecord>
<nextgroup><![CDATA[{following}]]></nextgroup>
<recordset>
{chr(10).join(rows)}
</recordset></datastore></script></div>
<script src="/script/page.js"></script>""",
    )


def _frame(title: str, inner: str) -> str:
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{_SITE} {title}</title>
<meta name="SiteName" content="{_SITE}"><meta name="ColumnName" content="{title}"></head>
<body><div class="nav"><a href="/col/col1/index.html">工作总结</a> <a href="/col/col2/index.html">投诉分析</a></div>
{inner}
<div class="foot">版权所有：{_SITE} ICP备案：澜ICP备00000000号</div></body></html>"""


_HEADING = re.compile(r"^[一二三四五六七八九十]、|^（[一二三四五六七八九十]）|^案例")


def _article(report: Report) -> str:
    body = "\n".join(
        f'<p style="text-indent:2em;"><strong>{line}</strong></p>'
        if _HEADING.match(line)
        else f'<p style="text-indent:2em;"><span style="font-size:12pt;">{line}</span></p>'
        for line in report.paragraphs
    )
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{_SITE} 工作总结 {report.title}</title>
<meta name="SiteName" content="{_SITE}"><meta name="ColumnName" content="工作总结">
<meta name="ArticleTitle" content="{report.title}">
<meta name="PubDate" content="{report.published} 10:20">
<meta name="ContentSource" content="{report.issuer}">
</head><body>
<div class="nav"><a href="/col/col1/index.html">工作总结</a> <a href="/col/col2/index.html">投诉分析</a></div>
<table class="tit"><tr><td>{report.title}</td></tr>
<tr><td>发布日期：{report.published} 信息来源：{report.issuer} 浏览次数：<script>document.write(87)</script></td></tr></table>
<div class="main-txt" id="zoom"><!--ZJEG_RSS.content.begin-->
{body}
<!--ZJEG_RSS.content.end--></div>
<div class="print"><a href="javascript:window.print()">打印本页</a> <a href="javascript:window.close()">关闭窗口</a></div>
<div class="foot">版权所有：{_SITE} ICP备案：澜ICP备00000000号</div>
</body></html>"""
