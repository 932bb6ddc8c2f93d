"""A batch and its event: kept in one commit, or neither."""

from collections.abc import Mapping, Sequence
from itertools import islice

from sqlalchemy import Engine

from traceability.ledger.ports import StoredEvent
from traceability.store.batches import BatchTable, keep_batch
from traceability.store.devices import DeviceTable
from traceability.store.events import insert_events
from traceability.store.readings import ReadingTable
from traceability.telemetry.batch import Batch
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Reading
from traceability.telemetry.window import Window


class SealTable:
    """The `SealStore` of the ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._batches = BatchTable(engine)
        self._readings = ReadingTable(engine)
        self._devices = DeviceTable(engine)

    def devices(self) -> Mapping[str, Device]:
        return self._devices.all()

    def unsealed(self, alias: str, at_most: int) -> Window | None:
        return self._batches.unsealed(alias, at_most)

    def earlier(self, window: Window, ago: Sequence[int]) -> Sequence[Reading]:
        return self._batches.earlier(window, ago)

    def measured(self, alias: str, from_ms: int, to_ms: int, at_most: int) -> Sequence[Reading]:
        return list(islice(self._readings.between(alias, from_ms, to_ms), at_most))

    def keep_sealed(self, window: Window, batch: Batch, event: StoredEvent) -> None:
        with self._engine.begin() as connection:
            # The batch first: its number is what two sealers collide on.
            keep_batch(connection, window, batch, event.key, "guoji:findings" in event.event.body)
            insert_events(connection, [event])
