"""A live room in a real database, and a director whose traces, clock and faults are set by hand."""

import shutil
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from traceability.errors import Unknown
from traceability.live.director import Director, Scene
from traceability.live.lot_on_air import shown_on_air
from traceability.live.record import Kind, NewRecord
from traceability.live.room import Desk, Offer, Phase, Room
from traceability.live.tell import Teller
from traceability.store.air import AirTable
from traceability.store.events import EventTable
from traceability.store.rooms import RoomTable
from traceability.store.schema import open_engine

LOT = "https://id.gs1.org/01/09521234000044/10/A1"
PEARS = "https://id.gs1.org/01/09521234000051/10/B1"
CODE = "7K2M9Q"
AT_MS = 1_795_000_000_000


class AtOnce(Executor):
    def submit(self, call, /, *args, **named):
        done = Future()
        done.set_result(call(*args, **named))
        return done


def a_room(code=CODE, phase=Phase.READY, **fields):
    urn = f"urn:uuid:3f2b1c00-0000-4000-8000-{code.encode().hex()}"
    offers = (Offer(f"A{code[1:]}", LOT, "苹果"), Offer(f"B{code[1:]}", PEARS, "梨"))
    made = {"offers": offers, "desk": Desk(offer=offers[0].code)} | fields
    return Room(code, urn, "9521234000013", "小李", "今晚苹果", "zh-CN", AT_MS, phase, **made)


def copied(migrated, folder):
    return open_engine(f"sqlite:///{shutil.copy(migrated, folder / 'store.db')}")


@dataclass
class NoWatch:
    """What the director asks of the warnings, in order."""

    asked: list = field(default_factory=list)

    def time_out(self, room):
        self.asked.append("time out")
        return room

    def recheck(self, room):
        self.asked.append("recheck")
        return room


@dataclass
class Broadcast:
    engine: object
    now_ms: int = AT_MS
    stepped_ms: int = 0
    """By how much somebody has set the clock, forward or back."""
    traces: dict = field(default_factory=lambda: {LOT: "verified", PEARS: "verified"})
    """What the overlay says of a lot, or what is raised."""
    troubles: list = field(default_factory=list)
    watch: NoWatch = field(default_factory=NoWatch)
    late: list = field(default_factory=list)
    """Up to where nothing waited for a verdict when the director asked."""

    def __post_init__(self):
        self.rooms, self.air, self.events = (kind(self.engine) for kind in (RoomTable, AirTable, EventTable))
        self._made = {}
        self.start()

    def start(self):
        """As a new process does."""
        told = {
            "rooms": self.rooms,
            "air": self.air,
            "now_ms": lambda: self.now_ms,
            "troubled": self._trouble,
        }
        self.director = Director(
            **told,
            ticks_ms=lambda: self.now_ms - self.stepped_ms,
            made=self.made,
            compose=self.compose,
            watch=self.watch,
            judge_late=self.judge_late,
            pool=AtOnce(),
        )
        self.teller = Teller(
            **told,
            lot_shown=lambda room, offer, at_ms: shown_on_air(self.events, room, offer, at_ms, self.now_ms),
        )

    def judge_late(self, room, after):
        self.late.append(after)
        return len(self.late)

    def _trouble(self, code, fault):
        self.troubles.append((code, str(fault)))

    def made(self, subject):
        """The same object as long as nothing about it has changed."""
        found = self.traces.get(subject) or Unknown(f"nothing is known of {subject}")
        if isinstance(found, Exception):
            raise found
        if self._made.get(subject, (None,))[0] != found:
            trace = SimpleNamespace(subject=subject, verdict=found)
            self._made[subject] = found, SimpleNamespace(trace=trace)
        return self._made[subject][1]

    @staticmethod
    def compose(room, trace, now_ms):
        offer = None if room.current is None else {"code": room.current.code, "subject": room.current.subject}
        facts = ("a tuple, which JSON does not know",)
        lasting = {
            "phase": room.phase.value,
            "offer": offer,
            "facts": facts,
            "verdict": trace and trace.verdict,
        }
        return Scene(lasting | {"at_ms": now_ms}, lasting)

    def make(self, room=None):
        room = room or a_room()
        self.rooms.create(room, bytes(32))
        return room

    def phase(self, phase, code=CODE):
        room = replace(self.rooms.room(code), phase=phase)
        moments = {Phase.ON_AIR: "on_air_at_ms", Phase.ENDED: "ended_at_ms"}
        if phase in moments:
            room = replace(room, **{moments[phase]: self.now_ms})
        self.rooms.change(room, [NewRecord(self.now_ms, Kind.PHASE, {"phase": phase.value})])

    def put_on(self, offer, code=CODE):
        room = self.rooms.room(code)
        self.rooms.change(room.with_desk(replace(room.desk, offer=offer)))

    def say(self, text, code=CODE):
        body = {"id": "line-1.1", "text": text, "verdict": "supported"}
        self.rooms.change(self.rooms.room(code), [NewRecord(self.now_ms, Kind.SAID, body)])

    def step_clock(self, seconds):
        self.now_ms += seconds * 1000
        self.stepped_ms += seconds * 1000

    def after(self, seconds):
        """So much later, after the director has looked."""
        self.now_ms += round(seconds * 1000)
        self.director.look()
        return self

    def state(self, code=CODE):
        shown = self.air.shown_since({code: 0}).get(code)
        return shown and shown.state

    def shown(self, code=CODE):
        return [each.body["state"] for each in self.air.records(code) if each.kind is Kind.SHOWN]
