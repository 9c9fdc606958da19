"""What all requests share."""

from typing import Annotated

from fastapi import Depends, Request

from archive.archive import Archive
from archive.search import Searcher


class State:
    """The open archive, its searcher, and the token for its private parts where it has one."""

    def __init__(self, archive: Archive, token: str | None) -> None:
        self.archive = archive
        self.database = archive.database
        self.token = token
        self.searcher = Searcher(archive.database)


def _state(request: Request) -> State:
    state: State = request.app.state.xiaobao
    return state


Shared = Annotated[State, Depends(_state)]
