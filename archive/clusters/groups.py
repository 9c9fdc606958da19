"""Clusters, their members and their history: the rows and how they change.

Every change here is an event row and a note for the feed; nothing is changed silently. Cluster ids
come from the founding document's id, so that the same documents placed again in the same order
get the same ids.
"""

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from archive.clusters.judge import linked_pairs, same_work
from archive.feed import ChangeNote
from archive.feed import Kind as NoteKind
from archive.models import Cluster, ClusterEvent, Decision, Edge, Fingerprint, Member
from archive.tables import table
from dedupe.align import Span
from dedupe.canonical import FRAGMENT, Claim, choose, replaces
from dedupe.compare import RULE_VERSION

_NOTES: Mapping[str, NoteKind] = {
    "create": "cluster.created",
    "join": "cluster.joined",
    "leave": "cluster.left",
    "merge": "cluster.merged",
    "split": "cluster.split",
    "canonical_change": "cluster.canonical_changed",
}

_NEW_CLUSTER, _NEW_MEMBER, _NEW_EVENT = (
    insert(table(model)) for model in (Cluster, Member, ClusterEvent)
)
_CLUSTER = select(table(Cluster)).where(table(Cluster).c.id == bindparam("cluster"))


class Groups:
    """The clusters as one transaction sees and changes them; `notes` gathers what it did."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection
        self._now = now
        self.notes: list[ChangeNote] = []

    def found(self, document_id: str, *, split_from: str | None = None) -> str:
        """Make a cluster with one document, its canonical one; gives the id."""
        cluster_id, emptied = self._mint(document_id)
        if emptied:
            self._connection.execute(
                update(Cluster).where(Cluster.id == cluster_id).values(canonical_id=document_id)
            )
        else:
            row = {
                "id": cluster_id,
                "canonical_id": document_id,
                "split_from": split_from,
                "created_at": self._now,
            }
            self._connection.execute(_NEW_CLUSTER, row)
        self._insert(cluster_id, document_id, "canonical", None)
        if split_from is None:
            self._record("create", cluster_id, document_id, {})
        else:
            self._record("split", cluster_id, document_id, {"from": split_from})
        return cluster_id

    def join(
        self,
        cluster_id: str,
        document_id: str,
        role: str,
        *,
        span: Span | None = None,
        evidence: dict[str, Any] | None = None,
    ) -> None:
        """Add a member; `span` counts characters of its text, for a compilation."""
        self._insert(cluster_id, document_id, role, span)
        self._record("join", cluster_id, document_id, {"role": role, **(evidence or {})})

    def leave(self, cluster_id: str, document_id: str) -> None:
        """Take a member out; a cluster that loses its canonical text gets another one."""
        self._connection.execute(
            delete(Member).where(Member.cluster_id == cluster_id, Member.document_id == document_id)
        )
        self._record("leave", cluster_id, document_id, {})
        if self.canonical(cluster_id) == document_id:
            claims = self._claims(cluster_id)
            self.make_canonical(cluster_id, choose(claims).document_id if claims else None)

    def merge(self, kept: str, given_up: str, document_id: str) -> None:
        """Unite two clusters; `given_up` stays for ever as another name of `kept`."""
        taken = select(Member.document_id).where(Member.cluster_id == kept).scalar_subquery()
        self._connection.execute(
            delete(Member).where(Member.cluster_id == given_up, Member.document_id.in_(taken))
        )
        self._connection.execute(
            update(Member).where(Member.cluster_id == given_up).values(cluster_id=kept)
        )
        self._connection.execute(
            update(Cluster)
            .where(or_(Cluster.id == given_up, Cluster.merged_into == given_up))
            .values(merged_into=kept, canonical_id=None)
        )
        self._record("merge", given_up, document_id, {"into": kept})
        claims = {claim.document_id: claim for claim in self._claims(kept)}
        best, current = choose(list(claims.values())), claims.get(self.canonical(kept) or "")
        stays = current is not None and not replaces(best, current)
        self.make_canonical(kept, current.document_id if current and stays else best.document_id)

    def divide(self, cluster_id: str) -> None:
        """Split a cluster whose members no longer hang together.

        The part with the canonical text keeps the id (or the largest, when that text has left),
        every other part gets a new one.
        """
        members = self._members(cluster_id)
        parts = _components(members, linked_pairs(self._connection, members))
        if len(parts) < 2:  # noqa: PLR2004  still one
            return
        canonical = self.canonical(cluster_id)
        kept = next((part for part in parts if canonical in part), max(parts, key=len))
        for part in parts:
            if part is not kept:
                self._split_off(cluster_id, part)

    def separate(self, cluster_id: str, a: str, b: str) -> None:
        """Split a cluster so that two of its members are apart; the others go with the likest.

        The part with the canonical text keeps the id, the other one gets a new one.
        """
        sides = {a: a, b: b}
        waiting = [m for m in self._members(cluster_id) if m not in sides]
        likeness = {m: same_work(self._connection, m) for m in waiting}
        while waiting:
            _, nearest, member = max(
                (
                    (related.weight, related.document_id, member)
                    for member in waiting
                    for related in likeness[member]
                    if related.document_id in sides
                ),
                default=(0.0, a, waiting[0]),
            )
            sides[member] = sides[nearest]
            waiting.remove(member)
        canonical = self.canonical(cluster_id)
        kept = sides.get(canonical or "", a)
        self._split_off(cluster_id, [m for m in sides if sides[m] != kept])

    def _split_off(self, cluster_id: str, part: Sequence[str]) -> None:
        self._connection.execute(
            delete(Member).where(Member.cluster_id == cluster_id, Member.document_id.in_(part))
        )
        founder, *rest = part
        new = self.found(founder, split_from=cluster_id)
        for document_id in rest:
            self.join(new, document_id, "repost")
        self.make_canonical(new, choose(self._claims(new)).document_id)

    def canonical(self, cluster_id: str) -> str | None:
        """The document that stands for a cluster."""
        found = self._connection.execute(_CLUSTER, {"cluster": cluster_id}).one().canonical_id
        assert found is None or isinstance(found, str)
        return found

    def make_canonical(self, cluster_id: str, document_id: str | None) -> None:
        """Let a member stand for its cluster, and give every member its role beside it."""
        before = self.canonical(cluster_id)
        if before != document_id:
            self._connection.execute(
                update(Cluster).where(Cluster.id == cluster_id).values(canonical_id=document_id)
            )
            if document_id is not None:
                evidence = {"from": before, "to": document_id}
                self._record("canonical_change", cluster_id, document_id, evidence)
        if document_id is not None:
            self._assign_roles(cluster_id, document_id)

    def compilations(self, cluster_id: str) -> list[str]:
        """Compilations that hold a cluster's work."""
        query = select(Member.document_id).where(
            Member.cluster_id == cluster_id, Member.role == "compilation"
        )
        return list(self._connection.execute(query.order_by(Member.document_id)).scalars())

    def size(self, cluster_id: str) -> int:
        """Members that are no compilations."""
        return len(self._members(cluster_id))

    def older(self, a: str, b: str) -> tuple[str, str]:
        """Two clusters, the one made first in front."""
        query = select(Cluster.id).where(Cluster.id.in_((a, b)))
        first, second = self._connection.execute(
            query.order_by(Cluster.created_at, Cluster.id)
        ).scalars()
        return first, second

    def forbidden(self, a: str, b: str) -> bool:
        """Whether a person said that a member of one cluster is not the work of the other."""
        first, second = (select(Member.document_id).where(Member.cluster_id == c) for c in (a, b))
        query = select(func.count()).where(
            Decision.same_work.is_(False),
            or_(
                and_(Decision.a.in_(first), Decision.b.in_(second)),
                and_(Decision.a.in_(second), Decision.b.in_(first)),
            ),
        )
        return self._connection.execute(query).scalar_one() > 0

    def figures_between(self, a: str, b: str) -> tuple[int, int, int]:
        """Figures compared, and equal ones, in all judged pairs of a member of each cluster.

        And the most that are unequal in one pair.
        """
        first, second = (select(Member.document_id).where(Member.cluster_id == c) for c in (a, b))
        query = select(
            func.coalesce(func.sum(Edge.figures_compared), 0),
            func.coalesce(func.sum(Edge.figures_equal), 0),
            func.coalesce(func.max(Edge.figures_compared - Edge.figures_equal), 0),
        ).where(
            or_(
                and_(Edge.a.in_(first), Edge.b.in_(second)),
                and_(Edge.a.in_(second), Edge.b.in_(first)),
            )
        )
        compared, equal, unequal = self._connection.execute(query).one()
        return int(compared), int(equal), int(unequal)

    def _mint(self, founder: str) -> tuple[str, bool]:
        """The founder's first free cluster id, and whether it is an emptied cluster of its own."""
        for turn in range(1000):
            digest = hashlib.sha256(f"{founder}#{turn}".encode()).digest()
            cluster_id = "c" + b32encode(digest)[:16].decode().lower()
            row = self._connection.execute(_CLUSTER, {"cluster": cluster_id}).one_or_none()
            if row is None or (row.merged_into is None and row.canonical_id is None):
                return cluster_id, row is not None
        raise AssertionError(f"{founder} has founded a thousand clusters")

    def _insert(self, cluster_id: str, document_id: str, role: str, span: Span | None) -> None:
        start, end = span or (None, None)
        row = {
            "cluster_id": cluster_id,
            "document_id": document_id,
            "role": role,
            "start": start,
            "end": end,
            "joined_at": self._now,
        }
        self._connection.execute(_NEW_MEMBER, row)

    def _members(self, cluster_id: str) -> list[str]:
        """Members that are no compilations, in the order they joined."""
        query = (
            select(Member.document_id)
            .where(Member.cluster_id == cluster_id, Member.role != "compilation")
            .order_by(Member.joined_at, Member.document_id)
        )
        return list(self._connection.execute(query).scalars())

    def _claims(self, cluster_id: str) -> list[Claim]:
        query = (
            select(Fingerprint.claim)
            .join(Member, Member.document_id == Fingerprint.document_id)
            .where(Member.cluster_id == cluster_id, Member.role != "compilation")
        )
        return [Claim.from_json(value) for value in self._connection.execute(query).scalars()]

    def _assign_roles(self, cluster_id: str, canonical_id: str) -> None:
        shares = {
            related.document_id: related.share
            for related in same_work(self._connection, canonical_id)
        }
        claims = {claim.document_id: claim for claim in self._claims(cluster_id)}
        length = claims[canonical_id].length
        query = select(Member.document_id, Member.role).where(
            Member.cluster_id == cluster_id, Member.role != "compilation"
        )
        for document_id, role in self._connection.execute(query).all():
            share = shares.get(document_id, claims[document_id].length / max(1, length))
            wanted = "fragment" if share < FRAGMENT else "repost"
            if document_id == canonical_id:
                wanted = "canonical"
            if wanted != role:
                self._connection.execute(
                    update(Member)
                    .where(Member.cluster_id == cluster_id, Member.document_id == document_id)
                    .values(role=wanted)
                )

    def _record(
        self, kind: str, cluster_id: str, document_id: str, evidence: dict[str, Any]
    ) -> None:
        row = {
            "cluster_id": cluster_id,
            "kind": kind,
            "document_id": document_id,
            "evidence": evidence,
            "rule_version": RULE_VERSION,
            "at": self._now,
        }
        self._connection.execute(_NEW_EVENT, row)
        told = {"document": document_id, **evidence}
        self.notes.append(ChangeNote(_NOTES[kind], cluster_id, told))


def seated_by(connection: Connection, document_id: str) -> int | None:
    """The rule version that gave a document its newest seat; None where it has none."""
    held = select(Member.cluster_id).where(Member.document_id == document_id).scalar_subquery()
    query = (
        select(ClusterEvent.rule_version)
        .join(Cluster, Cluster.id == ClusterEvent.cluster_id)
        .where(
            ClusterEvent.document_id == document_id,
            ClusterEvent.kind.in_(("create", "join", "split")),
            or_(Cluster.id.in_(held), Cluster.merged_into.in_(held)),
        )
        .order_by(ClusterEvent.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def _components(documents: Sequence[str], pairs: set[tuple[str, str]]) -> list[list[str]]:
    """Documents that hang together by pairs; parts and their members keep the given order."""
    parent = {document: document for document in documents}

    def root(document: str) -> str:
        while parent[document] != document:
            parent[document] = parent[parent[document]]
            document = parent[document]
        return document

    for a, b in sorted(pairs):
        parent[root(a)] = root(b)
    parts: dict[str, list[str]] = {}
    for document in documents:
        parts.setdefault(root(document), []).append(document)
    return list(parts.values())
