"""Live rooms and their records in memory."""

from dataclasses import dataclass, field, replace

from traceability.errors import RoomConflict, Unknown
from traceability.live.record import Record
from traceability.live.room import Phase
from traceability.live.waiting import Waiting, moved


@dataclass
class FakeRooms:
    """As `RoomStore` and `AirStore`, of what commands need."""

    kept: dict = field(default_factory=dict)
    digests: dict = field(default_factory=dict)
    told: dict = field(default_factory=dict)
    waits: dict = field(default_factory=dict)
    conflicts: int = 0
    """How many of the next changes somebody else is faster than."""

    def create(self, room, key_digest):
        self.put(room)
        self.digests[room.code] = key_digest

    def key_digest(self, code):
        return self.digests[self.room(code).code]

    def rooms(self, party, at_most):
        return [each for each in reversed(self.kept.values()) if party in (None, each.party)][:at_most]

    def count(self, party):
        return sum(party in (None, each.party) for each in self.kept.values())

    def not_ended(self):
        return [each for each in self.kept.values() if each.phase is not Phase.ENDED]

    def room(self, code):
        if code not in self.kept:
            raise Unknown(f"there is no live room {code!r}")
        return self.kept[code]

    def put(self, room):
        self.kept[room.code] = room
        self.told.setdefault(room.code, [])
        return room

    def change(self, room, records=()):
        if self.conflicts or self.kept[room.code].version != room.version:
            self.conflicts = max(self.conflicts - 1, 0)
            raise RoomConflict(f"room {room.code} was changed by somebody else")
        if self.kept[room.code].phase is Phase.REHEARSAL is not room.phase:
            self.told[room.code], self.waits = [], {}
        told = self.told[room.code]
        for each in records:
            at_ms = max(each.at_ms, told[-1].at_ms if told else 0)
            told.append(Record(len(told) + 1, at_ms, each.kind, dict(each.body), None))
            self._move(room.code, told[-1], each)
        return self.put(replace(room, version=room.version + 1))

    def _move(self, code, told, new):
        warning, wait = moved(told.number, new) or (None, None)
        waits = self.waits.setdefault(code, {})
        waits.pop(warning, None)
        if wait is not None:
            waits[warning] = Waiting(self.told[code][warning - 1], wait, new.at_ms)

    def waiting(self, code):
        return [each for _, each in sorted(self.waits.get(code, {}).items())]

    def records(self, code, after=0, at_most=10_000):
        return self.told[code][after : after + at_most]

    def newest(self, code, at_most=500):
        return self.told[code][-at_most:]
