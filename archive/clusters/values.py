"""The values that cross the door of the clusters."""

from dataclasses import dataclass, field
from datetime import date, datetime

from archive.feed import ChangeNote
from dedupe import Prepared
from dedupe.canonical import OFFICIAL, Claim


@dataclass(frozen=True, slots=True)
class ClusterInput:
    """What clusters need to know of a document besides its fingerprint."""

    document_id: str
    text: str
    site_type: str
    trust: int
    completeness: str
    repair_status: str
    language_script: str
    published: date | None
    fetched_at: datetime

    def claim(self, prepared: Prepared) -> Claim:
        """What speaks for the document as a cluster's canonical one."""
        return Claim(
            document_id=self.document_id,
            official=self.site_type in OFFICIAL,
            masked=prepared.masked > 0,
            complete=self.completeness != "preview",
            clean=self.repair_status in ("none", "certain"),
            simplified=self.language_script == "hans",
            trust=self.trust,
            published=self.published,
            fetched_at=self.fetched_at,
            length=prepared.n_han,
        )


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a document was placed, and what the feed should tell."""

    cluster_ids: tuple[str, ...]
    """One for a work, one for each known part of a compilation."""
    role: str
    """`canonical`, `repost`, `fragment` or `compilation`."""
    notes: list[ChangeNote] = field(default_factory=list)
