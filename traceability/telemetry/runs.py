"""Which numbers of one epoch are accounted for: runs without holes, each with a digest over what it holds."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

from traceability.log.domain import prefix

START = bytes(32)
MAX_RUNS = 256
"""A device that loses readings for ever must not make its state grow for ever."""

_PREFIX = prefix("guoji/receipt-chain")
_NUMBER = Struct(">QB")


class Status(IntEnum):
    HELD = 1
    QUARANTINED = 2


class Accounted(NamedTuple):
    """One number, and what became of the payload that carried it."""

    sequence: int
    status: Status
    digest: bytes
    """SHA-256 of the payload."""


@dataclass(frozen=True, slots=True)
class Run:
    """The numbers `first` to `last`; none if `last` is `first - 1`."""

    first: int
    last: int
    chain: bytes
    """`chained` over its numbers in order, from `START`."""

    def extended(self, following: Iterable[Accounted]) -> "Run":
        """With the numbers last + 1, last + 2, ..."""
        last, chain = self.last, self.chain
        for one in following:
            last, chain = one.sequence, chained(chain, one)
        return Run(self.first, last, chain)


@dataclass(frozen=True, slots=True)
class Runs:
    """What a receipt states about one epoch."""

    epoch: int
    all: tuple[Run, ...]
    """Ascending, with a hole between any two. The first one starts at 1, and may be empty."""
    forgotten_through: int = 0
    """Highest number of a run that was dropped from `all`; the store still has its numbers."""

    @property
    def highest(self) -> int:
        """No number above it has been seen."""
        return max(self.all[-1].last, self.forgotten_through)


def no_runs(epoch: int) -> Runs:
    return Runs(epoch, (Run(1, 0, START),))


def chained(chain: bytes, one: Accounted) -> bytes:
    """The next digest of a chain; byte for byte in docs/formats.md, section Telemetry."""
    return sha256(_PREFIX + chain + _NUMBER.pack(one.sequence, one.status) + one.digest).digest()


def advance(runs: Runs, arrived: Iterable[Accounted], load: Callable[[int], Iterable[Accounted]]) -> Runs:
    """`runs` with the numbers in `arrived`; those that are in it already change nothing.

    `load(first)` yields the numbers first, first + 1, ... as far as the store holds them without a hole,
    those of `arrived` included. Every number of `arrived` is in the answer: what is sent again is answered.
    """
    forgotten = runs.forgotten_through
    kept = list(runs.all)
    while len(kept) > MAX_RUNS:
        forgotten = max(forgotten, kept.pop(1).last)
    ones = sorted(arrived, key=lambda one: one.sequence)
    if _follow(kept[-1].last, ones) and forgotten <= kept[-1].last:  # the usual case, quickly
        kept[-1] = kept[-1].extended(ones)
    else:
        for one in ones:
            _add(kept, one, forgotten, load)
    return Runs(runs.epoch, tuple(kept), forgotten)


def _follow(last: int, ones: Sequence[Accounted]) -> bool:
    return [one.sequence for one in ones] == [*range(last + 1, last + 1 + len(ones))]


def _add(runs: list[Run], one: Accounted, forgotten: int, load: Callable[[int], Iterable[Accounted]]) -> None:
    place = bisect_right(runs, one.sequence, key=lambda run: run.first) - 1
    if one.sequence <= runs[place].last:
        return
    if one.sequence == runs[place].last + 1:
        runs[place] = runs[place].extended([one])
    else:
        place += 1
        runs.insert(place, Run(one.sequence, one.sequence - 1, START).extended([one]))
    following = runs[place + 1 : place + 2]
    if one.sequence < forgotten or (following and following[0].first == one.sequence + 1):
        runs[place] = runs[place].extended(load(one.sequence + 1))
        while place + 1 < len(runs) and runs[place + 1].first <= runs[place].last:
            del runs[place + 1]
