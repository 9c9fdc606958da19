"""Fingerprints and their indexes: which documents may be alike.

A document is a candidate when it shares a few sampled shingles or pairs of neighbouring figures,
or lies within three bits of the simhash. A shingle or pair that many documents have is not written
for further ones: whatever holds it still finds the first ones that did, and no look-up reads more
than `CROWDED` rows for it. Where a whole template is crowded, its reports are found by their
figures.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Integer,
    RowMapping,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
)

from archive.models import Cluster, Fingerprint, Member, Shingle, SimBand
from archive.tables import table
from dedupe import Prepared
from dedupe.canonical import Claim
from dedupe.fingerprint import SHINGLE, VERSION, Breaks, gram_hashes, hamming, sampled
from dedupe.placed import PlacedNumbers

CROWDED = 64
"""Documents a shingle is written for."""
SHARED = 3
"""Shared shingles that make a candidate; two in a text so short that it has few."""
PAIR_COUNTS = 2
"""Shingles that a shared pair of figures counts for."""
PAIR_RANKS = 100
"""A shared pair puts a document before all that share wording alone (88 shingles at most)."""
FEW_SHINGLES = 12
NEAR = 3
"""Bits of distance at which a simhash alone makes a candidate."""
MIN_SIMHASH = 60
"""Skeleton length from which a simhash says anything."""
POOL = 3
"""Candidates, best first, whose clusters are looked up, for each one that may be judged."""
FIRST_OF_CLUSTER = 2
PER_CLUSTER = 6
"""Members of one cluster that are judged: its canonical one and the likest; the next of any
cluster only when each has had its first ones."""
JUDGED = 24
"""Documents judged in all, for a text of usual length."""
JUDGED_PER_HAN = 1 / 100
"""And for a long one, which may hold many works: with one for 150, parts of 300 characters were
crowded out by the other parts' series of yearly reports."""
_COMPILATIONS = ""
EXACT_ROWS = 4
BAND_ROWS = 256

# Statements are made once: making them again for each document would cost more than running them.
_prints, _bands, _shingles = map(table, (Fingerprint, SimBand, Shingle))
_members, _clusters = map(table, (Member, Cluster))
_EXACT = (
    select(_prints.c.document_id)
    .where(_prints.c.exact == bindparam("exact"), _prints.c.version == VERSION)
    .order_by(_prints.c.number)
    .limit(EXACT_ROWS)
)
_hashes = bindparam("hashes", type_=ARRAY(Integer))
_ALL_SHINGLES = select(_shingles.c.hash, _shingles.c.number)
_HOLDERS = {
    "sqlite": _ALL_SHINGLES.where(_shingles.c.hash.in_(bindparam("hashes", expanding=True))),
    "postgresql": _ALL_SHINGLES.where(_shingles.c.hash == any_(_hashes)),
}
_NEAR = (
    select(_prints.c.number, _prints.c.simhash)
    .join(_bands, _bands.c.number == _prints.c.number)
    .where(or_(*(and_(_bands.c.band == n, _bands.c.key == bindparam(f"key{n}")) for n in range(4))))
    .limit(BAND_ROWS)
)
_SEATS_OF_NUMBERS = (
    select(
        _prints.c.number,
        _prints.c.document_id,
        _members.c.cluster_id,
        _members.c.role,
        _clusters.c.canonical_id,
    )
    .join(_members, _members.c.document_id == _prints.c.document_id)
    .join(_clusters, _clusters.c.id == _members.c.cluster_id)
    .where(_prints.c.number.in_(bindparam("numbers", expanding=True)))
)
_TEXTS = select(_prints).where(
    _prints.c.document_id.in_(bindparam("documents", expanding=True)), _prints.c.version == VERSION
)
_SEATS_OF_DOCUMENTS = (
    select(_members.c.document_id, _members.c.cluster_id, _members.c.role, _clusters.c.canonical_id)
    .join(_clusters, _clusters.c.id == _members.c.cluster_id)
    .where(_members.c.document_id.in_(bindparam("documents", expanding=True)))
    .order_by(_members.c.cluster_id)
)
_NEW_FINGERPRINT = insert(_prints).returning(_prints.c.number)
_NEW_BANDS, _NEW_SHINGLES = insert(_bands), insert(_shingles)
# To PostgreSQL a hundred rows go as one array: a row at a time took 12 of 18 ms of a placing.
_NEW_SHINGLES_OF_ARRAY = insert(_shingles).from_select(
    ["hash", "number"], select(func.unnest(_hashes), bindparam("number", type_=BigInteger))
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A document's membership in one cluster."""

    cluster_id: str
    role: str
    canonical_id: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored document that may be alike, ready to be compared."""

    document_id: str
    prepared: Prepared
    claim: Claim
    seats: tuple[Seat, ...]

    @property
    def is_compilation(self) -> bool:
        """Whether it is known to hold several works."""
        return any(seat.role == "compilation" for seat in self.seats)


def signed(value: int) -> int:
    """A 64-bit value as the databases keep it."""
    return value - (1 << 64) if value >= 1 << 63 else value


def exact_copies(connection: Connection, prepared: Prepared) -> list[str]:
    """Documents with the very same characters and figures, oldest first."""
    if not prepared.exact:
        return []
    return list(connection.execute(_EXACT, {"exact": prepared.exact}).scalars())


def find(connection: Connection, prepared: Prepared) -> tuple[list[Candidate], list[int]]:
    """Documents that may be alike, and the shingles of `prepared` that are still written."""
    scores, crowded = _by_shingles(connection, prepared)
    for number in _by_simhash(connection, prepared):
        scores.setdefault(number, float(SHARED))
    limit = max(JUDGED, int(prepared.n_han * JUDGED_PER_HAN))
    ranked = sorted(scores, key=lambda number: (-scores[number], number))[: POOL * limit]
    chosen = _choose(connection, ranked, limit)
    hashes = (*prepared.shingles, *prepared.numbers.pairs)
    return load(connection, chosen), [found for found in hashes if found not in crowded]


def _by_shingles(connection: Connection, prepared: Prepared) -> tuple[dict[int, float], set[int]]:
    """Documents with enough shared shingles or pairs, their scores; which of these are crowded."""
    pairs = frozenset(prepared.numbers.pairs)
    wanted = [*prepared.shingles, *pairs]
    if not wanted:
        return {}, set()
    holders: dict[int, list[int]] = defaultdict(list)
    rows = connection.execute(_HOLDERS[connection.dialect.name], {"hashes": wanted})
    for found, number in rows:
        holders[found].append(number)
    shared: dict[int, int] = defaultdict(int)
    scores: dict[int, float] = defaultdict(float)
    for found, numbers in holders.items():
        counts, ranks = (PAIR_COUNTS, PAIR_RANKS) if found in pairs else (1, 1)
        rarity = ranks / len(numbers)
        for number in numbers:
            shared[number] += counts
            scores[number] += rarity
    needed = SHARED if len(prepared.shingles) >= FEW_SHINGLES else SHARED - 1
    crowded = {found for found, numbers in holders.items() if len(numbers) >= CROWDED}
    # A short text in a long one shares no more than the few it has.
    return {n: scores[n] + shared[n] for n in scores if shared[n] >= needed}, crowded


def _by_simhash(connection: Connection, prepared: Prepared) -> list[int]:
    if prepared.n_han < MIN_SIMHASH:
        return []
    keys = {f"key{band}": key for band, key in enumerate(prepared.bands)}
    return [
        number
        for number, value in connection.execute(_NEAR, keys)
        if hamming(value % (1 << 64), prepared.simhash) <= NEAR
    ]


def _choose(connection: Connection, ranked: list[int], limit: int) -> list[str]:
    """The documents to judge: best first, few of each cluster, the canonical ones always."""
    if not ranked:
        return []
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(_SEATS_OF_NUMBERS, {"numbers": ranked}):
        rows[row.number].append(row)
    chosen: dict[str, None] = {}
    taken: dict[str, int] = defaultdict(int)
    for per_cluster in (FIRST_OF_CLUSTER, PER_CLUSTER):
        for number in ranked:
            seats = rows[number]
            if len(chosen) >= limit:
                break
            if not seats:
                continue
            keys = [row.cluster_id if row.role != "compilation" else _COMPILATIONS for row in seats]
            if all(taken[key] >= per_cluster for key in keys):
                continue
            first = seats[0]
            if keys[0] != _COMPILATIONS and not taken[keys[0]] and first.canonical_id:
                chosen.setdefault(first.canonical_id)
                taken[keys[0]] += first.canonical_id != first.document_id
            if first.document_id not in chosen or not taken[keys[0]]:
                taken[keys[0]] += 1
            chosen.setdefault(first.document_id)
    return list(chosen)


def load(connection: Connection, documents: list[str]) -> list[Candidate]:
    """Stored documents with their clusters, in the order asked for; unknown ones are left out."""
    if not documents:
        return []
    asked = {"documents": documents}
    stored = {row["document_id"]: row for row in connection.execute(_TEXTS, asked).mappings()}
    seats: dict[str, list[Seat]] = defaultdict(list)
    for place in connection.execute(_SEATS_OF_DOCUMENTS, asked):
        seats[place.document_id].append(Seat(place.cluster_id, place.role, place.canonical_id))
    return [
        Candidate(
            document_id=document_id,
            prepared=_stored_text(row),
            claim=Claim.from_json(row["claim"]),
            seats=tuple(seats[document_id]),
        )
        for document_id in documents
        if (row := stored.get(document_id)) is not None
    ]


def _stored_text(row: RowMapping) -> Prepared:
    """A stored fingerprint, without its shingles: they are looked up, not compared."""
    return Prepared(
        version=row["version"],
        exact=row["exact"],
        simhash=row["simhash"] % (1 << 64),
        shingles=(),
        skeleton=np.frombuffer(row["skeleton"], dtype="<u2"),
        numbers=PlacedNumbers.from_bytes(row["figures"]),
        masked=row["masked"],
        breaks=Breaks(*map(tuple, row["breaks"])),
    )


def holds(connection: Connection, prepared: Prepared, claim: Claim) -> bool:
    """Whether the very same fingerprint and claim are stored, fetched at whatever time."""
    query = select(_prints).where(_prints.c.document_id == claim.document_id)
    stored = connection.execute(query).mappings().one_or_none()
    if stored is None:
        return False
    row = _row(prepared, claim)
    told = {"fetched_at": None}
    return all(row[name] == stored[name] for name in row if name != "claim") and (
        row["claim"] | told == stored["claim"] | told
    )


def _row(prepared: Prepared, claim: Claim) -> dict[str, Any]:
    return {
        "document_id": claim.document_id,
        "version": prepared.version,
        "exact": prepared.exact,
        "simhash": signed(prepared.simhash),
        "n_han": prepared.n_han,
        "skeleton": prepared.skeleton.astype("<u2").tobytes(),
        "figures": prepared.numbers.to_bytes(),
        "breaks": [list(prepared.breaks.headings), list(prepared.breaks.numberings)],
        "masked": prepared.masked,
        "claim": claim.to_json(),
    }


def write(
    connection: Connection, prepared: Prepared, claim: Claim, open_shingles: list[int]
) -> None:
    """Store a fingerprint and make it findable."""
    number = connection.execute(_NEW_FINGERPRINT, _row(prepared, claim)).scalar_one()
    if prepared.n_han >= MIN_SIMHASH:
        bands = [
            {"band": band, "key": key, "number": number} for band, key in enumerate(prepared.bands)
        ]
        connection.execute(_NEW_BANDS, bands)
    if open_shingles and connection.dialect.name == "postgresql":
        connection.execute(_NEW_SHINGLES_OF_ARRAY, {"hashes": open_shingles, "number": number})
    elif open_shingles:
        rows = [{"hash": shingle, "number": number} for shingle in open_shingles]
        connection.execute(_NEW_SHINGLES, rows)


def forget(connection: Connection, document_id: str) -> None:
    """Take a document out of fingerprints and indexes."""
    query = select(
        Fingerprint.number, Fingerprint.simhash, Fingerprint.skeleton, Fingerprint.figures
    ).where(Fingerprint.document_id == document_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return
    skeleton = np.frombuffer(row.skeleton, dtype="<u2")
    shingles = sampled(gram_hashes(skeleton, SHINGLE), len(skeleton))
    hashes = (*shingles, *PlacedNumbers.from_bytes(row.figures).pairs)
    connection.execute(
        delete(Shingle).where(Shingle.number == row.number, Shingle.hash.in_(hashes))
    )
    value = row.simhash % (1 << 64)
    pieces = [
        and_(SimBand.band == band, SimBand.key == value >> shift & 0xFFFF)
        for band, shift in enumerate((48, 32, 16, 0))
    ]
    connection.execute(delete(SimBand).where(SimBand.number == row.number, or_(*pieces)))
    connection.execute(delete(Fingerprint).where(Fingerprint.number == row.number))
