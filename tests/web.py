"""A real HTTP server on loopback for tests, and running the program against it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Web:
    """Pages by path; a page may be a function of the request."""

    pages: dict[str, Answer | Callable[[Asked], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def paths(self, prefix: str = "/") -> list[str]:
        """The paths asked for, in order, without robots.txt."""
        return [a.path for a in self.asked if a.path.startswith(prefix) and a.path != "/robots.txt"]


def html(text: str, status: int = 200, **headers: str) -> Answer:
    head = {"Content-Type": "text/html; charset=utf-8"}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    return status, head, text.encode()


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # one packet an answer: two would wait for a delayed ACK

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
            web.asked.append(asked)
            page = web.pages.get(self.path, (404, {"Content-Type": "text/html"}, b"not here"))
            status, headers, body = page(asked) if callable(page) else page
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 64  # of 5, the default, one in eight came a second late: its SYN fell

        def handle_error(self, *args: object) -> None:
            pass  # crawls are killed in the middle of a request

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


PROFILE = """
schema = 1
id = "mysite"
name = "某县市场监督管理局"
family = "none"
site_type = "government"
hosts = ["{host}"]
[politeness]
delay = 0.0
[[start]]
url = "http://{host}/list.html"
[article]
url_regex = '/a/\\d+\\.html$'
[list.page]
kind = "next_link"
next = "a.next"
"""


def write_profile(folder: Path, web: Web, text: str = PROFILE, name: str = "mysite") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text.replace("{host}", web.host), encoding="utf-8")
    return folder


def environment(**more: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("XIAOBAO_")}
    return clean | {"XIAOBAO_ALLOW_NETWORKS": "127.0.0.0/8"} | more


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "crawler.cli.main", *map(str, args)]


def run(*args: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `xiaobao ARGS` to its end."""
    return subprocess.run(
        command(*args),
        capture_output=True,
        text=True,
        env=environment(**more),
        timeout=240,
        check=False,
    )


def run_json(*args: object, **more: str) -> Any:
    """Run `xiaobao ARGS --json`, expecting success."""
    done = run(*args, "--json", **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
