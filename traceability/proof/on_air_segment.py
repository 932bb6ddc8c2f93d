"""One event of an on-air record: what a live room showed and said from one moment to another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from traceability.epcis.event import Event
from traceability.epcis.vocabulary import GUOJI_NAMESPACE
from traceability.errors import CheckFailed, InvalidInput
from traceability.proof.shape import a_time, take

ON_AIR = "guoji:onAir"
ON_AIR_STEP = f"{GUOJI_NAMESPACE}on_air"
"""A business step of our own: nothing moves and nothing comes into being."""
MOST_RECORDS = 200
MOST_BYTES = 256 * 1024
"""Of all records of one segment, unless a single one has more."""

WITHHELD: Mapping[str, Any] = {"leftOut": True}
"""In the place of a state, or of what else a record says, that no event could carry."""

_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}(\.[0-9]{1,3})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
"""As records are told, to the millisecond at most: verifiers in other languages read no finer time."""
_OF_KIND = {"phase": ("phase", str), "warned": ("level", int), "answered": ("warning", int)}
"""What a record of a kind may say, and is read by verifiers."""
_FIELDS = {"room": str, "title": str, "lang": str, "segment": int, "from": str, "until": str, "records": list}


@dataclass(frozen=True, slots=True)
class AirRecord:
    """A record of a room as its event has it."""

    number: int
    at: datetime
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Segment:
    """What one event says was on air. Shaped as it should be; whether it fits the others is not asked yet."""

    urn: str
    room: str
    """The room's public code."""
    title: str
    lang: str
    number: int
    """From 1, without gaps, within its room."""
    start: datetime
    """When the segment before ended; of the first, when its first record was made."""
    until: datetime
    """When its last record was made."""
    begin: Mapping[str, Any] | None
    """What the overlay showed when it began; None if it showed nothing yet."""
    records: tuple[AirRecord, ...]

    @classmethod
    def of(cls, event: Event) -> Self | None:
        """None if the event is of no on-air record. Raises `CheckFailed` for one that only looks like it."""
        said = event.body.get(ON_AIR)
        if said is None:
            return None
        try:
            fields = take(said, ON_AIR, _FIELDS, {"begin": dict})
            records = tuple(_record(each, number) for number, each in enumerate(fields["records"], start=1))
            start, until = (_time(fields[name], f"{name} of {ON_AIR}") for name in ("from", "until"))
        except InvalidInput as error:
            raise CheckFailed(str(error)) from error
        named = event.identifiers_by_role()["epc"]
        if len(named) != 1:
            raise CheckFailed(f"a segment of an on-air record names {len(named)} rooms, want one")
        if "errorDeclaration" in event.body:
            raise CheckFailed(f"segment {fields['segment']} was declared wrong, which nobody may do")
        return cls(
            urn=named[0],
            room=fields["room"],
            title=fields["title"],
            lang=fields["lang"],
            number=fields["segment"],
            start=start,
            until=until,
            begin=fields["begin"],
            records=records,
        )


def _record(value: object, place: int) -> AirRecord:
    where = f"record {place} of a segment"
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{where} is not a JSON object")
    body = dict(value)
    known = {"number": int, "at": str, "kind": str}
    fields = take({name: body.pop(name, None) for name in known}, where, known, {})
    if fields["kind"] in _OF_KIND:
        name, kind = _OF_KIND[fields["kind"]]
        take({name: body[name]} if name in body else {}, where, {}, {name: kind})
    return AirRecord(fields["number"], _time(fields["at"], f"at of {where}"), fields["kind"], body)


def _time(value: str, what: str) -> datetime:
    if not _TIME.fullmatch(value):
        raise InvalidInput(f"{what} is {value!r:.40}, want a time such as 2026-11-20T06:30:00.125Z")
    return a_time(value, what)
