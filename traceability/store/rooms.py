"""Live rooms, each changed by one at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from traceability.errors import NameTaken, RoomConflict, Unknown
from traceability.live.record import NewRecord
from traceability.live.room import Correction, Desk, Offer, Phase, Point, Room, Was
from traceability.live.waiting import Waiting
from traceability.store.air import append, forget, waiting
from traceability.store.room_tables import air, room, room_offer, said_text
from traceability.store.sweep import sweep

_PLAIN = (
    "code",
    "urn",
    "party",
    "host",
    "title",
    "lang",
    "made_at_ms",
    "on_air_at_ms",
    "ended_at_ms",
    "version",
)
_ROOM = [column for column in room.c if column is not room.c.key_digest]


class RoomTable:
    """The `RoomStore` of live rooms. None is ever deleted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, new: Room, key_digest: bytes) -> None:
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(room).values(**_row(new), key_digest=key_digest))
                connection.execute(insert(air).values(_silence(new)))
                _take_codes(connection, new, ())
        except IntegrityError as error:
            raise NameTaken(f"the code {new.code}, or one of its offers, is given out already") from error

    def room(self, code: str) -> Room:
        with self._engine.connect() as connection:
            row = connection.execute(select(*_ROOM).where(room.c.code == code)).mappings().first()
        if row is None:
            raise Unknown(f"there is no live room {code[:20]!r}")
        return _room(row)

    def rooms(self, party: str | None, at_most: int) -> Sequence[Room]:
        newest_first = select(*_ROOM).where(_of(party)).order_by(room.c.made_at_ms.desc(), room.c.code)
        with self._engine.connect() as connection:
            return [_room(row) for row in connection.execute(newest_first.limit(at_most)).mappings()]

    def count(self, party: str | None) -> int:
        with self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(room).where(_of(party))) or 0

    def not_ended(self) -> Sequence[Room]:
        open_ones = select(*_ROOM).where(room.c.ended_at_ms.is_(None)).order_by(room.c.code)
        with self._engine.connect() as connection:
            return [_room(row) for row in connection.execute(open_ones).mappings()]

    def ended_unshown(self) -> Sequence[str]:
        before_the_end = select(room.c.code).join(air).where(air.c.shown_at_ms <= room.c.ended_at_ms)
        with self._engine.connect() as connection:
            return list(connection.scalars(before_the_end))

    def versions(self) -> Mapping[str, int]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(room.c.code, room.c.version).where(room.c.ended_at_ms.is_(None)))
            return {row.code: row.version for row in rows}

    def key_digest(self, code: str) -> bytes:
        with self._engine.connect() as connection:
            digest: bytes | None = connection.scalar(select(room.c.key_digest).where(room.c.code == code))
        if digest is None:
            raise Unknown(f"there is no live room {code[:20]!r}")
        return digest

    def replace_key(self, code: str, key_digest: bytes) -> None:
        statement = update(room).where(room.c.code == code).values(key_digest=key_digest)
        with self._engine.begin() as connection:
            if not connection.execute(statement).rowcount:
                raise Unknown(f"there is no live room {code[:20]!r}")

    def change(self, changed: Room, records: Sequence[NewRecord] = ()) -> Room:
        after = replace(changed, version=changed.version + 1)
        same = (room.c.code == changed.code, room.c.version == changed.version)
        try:
            with self._engine.begin() as connection:
                of_before = select(room.c.phase, room.c.offers).where(*same).with_for_update()
                before = connection.execute(of_before).first()
                if before is None:
                    raise RoomConflict(
                        f"room {changed.code} is at version {changed.version} no more: "
                        "somebody else changed it first, try again"
                    )
                connection.execute(update(room).where(*same).values(_row(after)))
                _take_codes(connection, after, _codes(before.offers))
                if before.phase not in (after.phase, Phase.ON_AIR):
                    # Whatever a rehearsal leaves behind: it must never come into an event.
                    forget(connection, after.code)
                append(connection, after.code, records)
        except IntegrityError as error:
            raise NameTaken(f"room {changed.code}: the code of a new offer is given out already") from error
        if before.phase == Phase.REHEARSAL and after.phase is not Phase.REHEARSAL:
            # While others read, the words stay in the files until the database writes over them.
            sweep(self._engine, said_text.name)
        return after

    def waiting(self, code: str) -> Sequence[Waiting]:
        with self._engine.connect() as connection:
            return waiting(connection, code)

    def of_offer(self, code: str) -> tuple[Room, Offer]:
        theirs = select(*_ROOM).join(room_offer).where(room_offer.c.code == code)
        with self._engine.connect() as connection:
            row = connection.execute(theirs).mappings().first()
        if row is None:
            raise Unknown(f"no live room has an offer {code[:20]!r}")
        found = _room(row)
        return found, found.offer(code)


def _of(party: str | None) -> ColumnElement[bool]:
    return true() if party is None else room.c.party == party


def _take_codes(connection: Connection, of: Room, held: Collection[str]) -> None:
    """Those of its offers that it did not hold before. For good: one that was taken out cannot come back."""
    new = [{"code": each.code, "room_code": of.code} for each in of.offers if each.code not in held]
    if new:
        connection.execute(insert(room_offer), new)


def _codes(offers: str) -> set[str]:
    return {each["code"] for each in orjson.loads(offers)}


def _silence(of: Room) -> dict[str, object]:
    """Before anything was shown or said."""
    numbers = ("shown", "shown_at_ms", "records", "record_at_ms", "told")
    return {"room_code": of.code, "state": b"", **dict.fromkeys(numbers, 0)}


def _row(of: Room) -> dict[str, object]:
    desk = asdict(of.desk) | {"hidden": sorted(of.desk.hidden), "points": sorted(of.desk.points)}
    return {
        **{name: getattr(of, name) for name in _PLAIN},
        "phase": of.phase.value,
        "desk": orjson.dumps(desk).decode(),
        "offers": orjson.dumps([asdict(each) for each in of.offers]).decode(),
    }


def _room(row: RowMapping) -> Room:
    return Room(
        **{name: row[name] for name in _PLAIN},
        phase=Phase(row["phase"]),
        desk=_desk(**orjson.loads(row["desk"])),
        offers=tuple(_offer(**each) for each in orjson.loads(row["offers"])),
    )


def _desk(
    offer: str | None,
    hidden: list[str],
    points: list[int],
    correction: dict[str, Any] | None,
    before: Sequence[dict[str, Any]] = (),
) -> Desk:
    shown = None if correction is None else Correction(**correction)
    return Desk(offer, frozenset(hidden), frozenset(points), shown, tuple(Was(**each) for each in before))


def _offer(points: list[dict[str, Any]], **plain: Any) -> Offer:  # noqa: ANN401 - texts and a number
    return Offer(**plain, points=tuple(Point(**each) for each in points))
