"""Which member of a cluster stands for the work."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

OFFICIAL = frozenset({"government"})
INCOMPLETE = 0.6
"""A text that is less than this share of another's is not the complete one. Junk around a repost
makes up to a third of a page."""
FRAGMENT = 0.75
"""A member that holds less than this share of the canonical text is a fragment of it. A preview of
70 % is one, a copy without its tables and closing lines is not."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What speaks for a text as the canonical one. See `order` for the weight of each."""

    document_id: str
    official: bool
    masked: bool
    complete: bool
    clean: bool
    simplified: bool
    trust: int
    published: date | None
    fetched_at: datetime
    length: int

    def to_json(self) -> dict[str, Any]:
        """The claim as JSON values, for `from_json`."""
        return asdict(self) | {
            "published": self.published.isoformat() if self.published else None,
            "fetched_at": self.fetched_at.isoformat(),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """The inverse of `to_json`."""
        published = value["published"]
        return cls(
            **value
            | {
                "published": date.fromisoformat(published) if published else None,
                "fetched_at": datetime.fromisoformat(value["fetched_at"]),
            }
        )

    def order(self) -> tuple[object, ...]:
        """Sorts the best claim first.

        Official source, unmasked, complete, clean text, then simplified script, trust, earliest
        published, earliest fetched.
        """
        return (
            *self.merits(),
            not self.simplified,
            -self.trust,
            self.published or date.max,
            self.fetched_at.astimezone(UTC),
            self.document_id,
        )

    def merits(self) -> tuple[bool, bool, bool, bool]:
        """The part of the order for which a cluster changes its canonical text later."""
        return (not self.official, self.masked, not self.complete, not self.clean)


def choose(claims: list[Claim]) -> Claim:
    """The best of some claims. A much shorter text than the longest clean one is incomplete."""
    longest = max(claim.length for claim in claims)
    whole = [claim for claim in claims if claim.length >= INCOMPLETE * longest]
    return min(whole, key=Claim.order)


def replaces(new: Claim, current: Claim) -> bool:
    """Whether `new` takes the place of `current`: only when it is better by a merit.

    A cluster's canonical text is quoted, so an equal one does not replace it.
    """
    if new.length < INCOMPLETE * current.length:
        return False
    if current.length < INCOMPLETE * new.length:
        return True
    return new.merits() < current.merits()
