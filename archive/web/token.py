"""A token for the parts of the archive that are not for everybody.

Where the archive has one, whole exports, the feed and raw captures are for those who know it:
programs send `Authorization: Bearer TOKEN`; a browser asks for a password, and any user name does.
"""

import base64
import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Request

ASK = {"WWW-Authenticate": 'Basic realm="xiaobao", charset="UTF-8"'}


def _allowed(request: Request) -> None:
    token: str | None = request.app.state.xiaobao.token
    if token is None:
        return
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        given = _password(given)
    elif kind.lower() != "bearer":
        given = ""
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise HTTPException(401, "this part of the archive needs its token", ASK)


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials).decode().partition(":")[2]
    except ValueError:
        return ""


ForHolders = Annotated[None, Depends(_allowed)]
"""A parameter of a route that only holders of the token may use."""
