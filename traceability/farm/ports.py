"""What the farmer's page needs of a store: a handful of questions, however many devices there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from traceability.alerts.alert import Alert
from traceability.alerts.ports import Alerts
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding
from traceability.telemetry.reading import Reading
from traceability.telemetry.runs import Runs


@dataclass(frozen=True, slots=True)
class Arrived:
    """When a message came and when its newest measurement was taken, by our clock and the device's."""

    received_at_ms: int
    taken_at_ms: int


@dataclass(frozen=True, slots=True)
class PutAside:
    """Messages of one device that can never become readings, for one reason."""

    device: str
    reason: str
    """Hostile: it may quote the message."""
    count: int
    newest_at_ms: int


class DeviceStore(Protocol):
    """What devices sent, by alias; a device of which there is nothing has no entry."""

    def devices_of(self, party: str) -> Sequence[Device]:
        """The devices that a party (GLN) answers for, by alias."""

    def newest(self, aliases: Collection[str]) -> Mapping[str, Reading]:
        """The reading that was taken last."""

    def lately(self, aliases: Collection[str], at_most: int) -> Mapping[str, Sequence[Arrived]]:
        """The last messages of each, oldest first."""

    def runs(self, streams: Collection[tuple[str, int]]) -> Mapping[str, Runs]:
        """Which numbers are accounted for, of each device in the epoch named with it."""

    def findings(self, aliases: Collection[str], since_ms: int, batches_each: int) -> Sequence[Finding]:
        """Of the last batches of each device that have any and were sealed since."""

    def unsealed_conflicts(self, aliases: Collection[str], since_ms: int) -> Sequence[Finding]:
        """Numbers that came since with other content; no batch tells of them before the next reading."""

    def put_aside(self, aliases: Collection[str], since_ms: int, at_most: int) -> Sequence[PutAside]:
        """Of the newest `at_most` messages that were put into quarantine since."""

    def measured(self, alias: str, since_ms: int, at_most: int) -> Sequence[Reading]:
        """The newest readings that hold anything taken since."""


class AlertStore(Alerts, Protocol):
    def of_devices(self, aliases: Collection[str], since_ms: int, at_most: int) -> Sequence[Alert]:
        """Those open, then those raised since and resolved, each newest first."""

    def with_number(self, number: int) -> Alert:
        """Raises `Unknown`."""


class HarvestStore(EventStore, Protocol):
    def harvests_of(self, party: str, at_most: int) -> Sequence[StoredEvent]:
        """The harvests that a party (GLN) captured, newest first; declarations that one was wrong too."""
