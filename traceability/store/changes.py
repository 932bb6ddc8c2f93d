"""What was committed since the last look: the `Changes` that kept traces are held against."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, func, or_, select

from traceability.ledger.footing import Change, Moments, harvest_name
from traceability.log.name_map import split_hashes
from traceability.proof.told import read
from traceability.store.anchors import anchor
from traceability.store.batches import batch
from traceability.store.devices import device_state
from traceability.store.events import event
from traceability.store.lineage import kin_names, told
from traceability.store.links import link_change
from traceability.store.log import checkpoint, size_of_log
from traceability.store.personal import erasure
from traceability.store.readings import reading
from traceability.store.recalls import RECALLING
from traceability.store.revisions import read_revisions
from traceability.store.schema import AT_ONCE
from traceability.store.terms import term

GAP_S = 600
"""A number that no event has taken for so long was given up: no capture takes as long to commit."""
ALWAYS: Moments = (-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class _Events:
    """How far the numbers of events were seen. PostgreSQL gives them out before it commits, in any order."""

    newest: int = 0
    key: str = ""
    """Of the newest: in another store it is another one."""
    gaps: Mapping[int, float] = field(default_factory=dict)
    """Numbers below it that no event has yet, with when (seconds) that was seen first."""

    def then(self, rows: Sequence[Any], now_s: float) -> "_Events":
        """After `rows`, which are in the order of their numbers."""
        if not rows:
            return self
        found, newest = {row.id for row in rows}, rows[-1]
        # No transaction that may still commit has drawn more of them.
        first = max(self.newest + 1, newest.id - AT_ONCE)
        new = {each: now_s for each in range(first, newest.id) if each not in found}
        kept = {
            each: since for each, since in self.gaps.items() if each not in found and now_s - since < GAP_S
        }
        key = newest.key if newest.id > self.newest else self.key
        return _Events(max(newest.id, self.newest), key, kept | new)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What one look saw of all else."""

    arrivals: Mapping[str, int]
    """By alias: the number that the device's next reading gets."""
    log: tuple[object, ...]
    anchor: tuple[str, str, int]
    """The final one of the largest tree: its transaction, block hash and size."""
    erasures: int
    registers: Mapping[str, int]
    lists: str


class StoreChanges:
    """For one follower: it remembers how far it has looked."""

    def __init__(
        self,
        engine: Engine,
        contract: str,
        lists: Callable[[], str] = str,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`contract` is ours; `lists` gives another text whenever a status list was fetched anew."""
        self._engine = engine
        self._final = (anchor.c.contract == contract) & (anchor.c.state == "final")
        self._lists = lists
        self._clock_s = clock_s
        self._events = _Events()
        self._marks: _Marks | None = None

    def since_last(self, shown: Collection[str]) -> Change:
        with self._engine.connect() as connection:
            old, seen = self._marks, self._events
            marks = self._look(connection)
            if old is None or not self._goes_on(connection, old, marks):
                change, events = Change(everything=True), _first_look(connection, self._clock_s())
            else:
                rows = _new_events(connection, seen)
                events = seen.then(rows, self._clock_s())
                change = Change(
                    names=frozenset(_names(rows)),
                    warnings=frozenset(_names(_taking_back(connection, rows))),
                    readings=_readings(connection, old, marks, rows, shown),
                    logged=old.log != marks.log,
                    anchored=old.anchor != marks.anchor,
                    erased=old.erasures != marks.erasures,
                    revoked=old.lists != marks.lists,
                )
        self._marks, self._events = marks, events
        return change

    def _look(self, connection: Connection) -> _Marks:
        states = connection.execute(select(device_state.c.device, device_state.c.next_arrival))
        notes = connection.execute(select(checkpoint.c.note).order_by(checkpoint.c.origin)).scalars()
        columns = select(anchor.c.tx_hash, anchor.c.block_hash, anchor.c.size)
        last = connection.execute(columns.where(self._final).order_by(anchor.c.size.desc()).limit(1)).first()
        return _Marks(
            arrivals={row.device: row.next_arrival for row in states},
            log=(size_of_log(connection), *notes),
            anchor=("", "", 0) if last is None else (last.tx_hash, last.block_hash or "", last.size),
            erasures=connection.execute(select(func.count()).select_from(erasure)).scalar_one(),
            registers=read_revisions(connection) | {link_change.name: _newest_link(connection)},
            lists=self._lists(),
        )

    def _goes_on(self, connection: Connection, old: _Marks, new: _Marks) -> bool:
        """Whether it is the same store, over the same chain, with the same registers."""
        same = select(event.c.key).where(event.c.id == self._events.newest)
        tx_hash, block_hash, _ = old.anchor
        held = select(anchor.c.block_hash).where(self._final, anchor.c.tx_hash == tx_hash)
        return (
            old.registers == new.registers
            and (connection.execute(same).scalar() or "") == self._events.key
            and (not tx_hash or connection.execute(held).scalar() == block_hash)
        )


def _newest_link(connection: Connection) -> int:
    return connection.execute(select(func.max(link_change.c.number))).scalar_one() or 0


def _first_look(connection: Connection, now_s: float) -> _Events:
    """Of the newest numbers alone: what is missing among them may still be written."""
    newest = select(event.c.id, event.c.key).order_by(event.c.id.desc()).limit(AT_ONCE)
    return _Events().then(connection.execute(newest).all()[::-1], now_s)


def _new_events(connection: Connection, seen: _Events) -> Sequence[Any]:
    columns = (
        event.c.id,
        event.c.key,
        event.c.submitter,
        event.c.names,
        event.c.is_harvest,
        told.c.words,
        told.c.is_declaration,
    )
    new = or_(event.c.id > seen.newest, event.c.id.in_(list(seen.gaps)))
    joined = event.outerjoin(told, told.c.event_id == event.c.id)
    return connection.execute(select(*columns).select_from(joined).where(new).order_by(event.c.id)).all()


def _taking_back(connection: Connection, rows: Sequence[Any]) -> Iterator[Any]:
    """Those of the new events that recall, release, or declare another one wrong."""
    numbers, recalling = [row.id for row in rows], set[int]()
    for start in range(0, len(numbers), AT_ONCE):
        some = term.c.event_id.in_(numbers[start : start + AT_ONCE]) & term.c.digest.in_(RECALLING)
        recalling |= set(connection.execute(select(term.c.event_id).where(some)).scalars())
    yield from (row for row in rows if row.is_declaration or row.id in recalling)


def _names(rows: Iterable[Any]) -> Iterator[bytes]:
    """All that new events are looked up by."""
    for row in rows:
        names = split_hashes(row.names)
        yield from names
        yield from kin_names(read(row.words))
        if row.is_harvest:
            yield from (harvest_name(row.submitter, name) for name in names)


def _readings(
    connection: Connection, old: _Marks, new: _Marks, rows: Sequence[Any], shown: Collection[str]
) -> dict[str, Moments]:
    """When the readings were taken that came or were sealed."""
    arrived = [
        (alias, old.arrivals.get(alias, 1), following - 1)
        for alias, following in new.arrivals.items()
        if following != old.arrivals.get(alias, 1)
    ]
    found: dict[str, Moments] = {}
    for alias, first, last in (*arrived, *_sealed(connection, rows)):
        taken = _taken(connection, alias, first, last) if alias in shown else ALWAYS
        if taken is not None:
            before = found.get(alias, taken)
            found[alias] = min(taken[0], before[0]), max(taken[1], before[1])
    return found


def _sealed(connection: Connection, rows: Sequence[Any]) -> Iterator[tuple[str, int, int]]:
    """The arrivals in the batches whose events these are."""
    columns = select(batch.c.device, batch.c.from_arrival, batch.c.to_arrival)
    keys = [row.key for row in rows]
    for start in range(0, len(keys), AT_ONCE):
        some = batch.c.entry_key.in_(keys[start : start + AT_ONCE])
        yield from (tuple(row) for row in connection.execute(columns.where(some)))


def _taken(connection: Connection, alias: str, first: int, last: int) -> Moments | None:
    """None if none of these arrivals became a reading."""
    ends = select(func.min(reading.c.taken_from_ms), func.max(reading.c.taken_to_ms))
    these = (reading.c.device == alias) & reading.c.arrival.between(first, last)
    first_ms, last_ms = connection.execute(ends.where(these)).one()
    return None if first_ms is None else (first_ms, last_ms)
