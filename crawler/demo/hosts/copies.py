"""copies.test and sitemap.test: how addresses are found.

On copies.test every article is linked under several addresses that are the same page. sitemap.test
has no list at all: robots.txt names a sitemap index with a compressed part and a foreign entry.
"""

import gzip
from urllib.parse import urlsplit

from crawler.demo.answers import Answer, Host, HostBuilder, Request, text_answer
from crawler.demo.hosts.pages import article_html, html_answer, list_html
from crawler.demo.library import More
from crawler.demo.truth import Expected, Hits, HostTruth

NAME, SITEMAP = "copies.test", "sitemap.test"
_SITE = "网址资讯"
_XML = (("Content-Type", "application/xml"),)
_GZIP = (("Content-Type", "application/x-gzip"),)
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def build(more: More) -> tuple[Host, HostTruth]:
    """Three articles under twelve addresses, and a pager made of scripts."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nAllow: /\n")
    reports = {f"/report_{n}.html": report for n, report in enumerate(more.copies, start=1)}
    pages = {path: html_answer(article_html(r, _SITE)) for path, r in reports.items()}
    rows = [
        (path + suffix, report.title)
        for path, report in reports.items()
        for suffix in ("", ";jsessionid=8A1F0C22D7", "?from=singlemessage", "#zoom")
    ]
    rows += [("/report_1.html?sid=77ab91", more.copies[0].title)]
    rows += [("javascript:goPage(2)", "2"), ("#", "返回顶部"), ("javascript:void(0)", "尾页")]
    host.page("/index.html", list_html(_SITE, rows, more="javascript:goPage(2)"))

    def same_page(request: Request) -> Answer | None:
        return pages.get(urlsplit(request.path).path.partition(";")[0])

    host.dynamic = same_page
    expected = tuple(
        Expected(NAME, path, works=(report.key,), title=report.title)
        for path, report in reports.items()
    )
    hits = tuple(
        Hits(NAME, rf"/report_{n}\.html(?:[;?].*)?", 1, 1) for n in range(1, len(reports) + 1)
    )
    return host.build(), HostTruth(expected, hits)


def build_sitemap(more: More, addresses: dict[str, str]) -> tuple[Host, HostTruth]:
    """Three articles in two sitemaps, the second one compressed."""
    host = HostBuilder(SITEMAP)
    own = addresses[SITEMAP]
    host.pages["/robots.txt"] = text_answer(
        f"User-agent: *\nAllow: /\nSitemap: {own}/sitemap.xml\n"
    )
    reports = {f"/report_{n}.html": report for n, report in enumerate(more.sitemap, start=1)}
    for path, report in reports.items():
        host.page(path, article_html(report, _SITE))
    host.page("/", "<html><body><div id='app'></div></body></html>")
    one, *others = (own + path for path in reports)
    foreign = addresses[NAME] + "/report_9.html"
    parts = [f"{own}/sitemap-1.xml", f"{own}/sitemap-2.xml.gz"]
    host.pages["/sitemap.xml"] = Answer(_xml("sitemapindex", "sitemap", parts), headers=_XML)
    host.pages["/sitemap-1.xml"] = Answer(_xml("urlset", "url", [one, foreign]), headers=_XML)
    packed = gzip.compress(_xml("urlset", "url", others), mtime=0)
    host.pages["/sitemap-2.xml.gz"] = Answer(packed, headers=_GZIP)
    expected = tuple(
        Expected(SITEMAP, path, works=(report.key,), title=report.title)
        for path, report in reports.items()
    )
    return host.build(), HostTruth(expected, (Hits(NAME, r"/report_9\.html", 0, 0),))


def _xml(root: str, item: str, addresses: list[str]) -> bytes:
    rows = "".join(f"<{item}><loc>{address}</loc></{item}>\n" for address in addresses)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">\n{rows}</{root}>\n'
    ).encode()
