"""The ledger's ports in memory. Each write can crash, before or after its effect, as under kill -9."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from traceability.errors import BatchConflict, CheckpointConflict, Unknown
from traceability.gs1.resolver.registration import entry_level
from traceability.ledger.links import Change, check_top
from traceability.ledger.ports import Anchor, Captured, StoredEvent
from traceability.log import tiles
from traceability.log.map_pages import NamePages
from traceability.log.merkle import HASH_BYTES, leaf_hash
from traceability.log.name_map import MapEntry, MapProof, split_hashes
from traceability.proof.history import told_in
from traceability.proof.told import Told
from traceability.telemetry.batch import NO_BATCH, Batch
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Reading
from traceability.telemetry.window import Window


class Crash(BaseException):
    """Not an exception that anybody catches: it stands for kill -9."""


@dataclass(kw_only=True)
class Failing:
    fail: Literal["before", "after"] | None = None
    """When the next write crashes; only that one."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        fail, self.fail = self.fail, None
        if fail == "before":
            raise Crash
        yield
        if fail == "after":
            raise Crash


@dataclass
class FakeLinks:
    """As `LinkStore`; nothing of it crashes."""

    changes: list[Change] = field(default_factory=list)

    def keep(self, changes: Sequence[Change], allowed: Callable[[Mapping[str, Change]], None]) -> None:
        tops = {entry_level(each.anchor) for each in changes}
        names = tops | {each.anchor for each in changes}
        allowed({each.anchor: each for each in self.changes[::-1] if each.anchor in names})
        after = FakeLinks([*self.changes, *changes])
        standing = after.newest({each.anchor for each in after.changes})
        for top in tops:
            has_finer = any(name != top and entry_level(name) == top for name in standing)
            check_top(top, standing[top].registration if top in standing else None, has_finer)
        self.changes = after.changes

    def newest(self, anchors: Collection[str]) -> dict[str, Change]:
        latest = {each.anchor: each for each in self.changes if each.anchor in anchors}
        return {name: each for name, each in latest.items() if each.registration is not None}

    def all(self) -> list[Change]:
        standing = self.newest({each.anchor for each in self.changes})
        return [standing[name] for name in sorted(standing)]

    def history(self, anchor: str) -> list[Change]:
        return [each for each in self.changes if each.anchor == anchor]

    def revision(self) -> int:
        return len(self.changes)


@dataclass
class FakeEvents(Failing):
    kept: dict[str, StoredEvent] = field(default_factory=dict)
    queue: list[StoredEvent] = field(default_factory=list)

    def insert(self, events: Sequence[StoredEvent]) -> tuple[Captured, ...]:
        with self.writing():
            return tuple(self._insert(each) for each in events)

    def _insert(self, new: StoredEvent) -> Captured:
        for old in self.kept.values():
            if (old.submitter, old.content_digest) == (new.submitter, new.content_digest):
                return Captured(old.key, old.event_hash, duplicate=True)
        self.kept[new.key] = new
        self.queue.append(new)
        return Captured(new.key, new.event_hash, duplicate=False)

    def by_key(self, key: str) -> StoredEvent:
        return self.kept[key]

    def holds(self, identifier: str) -> bool:
        return bool(self.telling([identifier]).get(identifier))

    def by_keys(self, keys: Sequence[str]) -> list[StoredEvent]:
        return [self.kept[key] for key in keys if key in self.kept]

    def mentioning(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        wanted = set(identifiers)
        return [
            each
            for each in self.kept.values()
            if wanted & {mention.identifier for mention in each.event.identifiers()}
        ]

    def telling(self, identifiers: Iterable[str]) -> Mapping[str, Sequence[Told]]:
        return told_in(map(Told.of, self.kept.values()))(identifiers)

    def harvests_at(self, places: Iterable[str], parties: Iterable[str], at_most: int) -> list[StoredEvent]:
        theirs = [each for each in self.mentioning(places) if each.submitter in set(parties)]
        return [each for each in theirs if each.event.is_harvest][::-1][:at_most]


@dataclass
class FakeRecalls:
    events: FakeEvents

    def of(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        return [each for each in self.events.mentioning(identifiers) if _is_lasting(each)]

    def all(self) -> list[StoredEvent]:
        return [each for each in self.events.kept.values() if _is_lasting(each)]


def _is_lasting(stored: StoredEvent) -> bool:
    lasting = stored.event.body.get("persistentDisposition", {})
    return "recalled" in lasting.get("set", []) + lasting.get("unset", [])


@dataclass
class FakeLog(Failing):
    """The log and its `NameMap`."""

    events: FakeEvents
    taken: list[bytes] = field(default_factory=list)
    named: list[bytes] = field(default_factory=list)
    """The name hashes of each entry."""
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def integrate(self, at_most: int, successor: bytes | None = None) -> None:
        with self.writing():
            new = [self.events.queue.pop(0) for _ in self.events.queue[:at_most]]
            of_log = [] if successor is None else [successor]
            if not new and not of_log:
                return
            old_size = len(self.taken)
            self.taken += [*of_log, *(each.entry for each in new)]
            self.named += [*(b"" for _ in of_log), *(each.names for each in new)]
            self.taken.append(MapEntry(len(self.taken), self.map_at(len(self.taken)).root()).to_bytes())
            self.named.append(b"")
            leaves = [leaf_hash(entry) for entry in self.taken[old_size:]]
            self.tiles |= tiles.extend(old_size, leaves, self.read_tile)

    def map_at(self, index: int) -> NamePages:
        pages = NamePages(lambda paths: {})
        leaves = [leaf_hash(entry) for entry in self.taken[:index]]
        pages.add(zip(leaves, self.named, strict=False))
        return pages

    def size(self) -> int:
        return len(self.taken)

    def index_of(self, key: str) -> int | None:
        keys = [leaf_hash(entry).hex() for entry in self.taken]
        return keys.index(key) if key in keys else None

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        held = self.tiles.get((level, index), b"")
        if len(held) < width * HASH_BYTES:
            raise Unknown(f"tile {index} of level {level} is too short")
        return held[: width * HASH_BYTES]

    def entries(self, start: int, end: int) -> list[bytes]:
        return self.taken[start:end]

    def names(self, start: int, end: int) -> list[bytes]:
        return self.named[start:end]

    def prove(self, key: bytes, index: int) -> MapProof:
        return self.map_at(index).prove(key)[1]

    def lost(self, key: bytes) -> int:
        here = {bytes.fromhex(kept) for kept in self.events.kept}
        return len(set(self.entries_of(key, len(self.taken))) - here)

    def entries_of(self, key: bytes, index: int) -> list[bytes]:
        named = zip(self.taken[:index], self.named, strict=False)
        return [leaf_hash(entry) for entry, names in named if key in split_hashes(names)]


@dataclass
class FakeCheckpoints(Failing):
    notes: list[str] = field(default_factory=list)
    """All there ever were, newest last."""
    meanwhile: Callable[[], object] = lambda: None
    """What somebody else does just before the next swap."""

    def newest(self) -> str | None:
        return self.notes[-1] if self.notes else None

    def replace(self, old: str | None, new: str) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        with self.writing():
            if old != self.newest():
                raise CheckpointConflict("the checkpoint has moved on")
            self.notes.append(new)


@dataclass
class FakeMark(Failing):
    note: str | None = None
    meanwhile: Callable[[], object] = lambda: None
    """What somebody else does just before the next swap."""

    def newest(self) -> str | None:
        return self.note

    def replace(self, old: str | None, new: str) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        with self.writing():
            if old != self.note:
                raise CheckpointConflict("the high-water mark has moved on")
            self.note = new


@dataclass
class FakeAnchors:
    final: list[Anchor] = field(default_factory=list)

    def last_final(self) -> Anchor | None:
        return max(self.final, key=lambda anchor: anchor.size, default=None)

    def covering(self, index: int) -> Anchor | None:
        return min((each for each in self.final if each.size > index), key=lambda a: a.size, default=None)


@dataclass
class FakeSealStore(Failing):
    """Readings of one device arrive; others may stand near it."""

    device: Device
    events: FakeEvents
    arrived: list[Reading] = field(default_factory=list)
    batches: list[tuple[Window, Batch]] = field(default_factory=list)
    others: Sequence[Device] = ()
    measured_by_others: Sequence[Reading] = ()
    meanwhile: Callable[[], object] = lambda: None
    """What another sealer does just before the next commit."""

    def devices(self) -> Mapping[str, Device]:
        return {each.alias: each for each in (self.device, *self.others)}

    def unsealed(self, alias: str, at_most: int) -> Window | None:
        if alias != self.device.alias:
            return None
        last = self.batches[-1] if self.batches else None
        start = last[0].to_arrival if last else 0
        waiting = self.arrived[start : start + at_most]
        if not waiting:
            return None
        epoch = waiting[0].epoch
        of_epoch = [each for each in waiting if each.epoch == epoch]
        sealed = [batch.header.last_sequence for window, batch in self.batches if window.epoch == epoch]
        return Window(
            device=alias,
            number=len(self.batches) + 1,
            from_arrival=start + 1,
            to_arrival=start + len(of_epoch),
            readings=tuple(of_epoch),
            conflicts=(),
            previous_root=last[1].root if last else NO_BATCH,
            previous_epoch=last[0].epoch if last else None,
            sealed_through=max(sealed, default=0),
        )

    def earlier(self, window: Window, ago: Sequence[int]) -> Sequence[Reading]:
        places = sorted(window.from_arrival - 1 - each for each in ago)
        return [self.arrived[place] for place in places if place >= 0]

    def measured(self, alias: str, from_ms: int, to_ms: int, at_most: int) -> Sequence[Reading]:
        theirs = (each for each in self.measured_by_others if each.device == alias)
        return [each for each in theirs if from_ms <= each.received_at_ms <= to_ms][:at_most]

    def keep_sealed(self, window: Window, batch: Batch, event: StoredEvent) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        with self.writing():
            if len(self.batches) >= window.number:
                raise BatchConflict("another sealer was faster")
            self.batches.append((window, batch))
            self.events.insert([event])

    def batch_leaves(self, root: str) -> Sequence[bytes]:
        return next(batch.leaves for _, batch in self.batches if batch.root.hex() == root)
