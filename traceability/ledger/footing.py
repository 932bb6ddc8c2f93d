"""What a trace was made from, as far as that can change, and whether what came since touches it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from traceability.log.name_map import name_hash
from traceability.proof.history import Telling
from traceability.proof.records import Record
from traceability.proof.told import Told
from traceability.proof.verdict import Contradicted, Verdict, Verified

Moments = tuple[int, int]
"""From the first to the last, both included, in Unix milliseconds."""


@dataclass(slots=True)
class Footing:
    """Filled while a trace is made; nothing that it lacks may change what the trace says."""

    names: set[bytes] = field(default_factory=set)
    """The hash of each name by which events were looked up, found or not."""
    devices: dict[str, Moments] = field(default_factory=dict)
    """Those whose readings were looked up, by alias, with the time they were looked up for."""
    awaits_log: bool = False
    """Whether it waits for a checkpoint over one of its events, or distrusts the one it has."""
    awaits_anchor: bool = False
    has_commitments: bool = False
    """To personal data, which may be erased."""
    has_credentials: bool = False
    until: datetime | None = None
    """From when on the clock alone may make it say something else."""

    def hearing(self, telling: Telling) -> Telling:
        """`telling`, noting what it is asked for."""

        def ask(identifiers: Iterable[str]) -> Mapping[str, Sequence[Told]]:
            wanted = list(identifiers)
            self.names.update(map(name_hash, wanted))
            return telling(wanted)

        return ask

    def shows(self, device: str, moments: Moments) -> None:
        """It shows what the device (alias) measured at these moments."""
        first, last = self.devices.get(device, moments)
        self.devices[device] = min(first, moments[0]), max(last, moments[1])

    def harvested(self, harvests: Iterable[Record]) -> None:
        """It adds up what the parties of these picked on their plots."""
        for each in harvests:
            if (plot := each.event.read_point) is not None:
                self.names.add(harvest_name(each.submitter, name_hash(plot)))

    def says(self, verdict: Verdict) -> None:
        """Of one event, which is in the log."""
        self.awaits_anchor |= not isinstance(verdict, Verified)
        self.awaits_log |= isinstance(verdict, Contradicted)

    def join(self, part: "Footing") -> None:
        """Something in it was made from `part`."""
        self.names |= part.names
        for device, moments in part.devices.items():
            self.shows(device, moments)
        self.awaits_log |= part.awaits_log
        self.awaits_anchor |= part.awaits_anchor
        self.has_commitments |= part.has_commitments
        self.has_credentials |= part.has_credentials
        if part.until is not None:
            self.ends(part.until)

    def ends(self, moment: datetime) -> None:
        self.until = moment if self.until is None else min(moment, self.until)


@dataclass(frozen=True, slots=True)
class Change:
    """What came to the store between two looks at it."""

    names: frozenset[bytes] = frozenset()
    """By which the new events are looked up, `harvest_name`s of the harvests among them."""
    warnings: frozenset[bytes] = frozenset()
    """Those names of events that take something back: recalls, releases, declarations of error."""
    readings: Mapping[str, Moments] = field(default_factory=dict)
    """When the new or newly sealed readings of devices (alias) were taken, at the widest."""
    logged: bool = False
    """Whether the log or its checkpoint moved on."""
    anchored: bool = False
    erased: bool = False
    revoked: bool = False
    """Whether a status list was fetched anew."""
    everything: bool = False
    """Whether something came that every trace may lean on: a register, another chain, another store."""

    def __bool__(self) -> bool:
        return self != NOTHING

    def touches(self, footing: Footing) -> bool:
        return (
            self.warns(footing)
            or not self.names.isdisjoint(footing.names)
            or any(_meet(footing.devices[each], self.readings[each]) for each in self._shown(footing))
            or (self.logged and footing.awaits_log)
            or (self.anchored and footing.awaits_anchor)
        )

    def warns(self, footing: Footing) -> bool:
        """Whether what was said before may be said no more, not even for moments."""
        return (
            self.everything
            or not self.warnings.isdisjoint(footing.names)
            or (self.erased and footing.has_commitments)
            or (self.revoked and footing.has_credentials)
        )

    def _shown(self, footing: Footing) -> set[str]:
        return self.readings.keys() & footing.devices.keys()


NOTHING = Change()


def harvest_name(party: str, place: bytes) -> bytes:
    """What a harvest of a party (GLN) is noted by, beside its other names, for each name (hash) in it."""
    return sha256(place + party.encode()).digest()


def _meet(one: Moments, other: Moments) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
