"""Judged pairs: verdicts on candidates, the edges that keep them, what people decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, union_all, update

from archive.clusters.lookup import Candidate
from archive.models import Decision, Edge, Member
from archive.tables import table
from dedupe import Prepared
from dedupe.align import Span
from dedupe.compare import RULE_VERSION, Matcher, Verdict, compare, joins
from dedupe.grouping import Link, Neighbour

MAX_NEIGHBOURS = 200
"""Edges of a container that are read to find its parts, strongest first."""

_decided, _edges, _members = map(table, (Decision, Edge, Member))
_DECIDED = select(_decided).where(
    or_(_decided.c.a == bindparam("document"), _decided.c.b == bindparam("document"))
)
_NEW_EDGES = insert(_edges)
_both_ways = union_all(
    select(_edges, _edges.c.b.label("other")).where(_edges.c.a == bindparam("document")),
    select(_edges, _edges.c.a.label("other")).where(_edges.c.b == bindparam("document")),
).subquery()
_SAME_WORK = (
    select(_both_ways, _decided.c.same_work)
    .outerjoin(
        _decided,
        (_decided.c.a == _both_ways.c.a) & (_decided.c.b == _both_ways.c.b),
    )
    .where(or_(_both_ways.c.kind != "same_template", _decided.c.same_work))
)
_PLAIN_SEATS = (
    select(_members.c.document_id, _members.c.cluster_id)
    .where(
        _members.c.document_id.in_(bindparam("documents", expanding=True)),
        _members.c.role != "compilation",
    )
    .order_by(_members.c.document_id)
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate and the link to it."""

    candidate: Candidate
    link: Link


def judge(
    connection: Connection, document_id: str, prepared: Prepared, candidates: Sequence[Candidate]
) -> list[Judged]:
    """The candidates that are related to a text, each with the verdict and a person's word."""
    if not candidates:
        return []
    matcher = Matcher(prepared)
    decided = _decisions(connection, document_id)
    out = []
    for candidate in candidates:
        verdict = matcher.compare(candidate.prepared)
        word = decided.get(candidate.document_id)
        if verdict.kind != "unrelated" or word is not None:
            out.append(Judged(candidate, Link(candidate.document_id, verdict, word)))
    return out


def _decisions(connection: Connection, document_id: str) -> dict[str, bool]:
    query = select(Decision).where(or_(Decision.a == document_id, Decision.b == document_id))
    return {
        row.b if row.a == document_id else row.a: row.same_work for row in connection.execute(query)
    }


def write_edges(
    connection: Connection, document_id: str, judged: Iterable[Judged], now: datetime
) -> None:
    """Keep the verdicts on a document."""
    rows = []
    for item in judged:
        verdict, other = item.link.verdict, item.link.document_id
        a, b = document_id, other
        if b < a:
            a, b, verdict = b, a, verdict.turned()
        if verdict.kind == "unrelated":
            continue
        rows.append({"a": a, "b": b, "judged_at": now, **_edge_values(verdict)})
    if rows:
        connection.execute(_NEW_EDGES, rows)


def _edge_values(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.kind,
        "coverage": verdict.coverage,
        "figures_compared": verdict.figures_compared,
        "figures_equal": verdict.figures_equal,
        "evidence": {
            "a_coverage": round(verdict.a_coverage, 4),
            "b_coverage": round(verdict.b_coverage, 4),
            "a_span": list(verdict.a_span),
            "b_span": list(verdict.b_span),
            "matched": verdict.matched,
            "places_same": verdict.places_same,
            "places_against": verdict.places_against,
            "weight": round(verdict.weight, 1),
        },
        "rule_version": RULE_VERSION,
    }


def forget_edges(connection: Connection, document_id: str) -> None:
    """Drop all verdicts on a document; decisions stay."""
    connection.execute(delete(Edge).where(or_(Edge.a == document_id, Edge.b == document_id)))


@dataclass(frozen=True, slots=True)
class Related:
    """A document that is the same work as another one, as far as an edge says."""

    document_id: str
    span: Span
    """Where in the skeleton of the document asked for."""
    share: float
    """Share of the document asked for that stands in the other one."""
    weight: float


def same_work(connection: Connection, document_id: str) -> list[Related]:
    """Documents an edge of `document_id` puts into its cluster, whatever cluster they are in."""
    out = []
    for row in connection.execute(_SAME_WORK, {"document": document_id}):
        accepted = joins(row.kind, row.coverage, row.figures_equal)
        if not (accepted if row.same_work is None else row.same_work):
            continue
        side = "a" if row.a == document_id else "b"
        start, end = row.evidence[f"{side}_span"]
        share, weight = row.evidence[f"{side}_coverage"], row.evidence["weight"]
        out.append(Related(row.other, (start, end), share, weight))
    out.sort(key=lambda related: (-related.weight, related.document_id))
    return out


def neighbours(connection: Connection, document_id: str) -> list[Neighbour]:
    """What shares a part of a document and is no compilation itself, with its cluster."""
    related = {item.document_id: item for item in same_work(connection, document_id)}
    if not related:
        return []
    names = list(related)[:MAX_NEIGHBOURS]
    return [
        Neighbour(
            row.document_id,
            row.cluster_id,
            related[row.document_id].span,
            related[row.document_id].weight,
        )
        for row in connection.execute(_PLAIN_SEATS, {"documents": names})
    ]


def judge_again(
    connection: Connection, a: Candidate, b: Candidate, now: datetime
) -> tuple[bool, bool]:
    """Judge a stored pair by today's rule; whether the edge called it one work before, and now."""
    where = (Edge.a == a.document_id) & (Edge.b == b.document_id)
    old = connection.execute(
        select(Edge.kind, Edge.coverage, Edge.figures_equal).where(where)
    ).one()
    verdict = compare(a.prepared, b.prepared)
    if verdict.kind == "unrelated":
        connection.execute(delete(Edge).where(where))
    else:
        connection.execute(update(Edge).where(where).values(judged_at=now, **_edge_values(verdict)))
    return joins(*old), verdict.same_work


def linked_pairs(connection: Connection, documents: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs (a, b) among some documents that an edge calls the same work."""
    query = (
        select(Edge.a, Edge.b, Edge.kind, Edge.coverage, Edge.figures_equal, Decision.same_work)
        .outerjoin(Decision, (Decision.a == Edge.a) & (Decision.b == Edge.b))
        .where(Edge.a.in_(documents), Edge.b.in_(documents))
    )
    return {
        (row.a, row.b)
        for row in connection.execute(query)
        if (
            joins(row.kind, row.coverage, row.figures_equal)
            if row.same_work is None
            else row.same_work
        )
    }
