"""The on-air record of a room for whoever asks: which event tells of a moment, what opens what was said."""

import json
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from traceability.errors import CaptureTooLarge, Erased, NotInLogYet, Unknown
from traceability.live.ports import AirStore
from traceability.live.record import Record
from traceability.live.room import Phase, Room
from traceability.proof.personal import MAX_DISCLOSURES, Disclosure, committed, disclosures_json
from traceability.proof.proof_file import Proof, parse_proof_file


def check_was_on_air(room: Room) -> None:
    """Raises `Unknown` for a room that has no record, as one that was only rehearsed in."""
    if room.on_air_at_ms is None:
        raise Unknown(f"room {room.code} has not been on air, so there is no record of it")


def event_at(room: Room, air: AirStore, at: datetime) -> str:
    """Key of the event that tells what was on air then.

    Raises `Unknown` if nothing was on air then, `NotInLogYet` if that is not told yet.
    """
    check_was_on_air(room)
    at_ms, newest = int(at.timestamp() * 1000), air.newest(room.code, 1)

    def the(number: int) -> Record:
        return air.records(room.code, number - 1, 1)[0]

    # Times never go back, so few of them need be looked at.
    numbers = range(1, newest[-1].number + 1 if newest else 1)
    place = bisect_left(numbers, at_ms, key=lambda number: the(number).at_ms)
    if place == 0 and newest and at_ms < (began_ms := the(1).at_ms):
        raise Unknown(f"room {room.code} was not on air at {_told(at)}: it began at {_clock(began_ms)}")
    if place < len(numbers) and (event := the(numbers[place]).event) is not None:
        return event
    if place == len(numbers) and room.phase is Phase.ENDED and not (newest and newest[-1].event is None):
        raise Unknown(f"room {room.code} was not on air at {_told(at)}: it had ended")
    raise NotInLogYet(
        f"what was on air in room {room.code} at {_told(at)} is in no event yet; try again later"
    )


def said_in(proof: bytes, show: Callable[[str], Disclosure]) -> bytes:
    """What opens what was said in the events of a proof file; what was erased is left out.

    `show` raises `Erased` for that. Raises `CaptureTooLarge` if it is too much for one file.
    """
    parsed = parse_proof_file(proof)
    proofs = [parsed] if isinstance(parsed, Proof) else parsed.proofs
    fields = [field for each in proofs for field in committed(each.event)]
    if len(fields) > MAX_DISCLOSURES:
        raise CaptureTooLarge(
            f"{len(fields)} sentences were said, a file takes {MAX_DISCLOSURES}: "
            "name a moment with at, for those that one event tells"
        )
    found = []
    for field in fields:
        with suppress(Erased):
            found.append(show(field.commitment))
    return json.dumps(disclosures_json(found), ensure_ascii=False, indent=1).encode() + b"\n"


def _clock(at_ms: int) -> str:
    return _told(datetime.fromtimestamp(at_ms / 1000, UTC))


def _told(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
