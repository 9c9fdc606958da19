"""From Scrapy's response to the archive: what went over the wire, and what keeps it."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.captures import Fetched
from archive.errors import ArchiveError
from archive.warc import Exchange, Headers


class WireMiddleware:
    """Remembers an answer's headers before Scrapy decodes the body and drops Content-Encoding."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Put the headers, as text in latin-1, and the time of arrival into the request's meta."""
        request.meta["wire_headers"] = _headers(response.headers)
        request.meta["arrived_at"] = datetime.now(UTC)
        return response


class CapturePipeline:
    """Hands each fetch to the recorder and waits until it is on the disk and committed."""

    def __init__(self, crawler: Crawler) -> None:
        """Made by Scrapy."""
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        """Store a `Fetched`; other items pass through."""
        if not isinstance(item, Fetched):
            return item
        spider: Any = self._crawler.spider
        try:
            await asyncio.wrap_future(spider.session.recorder.store(item))
        except ArchiveError as error:
            spider.session.fail(error)
        spider.scheduler.stored(item.row)
        return item


def exchange_of(response: Response) -> Exchange:
    """The request and answer of a Scrapy response, ready for a WARC file."""
    request = response.request
    assert request is not None
    row = request.meta["leased"]
    return Exchange(
        url=row.url,
        method=request.method,
        request_headers=_headers(request.headers),
        request_body=request.body,
        status=response.status,
        response_headers=request.meta["wire_headers"],
        payload=response.body,
        fetched_at=request.meta["arrived_at"],
    )


def _headers(headers: Any) -> Headers:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    )
