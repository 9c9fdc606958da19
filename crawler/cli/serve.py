"""`xiaobao serve`."""

import logging
import os
import socket
from contextlib import suppress
from functools import partial

import click
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from archive.errors import Unavailable
from archive.web.app import create_app
from crawler.cli.context import pass_config
from crawler.config import Config


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65_535), default=8315, show_default=True)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Serve with so many; up to one for each processor is worth while.",
)
@pass_config
def serve(config: Config, host: str, port: int, processes: int) -> None:
    """Serve the archive to browsers and programs.

    Where XIAOBAO_TOKEN is set in the environment, exports, the feed and raw captures are for those
    who give it, as `Authorization: Bearer TOKEN` or as the password a browser asks for.
    """
    config.open_archive().close()  # what is wrong with it is said once, before any process starts
    listener = _listen(host, port)
    with listener:
        name = f"[{host}]" if ":" in host else host
        click.echo(f"http://{name}:{listener.getsockname()[1]}/  (stop with Ctrl-C)", err=True)
        server = uvicorn.Config(
            partial(_application, config, os.environ.get("XIAOBAO_TOKEN") or None),
            factory=True,
            workers=processes,
            log_level=logging.WARNING,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        if processes == 1:
            with suppress(KeyboardInterrupt):  # being told to is how a server ends
                uvicorn.Server(server).run(sockets=[listener])
        else:
            Multiprocess(server, [listener]).run()


def _application(config: Config, token: str | None) -> FastAPI:
    """What one process serves; its archive stays open until the process ends."""
    return create_app(config.open_archive(), token)


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
