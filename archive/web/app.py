"""The web application: routes put together, headers on every answer, errors as clear answers.

The pages are plain HTML and one style sheet, without any script: they work in every browser, and
with scripts forbidden altogether nothing that was crawled can run one.
"""

from importlib.metadata import version
from importlib.resources import files

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.archive import Archive
from archive.errors import (
    BadCursor,
    BadQuery,
    NotFound,
    StaleCursor,
    Withdrawn,
    XiaobaoError,
)
from archive.web import api, overviews, pages, reference
from archive.web.render import Renderer
from archive.web.state import State

CONTENT_SECURITY = (
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LONG = frozenset({"/api/export", "/api/feed"})
"""Answers that take as long as they are read or waited for: not made for a HEAD."""
_STATUS: dict[type[XiaobaoError], int] = {
    Withdrawn: 410,
    StaleCursor: 410,
    NotFound: 404,
    BadQuery: 400,
    BadCursor: 400,
}
_CHINESE = {
    401: "这一部分需要口令",
    404: "这里没有页面，请检查网址",
    405: "这个地址不支持该操作",
}
"""For what the framework says."""


def create_app(archive: Archive, token: str | None = None) -> FastAPI:
    """The application over an open archive, which must stay open as long as it serves.

    With a `token`, exports, the feed and raw captures are for those who give it.
    """
    app = FastAPI(
        title="xiaobao",
        version=version("xiaobao"),
        docs_url=None,
        redoc_url=None,  # both load scripts from elsewhere
    )
    app.state.xiaobao = State(archive, token)
    for part in (pages, overviews, reference, api):
        app.include_router(part.router)
    static = StaticFiles(directory=str(files("archive.web").joinpath("static")))
    app.mount("/static", static, name="static")
    app.add_middleware(Secured)
    app.add_exception_handler(XiaobaoError, _failed)
    app.add_exception_handler(RequestValidationError, _failed)
    app.add_exception_handler(HTTPException, _failed)
    return app


class Secured:
    """Puts HEADERS on every answer that does not have them, and answers HEAD as GET.

    The server leaves the body of such an answer out. Plain ASGI: Starlette's middleware for
    functions costs as much as a small page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and its answer back."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"] not in LONG:
            scope = {**scope, "method": "GET"}

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, secured)


async def _failed(request: Request, error: Exception) -> Response:
    """One clear answer for every error a reader can cause: an HTML page, or a problem object."""
    renderer = Renderer(request)
    status, english, chinese = _problem(error)
    chosen = english if renderer.language == "en" or renderer.for_programs else chinese
    return renderer.problem(status, chosen, dict(getattr(error, "headers", None) or {}))


def _problem(error: Exception) -> tuple[int, str, str]:
    """Status, and what is wrong in English and in Chinese."""
    if isinstance(error, XiaobaoError):
        kinds = (_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
        return next(kinds, 503), str(error), error.zh
    if isinstance(error, RequestValidationError):
        wrong = error.errors()[0]
        return 400, f"{wrong['loc'][-1]}: {wrong['msg']}", f"参数 {wrong['loc'][-1]} 的值不合要求"
    assert isinstance(error, HTTPException)
    chinese = _CHINESE.get(error.status_code, str(error.detail))
    return error.status_code, str(error.detail), chinese
