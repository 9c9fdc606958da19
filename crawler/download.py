"""Scrapy's HTTP/1.1 download handler with a limit on what comes before a body.

DOWNLOAD_MAXSIZE counts bodies only: a server that never ends its headers took 338 MB in ten
seconds, and one that sends "100 Continue" for ever is no better.
"""

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.client import _HTTP11ClientFactory

MAX_HEAD = 256 * 1024
"""Bytes of status lines and headers; browsers stop at 256 KiB, real servers send 1 or 2."""


class HeadTooLarge(Exception):
    """The headers of an answer do not end."""


class _Protocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def request(self, request: Any) -> Any:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  Twisted's name
        parser = self._parser
        if parser is not None and parser.state in (STATUS, HEADER):
            self._head += len(data)
            if self._head > MAX_HEAD:
                error = HeadTooLarge(f"headers of more than {MAX_HEAD} bytes")
                transport: Any = self.transport
                transport.abortConnection()
                self._giveUp(Failure(error))  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _Factory(_HTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: ARG002, N802  Twisted's name
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class DownloadHandler(HTTP11DownloadHandler):
    """For http and https alike."""

    def __init__(self, crawler: Crawler) -> None:
        """Made by Scrapy."""
        super().__init__(crawler)
        self._pool._factory = _Factory  # noqa: SLF001  there is no other way in

    async def download_request(self, request: Request) -> Response:
        """Download; DownloadCancelledError where the answer is larger than allowed."""
        try:
            return await super().download_request(request)
        except Exception as error:
            if reason := _head_too_large(error):
                raise DownloadCancelledError(str(reason)) from error
            raise


def _head_too_large(error: BaseException | None) -> HeadTooLarge | None:
    while error is not None:
        for failure in getattr(error, "reasons", ()):
            if failure.check(HeadTooLarge):
                return failure.value  # type: ignore[no-any-return]
        error = error.__cause__
    return None
