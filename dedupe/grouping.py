"""What verdicts mean for clusters: which one a text joins, and whether it is a compilation.

Pure rules over the links of one text; the archive looks the links up and writes the answer down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dedupe.align import Span
from dedupe.compare import AGREE, Verdict
from dedupe.fingerprint import NO_BREAKS, Breaks

MERGE_AGREE = 0.9
"""Agreement a text must have with both clusters that it is to unite."""
MERGE_SHARE = 0.5
"""Share of each cluster's judged members it must be the same work as."""
SAME_EXTENT = 40
"""Characters by which two copies of one part may begin or end elsewhere in a compilation: a
heading, a salutation, a closing line."""
OVERLAP = 0.5
"""Share of the shorter span two spans must have in common to be one part."""


@dataclass(frozen=True, slots=True)
class Link:
    """A judged pair of the text in question (a) and a member (b) of a cluster."""

    document_id: str
    verdict: Verdict
    decided: bool | None = None
    """What a person said of the pair: same work, or not."""

    @property
    def same_work(self) -> bool:
        """Whether the pair is one work, a person's word before the rule's."""
        return self.verdict.same_work if self.decided is None else self.decided


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A text that shares `span` of a container's skeleton, and the clusters it belongs to."""

    document_id: str
    cluster_id: str
    span: Span
    weight: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How all links into one cluster together speak for joining it."""

    cluster_id: str
    links: tuple[Link, ...]
    canonical_id: str | None

    @property
    def accepted(self) -> tuple[Link, ...]:
        """Links that say the same work."""
        return tuple(link for link in self.links if link.same_work)

    @property
    def agreement(self) -> float | None:
        """Equal figures among all compared ones, over all links; None without any."""
        compared = sum(link.verdict.figures_compared for link in self.links)
        if not compared:
            return None
        return sum(link.verdict.figures_equal for link in self.links) / compared

    @property
    def weight(self) -> float:
        """The strongest accepted link."""
        return max((link.verdict.weight for link in self.accepted), default=0.0)

    @property
    def open(self) -> bool:
        """Whether the text may join: nothing in the cluster as a whole speaks against it."""
        decided = {link.decided for link in self.links} - {None}
        if decided:
            return decided == {True}
        if not self.accepted:
            return False
        agreement = self.agreement
        if agreement is not None and agreement < AGREE:
            return False
        against = [link for link in self.links if link.verdict.contradicts]
        if any(link.document_id == self.canonical_id for link in against):
            return False
        return sum(x.verdict.matched for x in against) < sum(
            x.verdict.matched for x in self.accepted
        )

    @property
    def unites(self) -> bool:
        """Whether the text is close enough to this cluster to merge it with another one."""
        agreement = self.agreement
        judged = [link for link in self.links if link.verdict.kind != "shares_section"]
        return (
            self.open
            and (agreement is None or agreement >= MERGE_AGREE)
            and bool(judged)
            and len(self.accepted) >= MERGE_SHARE * len(judged)
            and any(link.verdict.kind in ("repost", "contains") for link in self.accepted)
        )

    def neighbours(self) -> list[Neighbour]:
        """The accepted links as neighbours of the text."""
        return [
            Neighbour(link.document_id, self.cluster_id, link.verdict.a_span, link.verdict.weight)
            for link in self.accepted
        ]

    def span(self) -> Span:
        """Where in the text the cluster's work lies."""
        spans = [link.verdict.a_span for link in self.accepted]
        return min(start for start, _ in spans), max(end for _, end in spans)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a compilation and the cluster of the work it holds."""

    span: Span
    cluster_id: str


def meet(a: Span, b: Span) -> bool:
    """Whether two spans share more than works standing side by side on one page do."""
    return min(a[1], b[1]) - max(a[0], b[0]) > SAME_EXTENT


def overlap(a: Span, b: Span) -> bool:
    """Whether two spans share at least `OVERLAP` of the shorter one."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared >= OVERLAP * max(1, min(a[1] - a[0], b[1] - b[0]))


def find_parts(
    length: int, neighbours: Sequence[Neighbour], breaks: Breaks = NO_BREAKS
) -> tuple[Part, ...]:
    """The parts of a text of `length` skeleton characters, empty where it is one work.

    A compilation holds two or more stretches that others publish on their own. One work that is
    quoted in two places looks alike, so stretches count only when two texts hold each; or when
    each has a numbering of its own, or one fills what lies between two headings such as 篇二. And
    where others publish the whole, two texts must hold exactly the same stretch, which excerpts
    made by chance do not.
    """
    whole = _whole(neighbours)
    groups = _grouped([n for n in neighbours if n not in whole] or list(neighbours))
    spans = [_hull(group) for group in groups]
    proven = any(_between_headings(span, length, breaks.headings) for span in spans)
    if not proven and len(groups) > 1:
        twice = [group for group in groups if _held_twice(group, exactly=bool(whole))]
        firsts = {_first_within(span, breaks.numberings) for span in spans} - {None}
        proven = len(twice) > 1 or len(firsts) > 1
    return _parts(groups) if proven else ()


def known_parts(neighbours: Sequence[Neighbour]) -> tuple[Part, ...]:
    """The parts of a text that is known to be a compilation."""
    whole = _whole(neighbours)
    return _parts(_grouped([n for n in neighbours if n not in whole] or list(neighbours)))


def _whole(neighbours: Sequence[Neighbour]) -> list[Neighbour]:
    """Those that hold all that any other one holds: copies of the whole text."""
    return [n for n in neighbours if all(overlap(n.span, other.span) for other in neighbours)]


def _parts(groups: list[list[Neighbour]]) -> tuple[Part, ...]:
    return tuple(Part(_hull(group), _strongest(group)) for group in groups)


def _strongest(group: list[Neighbour]) -> str:
    """The cluster with the most weight in a group."""
    weights: dict[str, float] = {}
    for neighbour in group:
        weights[neighbour.cluster_id] = weights.get(neighbour.cluster_id, 0) + neighbour.weight
    return max(weights, key=lambda cluster_id: (weights[cluster_id], cluster_id))


def _grouped(neighbours: list[Neighbour]) -> list[list[Neighbour]]:
    """Neighbours whose spans are one stretch, in order of place."""
    groups: list[list[Neighbour]] = []
    for neighbour in sorted(neighbours, key=lambda n: (n.span, n.document_id)):
        touching = [g for g in groups if any(overlap(neighbour.span, n.span) for n in g)]
        merged = [neighbour]
        for group in touching:
            merged = group + merged
            groups.remove(group)
        groups.append(merged)
    return sorted(groups, key=_hull)


def _hull(group: Iterable[Neighbour]) -> Span:
    spans = [n.span for n in group]
    return min(start for start, _ in spans), max(end for _, end in spans)


def _first_within(span: Span, places: Sequence[int]) -> int | None:
    return next((place for place in places if span[0] <= place < span[1]), None)


def _held_twice(group: list[Neighbour], *, exactly: bool) -> bool:
    documents = {n.document_id: n.span for n in group}
    if not exactly:
        return len(documents) > 1
    spans = sorted(documents.values())
    return any(
        abs(a[0] - b[0]) <= SAME_EXTENT and abs(a[1] - b[1]) <= SAME_EXTENT
        for i, a in enumerate(spans)
        for b in spans[i + 1 :]
    )


def _between_headings(span: Span, length: int, headings: Sequence[int]) -> bool:
    if len(headings) < 2:  # noqa: PLR2004  one is a title
        return False
    ends = (*headings[1:], length)
    return any(
        abs(span[0] - start) <= SAME_EXTENT and abs(span[1] - end) <= SAME_EXTENT
        for start, end in zip(headings, ends, strict=True)
    )
