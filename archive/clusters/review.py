"""What people do with clusters: see the doubtful pairs, decide them, ask why; new rules applied."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, or_, select

from archive.clusters import judge, lookup
from archive.clusters.compilations import Compilations
from archive.clusters.groups import Groups
from archive.db import Database
from archive.errors import NotFound
from archive.feed import record_changes
from archive.models import Decision, Document, Edge, Member
from dedupe.compare import AGREE, DOUBT, RULE_VERSION, Verdict, compare

DOUBT_COVERAGE = 0.9
"""A pair without any figure is doubtful unless the texts are nearly the same."""
SURE_AGREE = 0.92
"""Above the threshold by one figure in a dozen: no longer a close call."""
BATCH = 200
"""Pairs judged again in one transaction, so that a crawl beside it does not wait long."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents and what the archive thinks of them."""

    a: str
    b: str
    kind: str
    coverage: float
    figures_compared: int
    figures_equal: int
    together: bool
    """Whether they are in one cluster now."""
    decided: bool | None
    """What a person said: one work, or not."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two documents are together or apart."""

    pair: Pair
    a_clusters: tuple[str, ...]
    b_clusters: tuple[str, ...]
    verdict: Verdict
    """As judged now; its spans count skeleton characters."""
    path: tuple[str, ...]
    """Documents from a to b, each the same work as the next one by an edge; empty without any."""


def doubtful(database: Database, limit: int) -> list[Pair]:
    """Undecided pairs that a person may want to look at, the closest calls first."""
    share = Edge.figures_equal * 1.0 / func.nullif(Edge.figures_compared, 0)
    close = and_(Edge.figures_compared > 0, share >= DOUBT, share < SURE_AGREE)
    bare = and_(
        Edge.figures_compared == 0,
        Edge.kind.in_(("repost", "excerpt_of", "contains")),
        Edge.coverage < DOUBT_COVERAGE,
    )
    query = (
        select(Edge.__table__)
        .outerjoin(Decision, and_(Decision.a == Edge.a, Decision.b == Edge.b))
        .where(Decision.a.is_(None), or_(close, bare))
    )
    with database.read() as connection:
        rows = list(connection.execute(query).all())
        rows.sort(key=lambda row: (_doubt(row.figures_compared, row.figures_equal), row.a, row.b))
        return [
            _pair(
                connection,
                row.a,
                row.b,
                row.kind,
                row.coverage,
                row.figures_compared,
                row.figures_equal,
            )
            for row in rows[:limit]
        ]


def _doubt(compared: int, equal: int) -> float:
    return abs(equal / compared - AGREE) if compared else AGREE - DOUBT


def _pair(
    connection: Connection, a: str, b: str, kind: str, coverage: float, compared: int, equal: int
) -> Pair:
    word = connection.execute(
        select(Decision.same_work).where(Decision.a == a, Decision.b == b)
    ).scalar_one_or_none()
    together = bool(set(_clusters(connection, a)) & set(_clusters(connection, b)))
    return Pair(a, b, kind, coverage, compared, equal, together, word)


def _clusters(connection: Connection, document_id: str) -> tuple[str, ...]:
    query = select(Member.cluster_id).where(Member.document_id == document_id)
    return tuple(connection.execute(query.order_by(Member.cluster_id)).scalars())


def decide(
    database: Database, a: str, b: str, *, same_work: bool, now: datetime, note: str | None = None
) -> None:
    """Store what a person says of a pair and make the clusters follow it, now and ever after.

    Raises NotFound for a document that is not in the archive.
    """
    a, b = sorted((a, b))
    with database.write() as connection:
        database.lock(connection, "clusters")
        _known(connection, a, b)
        connection.execute(delete(Decision).where(Decision.a == a, Decision.b == b))
        connection.execute(
            insert(Decision).values(a=a, b=b, same_work=same_work, note=note, decided_at=now)
        )
        groups = Groups(connection, now)
        if same_work:
            _unite(connection, groups, a, b)
        else:
            _part(connection, groups, a, b)
        record_changes(connection, database, groups.notes, now)


def _known(connection: Connection, *documents: str) -> None:
    found = set(connection.execute(select(Document.id).where(Document.id.in_(documents))).scalars())
    for document_id in documents:
        if document_id not in found:
            raise NotFound(f"there is no document {document_id} in the archive")


def _plain_cluster(connection: Connection, document_id: str) -> str | None:
    """The cluster a document is a member of, unless it is a compilation."""
    query = select(Member.cluster_id).where(
        Member.document_id == document_id, Member.role != "compilation"
    )
    return connection.execute(query).scalar_one_or_none()


def _unite(connection: Connection, groups: Groups, a: str, b: str) -> None:
    first, second = _plain_cluster(connection, a), _plain_cluster(connection, b)
    if first is not None and second is not None and first != second:
        kept, given_up = groups.older(first, second)
        groups.merge(kept, given_up, b)


def _part(connection: Connection, groups: Groups, a: str, b: str) -> None:
    first, second = _plain_cluster(connection, a), _plain_cluster(connection, b)
    if first is not None and first == second:
        groups.separate(first, a, b)
        _look_again(connection, groups, first)
        return
    for document_id, other in ((a, second), (b, first)):
        if other is not None and other in _clusters(connection, document_id):
            groups.leave(other, document_id)  # a compilation without that part


def _look_again(connection: Connection, groups: Groups, cluster_id: str) -> None:
    compilations = Compilations(connection, groups)
    for document_id in groups.compilations(cluster_id):
        compilations.look_at(document_id)


def explain(database: Database, a: str, b: str) -> Explanation:
    """Why two documents are together or apart. Raises NotFound for one that is not placed."""
    with database.read() as connection:
        _known(connection, a, b)
        stored = lookup.load(connection, [a, b])
        if len(stored) < 2:  # noqa: PLR2004  a pair
            raise NotFound(f"{a} or {b} is withdrawn: only live documents are compared")
        verdict = compare(stored[0].prepared, stored[1].prepared)
        low, high = sorted((a, b))
        pair = _pair(
            connection,
            low,
            high,
            verdict.kind if a == low else verdict.turned().kind,
            verdict.coverage,
            verdict.figures_compared,
            verdict.figures_equal,
        )
        return Explanation(
            pair,
            _clusters(connection, a),
            _clusters(connection, b),
            verdict,
            tuple(_path(connection, a, b)),
        )


def _path(connection: Connection, a: str, b: str) -> Iterator[str]:
    """The shortest way from a to b inside a cluster of both."""
    shared = set(_clusters(connection, a)) & set(_clusters(connection, b))
    members = set(
        connection.execute(
            select(Member.document_id).where(Member.cluster_id.in_(shared))
        ).scalars()
    )
    came_from: dict[str, str | None] = {a: None}
    waiting = deque([a] if shared else [])
    while waiting and b not in came_from:
        document_id = waiting.popleft()
        for related in judge.same_work(connection, document_id):
            if related.document_id in members and related.document_id not in came_from:
                came_from[related.document_id] = document_id
                waiting.append(related.document_id)
    way: list[str] = []
    step: str | None = b if b in came_from else None
    while step is not None:
        way.append(step)
        step = came_from[step]
    yield from reversed(way)


def judge_again(database: Database, now: datetime) -> int:
    """Judge all pairs that an older rule judged; gives their number.

    Clusters keep their ids: members that no longer hang together are split off, a cluster of one
    that now belongs to another is merged into it. What people decided stays.
    """
    count = 0
    while True:
        with database.write() as connection:
            database.lock(connection, "clusters")
            query = select(Edge.a, Edge.b).where(Edge.rule_version < RULE_VERSION)
            pairs = connection.execute(query.order_by(Edge.a, Edge.b).limit(BATCH)).all()
            if not pairs:
                return count
            groups = Groups(connection, now)
            for a, b in pairs:
                _judge_pair_again(connection, groups, a, b, now)
            record_changes(connection, database, groups.notes, now)
            count += len(pairs)


def _judge_pair_again(
    connection: Connection, groups: Groups, a: str, b: str, now: datetime
) -> None:
    stored = lookup.load(connection, [a, b])
    if len(stored) < 2:  # noqa: PLR2004  one of them was withdrawn meanwhile
        connection.execute(delete(Edge).where(Edge.a == a, Edge.b == b))
        return
    before, after = judge.judge_again(connection, stored[0], stored[1], now)
    if before == after:
        return
    first, second = _plain_cluster(connection, a), _plain_cluster(connection, b)
    if first is None or second is None:
        compilations = Compilations(connection, groups)
        for document_id, cluster_id in ((a, first), (b, second)):
            if cluster_id is None:
                compilations.look_at(document_id)
    elif before and first == second:
        groups.divide(first)
        _look_again(connection, groups, first)
    elif after and first != second and not groups.forbidden(first, second):
        alone = [c for c in (first, second) if groups.size(c) == 1]
        if alone:
            kept, given_up = groups.older(first, second)
            if given_up not in alone:
                kept, given_up = given_up, kept
            groups.merge(kept, given_up, b)
