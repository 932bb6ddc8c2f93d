"""Keeps groups of messages, each group in one transaction: new, again, in conflict, or for quarantine."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from traceability.ledger.record import Accepted, Outcome, Rejected
from traceability.store.devices import all_devices, device_state
from traceability.store.readings import conflict, quarantine, reading
from traceability.store.schema import insert_missing
from traceability.store.streams import Standing, Stream, keep_runs, load_runs, standing, stored_from
from traceability.telemetry.device import Device
from traceability.telemetry.receipt import Conflict, Quarantined, clean
from traceability.telemetry.runs import Accounted, Status, advance

MAX_KEPT_BYTES = 64 * 1024
"""Of a message in quarantine. Its digest is over all of it."""


@dataclass(frozen=True, slots=True)
class _Numbered:
    stands: Standing
    """What it will be if its number is new."""
    source: Accepted | Rejected

    @property
    def name(self) -> tuple[int, bytes]:
        return self.stands.one.sequence, self.stands.one.digest


class ArrivalTable:
    """The `ReadingStore` of the ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def devices(self) -> Mapping[str, Device]:
        with self._engine.connect() as connection:
            return all_devices(connection)

    def record(self, arrivals: Sequence[Accepted | Rejected]) -> list[Outcome]:
        streams: dict[Stream, list[_Numbered]] = {}
        others = []
        for each in arrivals:
            match each:
                case Accepted(reading=new):
                    held = Standing(Accounted(new.sequence, Status.HELD, each.digest), None)
                    streams.setdefault((new.device, new.epoch), []).append(_Numbered(held, each))
                case Rejected(device=str(alias), number=(epoch, sequence)):
                    refused = Standing(Accounted(sequence, Status.QUARANTINED, each.digest), each.reason)
                    streams.setdefault((alias, epoch), []).append(_Numbered(refused, each))
                case Rejected():
                    others.append(_quarantine_row(each))
        with self._engine.begin() as connection:
            insert_missing(connection, quarantine, others)
            # In the order of their aliases, so that two gateways never wait for each other in a circle.
            return [
                outcome
                for alias, keys in groupby(sorted(streams), key=lambda key: key[0])
                for outcome in _record_device(connection, alias, {key: streams[key] for key in keys})
            ]


def _record_device(
    connection: Connection, alias: str, streams: Mapping[Stream, Sequence[_Numbered]]
) -> list[Outcome]:
    mine = device_state.c.device == alias
    locked = select(device_state.c.next_arrival).where(mine).with_for_update()
    arrival = connection.execute(locked).scalar_one()
    outcomes = []
    for key, group in streams.items():
        outcome, arrival = _record_stream(connection, key, group, arrival)
        outcomes.append(outcome)
    connection.execute(update(device_state).where(mine).values(next_arrival=arrival))
    return outcomes


def _record_stream(
    connection: Connection, key: Stream, group: Sequence[_Numbered], arrival: int
) -> tuple[Outcome, int]:
    """Keep one stream's `group`. `arrival`: the next one to give out, before and after."""
    runs = load_runs(connection, key)
    # A number above the highest ever seen is new for sure: the usual case asks the store nothing.
    doubtful = {number for number, _ in (each.name for each in group) if number <= runs.highest}
    stands = standing(connection, key, doubtful)
    new, clashes = [], []
    for each in group:
        first = stands.setdefault(each.stands.one.sequence, each.stands)
        if first is each.stands:
            new.append(each)
        elif first.one.digest != each.stands.one.digest:
            clashes.append(each)
    arrival = _insert_new(connection, new, arrival)
    arrival = _insert_conflicts(connection, key, clashes, arrival)

    def load(first: int) -> Iterator[Accounted]:
        return stored_from(connection, key, first)

    runs = advance(runs, [each.one for each in stands.values()], load)
    keep_runs(connection, key, runs)
    return Outcome(key[0], runs, _quarantined(stands), _conflicts(stands, clashes)), arrival


def _quarantined(stands: Mapping[int, Standing]) -> tuple[Quarantined, ...]:
    return tuple(
        Quarantined(each.one.sequence, each.one.digest, each.reason)
        for each in stands.values()
        if each.reason is not None
    )


def _conflicts(stands: Mapping[int, Standing], clashes: Iterable[_Numbered]) -> tuple[Conflict, ...]:
    firsts = ((stands[number].one, came) for number, came in (each.name for each in clashes))
    return tuple(Conflict(first.sequence, first.digest, first.status, came) for first, came in firsts)


def _insert_new(connection: Connection, new: Iterable[_Numbered], arrival: int) -> int:
    accepted = [each.source for each in new if isinstance(each.source, Accepted)]
    rejected = [each.source for each in new if isinstance(each.source, Rejected)]
    if accepted:
        rows = [_reading_row(each, number) for number, each in enumerate(accepted, arrival)]
        connection.execute(insert(reading), rows)
    if rejected:
        connection.execute(insert(quarantine), [_quarantine_row(each) for each in rejected])
    return arrival + len(accepted)


def _insert_conflicts(connection: Connection, key: Stream, clashes: Iterable[_Numbered], arrival: int) -> int:
    fresh = {each.name: each.source for each in clashes}
    if not fresh:
        return arrival
    held = select(conflict.c.sequence, conflict.c.digest).where(
        conflict.c.device == key[0],
        conflict.c.epoch == key[1],
        conflict.c.sequence.in_({number for number, _ in fresh}),
    )
    for row in connection.execute(held):
        fresh.pop((row.sequence, row.digest), None)
    if fresh:
        rows = [
            _conflict_row(key, name, source, number)
            for number, (name, source) in enumerate(fresh.items(), arrival)
        ]
        connection.execute(insert(conflict), rows)
    return arrival + len(fresh)


def _reading_row(each: Accepted, arrival: int) -> dict[str, Any]:
    return {
        "device": each.reading.device,
        "arrival": arrival,
        "epoch": each.reading.epoch,
        "sequence": each.reading.sequence,
        "received_at_ms": each.reading.received_at_ms,
        "authenticated": each.reading.authenticated.value,
        "payload": each.reading.payload,
        "digest": each.digest,
        "taken_from_ms": each.taken_from_ms,
        "taken_to_ms": each.taken_to_ms,
    }


def _conflict_row(
    key: Stream, name: tuple[int, bytes], source: Accepted | Rejected, arrival: int
) -> dict[str, Any]:
    came = source.reading if isinstance(source, Accepted) else source
    return {
        "device": key[0],
        "arrival": arrival,
        "epoch": key[1],
        "sequence": name[0],
        "received_at_ms": came.received_at_ms,
        "payload": came.payload,
        "digest": name[1],
    }


def _quarantine_row(each: Rejected) -> dict[str, Any]:
    epoch, sequence = each.number or (None, None)
    return {
        "device": each.device,
        "epoch": epoch,
        "sequence": sequence,
        "topic": clean(each.topic),
        "received_at_ms": each.received_at_ms,
        "reason": clean(each.reason),
        "payload": each.payload[:MAX_KEPT_BYTES],
        "size": len(each.payload),
        "digest": each.digest,
    }
