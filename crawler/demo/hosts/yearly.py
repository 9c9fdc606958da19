"""yearly.test: one committee's reports of eight years, the two newest as files.

Every page ends with the same lines in the same paragraphs as the report, which only their recurring
tells from it. The reports of the last two years hang on notices, as a .pdf and as a .docx.
"""

from crawler.demo.answers import Answer, Host, HostBuilder
from crawler.demo.attachments import docx, pdf
from crawler.demo.compose import Report
from crawler.demo.hosts.pages import list_html
from crawler.demo.library import More
from crawler.demo.truth import Expected, Hits, HostTruth

NAME = "yearly.test"
TEMPLATE = ("诚信砚湖　满意消费", "书院路8号三楼接待大厅")
"""What stands below each report of the site."""
_SITE = "砚湖消保"
_FILES = (("pdf", "application/pdf", pdf), ("docx", "application/octet-stream", docx))


def build(more: More) -> tuple[Host, HostTruth]:
    """Six pages with a report each, and two notices with a file each."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nAllow: /\n")
    *shown, second, newest = more.yearly
    for report in shown:
        host.article(_path(report), _article(report, report.paragraphs))
    for report, (suffix, kind, make) in zip((second, newest), _FILES, strict=True):
        path = f"/files/{report.year}.{suffix}"
        link = f'附件：<a href="{path}">{report.title}.{suffix}</a>'
        host.article(_path(report), _article(report, (link,)))
        host.pages[path] = Answer(make(report.paragraphs), headers=(("Content-Type", kind),))
    rows = [(_path(report), report.title) for report in reversed(more.yearly)]
    host.page("/index.html", list_html(_SITE, rows))
    expected = tuple(
        Expected(
            NAME,
            _path(report),
            works=(report.key,),
            title=report.title,
            figures=report.figures,
            body=report.text,
        )
        for report in more.yearly
    )
    return host.build(), HostTruth(expected, (Hits(NAME, r"/files/.*", 2, 2),))


def _path(report: Report) -> str:
    return f"/report_{report.year}.html"


def _article(report: Report, lines: tuple[str, ...]) -> str:
    body = "\n".join(f"<p>{line}</p>" for line in (*lines, *TEMPLATE))
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{report.title} - {_SITE}</title></head>
<body><header><a href="/">{_SITE}</a></header>
<article><h1>{report.title}</h1>
<div class="meta"><time datetime="{report.published}">{report.published}</time></div>
<div class="text">
{body}
</div></article></body></html>"""
