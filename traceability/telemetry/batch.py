"""A closed window of one device's readings under one Merkle root."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.domain import prefix
from traceability.log.merkle import HASH_BYTES, leaf_hash, root_of
from traceability.telemetry.reading import Reading, leaf_of, parse_leaf, split_alias

NO_BATCH = bytes(HASH_BYTES)
"""Stands for the previous batch root in a device's first batch."""

_PREFIX = prefix("guoji/batch")
_FIXED = struct.Struct(f">QQQI{HASH_BYTES}s")


@dataclass(frozen=True, slots=True)
class Header:
    """Leaf 0: makes the root commit to range, count and the device's previous batch."""

    device: str
    """Alias."""
    epoch: int
    first_sequence: int
    last_sequence: int
    count: int
    previous_root: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    header: Header
    readings: tuple[Reading, ...]
    """By sequence."""
    leaves: tuple[bytes, ...]
    """The header's, then one for each reading."""
    root: bytes


def build_batch(readings: Sequence[Reading], previous_root: bytes) -> Batch:
    """The batch of `readings`, which are of one device and epoch, each number once, in any order.

    Late readings make a batch of their own, so its range may lie below or across that of an earlier one.
    """
    ordered = tuple(sorted(readings, key=lambda reading: reading.sequence))
    if not ordered:
        raise InvalidInput("a batch needs at least one reading")
    first, last = ordered[0], ordered[-1]
    header = Header(first.device, first.epoch, first.sequence, last.sequence, len(ordered), previous_root)
    _check_fit(header, ordered)
    leaves = (header_leaf(header), *(leaf_of(reading) for reading in ordered))
    return Batch(header, ordered, leaves, root_of([leaf_hash(leaf) for leaf in leaves]))


def open_batch(leaves: Sequence[bytes]) -> Batch:
    """The batch in `leaves`. Raises `CheckFailed` naming the leaf that is malformed or does not fit."""
    if len(leaves) < 2:
        raise CheckFailed(f"batch has {len(leaves)} leaves, want a header and at least one reading")
    position = 0
    try:
        header = parse_header(leaves[0])
        readings = []
        for position, leaf in enumerate(leaves[1:], 1):  # noqa: B007
            readings.append(parse_leaf(leaf))
    except InvalidInput as error:
        raise CheckFailed(f"leaf {position} of the batch: {error}") from error
    _check_fit(header, readings)
    return Batch(header, tuple(readings), tuple(leaves), root_of([leaf_hash(leaf) for leaf in leaves]))


def header_leaf(header: Header) -> bytes:
    alias = header.device.encode("ascii")
    fixed = _FIXED.pack(
        header.epoch, header.first_sequence, header.last_sequence, header.count, header.previous_root
    )
    return _PREFIX + bytes([len(alias)]) + alias + fixed


def parse_header(leaf: bytes) -> Header:
    """Raises `InvalidInput` unless `header_leaf` would write exactly these bytes."""
    alias, rest = split_alias(leaf, _PREFIX)
    if len(rest) != _FIXED.size:
        raise InvalidInput(f"batch header has {len(rest)} bytes after the alias, want {_FIXED.size}")
    return Header(alias, *_FIXED.unpack(rest))


def expected_count(sequences: Sequence[int], sealed_through: int) -> int:
    """How many readings a batch with these numbers should hold.

    `sealed_through` is the highest number that an earlier batch of this epoch holds, 0 before the first.
    Numbers above it that were used up are expected here, late ones below it as they come: so every missing
    number is missed in exactly one batch.
    """
    late = sum(1 for sequence in sequences if sequence <= sealed_through)
    return max(0, max(sequences) - sealed_through) + late


def _check_fit(header: Header, readings: Sequence[Reading]) -> None:
    for reading in readings:
        if (reading.device, reading.epoch) != (header.device, header.epoch):
            raise CheckFailed(
                f"reading {reading.sequence} is of {reading.device} epoch {reading.epoch}, "
                f"its batch of {header.device} epoch {header.epoch}"
            )
    for before, after in pairwise(readings):
        if before.sequence >= after.sequence:
            raise CheckFailed(f"reading {after.sequence} of {header.device} stands after {before.sequence}")
    if len(readings) != header.count:
        raise CheckFailed(f"batch holds {len(readings)} readings, its header says {header.count}")
    span = readings[0].sequence, readings[-1].sequence
    if span != (header.first_sequence, header.last_sequence):
        raise CheckFailed(
            f"batch holds readings {span[0]} to {span[1]}, "
            f"its header says {header.first_sequence} to {header.last_sequence}"
        )
