"""Puts together what the overlays of open rooms show, whenever a host or a record changes it."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from traceability.errors import RoomConflict, TraceError, Unknown
from traceability.ledger.recent import Made
from traceability.ledger.trace import Trace
from traceability.live.ports import AirStore, RoomStore
from traceability.live.room import RECORDED, Phase, Room

TURN_EVERY_MS = 500
"""In a room that is on air: half of what a recall may take beside the look of `ledger/follow.py`."""
BEAT_EVERY_MS = 1_000
"""Its overlays are sent a state at least so often: without any they grey what they show."""
READY_EVERY_MS = 5_000
"""The same of a room that is not on air."""
RECHECK_EVERY_MS = 10_000
"""A certificate runs out, and a day ends, without any event."""
LAST_GOOD_MS = 10_000
"""For so long a trace that cannot be read now is still shown as it was."""
AGAIN_AFTER_MS = 1_000
"""Of a room in which something went wrong."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What an overlay shows."""

    state: Mapping[str, Any]
    """All of it."""
    lasting: Mapping[str, Any]
    """The same without what changes by itself, such as ages: what the record says was shown."""


Compose = Callable[[Room, Trace | None, int], Scene]
"""Of a room and the trace of its current offer, at a time in milliseconds since 1970."""


class Watch(Protocol):
    """`live/answers.py` keeps it. Both raise `RoomConflict`."""

    def time_out(self, room: Room) -> Room:
        """Correct what the host left without an answer for too long."""

    def recheck(self, room: Room) -> Room:
        """Take points off the overlay that the records support no longer."""


@dataclass(slots=True)
class _Watched:
    """What we remember of an open room; a new process finds all of it again. Times are of `ticks_ms`."""

    version: int = -1
    """As it was composed last."""
    made: Made | None = None
    good_at_ms: int = 0
    """When its trace could be read last."""
    checked_at_ms: int | None = None
    """None: what is shown next was not checked yet."""
    lasting: Mapping[str, Any] | None = None
    number: int = 0
    """Of the state that was shown with it."""
    shown_at_ms: int = 0
    judged_up_to: int | None = None
    """Number of a record: of what was said on air up to there, nothing waits for its verdict."""
    due_at_ms: int = 0
    not_before_ms: int = 0
    is_recorded: bool = False
    is_busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Director:
    """Two of them do the same twice, and no harm: what either shows is on record."""

    rooms: RoomStore
    air: AirStore
    made: Callable[[str], Made]
    """The trace of a lot. May raise anything that a trace raises."""
    compose: Compose
    watch: Watch
    judge_late: Callable[[Room, int | None], int]
    """`live/judged_late.py` does it. May raise `RoomConflict`."""
    pool: Executor
    """A trace that takes long must not hold up other rooms."""
    now_ms: Callable[[], int]
    """Since 1970: what overlays and records are dated by."""
    ticks_ms: Callable[[], int]
    """Of a clock that nobody sets: what is due is due also while the other goes back. Never below 0."""
    troubled: Callable[[str, Exception], None]
    """Told what went wrong in which room."""
    _watched: dict[str, _Watched] = field(default_factory=dict)

    @property
    def is_on_air(self) -> bool:
        """Whether any room is, or rehearses it: then `look` is wanted many times a second."""
        return any(each.is_recorded for each in list(self._watched.values()))

    def find_ended(self) -> None:
        """Rooms that ended while nobody directed them are to show so, too. Raises as `look` does."""
        for code in self.rooms.ended_unshown():
            self._watched.setdefault(code, _Watched())

    def look(self) -> None:
        """Begin a turn in each room that changed or is due. Raises `Unavailable` while the store is away."""
        ticks_ms, versions = self.ticks_ms(), self.rooms.versions()
        # One that has ended shows so once more.
        for code in {*versions, *self._watched}:
            each = self._watched.setdefault(code, _Watched())
            is_due = versions.get(code) != each.version or ticks_ms >= each.due_at_ms
            if is_due and ticks_ms >= each.not_before_ms and not each.is_busy:
                each.is_busy = True
                self.pool.submit(self._turn, code, each)

    def _turn(self, code: str, watched: _Watched) -> None:
        """A fault of one room costs that room a second, whatever it is."""
        try:
            self._show(self.rooms.room(code), watched)
        except RoomConflict:
            pass  # the host was faster: the next look sees the room as it is now
        except Exception as fault:  # noqa: BLE001
            watched.not_before_ms = self.ticks_ms() + AGAIN_AFTER_MS
            self.troubled(code, fault)
        finally:
            watched.is_busy = False

    def _show(self, room: Room, watched: _Watched) -> None:
        # The order is the whole point: (1) what is wrong leaves the overlay, (2) what it shows is recorded
        # and kept for it in one commit, (3) what nobody could judge is judged: no overlay waits for it.
        #
        # A crash before (2) shows nothing new: the next turn, of whoever, begins anew. After it the record
        # has what overlays are sent. The other order could show what the record never had.
        ticks_ms = self.ticks_ms()
        trace = self._trace(room, watched, ticks_ms)

        # (1)
        if room.phase in RECORDED:
            room = self.watch.time_out(room)
        if watched.checked_at_ms is None or ticks_ms - watched.checked_at_ms >= RECHECK_EVERY_MS:
            room = self.watch.recheck(room)
            watched.checked_at_ms = ticks_ms

        # (2)
        watched.is_recorded = room.phase in RECORDED
        # Dated now, and not when the turn began: a trace may have taken seconds.
        now_ms = self.now_ms()
        scene = self.compose(room, trace, now_ms)
        is_new = scene.lasting != watched.lasting
        if is_new or ticks_ms - watched.shown_at_ms >= BEAT_EVERY_MS:
            # As JSON gives it back: a tuple is a list there.
            lasting = orjson.loads(orjson.dumps(scene.lasting)) if watched.is_recorded else None
            state, same_as = orjson.dumps(scene.state), None if is_new else watched.number
            watched.number = self.air.show(room, now_ms, state, lasting, same_as)
            watched.lasting, watched.shown_at_ms = scene.lasting, ticks_ms
        watched.version = room.version
        watched.due_at_ms = ticks_ms + (TURN_EVERY_MS if watched.is_recorded else READY_EVERY_MS)
        if room.phase is Phase.ENDED:
            self._watched.pop(room.code, None)

        # (3)
        if room.phase is Phase.ON_AIR:
            watched.judged_up_to = self.judge_late(room, watched.judged_up_to)

    def _trace(self, room: Room, watched: _Watched, ticks_ms: int) -> Trace | None:
        """Without one the overlay says that there is none now, rather than what was true some time ago."""
        if room.current is None:
            return None
        made, subject = watched.made, room.current.subject
        try:
            newest = self.made(subject)
        except Exception as fault:  # noqa: BLE001 - a trace that cannot be made must not freeze the overlay
            if not isinstance(fault, TraceError):
                self.troubled(room.code, fault)
            is_same = made is not None and made.trace.subject == subject
            if isinstance(fault, Unknown) or not is_same or ticks_ms - watched.good_at_ms > LAST_GOOD_MS:
                watched.made = None
        else:
            watched.good_at_ms = ticks_ms
            if newest is not made:
                # Points are checked against it before it is shown.
                watched.made, watched.checked_at_ms = newest, None
        return None if watched.made is None else watched.made.trace
