"""The way of one document into its clusters, inside the store's write transaction."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, select

from archive.clusters import judge, lookup
from archive.clusters.compilations import Compilations
from archive.clusters.groups import Groups, seated_by
from archive.clusters.judge import Judged
from archive.clusters.values import ClusterInput, Placement
from archive.db import Database
from archive.feed import ChangeNote
from archive.models import Member
from dedupe import Prepared
from dedupe.canonical import FRAGMENT, Claim, replaces
from dedupe.compare import AGREE, RULE_VERSION, compare
from dedupe.grouping import Link, Standing, find_parts, meet


def place(
    connection: Connection,
    db: Database,
    document: ClusterInput,
    prepared: Prepared,
    *,
    now: datetime,
) -> Placement:
    """Put a stored document into its clusters and make it findable for the next ones.

    Call it in a write transaction, after the document's row is in. One document at a time is
    placed, so that two copies arriving together cannot both found a cluster.
    """
    db.lock(connection, "clusters")
    claim = document.claim(prepared)
    candidates, shingles = _candidates(connection, prepared)
    judged = judge.judge(connection, document.document_id, prepared, candidates)
    lookup.write(connection, prepared, claim, shingles)
    judge.write_edges(connection, document.document_id, judged, now)
    return _Placing(connection, document, prepared, claim, judged, now).run()


def stands(connection: Connection, document: ClusterInput, prepared: Prepared) -> bool:
    """Whether a document sits where today's rule put it, by the fingerprint it has now."""
    if not lookup.holds(connection, prepared, document.claim(prepared)):
        return False
    return seated_by(connection, document.document_id) == RULE_VERSION


def remove(
    connection: Connection, db: Database, document_id: str, *, now: datetime
) -> list[ChangeNote]:
    """Take a document out of its clusters and indexes; what people decided of it stays."""
    db.lock(connection, "clusters")
    groups = Groups(connection, now)
    query = select(Member.cluster_id).where(Member.document_id == document_id)
    for cluster_id in connection.execute(query.order_by(Member.cluster_id)).scalars().all():
        groups.leave(cluster_id, document_id)
    judge.forget_edges(connection, document_id)
    lookup.forget(connection, document_id)
    return groups.notes


def _candidates(
    connection: Connection, prepared: Prepared
) -> tuple[list[lookup.Candidate], list[int]]:
    """Documents to judge, and the shingles to write."""
    copies = lookup.exact_copies(connection, prepared)
    if len(copies) == lookup.EXACT_ROWS:
        (oldest,) = lookup.load(connection, copies[:1])
        if not oldest.is_compilation:
            return [oldest], []  # one more copy of a text that has several: findable by them
    return lookup.find(connection, prepared)


class _Placing:
    """One document on its way; the order of the methods is the order of the way."""

    def __init__(
        self,
        connection: Connection,
        document: ClusterInput,
        prepared: Prepared,
        claim: Claim,
        judged: list[Judged],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._document = document
        self._id = document.document_id
        self._prepared = prepared
        self._claim = claim
        self._judged = judged
        self._by_id = {item.link.document_id: item for item in judged}
        self._groups = Groups(connection, now)
        self._compilations = Compilations(connection, self._groups)

    def run(self) -> Placement:
        standings = self._standings()
        if not self._as_compilation(standings):
            self._as_work(standings)
        for container in self._containers():
            self._compilations.look_at(container)
        seats = self._connection.execute(
            select(Member.cluster_id, Member.role)
            .where(Member.document_id == self._id)
            .order_by(Member.cluster_id)
        ).all()
        return Placement(
            tuple(seat.cluster_id for seat in seats), seats[0].role, self._groups.notes
        )

    def _standings(self) -> list[Standing]:
        """How the document stands to each cluster that one of its links is a plain member of."""
        links: dict[str, list[Link]] = defaultdict(list)
        canonical: dict[str, str | None] = {}
        for item in self._judged:
            if not item.candidate.is_compilation:
                for seat in item.candidate.seats:
                    links[seat.cluster_id].append(item.link)
                    canonical[seat.cluster_id] = seat.canonical_id
        standings = [Standing(c, tuple(found), canonical[c]) for c, found in links.items()]
        return sorted(standings, key=lambda s: (-s.weight, s.cluster_id))

    def _as_compilation(self, standings: list[Standing]) -> bool:
        """Join the clusters of all parts, when the document holds several works."""
        found = [
            neighbour
            for standing in standings
            if standing.open
            for neighbour in standing.neighbours()
        ]
        parts = find_parts(self._prepared.n_han, found, self._prepared.breaks)
        if not parts:
            return False
        self._compilations.seat(self._id, self._document.text, parts)
        return True

    def _as_work(self, standings: list[Standing]) -> None:
        """Join the best cluster, merging others into it where that is safe; else found one."""
        welcome = [s for s in standings if s.open and self._holds(s)]
        if not welcome:
            self._groups.found(self._id)
            return
        best, *others = welcome
        cluster_id = best.cluster_id
        self._join(best)
        for other in others:
            if self._may_merge(best, other):
                kept, given_up = self._groups.older(cluster_id, other.cluster_id)
                self._groups.merge(kept, given_up, self._id)
                cluster_id = kept

    def _join(self, standing: Standing) -> None:
        cluster_id, canonical_id = standing.cluster_id, standing.canonical_id
        link = max(standing.accepted, key=lambda x: (x.verdict.weight, x.document_id))
        evidence = {
            "by": link.document_id,
            "kind": link.verdict.kind,
            "figures_compared": sum(x.verdict.figures_compared for x in standing.links),
            "figures_equal": sum(x.verdict.figures_equal for x in standing.links),
        }
        canonical = self._by_id.get(canonical_id or "")
        share = canonical.link.verdict.b_coverage if canonical else self._role_share(link)
        role = "fragment" if share < FRAGMENT else "repost"
        self._groups.join(cluster_id, self._id, role, evidence=evidence)
        if canonical is None:
            return
        if replaces(self._claim, canonical.candidate.claim):
            self._groups.make_canonical(cluster_id, self._id)

    def _role_share(self, link: Link) -> float:
        """Share of the work a copy of `link`'s document holds, its canonical text not at hand."""
        seats = self._by_id[link.document_id].candidate.seats
        return 0.0 if any(seat.role == "fragment" for seat in seats) else link.verdict.b_coverage

    def _holds(self, standing: Standing) -> bool:
        """Whether more than one text's mere length ties the document to the cluster.

        A long text may be a compilation that is not known as one yet: two texts that lie in
        different places of it, and in nothing else, need not be one work.
        """
        inside = [link for link in standing.accepted if link.verdict.kind == "excerpt_of"]
        if len(inside) < len(standing.accepted):
            return True
        for link in inside:
            others = [
                n
                for n in judge.neighbours(self._connection, link.document_id)
                if n.cluster_id == standing.cluster_id and n.document_id != self._id
            ]
            if not others or any(meet(n.span, link.verdict.b_span) for n in others):
                return True
        return False

    def _may_merge(self, best: Standing, other: Standing) -> bool:
        if not (best.unites and other.unites):
            return False
        if not meet(best.span(), other.span()) and not self._held_together(best, other):
            return False
        if self._groups.forbidden(best.cluster_id, other.cluster_id):
            return False
        compared, equal, unequal = self._groups.figures_between(best.cluster_id, other.cluster_id)
        if unequal > 1 and equal < AGREE * compared:  # one may be cut at a preview's end
            return False
        canonical = [s.canonical_id for s in (best, other) if s.canonical_id]
        texts = [c.prepared for c in lookup.load(self._connection, canonical)]
        return len(texts) < 2 or not compare(*texts).contradicts  # noqa: PLR2004  a pair

    def _held_together(self, best: Standing, other: Standing) -> bool:
        """Whether another whole copy of the document holds the other cluster's text too."""
        copies = [x.document_id for x in best.accepted if x.verdict.kind == "repost"]
        theirs = {x.document_id for x in other.accepted}
        return any(
            related.document_id in theirs
            for copy in copies
            for related in judge.same_work(self._connection, copy)
        )

    def _containers(self) -> list[str]:
        """Longer texts of which the document may be one of several parts."""
        out = []
        for item in self._judged:
            start, end = item.link.verdict.b_span
            length = item.candidate.prepared.n_han
            partly = end - start < 0.9 * length
            if item.link.same_work and (item.candidate.is_compilation or partly):
                out.append(item.link.document_id)
        return out
