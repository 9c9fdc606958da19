"""The archive's values as JSON: field names as they are, days and times in ISO 8601, UTC as Z."""

import json
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any


def jsonable(value: Any) -> Any:
    """A dataclass, or anything JSON has with dates in it, as plain JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {key: jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


def json_line(value: Any) -> str:
    """One line of NDJSON, without its line end."""
    return json.dumps(jsonable(value), ensure_ascii=False)
