"""What all requests share."""

from typing import Annotated

from fastapi import Depends, Request

from archive.archive import Archive
from archive.search import Searcher


class State:
    """The open archive and its searcher."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.database = archive.database
        self.searcher = Searcher(archive.database)


def _state(request: Request) -> State:
    state: State = request.app.state.xiaobao
    return state


Shared = Annotated[State, Depends(_state)]
