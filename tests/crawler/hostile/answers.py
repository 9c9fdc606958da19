"""What hostile servers answer."""

import zlib
from collections.abc import Iterator
from itertools import chain, repeat

import brotli
from backports import zstd

from tests.crawler.hostile.server import Answer, Talk

MEGABYTE = bytes(1 << 20)


def report(place: str = "青禾县", complaints: int = 157) -> str:
    return (
        f"<html><head><meta charset='utf-8'><title>{place}消费者权益保护工作总结</title></head>"
        f"<body><div id='zoom'><p>今年以来，{place}市场监督管理局共受理消费者投诉{complaints}件，"
        f"为消费者挽回经济损失{complaints * 310}元。</p><p>{place}12315指挥中心全天值守，"
        "群众满意度持续提升。</p><p>在国际消费者权益日期间，我局组织现场咨询，讲解消费者权益保护法。</p>"
        "</div></body></html>"
    )


def deflated(megabytes: int, wbits: int) -> Iterator[bytes]:
    """A stream of zeros, of about 1 KB a megabyte; one block is packed once and sent again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    first = packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return chain((first,), repeat(again, megabytes - 1))


GZIP, ZLIB = 31, 15
BOMBS = {
    "gzip": b"".join(deflated(2_000, GZIP)),
    "deflate": b"".join(deflated(2_000, ZLIB)),
    "br": brotli.compress(bytes(256 << 20), quality=1),
    "zstd": zstd.compress(bytes(1 << 30), level=1),
    "gzip, gzip": zlib.compress(b"".join(deflated(10_000, GZIP)), 9, wbits=GZIP),
}


def bomb(encoding: str, *, length: bool = True) -> Answer:
    async def answer(talk: Talk) -> None:
        if length:
            await talk.page(BOMBS[encoding], "200 OK", f"Content-Encoding: {encoding}")
            return
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
        await talk.send(head.encode(), BOMBS[encoding])
        talk.writer.close()

    return answer


def raw(head: bytes, endless: bytes = b"", *, pause: float = 0.0) -> Answer:
    """The bytes of `head`, and `endless` again and again behind them."""

    async def answer(talk: Talk) -> None:
        await talk.send(head)
        if endless:
            await talk.for_ever(endless, pause=pause)

    return answer


def page(body: str | bytes, status: str = "200 OK", *headers: str) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.page(body, status, *headers)

    return answer


def redirect(to: str) -> Answer:
    return page("", "302 Found", f"Location: {to}")


async def hang(talk: Talk) -> None:
    await talk.for_ever(b"", pause=1.0)


async def reset_in_body(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>")
    talk.reset()


async def reset_at_once(talk: Talk) -> None:
    talk.reset()


async def short_body(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>")
    talk.writer.close()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNK = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
