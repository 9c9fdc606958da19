"""A small linear model of lines: is the site talking, or the report?

Features are character pairs of the folded line and what its form says. The weights are learned
from invented lines (`python -m crawler.extract.train_lines`) and kept as JSON. Rules written as
patterns alone missed 41 of 139 unseen prompts; see docs/extraction.md for what the model reaches.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Final

from crawler.extract import prompts

MODEL_FILE: Final = "lines.json"
MAX_CHARS: Final = 60
"""Longest line the model judges; pairs of a long sentence add up to chance."""
_DIGITS = re.compile(r"\d+")


def features(text: str) -> Iterator[str]:
    """The features of a folded, squeezed line; every one counts once.

    Args:
        text: from `fold.squeeze(fold.fold(line))`.
    """
    yield "bias"
    line = "^" + _DIGITS.sub("0", text[:MAX_CHARS].lower()) + "$"
    yield from {line[at : at + 2] for at in range(len(line) - 1)}
    yield from prompts.form_features(text)


@cache
def weights() -> Mapping[str, float]:
    """The learned weights, read once."""
    path = resources.files("crawler.extract").joinpath(MODEL_FILE)
    loaded: dict[str, float] = json.loads(path.read_text("utf-8"))
    return loaded


def site_score(text: str) -> float:
    """The log-odds that a line is the site's and not the report's; 0 is undecided.

    Longer lines are judged by the points of `prompts` alone: what the site says in whole
    sentences it says about itself.
    """
    if len(text) > MAX_CHARS:
        return 1.5 * (prompts.prompt_points(text) - prompts.UNDECIDED)
    known = weights()
    # Not `sum`: its last digit hangs on the order, which is another in each process.
    return math.fsum(known.get(feature, 0.0) for feature in set(features(text)))


def probability(score: float) -> float:
    """Log-odds as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
