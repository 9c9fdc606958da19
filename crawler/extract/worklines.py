"""The body's lines while the cleaner works on them: what they say, and which rule removes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crawler.extract import prompts
from crawler.extract.lines import Line

SOLID: Final = 40
"""Characters from which a sentence is a paragraph."""
_SHORT: Final = 20
"""The same on a page whose sentences are all shorter: notices, leaflets, slides."""


@dataclass(slots=True)
class Worklines:
    """The lines under work: `rule[n]` names the rule that removes line n."""

    lines: Sequence[Line]
    spaced: Sequence[str]
    """Their text as `fold.fold` gives it."""
    folded: Sequence[str]
    """The same without blanks."""
    scores: Sequence[float]
    """Log-odds of each line to be the site's."""
    rule: dict[int, str] = field(default_factory=dict)
    _solid: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Take shorter sentences for paragraphs where there are no longer ones."""
        self._solid = self._sentences(SOLID) or self._sentences(_SHORT)

    def _sentences(self, least: int) -> frozenset[int]:
        return frozenset(
            n
            for n, folded in enumerate(self.folded)
            if len(folded) >= least and self.scores[n] < 0 and prompts.is_sentence(folded)
        )

    def left(self) -> list[int]:
        """The places of the lines that no rule has removed."""
        return [n for n in range(len(self.lines)) if n not in self.rule]

    def drop(self, n: int, rule: str) -> None:
        """Remove a line; the first rule that does so stands."""
        self.rule.setdefault(n, rule)

    def is_solid(self, n: int) -> bool:
        """Whether a line is surely running text of the report."""
        return n in self._solid

    def edges(self) -> tuple[int, int]:
        """First and last solid line; before and after them a line needs less to be dropped."""
        solid = [n for n in self.left() if self.is_solid(n)]
        return (solid[0], solid[-1]) if solid else (0, len(self.lines))
