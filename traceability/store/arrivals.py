"""Keeps groups of messages, each group in one transaction: new, again, in conflict, or for quarantine."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import NoResultFound

from traceability.ledger.record import Accepted, Outcome, Rejected
from traceability.store.bulk import Values, insert_all
from traceability.store.devices import all_devices, device_state
from traceability.store.readings import conflict, quarantine, reading
from traceability.store.schema import insert_missing
from traceability.store.streams import Standing, Stream, keep_runs, load_runs, standing, stored_from
from traceability.telemetry.device import Device
from traceability.telemetry.receipt import Conflict, Quarantined, clean
from traceability.telemetry.runs import Accounted, Status, advance

MAX_KEPT_BYTES = 64 * 1024
"""Of a message in quarantine. Its digest is over all of it."""

Name = tuple[int, bytes]
"""Sequence and digest: the same message has the same."""


@dataclass(frozen=True, slots=True)
class _Group:
    """What the messages of one stream turn out to be."""

    stands: Mapping[int, Standing]
    """By number: what was first to come under it, now or earlier."""
    accepted: Sequence[Accepted]
    """Those that are new."""
    rejected: Sequence[Rejected]
    """Those that are new."""
    clashes: Mapping[Name, Accepted | Rejected]
    """Those under whose number something else stands."""
    kept: Collection[Name]
    """Those of `clashes` that the store has already."""


class ArrivalTable:
    """The `ReadingStore` of the ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def devices(self, aliases: Collection[str]) -> Mapping[str, Device]:
        with self._engine.connect() as connection:
            return all_devices(connection, aliases)

    def newest_received_ms(self) -> int:
        # Of what each device sent last: the whole table has no index by this time.
        is_last = (reading.c.device == device_state.c.device) & (
            reading.c.arrival == device_state.c.next_arrival - 1
        )
        newest = select(func.max(reading.c.received_at_ms)).select_from(device_state).join(reading, is_last)
        with self._engine.connect() as connection:
            return connection.execute(newest).scalar_one() or 0

    def record(self, arrivals: Sequence[Accepted | Rejected]) -> list[Outcome]:
        streams, others = _by_stream(arrivals)
        with self._engine.begin() as connection:
            # In one order, as devices are locked: a gateway waits for what another one is about to keep too.
            rows = [_quarantine_row(each) for each in sorted(others, key=lambda each: each.digest)]
            insert_missing(connection, quarantine, rows)
            return _record_streams(connection, streams) if streams else []


def _by_stream(
    arrivals: Iterable[Accepted | Rejected],
) -> tuple[dict[Stream, list[Accepted | Rejected]], list[Rejected]]:
    """What has a number, in the order in which it came, and what has none."""
    streams: dict[Stream, list[Accepted | Rejected]] = {}
    others = []
    for each in arrivals:
        if isinstance(each, Accepted):
            streams.setdefault((each.reading.device, each.reading.epoch), []).append(each)
        elif each.number is None or each.device is None:
            others.append(each)
        else:
            streams.setdefault((each.device, each.number[0]), []).append(each)
    return streams, others


def _record_streams(
    connection: Connection, streams: Mapping[Stream, Sequence[Accepted | Rejected]]
) -> list[Outcome]:
    """Each usual statement is for all streams together: many devices cost a commit hardly more than one."""
    arrivals = _lock_devices(connection, {alias for alias, _ in streams})
    before = load_runs(connection, streams)
    groups = {key: _grouped(connection, key, streams[key], before[key].highest) for key in sorted(streams)}
    _insert(connection, groups, arrivals)
    after = {
        key: advance(before[key], [each.one for each in group.stands.values()], _loader(connection, key))
        for key, group in groups.items()
    }
    keep_runs(connection, after)
    _keep_arrivals(connection, arrivals)
    return [
        Outcome(key[0], after[key], _quarantined(group), _conflicts(group)) for key, group in groups.items()
    ]


def _lock_devices(connection: Connection, aliases: Set[str]) -> dict[str, Iterator[int]]:
    """The arrivals that each device gives out next. Nobody else does before this transaction ends."""
    state = device_state.c
    # In the order of their aliases, so that two gateways never wait for each other in a circle.
    rows = connection.execute(
        select(state.device, state.next_arrival)
        .where(state.device.in_(aliases))
        .order_by(state.device)
        .with_for_update()
    )
    arrivals: dict[str, Iterator[int]] = {row.device: count(row.next_arrival) for row in rows}
    if missing := aliases - arrivals.keys():
        raise NoResultFound(f"no device {', '.join(sorted(missing))} is registered")
    return arrivals


def _keep_arrivals(connection: Connection, arrivals: Mapping[str, Iterator[int]]) -> None:
    row = update(device_state).where(device_state.c.device == bindparam("alias"))
    connection.execute(
        row.values(next_arrival=bindparam("next")),
        [{"alias": alias, "next": next(numbers)} for alias, numbers in arrivals.items()],
    )


def _loader(connection: Connection, key: Stream) -> Callable[[int], Iterator[Accounted]]:
    return lambda first: stored_from(connection, key, first)


def _grouped(
    connection: Connection, key: Stream, came: Sequence[Accepted | Rejected], highest: int
) -> _Group:
    """`highest`: no number above it has been seen."""
    if_new = [_if_new(each) for each in came]
    # A number above the highest is new for sure: the usual case asks the store nothing.
    stands = standing(connection, key, {each.one.sequence for each in if_new if each.one.sequence <= highest})
    new, clashes = [], {}
    for each, its in zip(came, if_new, strict=True):
        first = stands.setdefault(its.one.sequence, its)
        if first is its:
            new.append(each)
        elif first.one.digest != each.digest and not (isinstance(each, Rejected) and each.is_abandoned):
            clashes[its.one.sequence, each.digest] = each
    accepted = [each for each in new if isinstance(each, Accepted)]
    rejected = [each for each in new if isinstance(each, Rejected)]
    return _Group(stands, accepted, rejected, clashes, _kept_conflicts(connection, key, clashes))


def _if_new(each: Accepted | Rejected) -> Standing:
    """What stands under its number if that is new."""
    if isinstance(each, Accepted):
        return Standing(Accounted(each.reading.sequence, Status.HELD, each.digest), None)
    assert each.number is not None
    return Standing(Accounted(each.number[1], Status.QUARANTINED, each.digest), each.reason)


def _kept_conflicts(connection: Connection, key: Stream, names: Collection[Name]) -> Collection[Name]:
    if not names:
        return ()
    numbers = {number for number, _ in names}
    mine = (conflict.c.device == key[0]) & (conflict.c.epoch == key[1]) & conflict.c.sequence.in_(numbers)
    rows = connection.execute(select(conflict.c.sequence, conflict.c.digest).where(mine))
    return {(row.sequence, row.digest) for row in rows}


def _insert(
    connection: Connection, groups: Mapping[Stream, _Group], arrivals: Mapping[str, Iterator[int]]
) -> None:
    readings, conflicts, refused = [], [], []
    for key, group in groups.items():
        numbers = arrivals[key[0]]
        readings += [_reading_row(each, next(numbers)) for each in group.accepted]
        conflicts += [
            _conflict_row(key, name, came, next(numbers))
            for name, came in group.clashes.items()
            if name not in group.kept
        ]
        refused += [_quarantine_row(each) for each in group.rejected]
    insert_all(connection, reading, readings)
    insert_all(connection, conflict, conflicts)
    if refused:
        connection.execute(insert(quarantine), refused)


def _quarantined(group: _Group) -> tuple[Quarantined, ...]:
    return tuple(
        Quarantined(each.one.sequence, each.one.digest, each.reason)
        for each in group.stands.values()
        if each.reason is not None
    )


def _conflicts(group: _Group) -> tuple[Conflict, ...]:
    firsts = ((group.stands[number].one, came) for number, came in group.clashes)
    return tuple(Conflict(first.sequence, first.digest, first.status, came) for first, came in firsts)


def _reading_row(each: Accepted, arrival: int) -> Values:
    reading = each.reading
    return (
        reading.device,
        arrival,
        reading.epoch,
        reading.sequence,
        reading.received_at_ms,
        reading.authenticated.value,
        reading.payload,
        each.digest,
        each.taken_from_ms,
        each.taken_to_ms,
    )


def _conflict_row(key: Stream, name: Name, came: Accepted | Rejected, arrival: int) -> Values:
    (device, epoch), (sequence, digest) = key, name
    message = came.reading if isinstance(came, Accepted) else came
    return device, arrival, epoch, sequence, message.received_at_ms, message.payload, digest


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
