"""One host for each way to answer /robots.txt; on all of them one page is open and one private.

What follows from each answer is RFC 9309 with one stricter reading: 429 counts as a server error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from crawler.demo.answers import Answer, Host, HostBuilder, Request, text_answer
from crawler.demo.hosts.pages import article_html, html_answer, list_html
from crawler.demo.library import More
from crawler.demo.truth import Expected, Hits, HostTruth

_SITE = "规则资讯"
_RULES = "User-agent: *\nDisallow: /private/\n"
_PRIVATE = "/private/report_2.html"
_GBK_PATH = "/" + quote("消费", encoding="gbk") + "/report_2.html"
_UTF8_PATH = "/" + quote("消费") + "/report_2.html"
_LIMIT = 600 * 1024

Allows = Literal["all", "rules", "nothing"]


@dataclass(frozen=True, slots=True)
class Case:
    """One answer of /robots.txt and what a crawler may fetch after it."""

    name: str
    allows: Allows
    answer: Callable[[Request], Answer | None]
    private: str = _PRIVATE
    """The page that the rules forbid."""


def _status(status: int, body: bytes = b"") -> Callable[[Request], Answer | None]:
    return _fixed(Answer(body, status, (("Content-Type", "text/plain"),)))


def _fixed(answer: Answer) -> Callable[[Request], Answer | None]:
    return lambda request: answer if request.path == "/robots.txt" else None


def _hops(count: int) -> Callable[[Request], Answer | None]:
    """robots.txt behind `count` redirects."""

    def answer(request: Request) -> Answer | None:
        path, _, number = request.path.partition("?hop=")
        if path != "/robots.txt":
            return None
        hop = int(number or 0)
        if hop == count:
            return text_answer(_RULES)
        return Answer(status=301, headers=(("Location", f"/robots.txt?hop={hop + 1}"),))

    return answer


def _long_file() -> bytes:
    comment = "# 本文件很长\n".encode()
    filler = comment * (_LIMIT // len(comment))
    return b"User-agent: *\nDisallow: /closed/\n" + filler + b"Disallow: /private/\n"


CASES = (
    Case("200", "rules", _status(200, _RULES.encode())),
    Case("five-hops", "rules", _hops(5)),
    Case("six-hops", "all", _hops(6)),
    Case("401", "all", _status(401)),
    Case("403", "all", _status(403)),
    Case("404", "all", _status(404)),
    Case("429", "nothing", _status(429)),
    Case("500", "nothing", _status(500, _RULES.encode())),
    Case("503", "nothing", _status(503)),
    Case("reset", "nothing", _fixed(Answer(reset=True))),
    Case("timeout", "nothing", _fixed(Answer(hang=True))),
    Case("html", "all", _fixed(html_answer("<html><body>欢迎<br>Disallow</body></html>"))),
    Case("bom", "rules", _status(200, b"\xef\xbb\xbf" + _RULES.encode())),
    Case("gbk", "rules", _status(200, "User-agent: *\nDisallow: /消费\n".encode("gbk")), _GBK_PATH),
    Case("gbk-utf8", "rules", _status(200, "User-agent: *\nDisallow: /消费\n".encode("gbk")), _UTF8_PATH),
    Case("long", "all", _status(200, _long_file())),
)  # fmt: skip
NAMES = tuple(f"robots-{case.name}.test" for case in CASES)


def build(more: More, case: Case) -> tuple[Host, HostTruth]:
    """One host; the two works are the same on all of them."""
    name = f"robots-{case.name}.test"
    host = HostBuilder(name)
    public, private = more.robots
    rows = [("/report_1.html", public.title), (case.private, private.title)]
    host.page("/index.html", list_html(_SITE, rows))
    host.page("/report_1.html", article_html(public, _SITE))
    host.page(case.private, article_html(private, _SITE))
    host.dynamic = case.answer
    seen = case.allows != "nothing"
    both = case.allows == "all"
    expected: list[Expected] = []
    if seen:
        expected.append(Expected(name, "/report_1.html", works=(public.key,), title=public.title))
        outcomes, works = (("ok",), (private.key,)) if both else (("robots",), ())
        expected.append(Expected(name, case.private, outcomes, works, private.title))
    hits = (
        Hits(name, r"/(?:index|report_1)\.html", 2 * seen, 2 * seen),
        Hits(name, case.private.replace(".", r"\."), int(both), int(both)),
    )
    return host.build(), HostTruth(tuple(expected), hits)
