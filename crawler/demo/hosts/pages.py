"""Plain list and article pages, for hosts whose quirk is elsewhere."""

from collections.abc import Iterable

from crawler.demo.answers import Answer
from crawler.demo.compose import Report

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def article_html(report: Report, site: str, *, charset: str = "utf-8") -> str:
    """An article in ordinary markup; `charset` is what its meta tag claims."""
    body = "\n".join(f"<p>{line}</p>" for line in report.paragraphs)
    return f"""<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>{report.title} - {site}</title></head>
<body><header><a href="/">{site}</a></header>
<article><h1>{report.title}</h1>
<div class="meta"><time datetime="{report.published}">{report.published}</time></div>
<div class="text">
{body}
</div></article>
<footer>{site} 联系我们</footer></body></html>"""


def list_html(site: str, rows: Iterable[tuple[str, str]], *, more: str = "") -> str:
    """A list of (address, title) rows, with a link to the next page where there is one."""
    items = "\n".join(f'<li><a href="{href}">{title}</a></li>' for href, title in rows)
    link = f'<a class="next" href="{more}">下一页</a>' if more else ""
    return f"""<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{site}</title></head>
<body><h1>{site}</h1><ul class="news">
{items}
</ul><div class="pages">{link}</div></body></html>"""


def html_answer(html: str, status: int = 200) -> Answer:
    """UTF-8 HTML, labelled so."""
    return Answer(html.encode(), status, HTML)
