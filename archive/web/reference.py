"""The page that describes the interface for programs, made from its OpenAPI description."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from archive.web.render import Renderer

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program can ask for."""

    path: str
    description: str
    parameters: tuple[tuple[str, str, str], ...]
    """Name, type, meaning."""
    answer: tuple[str, ...]
    """The fields of the answer."""


@router.get("/api")
def reference_page(request: Request) -> Response:
    """The reference."""
    schema = request.app.openapi()
    operations = [
        _operation(schema, path, methods["get"]) for path, methods in schema["paths"].items()
    ]
    return Renderer(request).page(
        "reference.html", operations=operations, base=str(request.base_url).rstrip("/")
    )


def _operation(schema: dict[str, Any], path: str, operation: dict[str, Any]) -> Operation:
    parameters = tuple(
        (p["name"], _type(p["schema"]), p.get("description", ""))
        for p in operation.get("parameters", ())
    )
    answer = operation["responses"]["200"].get("content", {})
    given = answer.get("application/json", {}).get("schema")
    fields = _fields(schema, given) if given else tuple(answer)
    return Operation(path, operation.get("description", ""), parameters, fields)


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_type(schema['items'])}, …"
    return str(schema.get("type", ""))


def _fields(schema: dict[str, Any], given: dict[str, Any]) -> tuple[str, ...]:
    if given.get("type") == "array":
        return ("[…]", *_fields(schema, given["items"]))
    name = given.get("$ref", "").rpartition("/")[2]
    return tuple(schema["components"]["schemas"].get(name, {}).get("properties", ()))
