"""The sample web: every virtual host on a port of its own, its access log and its truth."""

from types import TracebackType
from typing import Self

from crawler.demo.answers import Answer, Host, Request
from crawler.demo.hosts import docs, essay, jpage, mirror, plain, trs
from crawler.demo.library import make_library
from crawler.demo.server import LogEntry, Server
from crawler.demo.truth import Expected, Truth, gather

CORE = (trs.NAME, jpage.NAME, essay.NAME, docs.NAME, mirror.NAME, plain.NAME)
_NOT_FOUND = Answer(
    "<html><head><meta charset='utf-8'><title>404</title></head><body>找不到文件</body></html>".encode(),
    404,
    (("Content-Type", "text/html; charset=utf-8"),),
)


class SampleWeb:
    """Serves the invented web on 127.0.0.1 while the context lasts.

    `hosts` maps the name of each virtual host ("trs.gov.test") to its address
    ("http://127.0.0.1:PORT"); `truth` says what an archive of it must hold; `log` is what was
    asked for so far.
    """

    def __init__(self) -> None:
        self._server = Server([*CORE, *mirror.SPAM])
        self.hosts = self._server.addresses
        library = make_library()
        built = [
            trs.build(library),
            jpage.build(library),
            essay.build(library),
            docs.build(library),
            mirror.build(library, self.hosts),
            plain.build(library),
        ]
        self._hosts = {host.name: host for host, _ in built}
        self._hosts |= {name: mirror.spam_host(name) for name in mirror.SPAM}
        flagship = trs.flagship_path(library)
        self.truth: Truth = gather(
            [page for _, pages in built for page in pages],
            never=[
                *((name, "/") for name in mirror.SPAM),
                *((name, "/private/") for name in CORE),
                (docs.NAME, "/download"),
                (essay.NAME, "/plus/"),
            ],
            canonical=[("flagship_2021", trs.NAME, flagship)],
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
        host: Host = self._hosts[name]
        answer = host.pages.get(request.path)
        if answer is None and host.dynamic is not None:
            answer = host.dynamic(request)
        return answer or _NOT_FOUND
