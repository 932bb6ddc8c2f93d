"""One message of one device, and the exact bytes that a batch commits to for it."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from traceability.errors import InvalidInput
from traceability.log.domain import prefix
from traceability.telemetry.device import check_alias

MAX_NUMBER = 10**15
"""Largest epoch and sequence: JSON readers hold it exactly, and no event hash gives it an exponent."""

_PREFIX = prefix("guoji/reading")
_FIXED = struct.Struct(">QQQBI")


class Authenticated(IntEnum):
    """How we know which device sent it."""

    BROKER = 1
    """The broker checked its password."""
    SIGNED = 2
    """The payload carries its signature."""


@dataclass(frozen=True, slots=True)
class Reading:
    device: str
    """Alias."""
    epoch: int
    """Changes when the device loses its state."""
    sequence: int
    """Starts at 1 in each epoch and grows by one, so that a gap shows a lost or withheld reading."""
    received_at_ms: int
    authenticated: Authenticated
    payload: bytes
    """Exactly as it came: these bytes are the evidence."""


def leaf_of(reading: Reading) -> bytes:
    """The batch leaf of `reading`; byte for byte in docs/formats.md, section Telemetry."""
    alias = reading.device.encode("ascii")
    fixed = _FIXED.pack(
        reading.epoch,
        reading.sequence,
        reading.received_at_ms,
        reading.authenticated,
        len(reading.payload),
    )
    return _PREFIX + bytes([len(alias)]) + alias + fixed + reading.payload


def parse_leaf(leaf: bytes) -> Reading:
    """The reading in `leaf`. Raises `InvalidInput` unless `leaf_of` would write exactly these bytes."""
    alias, rest = split_alias(leaf, _PREFIX)
    if len(rest) < _FIXED.size:
        raise InvalidInput(f"reading leaf has {len(leaf)} bytes, too few for its header")
    epoch, sequence, received_at_ms, authenticated, length = _FIXED.unpack_from(rest)
    payload = rest[_FIXED.size :]
    if len(payload) != length:
        raise InvalidInput(
            f"reading {sequence} of {alias} carries {len(payload)} payload bytes, says {length}"
        )
    if authenticated not in (Authenticated.BROKER, Authenticated.SIGNED):
        raise InvalidInput(f"reading {sequence} of {alias} is authenticated by {authenticated}, want 1 or 2")
    return Reading(alias, epoch, sequence, received_at_ms, Authenticated(authenticated), payload)


def split_alias(leaf: bytes, want_prefix: bytes) -> tuple[str, bytes]:
    """Take `want_prefix || u8 length || alias` off a leaf: the alias, and the bytes after it."""
    start = len(want_prefix) + 1
    if not leaf.startswith(want_prefix) or len(leaf) < start:
        raise InvalidInput(f"leaf starts with {leaf[: len(want_prefix)]!r}, want {want_prefix!r}")
    end = start + leaf[start - 1]
    alias = leaf[start:end].decode("latin-1")
    check_alias(alias)
    return alias, leaf[end:]
