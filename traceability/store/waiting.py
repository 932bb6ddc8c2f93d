"""Keeps which struck claims of live rooms wait, as each record moves them on."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert

from traceability.live.record import NewRecord
from traceability.live.waiting import moved
from traceability.store.room_tables import air_waiting


def move_waiting(connection: Connection, code: str, records: Iterable[tuple[int, NewRecord]]) -> None:
    """`records`: new ones of this room with their numbers, in the transaction that keeps them."""
    for number, new in records:
        move = moved(number, new)
        if move is None:
            continue
        warning, wait = move
        this = (air_waiting.c.room_code == code) & (air_waiting.c.number == warning)
        connection.execute(delete(air_waiting).where(this))
        if wait is not None:
            row = {"room_code": code, "number": warning, "wait": wait, "since_ms": new.at_ms}
            connection.execute(insert(air_waiting).values(row))
