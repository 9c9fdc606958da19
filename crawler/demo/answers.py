"""What a host of the sample web answers, as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived; `path` includes the query."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before the server adds Date, Content-Length and Connection."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    """Sent as ETag, and answered with 304 when the request names it in If-None-Match."""
    last_modified: str | None = None
    """An HTTP date, sent and compared in the same way where there is no ETag."""
    reset: bool = False
    """Break the connection off instead of answering."""
    hang: bool = False
    """Never answer: the connection stays open until the client gives up."""


Dynamic = Callable[[Request], Answer | None]


@dataclass(frozen=True, slots=True)
class Host:
    """One virtual host: fixed answers by path, then `dynamic` for the rest, then 404."""

    name: str
    pages: Mapping[str, Answer]
    dynamic: Dynamic | None = None


@dataclass(slots=True)
class HostBuilder:
    """Collects the pages of one host."""

    name: str
    charset: str | None = "utf-8"
    """For the Content-Type header; None leaves it out."""
    encoding: str = "utf-8"
    """What the pages are encoded in, whatever the header says."""
    pages: dict[str, Answer] = field(default_factory=dict)
    dynamic: Dynamic | None = None
    _tagged: bool = False

    def robots(self, text: str) -> None:
        """Put up robots.txt."""
        self.pages["/robots.txt"] = text_answer(text)

    def page(self, path: str, html: str) -> None:
        """Put up a page without a validator, as lists and home pages are."""
        self.pages[path] = self._html(html)

    def article(self, path: str, html: str) -> None:
        """Put up an article; every second one of the host carries an ETag."""
        answer = self._html(html)
        self._tagged = not self._tagged
        if self._tagged:
            answer = tagged(answer)
        self.pages[path] = answer

    def build(self) -> Host:
        """The host as the server serves it."""
        return Host(self.name, self.pages, self.dynamic)

    def _html(self, html: str) -> Answer:
        kind = "text/html" + (f"; charset={self.charset}" if self.charset else "")
        return Answer(html.encode(self.encoding), headers=(("Content-Type", kind),))


def text_answer(text: str) -> Answer:
    """Plain UTF-8 text."""
    return Answer(text.encode(), headers=(("Content-Type", "text/plain; charset=utf-8"),))


def tagged(answer: Answer) -> Answer:
    """The answer with an ETag of its body."""
    digest = sha256(answer.body).hexdigest()[:16]
    return Answer(answer.body, answer.status, answer.headers, etag=f'"{digest}"')
