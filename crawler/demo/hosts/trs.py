"""trs.gov.test: a government site on TRS WCM.

Bytes are GB18030 under `<meta charset=gb2312>` without a charset in the header; page 2 of the list
is index_1.html; one article carries a `<style>` inside its body.
"""

from crawler.demo.answers import Host, HostBuilder
from crawler.demo.compose import Report
from crawler.demo.library import Library
from crawler.demo.truth import Expected

NAME = "trs.gov.test"
COLUMN = "/xfwq/"
_PER_PAGE = 4
_SITE = "澜江省市场监督管理局"
_STYLED = 2
"""Index of the article whose body holds a style sheet."""


def build(library: Library) -> tuple[Host, list[Expected]]:
    """Four list pages and fourteen articles."""
    host = HostBuilder(NAME, charset=None, encoding="gb18030")
    host.robots("User-agent: *\nAllow: /\n")
    reports = library.government
    expected = []
    for number, report in enumerate(reports):
        path = COLUMN + _link(number, report)
        host.article(path, _article(report, styled=number == _STYLED))
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
    pages = [reports[i : i + _PER_PAGE] for i in range(0, len(reports), _PER_PAGE)]
    for page, rows in enumerate(pages):
        name = "index.html" if page == 0 else f"index_{page}.html"
        host.page(COLUMN + name, _list(page * _PER_PAGE, rows, len(pages)))
    host.page(
        "/",
        f'<html><head><title>{_SITE}</title></head><body><a href="{COLUMN}index.html">消费维权</a></body></html>',
    )
    return host.build(), expected


def flagship_path(library: Library) -> str:
    """Where the report stands that all the copies are copies of."""
    return COLUMN + _link(0, library.government[0])


def _link(number: int, report: Report) -> str:
    day = report.published
    return f"{day:%Y%m}/t{day:%Y%m%d}_{5210300 + number * 17}.html"


def _list(first: int, rows: tuple[Report, ...], pages: int) -> str:
    items = "\n".join(
        f'<li><span class="date">{r.published}</span>'
        f'<a href="./{_link(first + i, r)}" title="{r.title}" target="_blank">{_cut(r.title)}</a></li>'
        for i, r in enumerate(rows)
    )
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>消费维权_{_SITE}</title>
<meta name="SiteName" content="{_SITE}"><meta name="ColumnName" content="消费维权">
<meta name="ColumnType" content="工作动态"></head>
<body><div class="top"><a href="/">首页</a> &gt; 消费维权</div>
<ul class="list">
{items}
</ul>
<div class="page"><script>createPageHTML({pages},0,"index","html");</script></div>
<div class="foot">主办单位：{_SITE} 网站标识码：9900000031</div></body></html>"""


def _cut(title: str) -> str:
    limit = 18
    return title if len(title) <= limit else title[:limit] + "..."


def _article(report: Report, *, styled: bool) -> str:
    style = (
        '<style type="text/css">.TRS_Editor P{line-height:2;font-family:仿宋_GB2312;'
        "font-size:16pt;}.TRS_Editor DIV{line-height:2;}</style>"
        if styled
        else ""
    )
    body = "".join(f"<p>　　{line}</p>\n" for line in report.paragraphs)
    day = f"{report.published} 09:{report.published.day + 10}"
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{report.title}_{_SITE}</title>
<meta name="SiteName" content="{_SITE}"><meta name="SiteDomain" content="trs.gov.test">
<meta name="ColumnName" content="消费维权"><meta name="ColumnType" content="工作动态">
<meta name="ArticleTitle" content="{report.title}">
<meta name="PubDate" content="{day}"><meta name="ContentSource" content="{report.issuer}">
</head><body>
<div class="top"><a href="/">首页</a> &gt; <a href="{COLUMN}index.html">消费维权</a> &gt; 正文</div>
<div class="article_con"><h1>{report.title}</h1>
<div class="info"><span>发布时间：{day}</span> <span>来源：{report.issuer}</span> <span>字号：<a>大</a> <a>中</a> <a>小</a></span></div>
<div class="trs_editor_view TRS_UEDITOR"><div class="TRS_Editor">{style}
{body}</div></div>
<div class="share">分享到：<a>微信</a> <a>微博</a></div>
<div class="ewm">扫一扫在手机打开当前页</div></div>
<div class="foot">主办单位：{_SITE} 网站标识码：9900000031</div>
</body></html>"""
