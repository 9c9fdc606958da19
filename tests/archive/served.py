"""An archive behind a real server, in a thread of the test."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from archive.archive import Archive
from archive.web.app import create_app


@contextmanager
def served(archive: Archive, token: str | None = None) -> Iterator[str]:
    """Serve `archive` and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(archive, token)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
