"""A loopback server that speaks raw bytes: one port a host, every host with a trick of its own."""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

ADDRESS = "127.7.7.7"
"""Loopback, but not 127.0.0.1: so that 127.0.0.1 can be the private address that is refused."""


@dataclass
class Talk:
    """One request, and the way to answer it."""

    host: "Host"
    path: str
    head: str
    writer: asyncio.StreamWriter

    async def send(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.writer.write(chunk)
            await self.writer.drain()

    async def page(self, body: str | bytes, status: str = "200 OK", *headers: str) -> None:
        """A whole answer."""
        payload = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(payload)}", *headers]
        if not any(line.lower().startswith("content-type") for line in headers):
            lines.append("Content-Type: text/html; charset=utf-8")
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)

    async def for_ever(self, chunk: bytes, *, pause: float = 0.0) -> None:
        """Send until the other side has gone."""
        while True:
            await self.send(chunk)
            await asyncio.sleep(pause)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = Callable[[Talk], Awaitable[None]]


@dataclass
class Host:
    """One port; `asked` are the paths in order, without robots.txt."""

    name: str
    answer: Answer
    robots: Answer | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def netloc(self) -> str:
        return f"{ADDRESS}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.netloc}"


class HostileServer:
    """Serves hosts from a thread while the context lasts."""

    def __init__(self, hosts: list[Host]) -> None:
        self.hosts = {host.name: host for host in hosts}
        self._sockets: dict[str, socket.socket] = {}
        for host in hosts:
            sock = socket.socket()
            sock.bind((ADDRESS, 0))
            sock.listen(128)
            host.port = sock.getsockname()[1]
            self._sockets[host.name] = sock
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        self._servers = [
            await asyncio.start_server(self._accepting(self.hosts[name]), sock=sock)
            for name, sock in self._sockets.items()
        ]

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accepting(
        self, host: Host
    ) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            host.connections += 1
            task = self._loop.create_task(self._converse(host, reader, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return accept

    async def _converse(
        self, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                talk = Talk(host, path, head, writer)
                if path == "/robots.txt":
                    await (host.robots(talk) if host.robots else talk.page("", "404 Not Found"))
                    continue
                host.asked.append(path)
                host.heads.append(head)
                await host.answer(talk)
                if writer.is_closing():
                    break
        with suppress(OSError):
            writer.close()


class Listener:
    """Counts who connects to 127.0.0.1: nobody should."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)
        self.port = self._socket.getsockname()[1]

    def connected(self) -> int:
        """How many connections wait to be accepted."""
        self._socket.setblocking(False)
        count = 0
        with suppress(BlockingIOError):
            while True:
                self._socket.accept()[0].close()
                count += 1
        return count

    def close(self) -> None:
        self._socket.close()
