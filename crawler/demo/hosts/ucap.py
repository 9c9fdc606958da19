"""ucap.gov.test: a government site on UCAP, with JSON lists and attachments.

#PAGE_BREAK# stands where a browser would turn the page; one article's whole body is an attached
.docx behind down.jsp, whose name comes as GBK bytes in Content-Disposition.
"""

import json
from urllib.parse import parse_qs, quote, urlsplit

from crawler.demo.answers import Answer, Host, HostBuilder, Request
from crawler.demo.attachments import docx, pdf, rtf
from crawler.demo.compose import Report
from crawler.demo.library import More
from crawler.demo.truth import Expected, Hits, HostTruth

NAME = "ucap.gov.test"
CHANNEL = "5f1d0b3a9c7e4821a6d2e8f4b0c93715"
_SITE = "岚屏市市场监督管理局"
_FILE_NAME = "消费维权工作报告.docx"
_BREAK = "#PAGE_BREAK#"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SIZE = 2


def build(more: More) -> tuple[Host, HostTruth]:
    """Three articles: two with bodies and attachments, one that is nothing but an attachment."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nAllow: /\n")
    host.page("/xfwq/index.shtml", _shell())
    down = f"/module/download/down.jsp?i_ID=881&filename={quote(_FILE_NAME)}"
    files = (
        '附件：<a href="/P020/report.doc">工作报告全文.doc</a>',
        '附件：<a href="/cms_files/stat.pdf?fileName=' + quote("统计表.pdf") + '">统计表.pdf</a>',
        f'<a href="{down}">{_FILE_NAME}</a>',
    )
    for number, (report, link) in enumerate(zip(more.ucap, files, strict=True)):
        lines = [] if number == len(files) - 1 else list(report.paragraphs)
        host.article(_path(number, report), _article(report, lines, link))
    first, second, third = more.ucap
    host.pages["/P020/report.doc"] = Answer(
        rtf(first.paragraphs), headers=(("Content-Type", "application/msword"),)
    )
    table = pdf(second.paragraphs)
    host.pages["/cms_files/stat.pdf?fileName=" + quote("统计表.pdf")] = Answer(
        table, headers=(("Content-Type", "application/pdf"),)
    )
    name = _FILE_NAME.encode("gbk").decode("latin-1")
    # as any server, whatever order the parameters come in
    other = f"/module/download/down.jsp?filename={quote(_FILE_NAME)}&i_ID=881"
    host.pages[down] = host.pages[other] = Answer(
        docx(third.paragraphs),
        headers=(
            ("Content-Type", _WORD),
            ("Content-Disposition", f'attachment; filename="{name}"'),
        ),
    )
    host.dynamic = _Search(more.ucap)
    expected = tuple(
        Expected(
            NAME,
            _path(number, report),
            works=(report.key,),
            title=report.title,
            figures=report.figures,
            body=report.text,
        )
        for number, report in enumerate(more.ucap)
    )
    hits = (Hits(NAME, r"/module/download/down\.jsp.*", 0, 1), Hits(NAME, r"/cms_files/.*", 0, 1))
    return host.build(), HostTruth(expected, hits)


class _Search:
    """The JSON list, two entries a page."""

    def __init__(self, reports: tuple[Report, ...]) -> None:
        self._reports = reports

    def __call__(self, request: Request) -> Answer | None:
        parts = urlsplit(request.path)
        if parts.path != f"/common/search/{CHANNEL}":
            return None
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        first = (page - 1) * _SIZE
        results = [
            {
                "title": report.title,
                "url": _path(first + i, report),
                "publishedTimeStr": f"{report.published} 08:30:00",
            }
            for i, report in enumerate(self._reports[first : first + _SIZE])
        ]
        value = {"data": {"results": results, "total": len(self._reports), "rows": _SIZE}}
        body = json.dumps(value, ensure_ascii=False).encode()
        return Answer(body, headers=(("Content-Type", "application/json; charset=utf-8"),))


def _path(number: int, report: Report) -> str:
    return f"/c101/{report.published:%Y%m}/{number + 40961:032x}.shtml"


def _shell() -> str:
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>消费维权_{_SITE}</title>
<meta name="channelid" content="{CHANNEL}"></head>
<body><div id="list"></div><script src="/common/search/{CHANNEL}.js"></script></body></html>"""


def _article(report: Report, lines: list[str], link: str) -> str:
    paragraphs = [f"<p>{line}</p>" for line in lines]
    for place in (len(lines) * 2 // 3, len(lines) // 3):
        if place:
            paragraphs.insert(place, f"<p>{_BREAK}</p>")
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{report.title}_{_SITE}</title>
<meta name="ArticleTitle" content="{report.title}"><meta name="PubDate" content="{report.published} 08:30">
<meta name="ContentSource" content="{report.issuer}"></head>
<body><h1><UCAPTITLE>{report.title}</UCAPTITLE></h1>
<div class="pages_content" id="UCAP-CONTENT"><ucapcontent>
{chr(10).join(paragraphs)}
</ucapcontent></div>
<div class="fujian"><p>{link}</p></div></body></html>"""
