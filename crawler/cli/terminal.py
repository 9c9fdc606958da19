"""Showing crawled text on a terminal."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

# Control characters, of which ESC and CSI begin commands to the terminal; line ends among them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Marks that turn the direction of writing and so can hide what stands there.
_TURNS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` on one line, with nothing in it that a terminal would obey."""
    return _TURNS.sub("", _CONTROL.sub(" ", text))


@contextmanager
def paged() -> Iterator[Console]:
    """Where to print something long: on a terminal it goes through the reader's pager."""
    console = Console(highlight=False)
    if not console.is_terminal:
        yield console
        return
    # less: end where all fits on the screen, show colours, leave the text standing.
    os.environ.setdefault("LESS", "-FRX")
    with console.pager(styles=True):
        yield console
