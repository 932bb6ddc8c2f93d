"""A device as the registry knows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from traceability.errors import InvalidInput
from traceability.telemetry.clock import iso
from traceability.telemetry.public_key import PublicKey

MAX_KEYS = 16
"""Of one device, revoked ones included: as many may be tried for a message that names none."""

_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A key that signs for a device, from a time on and until one. Several may do so at once."""

    public: PublicKey
    from_ms: int
    until_ms: int | None = None
    """The first moment at which it no longer counts; None if it has no end."""
    revoked_at_ms: int | None = None
    revoked_why: str | None = None
    """In the words of whoever revoked it."""

    def __post_init__(self) -> None:
        if self.until_ms is not None and self.until_ms <= self.from_ms:
            raise InvalidInput(f"key counts from {iso(self.from_ms)} until {iso(self.until_ms)}: never")

    def check_valid(self, at_ms: int) -> None:
        """Raises `InvalidInput` that says since when it does not count."""
        if self.revoked_at_ms is not None and self.revoked_at_ms <= at_ms:
            raise InvalidInput(f"{self._name} was revoked at {iso(self.revoked_at_ms)}: {self.revoked_why}")
        if at_ms < self.from_ms:
            raise InvalidInput(f"{self._name} is valid from {iso(self.from_ms)} on, not yet")
        if self.until_ms is not None and self.until_ms <= at_ms:
            raise InvalidInput(f"{self._name} was valid until {iso(self.until_ms)}")

    @property
    def _name(self) -> str:
        return f"the key {self.public.key_id.hex()}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """That somebody compared the device with a standard, as a certificate says."""

    on: date
    until: date
    """The last day on which the certificate counts."""
    certificate: bytes
    """SHA-256 of the certificate's file."""

    def __post_init__(self) -> None:
        if self.until < self.on:
            raise InvalidInput(f"calibration of {self.on} is valid until {self.until}, which is before it")


@dataclass(frozen=True, slots=True)
class Device:
    alias: str
    """Stands in topics, user names and hashed bytes."""
    giai: str
    """Canonical Digital Link (8004)."""
    party: str
    """GLN of whoever answers for it; batch events are captured in its name."""
    name: Mapping[str, str]
    """Name by language ("zh", "en"); either may be missing; the text is hostile."""
    place: str
    """Canonical Digital Link (414, or 414 with 254) of where it stands."""
    cold_chain: bool
    """Whether it travels with goods; otherwise it stands where they grow."""
    staged: Mapping[str, str] | None = None
    """What about it is staged or simulated, by language, as whoever staged it says; None if nothing is."""
    must_sign: bool = False
    """Whether what it did not sign is refused."""
    keys: tuple[DeviceKey, ...] = ()
    """Newest first."""
    calibrations: tuple[Calibration, ...] = ()
    """Newest first."""

    def __post_init__(self) -> None:
        check_alias(self.alias)


def check_alias(alias: str) -> None:
    """Raises `InvalidInput` unless `alias` is 1 to 32 of `A-Z a-z 0-9 _ -`."""
    if not _ALIAS.fullmatch(alias):
        raise InvalidInput(f"device alias {alias[:80]!r} is not 1 to 32 of A-Z a-z 0-9 _ -")
