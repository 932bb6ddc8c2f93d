"""What the farmer's page asks of the store about devices: one statement a question."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

import orjson
from sqlalchemy import Engine, func, select

from traceability.farm.ports import Arrived, PutAside
from traceability.store.batches import batch
from traceability.store.devices import all_devices, device, device_state
from traceability.store.events import event
from traceability.store.readings import as_reading, conflict, quarantine, reading
from traceability.store.streams import load_runs
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding, Kind, from_event
from traceability.telemetry.reading import Reading
from traceability.telemetry.runs import Runs


class FarmTable:
    """The `DeviceStore` of the farmer's page."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def devices_of(self, party: str) -> Sequence[Device]:
        with self._engine.connect() as connection:
            return [each for each in all_devices(connection).values() if each.party == party]

    def newest(self, aliases: Collection[str]) -> Mapping[str, Reading]:
        # One look a device into the index on `device`, `taken_to_ms`, and one by the primary key.
        other = reading.alias()
        last = (
            select(other.c.arrival)
            .where(other.c.device == device.c.alias)
            .order_by(other.c.taken_to_ms.desc())
            .limit(1)
            .scalar_subquery()
        )
        joined = device.join(reading, (reading.c.device == device.c.alias) & (reading.c.arrival == last))
        statement = select(reading).select_from(joined).where(device.c.alias.in_(aliases))
        with self._engine.connect() as connection:
            return {row.device: as_reading(row) for row in connection.execute(statement)}

    def lately(self, aliases: Collection[str], at_most: int) -> Mapping[str, Sequence[Arrived]]:
        # A stretch of the primary key a device.
        mine = (reading.c.device == device_state.c.device) & (
            reading.c.arrival >= device_state.c.next_arrival - at_most
        )
        statement = (
            select(reading.c.device, reading.c.received_at_ms, reading.c.taken_to_ms)
            .select_from(device_state.join(reading, mine))
            .where(device_state.c.device.in_(aliases))
            .order_by(reading.c.device, reading.c.arrival)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        return {
            alias: [Arrived(row.received_at_ms, row.taken_to_ms) for row in some]
            for alias, some in groupby(rows, key=lambda row: str(row.device))
        }

    def runs(self, streams: Collection[tuple[str, int]]) -> Mapping[str, Runs]:
        with self._engine.connect() as connection:
            return {alias: runs for (alias, _), runs in load_runs(connection, streams).items()}

    def findings(self, aliases: Collection[str], since_ms: int, batches_each: int) -> Sequence[Finding]:
        # The partial index on `device`, `number` has the batches with findings alone.
        other = batch.alias()
        last = (
            select(other.c.number)
            .where(other.c.device == device.c.alias, other.c.has_findings)
            .order_by(other.c.number.desc())
            .limit(batches_each)
            .correlate(device)
        )
        mine = (batch.c.device == device.c.alias) & batch.c.number.in_(last)
        statement = (
            select(event.c.body)
            .select_from(device.join(batch, mine).join(event, event.c.key == batch.c.entry_key))
            .where(device.c.alias.in_(aliases), event.c.captured_at_ms >= since_ms)
            .order_by(batch.c.device, batch.c.number)
        )
        with self._engine.connect() as connection:
            bodies = connection.execute(statement).scalars().all()
        return [finding for body in bodies for finding in _findings(body)]

    def unsealed_conflicts(self, aliases: Collection[str], since_ms: int) -> Sequence[Finding]:
        sealed = select(func.max(batch.c.to_arrival)).where(batch.c.device == conflict.c.device)
        number = conflict.c.sequence
        statement = (
            select(conflict.c.device, func.count(), func.min(number), func.max(number))
            .where(
                conflict.c.device.in_(aliases),
                conflict.c.received_at_ms >= since_ms,
                conflict.c.arrival > func.coalesce(sealed.scalar_subquery(), 0),
            )
            .group_by(conflict.c.device)
        )
        with self._engine.connect() as connection:
            return [
                Finding(Kind.CONFLICT, alias, None, None, None, count, f"numbers from {first} to {last}")
                for alias, count, first, last in connection.execute(statement)
            ]

    def put_aside(self, aliases: Collection[str], since_ms: int, at_most: int) -> Sequence[PutAside]:
        # A stretch of the index on `device`, `received_at_ms` a device.
        newest = (
            select(quarantine.c.device, quarantine.c.reason, quarantine.c.received_at_ms)
            .where(quarantine.c.device.in_(aliases), quarantine.c.received_at_ms >= since_ms)
            .order_by(quarantine.c.received_at_ms.desc())
            .limit(at_most)
            .subquery()
        )
        last = func.max(newest.c.received_at_ms).label("last")
        statement = (
            select(newest.c.device, newest.c.reason, func.count().label("count"), last)
            .group_by(newest.c.device, newest.c.reason)
            .order_by(last.desc())
        )
        with self._engine.connect() as connection:
            return [PutAside(*row) for row in connection.execute(statement)]

    def measured(self, alias: str, since_ms: int, at_most: int) -> Sequence[Reading]:
        statement = (
            select(reading)
            .where(reading.c.device == alias, reading.c.taken_to_ms >= since_ms)
            .order_by(reading.c.taken_to_ms.desc())
            .limit(at_most)
        )
        with self._engine.connect() as connection:
            return [as_reading(row) for row in connection.execute(statement)]


def _findings(body: str) -> Iterator[Finding]:
    return map(from_event, orjson.loads(body)["guoji:findings"])
