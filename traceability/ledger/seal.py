"""Close each device's window of readings into a batch, and capture the event that says so."""

import secrets
from collections.abc import Mapping
from typing import Protocol

from traceability.epcis.context import ContextItem
from traceability.epcis.event import Event
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX, STANDARD_CONTEXT
from traceability.ledger.capture import as_stored
from traceability.ledger.ports import StoredEvent
from traceability.telemetry.batch import Batch, build_batch, expected_count
from traceability.telemetry.batch_event import batch_event
from traceability.telemetry.device import Device
from traceability.telemetry.find import find
from traceability.telemetry.window import Window

MOST_READINGS = 1_000
"""In one batch: enough to be cheap, few enough that a phone can fetch and hash them all."""

CONTEXT: list[ContextItem] = [STANDARD_CONTEXT, {GUOJI_PREFIX: GUOJI_NAMESPACE}]


class SealStore(Protocol):
    def devices(self) -> Mapping[str, Device]:
        """All registered devices, by alias."""

    def unsealed(self, alias: str, at_most: int) -> Window | None:
        """The device's oldest readings that no batch holds, of one epoch; None if there are none."""

    def keep_sealed(self, window: Window, batch: Batch, event: StoredEvent) -> None:
        """Keep the batch and queue its event for the log, both in one durable commit.

        Raises `Unavailable`, and keeps neither, if another sealer was faster.
        """


def seal(store: SealStore, now_ms: int, window_s: float, public_url: str) -> int:
    """Close every window that is full or `window_s` old; how many were closed.

    A crash before a window's commit leaves it open, and the next call closes it; after the commit its batch
    and its event are both there. A sealed batch never changes: late readings make a later one.
    """
    closed = 0
    for device in store.devices().values():
        while (window := store.unsealed(device.alias, MOST_READINGS)) is not None and _due(
            window, now_ms, window_s
        ):
            batch = build_batch(window.readings, window.previous_root)
            store.keep_sealed(window, batch, _event(window, batch, device, now_ms, public_url))
            closed += 1
    return closed


def _due(window: Window, now_ms: int, window_s: float) -> bool:
    oldest_ms = min(reading.received_at_ms for reading in window.readings)
    return len(window.readings) >= MOST_READINGS or now_ms - oldest_ms >= window_s * 1000


def _event(window: Window, batch: Batch, device: Device, now_ms: int, public_url: str) -> StoredEvent:
    sequences = [reading.sequence for reading in window.readings]
    body = batch_event(
        batch,
        device,
        find(window),
        expected_count(sequences, window.sealed_through),
        f"{public_url}/batch/{batch.root.hex()}",
    )
    return as_stored(Event(body, CONTEXT), device.party, now_ms, secrets.token_bytes(16))
