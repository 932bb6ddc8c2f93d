"""What is kept of a scan of an item: when, roughly where, hints that tell phones apart but name nobody."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import asin, cos, floor, radians, sin, sqrt
from typing import Protocol, Self

from traceability.errors import InvalidInput

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MOST_KEPT = 500
"""Rows of one item. What is beyond is only counted: no flood fills the disk or slows the next answer."""
MOST_OF_A_NETWORK = 20
"""Of those, rows of one network: one person with many made-up phones cannot use up the rest."""

_CELL = re.compile(r"(-?[0-9]{1,2}),(-?[0-9]{1,3})")
_EARTH_KM = 6_371.0
_CELL_ACROSS_KM = 158
"""From corner to corner of one degree at the equator, where it is largest."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A square of one degree, about 100 km wide in China, by its south-western corner."""

    latitude: int
    longitude: int

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude < 90 and -180 <= self.longitude < 180):
            raise InvalidInput(
                f"cell {self} lies on no map, want latitude -90 to 89 and longitude -180 to 179"
            )

    def __str__(self) -> str:
        return f"{self.latitude},{self.longitude}"

    @classmethod
    def of(cls, latitude: float, longitude: float) -> Self:
        """In which a point in degrees lies. Raises `InvalidInput` for one on no map."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise InvalidInput(f"place {latitude:.4g}, {longitude:.4g} lies on no map")
        return cls(min(floor(latitude), 89), (floor(longitude) + 180) % 360 - 180)

    @classmethod
    def read(cls, text: str) -> Self:
        """As `str` writes it. Raises `InvalidInput`."""
        match = _CELL.fullmatch(text)
        if match is None:
            raise InvalidInput(f"cell {text[:40]!r}, want two whole degrees such as 30,120")
        return cls(int(match[1]), int(match[2]))

    def around(self) -> Iterator["Cell"]:
        """Itself and the eight beside it, fewer at a pole."""
        for latitude in range(max(self.latitude - 1, -90), min(self.latitude + 2, 90)):
            for east in (-1, 0, 1):
                yield Cell(latitude, (self.longitude + east + 180) % 360 - 180)

    def kilometres(self, other: Self) -> float:
        """The least that any two points of both can be apart."""
        lat, lon, to_lat, to_lon = (
            radians(degrees + 0.5)
            for degrees in (self.latitude, self.longitude, other.latitude, other.longitude)
        )
        half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
        return max(0.0, 2 * _EARTH_KM * asin(min(1.0, sqrt(half))) - _CELL_ACROSS_KM)


@dataclass(frozen=True, slots=True)
class Scan:
    """What one phone did with the page of one item within one hour of our clock."""

    first_ms: int
    last_ms: int
    device: bytes
    """Alike for what looks like one phone, for one item and while one salt lasts; says nothing beyond.

    That of the network, where phones of a network that has many rows, or no name, are one row an hour.
    """
    network: bytes
    """The same of the network that it came from: many phones of one network may be one person."""
    cell: Cell | None = None
    posts: int = 1
    """0 for one that only tells where an earlier one was."""
    by_party: bool = False
    """Whether a party of the trade sent it, with its token."""
    told: bool = False
    """Whether the phone said where it is, which anybody can make up; else a proxy looked up its address."""

    @property
    def hour(self) -> int:
        return self.first_ms // HOUR_MS

    @property
    def is_of_many(self) -> bool:
        return self.device == self.network

    def as_one_of_many(self) -> "Scan":
        return replace(self, device=self.network)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What is known of the scans of one item."""

    scans: Sequence[Scan] = ()
    """Oldest first, no more than `MOST_KEPT`."""
    first_ms: int | None = None
    """Of all that ever came; None before the first."""
    not_kept: int = 0
    """Posts whose rows are not kept, or not any more: they are only counted."""
    sample_since_ms: int | None = None
    """Since when its party says that it is shown to an audience; None if it does not."""


def has_many(kept: Sequence[Scan], network: bytes) -> bool:
    """Whether this network's further phones are one row an hour."""
    return sum(each.network == network for each in kept) >= MOST_OF_A_NETWORK


def crowded_out(kept: Sequence[Scan], new: Scan) -> Scan | None:
    """Which of the `kept` rows of an item, oldest first, makes room for a new one; None while there is room.

    The oldest of the network that has too many, or the most: whoever fills an item beforehand loses their own
    rows to those who come after.
    """
    rows = Counter(each.network for each in (*kept, new))
    crowded = new.network
    if rows[crowded] <= MOST_OF_A_NETWORK:
        if len(kept) < MOST_KEPT:
            return None
        crowded = max(rows, key=lambda network: rows[network])
    return next(each for each in kept if each.network == crowded)


class ScanStore(Protocol):
    """Keeps scans. Holds no address, no user agent, no exact place."""

    def salt(self, period: int) -> bytes:
        """32 random bytes, the same for all who ask in this period."""

    def of(self, item: str) -> Scanned: ...

    def most_scanned(self, since_ms: int, most: int, prefix: str) -> Sequence[str]:
        """Items of such names scanned since then; from the most networks first, then the most often."""

    def add(self, item: str, scan: Scan) -> Scanned:
        """Keep or count a scan, durably; what was known before it. `item` is a canonical Digital Link."""

    def take_try(self, item: str, hour: int, network: bytes, most: int, most_of_all: int) -> bool:
        """Use up one of a network's `most` tries at the scratch code of an item in an hour, durably.

        Whether one was left, to it and within those of all networks together.
        """

    def open_scratch(self, item: str, device: bytes, now_ms: int) -> tuple[int, bytes]:
        """When the scratch code was first right, and by which device: this one, now, if it never was."""

    def drop(self, before_ms: int, salts_before: int, presses_before_ms: int) -> int:
        """Drop rows whose hour ended before `before_ms`; how many.

        Salts of earlier periods are destroyed, also in the files of the database; where somebody reads them,
        the next time. Of presses of the scratch field before `presses_before_ms` only the opening stays: no
        hint of its phone, no tries.
        """
