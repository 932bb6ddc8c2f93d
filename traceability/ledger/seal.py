"""Close each device's window of readings into a batch, and capture the event that says so."""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from traceability.epcis.context import ContextItem
from traceability.epcis.event import Event
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX, STANDARD_CONTEXT
from traceability.errors import BatchConflict
from traceability.ledger.capture import as_stored
from traceability.ledger.ports import StoredEvent
from traceability.telemetry.batch import Batch, build_batch, expected_count
from traceability.telemetry.batch_event import batch_event
from traceability.telemetry.device import Device
from traceability.telemetry.find.find import find
from traceability.telemetry.findings import Finding
from traceability.telemetry.reading import Reading
from traceability.telemetry.thresholds import THRESHOLDS, Thresholds
from traceability.telemetry.window import Window

MOST_READINGS = 1_000
"""In one batch: enough to be cheap, few enough that a phone can fetch and hash them all."""
MOST_WINDOWS = 20
"""Of one device in one round: it may begin an epoch with each message, and others want their turn."""
MOST_NEIGHBOURS = 3
"""That a device is compared with: enough to tell who is wrong."""

CONTEXT: list[ContextItem] = [STANDARD_CONTEXT, {GUOJI_PREFIX: GUOJI_NAMESPACE}]


class SealStore(Protocol):
    def devices(self) -> Mapping[str, Device]:
        """All registered devices, by alias."""

    def unsealed(self, alias: str, at_most: int) -> Window | None:
        """The device's oldest readings that no batch holds, of one epoch; None if there are none."""

    def earlier(self, window: Window, ago: Sequence[int]) -> Sequence[Reading]:
        """The device's readings that came so many arrivals before the window, those that there are."""

    def measured(self, alias: str, from_ms: int, to_ms: int, at_most: int) -> Sequence[Reading]:
        """The device's first readings that hold anything taken in [from_ms, to_ms]."""

    def keep_sealed(self, window: Window, batch: Batch, event: StoredEvent) -> None:
        """Keep the batch and queue its event for the log, both in one durable commit.

        Raises `BatchConflict`, and keeps neither, if another sealer was faster.
        """


def seal(
    store: SealStore,
    now_ms: int,
    window_s: float,
    public_url: str,
    thresholds: Thresholds = THRESHOLDS,
) -> int:
    """Close each device's first windows that are full or `window_s` old; how many were closed.

    What is left of a device after `MOST_WINDOWS` the next call closes.
    A crash before a window's commit leaves it open, and the next call closes it; after the commit its batch
    and its event are both there. A sealed batch never changes: late readings make a later one. Any number of
    processes may do this at once: each window is closed by one of them.
    """
    closed = 0
    devices = store.devices()
    # In another order each time, so that sealers which begin together soon are at different devices.
    for device in secrets.SystemRandom().sample(list(devices.values()), len(devices)):
        try:
            for _ in range(MOST_WINDOWS):
                window = store.unsealed(device.alias, MOST_READINGS)
                if window is None or not _due(window, now_ms, window_s):
                    break
                _close(window, device, devices, store, now_ms, public_url, thresholds)
                closed += 1
        except BatchConflict:
            continue  # another sealer is at this device
    return closed


def _close(
    window: Window,
    device: Device,
    devices: Mapping[str, Device],
    store: SealStore,
    now_ms: int,
    public_url: str,
    thresholds: Thresholds,
) -> None:
    batch = build_batch(window.readings, window.previous_root)
    found = find(
        window,
        thresholds.of(device),
        partial(store.earlier, window),
        partial(_measured_near, store, _neighbours(device, devices)),
    )
    store.keep_sealed(window, batch, _event(window, batch, device, found, now_ms, public_url))


def _due(window: Window, now_ms: int, window_s: float) -> bool:
    oldest_ms = min(reading.received_at_ms for reading in window.readings)
    return len(window.readings) >= MOST_READINGS or now_ms - oldest_ms >= window_s * 1000


def _neighbours(device: Device, devices: Mapping[str, Device]) -> list[str]:
    """Aliases of a few that stand at the same place. What travels is not where its place is."""
    if device.cold_chain:
        return []
    standing = (each for each in devices.values() if each.place == device.place and not each.cold_chain)
    return [each.alias for each in standing if each.alias != device.alias][:MOST_NEIGHBOURS]


def _measured_near(store: SealStore, neighbours: Sequence[str], from_ms: int, to_ms: int) -> list[Reading]:
    return [
        reading for alias in neighbours for reading in store.measured(alias, from_ms, to_ms, MOST_READINGS)
    ]


def _event(
    window: Window,
    batch: Batch,
    device: Device,
    found: Sequence[Finding],
    now_ms: int,
    public_url: str,
) -> StoredEvent:
    sequences = [reading.sequence for reading in window.readings]
    body = batch_event(
        batch,
        device,
        found,
        expected_count(sequences, window.sealed_through),
        f"{public_url}/batch/{batch.root.hex()}",
    )
    return as_stored(Event(body, CONTEXT), device.party, now_ms, secrets.token_bytes(16))
