"""What devices measured, and in which batches it was sealed: asked by lot, time and root."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Engine, exists, select

from traceability.errors import Unknown
from traceability.store.batches import BatchTable, batch
from traceability.store.devices import DeviceTable
from traceability.store.readings import ReadingTable, reading
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Reading


class History:
    """The `ReadingHistory` and `BatchLeaves` of the ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._devices = DeviceTable(engine)
        self._readings = ReadingTable(engine)
        self._batches = BatchTable(engine)

    def device_with(self, giai: str) -> Device | None:
        return next((device for device in self._devices.all().values() if device.giai == giai), None)

    def readings_between(self, alias: str, from_ms: int, to_ms: int) -> Iterator[Reading]:
        return self._readings.between(alias, from_ms, to_ms)

    def batch_events_between(self, alias: str, from_ms: int, to_ms: int) -> Sequence[str]:
        inside = exists().where(
            reading.c.device == alias,
            reading.c.arrival.between(batch.c.from_arrival, batch.c.to_arrival),
            reading.c.taken_to_ms >= from_ms,
            reading.c.taken_from_ms <= to_ms,
        )
        statement = select(batch.c.entry_key).where(batch.c.device == alias, inside).order_by(batch.c.number)
        with self._engine.connect() as connection:
            return connection.execute(statement).scalars().all()

    def batch_leaves(self, root: str) -> Sequence[bytes]:
        try:
            return self._batches.leaves(bytes.fromhex(root))
        except ValueError as error:
            raise Unknown(f"{root[:80]!r} is not a batch root in hex") from error
