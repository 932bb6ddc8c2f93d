"""What was shown and said in live rooms: the state that overlays are sent, and the numbered records."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, delete, exists, insert, select, update

from traceability.epcis.event import Event
from traceability.errors import InvalidInput, Refused, RoomConflict
from traceability.ledger.personal import Kept
from traceability.ledger.ports import StoredEvent
from traceability.live.ports import Shown
from traceability.live.record import GREY_AFTER_MS, STILL_AFTER_MS, Kind, NewRecord, Record
from traceability.live.room import Phase, Room
from traceability.live.waiting import Wait, Waiting
from traceability.proof.personal import Disclosure
from traceability.store.event_rows import stored_event
from traceability.store.events import event, insert_events
from traceability.store.personal import disclosure, keep_disclosures
from traceability.store.room_tables import air, air_record, air_waiting, room, said_text
from traceability.store.schema import AT_ONCE
from traceability.store.sweep import sweep
from traceability.store.waiting import move_waiting

_SAME = (said_text.c.room_code == air_record.c.room_code) & (said_text.c.number == air_record.c.number)
_MOVED = disclosure.c.commitment == air_record.c.commitment
# Both orders, and both joins, by primary keys.
_RECORDS = select(air_record, said_text.c.text, disclosure.c.value).select_from(
    air_record.outerjoin(said_text, _SAME).outerjoin(disclosure, _MOVED)
)


class AirTable:
    """The `AirStore` of live rooms."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def show(
        self,
        of: Room,
        at_ms: int,
        state: bytes,
        lasting: Mapping[str, Any] | None,
        same_as: int | None = None,
    ) -> int:
        mine = room.c.code == of.code, room.c.version == of.version
        held = select(air.c.shown, air.c.shown_at_ms, air.c.record_at_ms).join(room).where(*mine)
        with self._engine.begin() as connection:
            # Both rows: nobody changes the room, and nobody shows another state, before this one is kept.
            row = connection.execute(held.with_for_update()).first()
            if row is None:
                raise RoomConflict(
                    f"room {of.code} is at version {of.version} no more: nothing of it is shown"
                )
            shown: int = row.shown
            is_due = at_ms - row.record_at_ms >= STILL_AFTER_MS
            was_silent = shown > 0 and at_ms - row.shown_at_ms >= GREY_AFTER_MS
            if lasting is not None and (
                is_due or was_silent or (shown != same_as and _shown_last(connection, of.code) != lasting)
            ):
                silence = {"last_sent_at_ms": row.shown_at_ms} if was_silent else {}
                append(connection, of.code, [NewRecord(at_ms, Kind.SHOWN, {"state": lasting, **silence})])
            newest = {"shown": shown + 1, "shown_at_ms": at_ms, "state": state}
            connection.execute(update(air).where(air.c.room_code == of.code).values(newest))
        return shown + 1

    def shown_since(self, seen: Mapping[str, int]) -> Mapping[str, Shown]:
        numbers = select(air.c.room_code, air.c.shown).where(air.c.room_code.in_(list(seen)[:AT_ONCE]))
        with self._engine.connect() as connection:
            newer = [code for code, shown in connection.execute(numbers) if shown > seen[code]]
            if not newer:
                return {}
            columns = select(air.c.room_code, air.c.shown, air.c.shown_at_ms, air.c.state)
            rows = connection.execute(columns.where(air.c.room_code.in_(newer)))
            return {code: Shown(*shown) for code, *shown in rows}

    def records(self, code: str, after: int = 0, at_most: int = 10_000) -> Sequence[Record]:
        theirs = (air_record.c.room_code == code) & (air_record.c.number > after)
        statement = _RECORDS.where(theirs).order_by(air_record.c.number).limit(at_most)
        with self._engine.connect() as connection:
            return [_record(row) for row in connection.execute(statement)]

    def newest(self, code: str, at_most: int = 500) -> Sequence[Record]:
        last = _RECORDS.where(air_record.c.room_code == code).order_by(air_record.c.number.desc())
        with self._engine.connect() as connection:
            return [_record(row) for row in connection.execute(last.limit(at_most))][::-1]

    def last_told(self, code: str) -> Event | None:
        newest = (air_record.c.room_code == air.c.room_code) & (air_record.c.number == air.c.told)
        joined = event.join(air_record, air_record.c.event_key == event.c.key).join(air, newest)
        with self._engine.connect() as connection:
            row = connection.execute(select(event).select_from(joined).where(air.c.room_code == code))
            found = row.mappings().first()
        return None if found is None else stored_event(found).event

    def untold(self) -> Sequence[str]:
        left = select(air.c.room_code).join(room).where(air.c.records > air.c.told)
        with self._engine.connect() as connection:
            return list(connection.scalars(left.where(room.c.phase.in_([Phase.ON_AIR, Phase.ENDED]))))

    def keep_told(
        self, code: str, after: int, up_to: int, event: StoredEvent, disclosures: Sequence[Disclosure]
    ) -> None:
        next_ones = (air.c.room_code == code) & (air.c.told == after) & (air.c.records >= up_to)
        with self._engine.begin() as connection:
            # First: this row is what two directors collide on.
            if not connection.execute(update(air).where(next_ones).values(told=up_to)).rowcount:
                raise RoomConflict(
                    f"records {after + 1} to {up_to} of room {code} were told by another first"
                )
            insert_events(connection, [event])
            theirs = (air_record.c.room_code == code) & air_record.c.number.between(after + 1, up_to)
            connection.execute(update(air_record).where(theirs).values(event_key=event.key))
            _move_texts(connection, code, range(after + 1, up_to + 1), event, disclosures)

    def said_before(self, before_ms: int, at_most: int = 1_000) -> Sequence[str]:
        still_here = air_record.join(disclosure, disclosure.c.commitment == air_record.c.commitment)
        old = select(air_record.c.commitment).select_from(still_here).where(air_record.c.at_ms < before_ms)
        with self._engine.connect() as connection:
            return list(connection.scalars(old.order_by(air_record.c.at_ms).limit(at_most)))

    def said_at_ms(self, commitments: Sequence[str]) -> Mapping[str, int]:
        columns = select(air_record.c.commitment, air_record.c.at_ms)
        with self._engine.connect() as connection:
            return {
                row.commitment: row.at_ms
                for start in range(0, len(commitments), AT_ONCE)
                for row in connection.execute(
                    columns.where(air_record.c.commitment.in_(commitments[start : start + AT_ONCE]))
                )
            }

    def forget_untold(self, before_ms: int) -> int:
        is_old = exists().where(_SAME, air_record.c.at_ms < before_ms)
        with self._engine.begin() as connection:
            count = connection.execute(delete(said_text).where(is_old)).rowcount
        if count:
            # While others read, the words stay in the files until the database writes over them.
            sweep(self._engine, said_text.name)
        return count


def append(connection: Connection, code: str, records: Sequence[NewRecord]) -> None:
    """Keep `records` after those of the room that are there, within the caller's transaction."""
    if not records:
        return
    newest = select(air.c.records, air.c.record_at_ms).where(air.c.room_code == code)
    number, at_ms = connection.execute(newest.with_for_update()).one()
    rows, texts = [], []
    for number, new in enumerate(records, number + 1):  # noqa: B020 - on from the newest
        at_ms = max(at_ms, new.at_ms)
        body = dict(new.body)
        if new.kind is Kind.SAID:
            texts.append({"room_code": code, "number": number, "text": body.pop("text")})
        plain = orjson.dumps(body).decode()
        rows.append({"room_code": code, "number": number, "at_ms": at_ms, "kind": new.kind, "body": plain})
    connection.execute(insert(air_record), rows)
    if texts:
        connection.execute(insert(said_text), texts)
    move_waiting(connection, code, enumerate(records, number - len(records) + 1))
    at = {"records": number, "record_at_ms": at_ms}
    connection.execute(update(air).where(air.c.room_code == code).values(at))


def _shown_last(connection: Connection, code: str) -> object:
    """What the newest record of what was shown says; None if there is none."""
    theirs = (air_record.c.room_code == code) & (air_record.c.kind == Kind.SHOWN)
    newest = select(air_record.c.body).where(theirs).order_by(air_record.c.number.desc()).limit(1)
    body = connection.scalar(newest)
    return None if body is None else orjson.loads(body)["state"]


def waiting(connection: Connection, code: str) -> Sequence[Waiting]:
    """What `RoomStore.waiting` says."""
    mine = (air_waiting.c.room_code == air_record.c.room_code) & (air_waiting.c.number == air_record.c.number)
    theirs = _RECORDS.add_columns(air_waiting.c.wait, air_waiting.c.since_ms).where(mine)
    ordered = theirs.where(air_waiting.c.room_code == code).order_by(air_waiting.c.number)
    return [Waiting(_record(row), Wait(row.wait), row.since_ms) for row in connection.execute(ordered)]


def forget(connection: Connection, code: str) -> None:
    """Delete all records of a room, in the caller's transaction. Raises `Refused` for what is in an event."""
    told = connection.scalar(select(air.c.told).where(air.c.room_code == code).with_for_update())
    if told:
        raise Refused(f"{told} records of room {code} are in events: they cannot be forgotten")
    for table in (said_text, air_waiting):
        connection.execute(delete(table).where(table.c.room_code == code))
    connection.execute(delete(air_record).where(air_record.c.room_code == code))
    connection.execute(update(air).where(air.c.room_code == code).values(records=0, record_at_ms=0))


def _move_texts(
    connection: Connection,
    code: str,
    records: range,
    event: StoredEvent,
    disclosures: Sequence[Disclosure],
) -> None:
    """From here on what was said stands only where it can be erased."""
    told = (said_text.c.room_code == code) & said_text.c.number.between(records[0], records[-1])
    numbers = connection.scalars(select(said_text.c.number).where(told).order_by(said_text.c.number)).all()
    if len(disclosures) != len(numbers):
        raise InvalidInput(
            f"{len(disclosures)} disclosures for {len(numbers)} records of what was said in room {code}"
        )
    kept = [Kept(each, event.key, event.submitter, event.captured_at_ms) for each in disclosures]
    keep_disclosures(connection, kept)
    for number, each in zip(numbers, disclosures, strict=True):
        this = (air_record.c.room_code == code) & (air_record.c.number == number)
        connection.execute(update(air_record).where(this).values(commitment=each.commitment))
    connection.execute(delete(said_text).where(told))


def _record(row: Row[tuple[object, ...]]) -> Record:
    kind, body = Kind(row.kind), orjson.loads(row.body)
    if kind is Kind.SAID:
        body["text"] = row.value if row.text is None else row.text
    return Record(row.number, row.at_ms, kind, body, row.event_key)
