"""`guoji air`: put together what the overlays of live rooms show, and tell the log what was on air."""

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

from traceability.cli.journal import journal
from traceability.cli.loop import every, seldom, until_told_to_stop
from traceability.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from traceability.live.director import Director
    from traceability.live.rooms import Rooms
    from traceability.live.tell import Teller

LOOK_EVERY_S = 0.02
"""While a room is on air: what its host does is on the overlay at once."""
REST_S = 0.25
"""While none is; and between two looks for records that are to be told."""
FIND_ENDED_S = 60.0
"""Between two looks for rooms that ended while no director ran, and for those that nobody ends."""
LONGEST_WAIT_S = 2.0
"""Where the store is away. A broadcast cannot wait as long as other roles do."""
TURNS_AT_ONCE = 4


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    role = commands.add_parser(
        "air",
        help="live rooms: what overlays show, and the record of it",
        description="Put together what the overlays of live rooms show, whenever a host or a record changes "
        "it, and tell the log what was shown and said on air. A second one on the same database is harmless.",
    )
    role.set_defaults(run=_air)


def _air(_args: argparse.Namespace) -> int:
    settings = Settings.read(os.environ)
    log, stop = journal("air", settings.log_json), until_told_to_stop()
    with ThreadPoolExecutor(TURNS_AT_ONCE, "room") as pool:
        director, teller, end_rooms = _parts(settings, pool, log)
        # Looked at seldom while no room is on air, so that an installation without any pays next to nothing.
        rest, tell = seldom(REST_S, director.look), seldom(REST_S, teller.look)
        find_ended, end_overdue = seldom(FIND_ENDED_S, director.find_ended), seldom(FIND_ENDED_S, end_rooms)

        def step() -> None:
            find_ended()
            end_overdue()
            (director.look if director.is_on_air else rest)()
            tell()

        every(LOOK_EVERY_S, step, stop, log, LONGEST_WAIT_S)
    return 0


def _parts(
    settings: Settings, pool: ThreadPoolExecutor, log: structlog.typing.FilteringBoundLogger
) -> "tuple[Director, Teller, Callable[[], None]]":
    """The third ends what nobody ends."""
    from api.live_goods import LiveGoods
    from api.room_scene import RoomScenes
    from traceability.live.answers import Warnings
    from traceability.live.director import Director
    from traceability.live.judged_late import LateJudge
    from traceability.live.lot_on_air import shown_on_air
    from traceability.live.rooms import Rooms
    from traceability.live.tell import Teller
    from traceability.own_store import open_store
    from traceability.wiring import ledger, public_url

    store = open_store(settings)
    held, troubled = ledger(settings, store), _troubled(log)
    facts = LiveGoods(held.made).of
    director = Director(
        rooms=store.rooms,
        air=store.air,
        made=held.made,
        compose=RoomScenes(public_url(settings)),
        watch=Warnings(store.rooms, store.air, facts, _now_ms),
        judge_late=LateJudge(store.rooms, store.air, facts, _now_ms),
        pool=pool,
        now_ms=_now_ms,
        ticks_ms=_ticks_ms,
        troubled=troubled,
    )
    teller = Teller(
        rooms=store.rooms,
        air=store.air,
        lot_shown=lambda room, offer, at_ms: shown_on_air(store.events, room, offer, at_ms, _now_ms()),
        now_ms=_now_ms,
        troubled=troubled,
    )
    rooms = Rooms(store.rooms, held.holds, _now_ms)
    return director, teller, lambda: _end_overdue(rooms, log)


def _troubled(log: structlog.typing.FilteringBoundLogger) -> "Callable[[str, Exception], None]":
    """Says the same of a room once."""
    said = dict[str, str]()

    def troubled(code: str, fault: Exception) -> None:
        if said.get(code) != str(fault):
            said[code] = str(fault)
            log.warning("room in trouble", room=code, reason=str(fault) or repr(fault))

    return troubled


def _end_overdue(rooms: "Rooms", log: structlog.typing.FilteringBoundLogger) -> None:
    from traceability.live.overdue import end_overdue

    for room in end_overdue(rooms):
        log.info("room ended: nobody else did", room=room.code)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _ticks_ms() -> int:
    return time.monotonic_ns() // 1_000_000
