"""The figures of a text with their places in its skeleton, as columns.

Columns, because two texts are compared many times in a write transaction: a stored text's figures
are read back as three arrays without making an object of each.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from dedupe.fold import Mask
from dedupe.numbers import Number, Role

Places = npt.NDArray[np.int32]

PAIRS = 16
"""Pairs of figures a text is looked up by."""
_SPELLED = 4
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_COUNT = struct.Struct("<I")


class PlacedNumber(NamedTuple):
    """One figure: its value and what it can say."""

    value: str
    role: Role
    spelled: bool


@dataclass(frozen=True)
class Groups:
    """Figures by place. A group of several stands where only figures are between them."""

    places: Places
    keys: npt.NDArray[np.int64]
    """Equal for groups of equal values."""
    asks: Mask
    """Whether one of the group is a result."""
    plain: Mask
    """Whether the group is one result written in digits."""


@dataclass(frozen=True)
class PlacedNumbers:
    """All figures of a text, in order of their place."""

    places: Places
    """Skeleton characters before each."""
    keys: npt.NDArray[np.int64]
    """Hash of each value."""
    flags: npt.NDArray[np.uint8]
    """Role, plus `_SPELLED`."""
    values: tuple[str, ...]

    @classmethod
    def of(cls, found: Sequence[Number], places: Sequence[int]) -> Self:
        """The figures `found`, each with the number of skeleton characters before it."""
        values = tuple(number.value for number in found)
        return cls(
            places=np.array(places, dtype="<i4"),
            keys=np.array([zlib.crc32(value.encode()) for value in values], dtype="<i8"),
            flags=np.array(
                [number.role + _SPELLED * number.spelled for number in found], dtype=np.uint8
            ),
            values=values,
        )

    def to_bytes(self) -> bytes:
        """The columns one behind the other, for `from_bytes`."""
        return b"".join(
            (
                _COUNT.pack(len(self.values)),
                self.places.tobytes(),
                self.keys.tobytes(),
                self.flags.tobytes(),
                "\n".join(self.values).encode(),
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The inverse of `to_bytes`."""
        (count,) = _COUNT.unpack_from(data)
        at = _COUNT.size
        places = np.frombuffer(data, dtype="<i4", count=count, offset=at)
        keys = np.frombuffer(data, dtype="<i8", count=count, offset=at + 4 * count)
        flags = np.frombuffer(data, dtype=np.uint8, count=count, offset=at + 12 * count)
        values = data[at + 13 * count :].decode()
        return cls(places, keys, flags, tuple(values.split("\n")) if count else ())

    def __len__(self) -> int:
        """How many there are."""
        return len(self.values)

    @cached_property
    def _starts(self) -> npt.NDArray[np.intp]:
        return np.flatnonzero(np.concatenate(([True], self.places[1:] != self.places[:-1])))

    @cached_property
    def groups(self) -> Groups:
        """The figures by place; only for a text that has any."""
        starts = self._starts
        single = np.diff(np.concatenate((starts, [len(self.values)]))) == 1
        asking: Mask = self.flags % _SPELLED == Role.ASKS
        return Groups(
            places=self.places[starts],
            keys=np.add.reduceat(self.keys, starts),
            asks=np.logical_or.reduceat(asking, starts),
            plain=single & (self.flags[starts] == Role.ASKS),
        )

    @cached_property
    def pairs(self) -> tuple[int, ...]:
        """Hashes of neighbouring results, 32 bits, signed: the `PAIRS` lowest of them.

        Reports of one template have the same words and other figures. Two texts that share most
        pairs share most of their lowest ones.
        """
        results = self.keys[self.flags % _SPELLED == Role.ASKS].astype(np.uint64)
        mixed = (results[:-1] << np.uint64(32) | results[1:]) * _MULTIPLIER
        lowest = np.unique((mixed >> np.uint64(32)).astype(np.uint32))[:PAIRS]
        return tuple(lowest.view(np.int32).tolist())

    def group(self, index: int) -> tuple[PlacedNumber, ...]:
        """The figures of one group."""
        start = int(self._starts[index])
        more = self._starts[index + 1 : index + 2]
        end = int(more[0]) if len(more) else len(self.values)
        return tuple(
            PlacedNumber(
                self.values[i], Role(self.flags[i] % _SPELLED), bool(self.flags[i] & _SPELLED)
            )
            for i in range(start, end)
        )
