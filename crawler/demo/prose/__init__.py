"""The words of the sample web: stock sentences, hand-written works and invented names."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """One TOML file of this folder."""
    return tomllib.loads(load_text(name))


def load_text(name: str) -> str:
    """One text file of this folder."""
    return files(__package__).joinpath(name).read_text("utf-8")
