"""What was on air in live rooms stands in their events as it stands in the database."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Row, func, select

from traceability.live.on_air_event import told_record
from traceability.live.record import Kind, Record
from traceability.proof.on_air_segment import ON_AIR, WITHHELD
from traceability.store.events import event
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.room_tables import air, air_record


def check_air(view: View) -> Iterator[Difference]:
    yield from _check_numbers(view)
    statement = (
        select(air_record, air.c.told, event.c.body.label("event_body"))
        .select_from(
            air_record.join(air, air.c.room_code == air_record.c.room_code).outerjoin(
                event, event.c.key == air_record.c.event_key
            )
        )
        .order_by(air_record.c.room_code, air_record.c.number)
    )
    rows = view.watch("records of live rooms", view.count(air_record), view.rows(statement))
    for (code, key), stretch in groupby(rows, key=lambda row: (row.room_code, row.event_key)):
        told: Mapping[int, Any] | None = None
        for row in stretch:
            where = f"record {row.number} of live room {code}"
            yield from compare(f"{where}: whether an event tells it", key is not None, row.number <= row.told)
            if key is not None:
                told = _told(row.event_body) if told is None else told
                yield from compare(
                    f"{where}: what its event tells", told.get(row.number), _as_told(row, told)
                )


def _check_numbers(view: View) -> Iterator[Difference]:
    held = func.count(air_record.c.number).label("held")
    last = func.coalesce(func.max(air_record.c.number), 0).label("last")
    statement = (
        select(air.c.room_code, air.c.records, held, last)
        .select_from(air.outerjoin(air_record, air_record.c.room_code == air.c.room_code))
        .group_by(air.c.room_code, air.c.records)
    )
    for row in view.rows(statement):
        where = f"live room {row.room_code}"
        yield from compare(f"{where}: how many records it has", row.held, row.records)
        yield from compare(f"{where}: the number of its last record", row.last, row.records)


def _told(body: str | None) -> Mapping[int, Any]:
    """By number, the records in an event; none if it is missing, or tells none."""
    segment = orjson.loads(body or "{}").get(ON_AIR, {})
    return {each.get("number"): each for each in segment.get("records", ())}


def _as_told(row: Row[Any], told: Mapping[int, Any]) -> Mapping[str, Any]:
    body, said = orjson.loads(row.body), told.get(row.number, {})
    # What no event could carry was told as a hole.
    withheld = WITHHELD in (said.get("state"), {name: said.get(name) for name in WITHHELD})
    return told_record(Record(row.number, row.at_ms, Kind(row.kind), body, None), row.commitment, withheld)
