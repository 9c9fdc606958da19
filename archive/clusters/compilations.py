"""Documents that hold several works: members of every part's cluster, and a reason to merge none.

A compilation can arrive before its parts are known; then it founds a cluster like any work, its
first known part joins that, and when a second part shows up it steps back from the founder's place
to a compilation's.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from archive.clusters import judge, lookup
from archive.clusters.groups import Groups
from archive.models import Document, Member
from dedupe.align import Span
from dedupe.fingerprint import text_places
from dedupe.grouping import Part, find_parts, known_parts


class Compilations:
    """The compilations as one transaction sees and changes them."""

    def __init__(self, connection: Connection, groups: Groups) -> None:
        """Work inside the transaction of `connection`."""
        self._connection = connection
        self._groups = groups

    def look_at(self, document_id: str) -> None:
        """See whether a stored document is a compilation by what is known now."""
        query = select(Member.cluster_id, Member.role).where(Member.document_id == document_id)
        seats = {row.cluster_id: row.role for row in self._connection.execute(query)}
        found = judge.neighbours(self._connection, document_id)
        if "compilation" in seats.values():
            parts = known_parts(found)
            if {part.cluster_id for part in parts} == set(seats):
                return
        else:
            (candidate,) = lookup.load(self._connection, [document_id])
            prepared = candidate.prepared
            if not find_parts(prepared.n_han, found, prepared.breaks):
                return
            (cluster_id,) = seats
            self._groups.leave(cluster_id, document_id)
            self._groups.divide(cluster_id)
            parts = known_parts(judge.neighbours(self._connection, document_id))
            seats = {}
        text = self._connection.execute(
            select(Document.text).where(Document.id == document_id)
        ).scalar_one()
        for cluster_id in seats:
            if all(part.cluster_id != cluster_id for part in parts):
                self._groups.leave(cluster_id, document_id)
        self.seat(document_id, text, [part for part in parts if part.cluster_id not in seats])

    def seat(self, document_id: str, text: str, parts: Sequence[Part]) -> None:
        """Make a document a member of its parts' clusters, with its offsets there."""
        places = text_places(text)
        spans: dict[str, Span] = {}
        for part in parts:
            start, end = part.span
            if part.cluster_id not in spans and end > start:
                spans[part.cluster_id] = (int(places[start]), int(places[end - 1]) + 1)
        for cluster_id, span in spans.items():
            self._groups.join(cluster_id, document_id, "compilation", span=span)
