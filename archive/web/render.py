"""Templates filled for one request."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.web.words import Language, Words

_YEAR_S = 365 * 86_400


def _web_link(url: str) -> str | None:
    """A crawled address as the target of a link; None where following it could do anything."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _place(name: str) -> str:
    """The path of a document, or of its version N for `ID@N`, below /documents/."""
    document, _, version = name.partition("@")
    return quote(document, safe="") + (f"/versions/{quote(version, safe='')}" if version else "")


def _thousands(number: int) -> str:
    return f"{number:,}"


def _grouped(value: str) -> str:
    """A decimal with its thousands apart; what is no number stays as it is."""
    try:
        return f"{Decimal(value):,f}"
    except (InvalidOperation, ValueError):
        return value


_TEMPLATES = Environment(
    loader=FileSystemLoader(str(files("archive.web").joinpath("templates"))),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_TEMPLATES.filters["web_link"] = _web_link
_TEMPLATES.filters["thousands"] = _thousands
_TEMPLATES.filters["part"] = lambda value: quote(value, safe="")
_TEMPLATES.filters["grouped"] = _grouped
_TEMPLATES.filters["place"] = _place
_TEMPLATES.globals["urlencode"] = urlencode


class Renderer:
    """Answers one request with pages in its language: `?lang=`, else the cookie, else Chinese."""

    def __init__(self, request: Request) -> None:
        self.request = request
        asked = request.query_params.get("lang")
        language = asked or request.cookies.get("lang")
        self.language: Language = "en" if language == "en" else "zh"
        self.asked = asked is not None

    def page(self, name: str, status: int = 200, **values: Any) -> Response:
        """A filled template."""
        words = Words(self.language)
        with self.request.app.state.xiaobao.searcher.turn:
            body = _TEMPLATES.get_template(name).render(
                t=words, language_link=self._other_language(), path=self.request.url.path, **values
            )
        response = HTMLResponse(body, status)
        if self.asked:
            response.set_cookie(
                "lang", self.language, max_age=_YEAR_S, samesite="lax", httponly=True
            )
        return response

    @property
    def for_programs(self) -> bool:
        """Whether a program asks, which is told of errors in English and as JSON."""
        return self.request.url.path.startswith("/api/")

    def problem(self, status: int, detail: str, headers: Mapping[str, str]) -> Response:
        """An error: for programs a problem object (RFC 9457), for people a page."""
        if not self.for_programs:
            query = self.request.query_params.get("q", "")
            page = self.page("problem.html", status, code=status, detail=detail, query=query)
            page.headers.update(headers)
            return page
        problem = {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "instance": self.request.url.path,
        }
        return JSONResponse(problem, status, dict(headers), media_type="application/problem+json")

    def see(self, path: str) -> Response:
        """Send the reader on, where an address has moved."""
        return RedirectResponse(path, 308)

    def _other_language(self) -> str:
        other = "en" if self.language == "zh" else "zh"
        kept = [(k, v) for k, v in self.request.query_params.multi_items() if k != "lang"]
        return f"{self.request.url.path}?{urlencode([*kept, ('lang', other)])}"
