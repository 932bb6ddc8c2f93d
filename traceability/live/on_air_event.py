"""The event that tells a stretch of a room's records to the log, and what opens what was said in it."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from traceability.epcis.event import Event
from traceability.epcis.own_events import moment_fields, own_events
from traceability.epcis.personal import COMMITMENT, in_clear
from traceability.live.record import Kind, Record
from traceability.live.room import Room
from traceability.proof.on_air_segment import (
    MOST_BYTES,
    MOST_RECORDS,
    ON_AIR,
    ON_AIR_STEP,
    WITHHELD,
    Segment,
)
from traceability.proof.personal import MAX_VALUE_BYTES, SALT_BYTES, Disclosure

LEFT_OUT = "(left out: personal data)"
"""In the place of a text that no event may carry, such as a telephone number on the overlay."""
_REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Told:
    """What is in events already of a room's records."""

    segment: int = 0
    """Number of the last segment."""
    up_to: int = 0
    """Number of its last record."""
    until_ms: int | None = None
    state: Mapping[str, Any] | None = None
    """What the overlay showed then."""

    @classmethod
    def in_event(cls, event: Event | None) -> "Told":
        """What the event of the last segment says; None: nothing is told yet."""
        segment = None if event is None else Segment.of(event)
        if segment is None:
            return cls()
        shown = [each.body["state"] for each in segment.records if each.kind == Kind.SHOWN]
        until_ms = round(segment.until.timestamp() * 1000)
        return cls(segment.number, segment.records[-1].number, until_ms, [segment.begin, *shown][-1])

    def then(self, records: Sequence[Record]) -> "Told":
        """After these records, which are one segment."""
        shown = [each.body["state"] for each in records if each.kind is Kind.SHOWN]
        state = shown[-1] if shown else self.state
        return Told(self.segment + 1, records[-1].number, records[-1].at_ms, state)


def first_of(records: Sequence[Record]) -> Sequence[Record]:
    """As many of the first as fit into one segment; at least one."""
    size = 0
    for count, each in enumerate(records[:MOST_RECORDS]):
        size += len(json.dumps(each.body, ensure_ascii=False).encode())
        if size > MOST_BYTES:
            return records[: max(count, 1)]
    return records[:MOST_RECORDS]


def on_air_event(
    room: Room,
    told: Told,
    records: Sequence[Record],
    salt: Callable[[], bytes] = lambda: secrets.token_bytes(SALT_BYTES),
    withholds: bool = False,
) -> tuple[Event, tuple[Disclosure, ...]]:
    """`records`: those that come next after `told`, at least one. With what opens each that was said.

    `withholds`: say of each record only its number, time and kind, and commit to what was said; so the record
    of a room goes on after one that no event may carry. Raises `InvalidInput` for that one otherwise.
    The records' own times bound the segment, not the moment of telling: what another process is just
    writing down then still comes after it.
    """
    said = {
        each.number: _said(each, salt)
        for each in records
        # Not of words that were erased before anybody told them.
        if each.kind is Kind.SAID and each.body["text"] is not None
    }
    until_ms = records[-1].at_ms
    body = {
        "type": "ObjectEvent",
        **moment_fields(_moment(until_ms)),
        "action": "OBSERVE",
        "bizStep": ON_AIR_STEP,
        "epcList": [room.urn],
        ON_AIR: {
            "room": room.code,
            "title": _bearable("title", room.title),
            "lang": room.lang,
            "segment": told.segment + 1,
            "from": _iso(records[0].at_ms if told.until_ms is None else told.until_ms),
            "until": _iso(until_ms),
            **(
                {}
                if told.state is None
                else {"begin": WITHHELD if withholds else _bearable("begin", told.state)}
            ),
            "records": [told_record(each, _commitment(said.get(each.number)), withholds) for each in records],
        },
    }
    return own_events([body], _moment(until_ms))[0], tuple(said.values())


def _said(record: Record, salt: Callable[[], bytes]) -> Disclosure:
    return Disclosure("text", salt(), _openable(record.body["text"]))


def _openable(text: str) -> str:
    """As much of it as a disclosure takes: what said it has been judged, and must not stop the record."""
    whole = text.replace("\0", _REPLACED).encode(errors="replace")
    return whole[:MAX_VALUE_BYTES].decode(errors="ignore")


def _commitment(said: Disclosure | None) -> str | None:
    return None if said is None else said.commitment


def told_record(record: Record, commitment: str | None, withheld: bool = False) -> dict[str, Any]:
    """As it stands in an event. `commitment`: to the text of what was said."""
    words = {} if commitment is None else {"text": {COMMITMENT: commitment}}
    others = {name: value for name, value in record.body.items() if name not in words}
    heading = {"number": record.number, "at": _iso(record.at_ms), "kind": record.kind.value}
    if withheld:
        others = {"state": WITHHELD} if record.kind is Kind.SHOWN else dict(WITHHELD)
    return {**heading, **_bearable("body", others), **words}


def _bearable(name: str, value: Any) -> Any:  # noqa: ANN401 (JSON)
    """The same without what the profile refuses in any event, and with numbers as JCS writes them."""
    match value:
        case Mapping():
            return {inner: _bearable(inner, member) for inner, member in value.items()}
        case list() | tuple():
            return [_bearable(name, item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case str() if in_clear(name, value) is not None:
            return LEFT_OUT
        case str():
            return value.encode(errors="replace").decode()
    return value


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)


def _iso(at_ms: int) -> str:
    return _moment(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
