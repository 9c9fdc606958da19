"""mirror.test: a hijacked host that copies other sites' texts as damaged traditional Chinese.

Readings in brackets, eaten bytes, a spam line on top, doubled commas on one page, and links to
fifty spam hosts, half of which look like articles. robots.txt asks for two seconds between pages.
"""

from crawler.demo.answers import Host, HostBuilder, text_answer
from crawler.demo.compose import Report
from crawler.demo.gloss import glossed
from crawler.demo.library import Library
from crawler.demo.special import flagship
from crawler.demo.truth import Expected

NAME = "mirror.test"
SPAM = tuple(f"spam{number:02}.test" for number in range(1, 51))
CRAWL_DELAY = 2.0
_ROBOTS = "User-agent: *\nCrawl-delay: 2\nDisallow: /private/\n"
_SPAM_LINE = "太阳城娱乐登录入口_手机版官网注册送彩金"


def build(library: Library, addresses: dict[str, str]) -> tuple[Host, list[Expected]]:
    """Three copies: of the government report, of an essay, and of a work found nowhere else."""
    host = HostBuilder(NAME)
    host.robots(_ROBOTS)
    spam = _spam_links(addresses)
    copies: tuple[tuple[str, Report, dict[str, bool]], ...] = (
        ("/paper/466224101.html", flagship(2021), {}),
        ("/paper/466224102.html", library.essays[0], {"full_width": True, "doubled_commas": True}),
        ("/paper/466224103.html", library.mirrored, {"full_width": True}),
    )
    expected = []
    for path, report, damage in copies:
        host.article(path, _page(report, damage, spam))
        expected.append(Expected(NAME, path, works=(report.key,)))
    rows = "\n".join(
        f'<li><a href="{path}">{glossed(report.title)}</a></li>' for path, report, _ in copies
    )
    host.page(
        "/index.html",
        f'<html><head><meta charset="utf-8"><title>{_SPAM_LINE}</title></head><body>'
        f"<p>{_SPAM_LINE}</p><ul>{rows}</ul>{spam}</body></html>",
    )
    return host.build(), expected


def spam_host(name: str) -> Host:
    """A host that should never be asked for anything."""
    page = text_answer("彩金")
    return Host(name, {"/": page, "/robots.txt": text_answer("User-agent: *\nAllow: /\n")})


def _spam_links(addresses: dict[str, str]) -> str:
    links = [
        f'<a href="{addresses[name]}/{"paper/" + str(number) + ".html" if number % 2 else ""}">'
        f"永利{number}</a>"
        for number, name in enumerate(SPAM, start=1)
    ]
    return '<div class="friendlink">' + " ".join(links) + "</div>"


def _page(report: Report, damage: dict[str, bool], spam: str) -> str:
    title = glossed(report.title, full_width=damage.get("full_width", False))
    body = "\n".join(f"<p>{glossed(line, **damage)}</p>" for line in report.paragraphs)
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>{title}</title></head>
<body><p>{_SPAM_LINE}</p>
<h1>{title}</h1>
<div class="content">
{body}
</div>
{spam}
</body></html>"""
