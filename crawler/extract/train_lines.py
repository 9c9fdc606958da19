"""Learn the line model: `python -m crawler.extract.train_lines [--check]`.

Logistic regression by stochastic gradient descent over the invented lines in
`training/lines.tsv` (label, tab, line); `--check` prints errors under five-fold cross-validation
instead of writing the weights. Seeded, so the same data gives the same weights.
"""

import json
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from crawler.extract.fold import fold, squeeze
from crawler.extract.line_model import MAX_CHARS, MODEL_FILE, features, probability

HERE: Final = Path(__file__).parent
EPOCHS: Final = 15
RATE: Final = 0.1
DECAY: Final = 0.01
"""Pull towards zero at every step a feature is seen in; keeps rare pairs small."""
LEAST: Final = 0.03
"""Weights smaller than this are left out of the file."""
SUPPORT: Final = 2
FOLDS: Final = 5

Example = tuple[str, frozenset[str], bool]


def load() -> list[Example]:
    """The examples: line, features, and whether the site is talking."""
    rows = (HERE / "training" / "lines.tsv").read_text("utf-8").splitlines()
    read = []
    for row in rows:
        label, _, line = row.partition("\t")
        folded = squeeze(fold(line))
        if len(folded) <= MAX_CHARS:
            read.append((line, frozenset(features(folded)), label == "site"))
    return read


def common(examples: Sequence[Example]) -> list[Example]:
    """The examples with only those features that stand in two lines and more."""
    counts = Counter(feature for _, found, _ in examples for feature in found)
    kept = {feature for feature, count in counts.items() if count >= SUPPORT}
    return [(line, found & kept, is_site) for line, found, is_site in examples]


def train(examples: Sequence[Example], seed: int = 7) -> dict[str, float]:
    """Weights that tell the two kinds of lines apart."""
    order = list(examples)
    rng = random.Random(seed)  # noqa: S311 shuffling training data
    weights: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(lambda: 1e-6)
    for _ in range(EPOCHS):
        rng.shuffle(order)
        for _, found, is_site in order:
            error = is_site - probability(math.fsum(weights[f] for f in found))
            for feature in found:
                gradient = error - DECAY * weights[feature]
                squares[feature] += gradient * gradient
                weights[feature] += RATE * gradient / squares[feature] ** 0.5
    return dict(weights)


def score(weights: Mapping[str, float], found: frozenset[str]) -> float:
    """The log-odds of one example."""
    return math.fsum(weights.get(feature, 0.0) for feature in found)


def check(examples: Sequence[Example]) -> None:
    """Print what five-fold cross-validation gets wrong."""
    order = list(examples)
    random.Random(3).shuffle(order)  # noqa: S311
    wrong = {True: 0, False: 0}
    for fold_number in range(FOLDS):
        held = order[fold_number::FOLDS]
        rest = [e for n, e in enumerate(order) if n % FOLDS != fold_number]
        weights = train(common(rest))
        for line, found, is_site in held:
            value = score(weights, found)
            if (value > 0) != is_site:
                wrong[is_site] += 1
                sys.stdout.write(f"{'site' if is_site else 'text'} {value:+.2f} {line}\n")
    sites = sum(is_site for _, _, is_site in order)
    sys.stdout.write(f"site missed {wrong[True]} of {sites}, ")
    sys.stdout.write(f"text dropped {wrong[False]} of {len(order) - sites}\n")


def main() -> None:
    """Check or write the model."""
    examples = load()
    if "--check" in sys.argv:
        check(examples)
        return
    weights = {
        f: round(w, 3) for f, w in sorted(train(common(examples)).items()) if abs(w) >= LEAST
    }
    text = json.dumps(weights, ensure_ascii=False, separators=(",", ":"))
    (HERE / MODEL_FILE).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
