"""`xiaobao serve`."""

import logging
import os
import socket

import click
import uvicorn

from archive.archive import Archive
from archive.errors import Unavailable
from archive.web.app import create_app
from crawler.cli.context import pass_archive


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8315, show_default=True)
@pass_archive
def serve(archive: Archive, host: str, port: int) -> None:
    """Serve the archive to browsers and programs.

    Where XIAOBAO_TOKEN is set in the environment, exports, the feed and raw captures are for those
    who give it, as `Authorization: Bearer TOKEN` or as the password a browser asks for.
    """
    listener = _listen(host, port)
    with listener:
        name = f"[{host}]" if ":" in host else host
        click.echo(f"http://{name}:{listener.getsockname()[1]}/  (stop with Ctrl-C)", err=True)
        config = uvicorn.Config(
            create_app(archive, os.environ.get("XIAOBAO_TOKEN") or None),
            log_level=logging.WARNING,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, made before anything else so that a busy port is said in one line."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        if listener:
            listener.close()
        raise Unavailable(
            f"cannot listen on {host} port {port}: {error.strerror or error}; "
            "choose another one with --port"
        ) from error
    return listener
