"""The sample web: every virtual host on a port of its own, its access log and its truth."""

from types import TracebackType
from typing import Self

from crawler.demo import further
from crawler.demo.answers import Answer, Request
from crawler.demo.hosts import docs, essay, jpage, mirror, plain, trs
from crawler.demo.hosts.pages import html_answer
from crawler.demo.library import make_libraries
from crawler.demo.server import LogEntry, Server
from crawler.demo.state import State
from crawler.demo.truth import Expected, HostTruth, Truth

CORE = (trs.NAME, jpage.NAME, essay.NAME, docs.NAME, mirror.NAME, plain.NAME)
_NOT_FOUND = html_answer(
    "<html><head><meta charset='utf-8'><title>404</title></head><body>找不到文件</body></html>", 404
)


class SampleWeb:
    """Serves the invented web on 127.0.0.1 while the context lasts.

    `hosts` maps the name of each virtual host ("trs.gov.test") to its address
    ("http://127.0.0.1:PORT"); `truth` says what an archive of it must hold; `log` is what was
    asked for so far. Between two crawls, `state.phase = 2` lets time pass.

    Args:
        extended: serve the further hosts (`crawler.demo.further`) beside the core.
    """

    def __init__(self, *, extended: bool = False) -> None:
        self.names = (*CORE, *further.NAMES) if extended else CORE
        self.state = State()
        self._server = Server([*self.names, *mirror.SPAM])
        self.hosts = self._server.addresses
        library, more = make_libraries()
        built = [
            trs.build(library),
            jpage.build(library),
            essay.build(library),
            docs.build(library),
            mirror.build(library, self.hosts),
            plain.build(library),
        ]
        hosts = [host for host, _ in built]
        hosts += [mirror.spam_host(name) for name in mirror.SPAM]
        truths = [HostTruth(tuple(pages)) for _, pages in built]
        if extended:
            further_hosts, further_truths = further.build(more, self.state, self.hosts)
            hosts += further_hosts
            truths += further_truths
        self._hosts = {host.name: host for host in hosts}
        self.truth = Truth(
            pages=tuple(page for truth in truths for page in truth.pages),
            never=_never(),
            canonical=(("flagship_2021", trs.NAME, trs.flagship_path(library)),),
            hits=tuple(hits for truth in truths for hits in truth.hits),
            later=tuple(later for truth in truths for later in truth.later),
        )

    def __enter__(self) -> Self:
        self._server.start(self._respond)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving and free the ports."""
        self._server.stop()

    @property
    def log(self) -> list[LogEntry]:
        """A copy of the access log of all hosts, oldest first."""
        return self._server.log

    def clear_log(self) -> None:
        """Forget the log, for example before a second crawl."""
        self._server.clear_log()

    def url(self, page: Expected) -> str:
        """The full address of a page of the truth."""
        return self.hosts[page.host] + page.path

    def _respond(self, name: str, request: Request) -> Answer:
        host = self._hosts[name]
        answer = host.pages.get(request.path)
        if answer is None and host.dynamic is not None:
            answer = host.dynamic(request)
        return answer or _NOT_FOUND


def _never() -> tuple[tuple[str, str], ...]:
    return (
        *((name, "/") for name in mirror.SPAM),
        *((name, "/private/") for name in CORE),
        (docs.NAME, "/download"),
        (essay.NAME, "/plus/"),
    )
