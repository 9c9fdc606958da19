"""What some bytes are, by their first bytes and not by their name."""

import json
import re
from typing import Final

_BINARY: Final = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"{\\rtf",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
)
_MIN_BODY: Final = 100


def is_html(payload: bytes) -> bool:
    """Whether the bytes can be a page: no document, archive or picture."""
    return not payload.lstrip()[:8].startswith(_BINARY)


def script_body(html: str, key_path: str | None) -> str | None:
    r"""The article's markup where a page keeps it as a JSON string inside a script.

    Args:
        html: the decoded page.
        key_path: from the profile, such as `_CONFIG\\.DETAIL\\.content`; its last name is looked
            for as a JSON key. Without it nothing is looked for.
    """
    if not key_path:
        return None
    name = re.split(r"\\?\.", key_path)[-1]
    for match in re.finditer(rf'"?{re.escape(name)}"?\s*:\s*(")', html):
        try:
            value, _ = json.JSONDecoder().raw_decode(html, match.start(1))
        except ValueError:
            continue
        if isinstance(value, str) and len(value) >= _MIN_BODY:
            head = html[: html.find("<script")] if "<script" in html else ""
            return f"{head}<body><div id='content'>{value}</div></body>"
    return None
