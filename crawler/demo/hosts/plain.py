"""plain.test: twenty ordinary reports, and beside them the addresses that lead to nothing.

Three reports are reposts of essay.test, two share a template but not their figures. A second list
names a page under /private/ (forbidden by robots.txt), an error page with status 200, an empty
page, a page of garbage, failures, and pages about other things.
"""

from random import Random

from crawler.demo.answers import Answer, Host, HostBuilder
from crawler.demo.compose import Report
from crawler.demo.hosts.pages import HTML, article_html, list_html
from crawler.demo.library import SEED, Library
from crawler.demo.special import masked, off_topic, reflowed
from crawler.demo.truth import Expected

NAME = "plain.test"
REPORTS, OTHERS = "/reports/", "/others/"
_SITE = "湖畔消费资讯"
_PER_PAGE = 10


def build(library: Library) -> tuple[Host, list[Expected]]:
    """Two lists: twenty reports on two pages, and the troubles on one."""
    host = HostBuilder(NAME)
    host.robots("User-agent: *\nDisallow: /private/\nCrawl-delay: 0.1\n")
    shown = _reports(library)
    expected = []
    rows = []
    for number, (work, report) in enumerate(shown, start=1):
        path = f"{REPORTS}report_{number:02}.html"
        rows.append((path, report.title))
        host.article(path, article_html(report, _SITE))
        expected.append(
            Expected(NAME, path, works=(work,), title=report.title, figures=report.figures)
        )
    _list(host, REPORTS, rows)
    troubles = _troubles(host)
    _list(host, OTHERS, [(page.path, page.title or "") for page in troubles])
    return host.build(), expected + troubles


def _reports(library: Library) -> list[tuple[str, Report]]:
    """(work, text) of the twenty reports, in an order that separates the look-alikes."""
    ordinary = [(report.key, report) for report in library.ordinary]
    first, second = library.essays[1], library.essays[2]
    copies = [
        (library.long_essay.key, library.long_essay),
        (first.key, reflowed(first)),
        (second.key, masked(second, second.issuer[:3])),
    ]
    sisters = [(report.key, report) for report in library.sisters]
    merged = ordinary
    for position, extra in zip((2, 5, 9, 12, 17), [*copies, *sisters], strict=True):
        merged.insert(position, extra)
    return merged


def _troubles(host: HostBuilder) -> list[Expected]:
    gone = "您访问的页面不存在或已被删除"
    host.page(
        f"{OTHERS}info_90.html",
        f"<html><head><meta charset='utf-8'><title>{_SITE}</title></head><body><h2>{gone}</h2>"
        "<p>三秒后自动返回<a href='/'>首页</a></p></body></html>",
    )
    host.pages[f"{OTHERS}info_91.html"] = Answer(headers=HTML)
    garbage = Random(SEED).randbytes(4096)
    host.pages[f"{OTHERS}info_92.html"] = Answer(garbage, headers=HTML)
    host.pages[f"{OTHERS}info_93.html"] = Answer("系统繁忙".encode(), 500, HTML)
    forbidden = f"/private{OTHERS}info_95.html"
    host.page(forbidden, "<html><body><p>内部资料</p></body></html>")
    pages = [
        Expected(NAME, f"{OTHERS}info_90.html", ("soft404",), title="消费维权工作简报第一期"),
        Expected(
            NAME, f"{OTHERS}info_91.html", ("empty", "no_body"), title="消费维权工作简报第二期"
        ),
        Expected(
            NAME,
            f"{OTHERS}info_92.html",
            ("undecodable", "no_body", "unsupported"),
            title="消费维权工作简报第三期",
        ),
        Expected(NAME, f"{OTHERS}info_93.html", ("error",), title="消费投诉情况通报第四期"),
        Expected(NAME, f"{OTHERS}info_94.html", ("error", "gone"), title="消费投诉情况通报第五期"),
        Expected(NAME, forbidden, ("robots",), title="消费投诉情况通报第六期"),
    ]
    for number, report in enumerate(off_topic(), start=96):
        path = f"{OTHERS}info_{number}.html"
        host.article(path, article_html(report, _SITE))
        pages.append(Expected(NAME, path, ("off_topic",), title=report.title, on_topic=False))
    return pages


def _list(host: HostBuilder, folder: str, rows: list[tuple[str, str]]) -> None:
    groups = [rows[i : i + _PER_PAGE] for i in range(0, len(rows), _PER_PAGE)]
    for number, group in enumerate(groups, start=1):
        more = f"{folder}index_{number + 1}.html" if number < len(groups) else ""
        name = "index.html" if number == 1 else f"index_{number}.html"
        host.page(folder + name, list_html(_SITE, group, more=more))
