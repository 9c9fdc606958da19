"""A small HTTP/1.1 server for many hosts at once, on 127.0.0.1, with an access log.

Written for the sample web only: keep-alive, Content-Length bodies and conditional requests are
served; everything a page of that web does not need is left out.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from types import MappingProxyType
from typing import Self

from crawler.demo.answers import Answer, Request

_IDLE = 60.0
"""Seconds a kept-alive connection may wait for its next request."""
_HEAD_LIMIT = 64 * 1024
_MIN_PARTS = 3  # method, path, version


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One answered request."""

    time: float
    """Seconds of `time.monotonic` when the request had arrived."""
    host: str
    """Name of the virtual host, such as "trs.gov.test"."""
    path: str
    """With the query."""
    method: str
    headers: Mapping[str, str]
    """Request headers, names in lower case."""
    form: bytes
    """The request's body."""
    status: int
    bytes: int
    """Length of the answered body."""
    connection_id: int
    """Requests over one connection share it."""


Respond = Callable[[str, Request], Answer]


class Server:
    """Listens on one free port for each name; answers come from `respond(name, request)`.

    The sockets are bound at once, so that ports are known before the first page is made; answering
    begins with `start` in a thread of its own and ends with `stop`.
    """

    def __init__(self, names: list[str]) -> None:
        self._sockets = {name: _listening() for name in names}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None
        self._lock = threading.Lock()
        self._log: list[LogEntry] = []
        self._connections = 0

    @property
    def addresses(self) -> dict[str, str]:
        """Name to "http://127.0.0.1:PORT"."""
        return {
            name: f"http://127.0.0.1:{sock.getsockname()[1]}"
            for name, sock in self._sockets.items()
        }

    @property
    def log(self) -> list[LogEntry]:
        """A copy of the access log, oldest entry first."""
        with self._lock:
            return list(self._log)

    def clear_log(self) -> None:
        """Forget the entries so far, for example before a second crawl."""
        with self._lock:
            self._log.clear()

    def start(self, respond: Respond) -> Self:
        """Begin to answer; returns when every socket is served."""
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(respond, ready)), name="sample-web", daemon=True
        )
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Close every connection and socket; safe to call twice."""
        if self._thread is not None and self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = None
        for sock in self._sockets.values():
            sock.close()

    async def _serve(self, respond: Respond, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        def accept(name: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
            def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                task = asyncio.create_task(self._converse(name, respond, reader, writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

            return connected

        servers = [
            await asyncio.start_server(accept(name), sock=sock, limit=_HEAD_LIMIT)
            for name, sock in self._sockets.items()
        ]
        ready.set()
        await self._stopping.wait()
        for server in servers:
            server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(
        self,
        name: str,
        respond: Respond,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._connections += 1
        connection_id = self._connections
        try:
            while (request := await _read(reader)) is not None:
                arrived = time.monotonic()
                answer = _conditional(request, respond(name, request))
                # logged first, so that who has the answer finds it in the log
                self._note(name, request, answer, arrived, connection_id)
                if answer.reset:
                    _reset(writer)
                    break
                if answer.hang:
                    await reader.read()
                    break
                keep = request.headers.get("connection", "").lower() != "close"
                body = b"" if request.method == "HEAD" else answer.body
                writer.write(_head(answer, keep=keep) + body)
                await writer.drain()
                if not keep:
                    break
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    def _note(
        self, name: str, request: Request, answer: Answer, arrived: float, connection_id: int
    ) -> None:
        entry = LogEntry(
            time=arrived,
            host=name,
            path=request.path,
            method=request.method,
            headers=request.headers,
            form=request.body,
            status=answer.status,
            bytes=len(answer.body),
            connection_id=connection_id,
        )
        with self._lock:
            self._log.append(entry)


def _listening() -> socket.socket:
    # With the protocol named, asyncio turns Nagle's delay (40 ms a page) off.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    return sock


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None when it ends, idles too long or talks nonsense."""
    try:
        async with asyncio.timeout(_IDLE):
            head = await reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
            parts = first.split(" ")
            if len(parts) != _MIN_PARTS:
                return None
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            length = headers.get("content-length", "0")
            body = await reader.readexactly(int(length)) if length.isdigit() else b""
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        return None
    return Request(parts[0], parts[1], MappingProxyType(headers), body)


def _conditional(request: Request, answer: Answer) -> Answer:
    """304 in place of a page that the request says it has."""
    unchanged = answer.etag is not None and answer.etag == request.headers.get("if-none-match")
    if answer.last_modified is not None and answer.etag is None:
        unchanged = answer.last_modified == request.headers.get("if-modified-since")
    if not unchanged or answer.status != HTTPStatus.OK:
        return answer
    return Answer(
        status=HTTPStatus.NOT_MODIFIED, etag=answer.etag, last_modified=answer.last_modified
    )


def _head(answer: Answer, *, keep: bool) -> bytes:
    phrase = HTTPStatus(answer.status).phrase if answer.status in _KNOWN else "Unknown"
    lines = [f"HTTP/1.1 {answer.status} {phrase}", f"Date: {formatdate(usegmt=True)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.etag is not None:
        lines.append(f"ETag: {answer.etag}")
    if answer.last_modified is not None:
        lines.append(f"Last-Modified: {answer.last_modified}")
    if answer.status != HTTPStatus.NOT_MODIFIED:
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.append("Connection: " + ("keep-alive" if keep else "close"))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off with a TCP reset instead of an answer."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()


_KNOWN = frozenset(int(status) for status in HTTPStatus)
