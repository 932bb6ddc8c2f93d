"""The event that a live room showed a lot on air: captured once for each lot of each room."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from traceability.epcis.event import Event
from traceability.epcis.own_events import moment_fields, own_events
from traceability.epcis.vocabulary import SHOWING_STEP, SHOWN_ON_AIR
from traceability.errors import InvalidInput
from traceability.ledger.capture import as_stored
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.ledger.scan import DAY_MS
from traceability.live.record import Kind, Record
from traceability.live.room import Offer, Phase, Room
from traceability.proof.custody import Custody
from traceability.proof.history import History
from traceability.proof.told import Told

MOST_A_DAY = 20
"""Of one party about one lot: anybody may show a lot that others made, and its trace keeps each of them."""
MOST_OF_STRANGERS = 100
"""Of all parties about one lot that they never held, ever: there may be any number of them."""


def shown_on_air(events: EventStore, room: Room, offer: Offer, at_ms: int, now_ms: int) -> str | None:
    """Capture that `offer` was first shown on air at `at_ms`; the key of that event, also if it is here.

    None where the party has told of that lot `MOST_A_DAY` times within a day, or never held it and all such
    parties have told `MOST_OF_STRANGERS` times: the room's own record tells it.
    It may be asked as often as one likes, and by several at once as long as they say the same `at_ms`: the
    store keeps an event of one content once. `first_shown` gives that time to whoever has the records.
    """
    shown = _shown(events, offer.subject)
    told = [each for each in shown if each.submitter == room.party]
    for kept in _kept(events, room, told):
        return kept.key
    if sum(each.captured_at_ms > now_ms - DAY_MS for each in told) >= MOST_A_DAY:
        return None
    new = as_stored(showing(room, offer, at_ms), room.party, now_ms, secrets.token_bytes(16))
    if len(shown) >= MOST_OF_STRANGERS and _is_one_too_many(events, offer.subject, shown, Told.of(new)):
        return None
    (captured,) = events.insert([new])
    return captured.key


def first_shown(records: Iterable[Record]) -> dict[str, int]:
    """By offer code, when the first of these records shows it on air, in milliseconds since 1970.

    `records` in their order, and from the first that is in no event yet: before they are told, each of these
    is handed to `shown_on_air`, so that a crash in between repeats it with the same time.
    """
    found: dict[str, int] = {}
    for each in records:
        match each.body.get("state") if each.kind is Kind.SHOWN else None:
            case {"phase": Phase.ON_AIR.value, "offer": {"code": str(code)}}:
                found.setdefault(code, each.at_ms)
    return found


def showing(room: Room, offer: Offer, at_ms: int) -> Event:
    """Nothing moves and nothing comes into being: the lot is only seen, and without a quantity.

    So no balance, custody or lineage changes by it. How the host is called stays out of the log: it is often
    a person's name. So does a title in which the profile finds personal data.
    """
    try:
        return _event(room, offer, at_ms, {"guoji:title": room.title})
    except InvalidInput:
        return _event(room, offer, at_ms, {})


def _event(room: Room, offer: Offer, at_ms: int, title: Mapping[str, str]) -> Event:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    body: dict[str, Any] = {
        "type": "ObjectEvent",
        **moment_fields(at),
        "action": "OBSERVE",
        "bizStep": SHOWING_STEP,
        "quantityList": [{"epcClass": offer.subject}],
        SHOWN_ON_AIR: {
            "guoji:room": room.urn,
            "guoji:roomCode": room.code,
            "guoji:offerCode": offer.code,
            **title,
        },
    }
    return own_events([body], at)[0]


def _shown(events: EventStore, lot: str) -> list[Told]:
    """What anybody told of this lot on air, in whatever room."""
    # A lot may stand in ten thousand events: the few that can be it are told by narrow rows.
    return [each for each in events.telling([lot]).get(lot, ()) if each.words.step == SHOWING_STEP]


def _is_one_too_many(events: EventStore, lot: str, shown: Sequence[Told], new: Told) -> bool:
    """Whoever ever held the lot is not counted, and not shut out."""
    history = History(events.telling)
    custody = Custody(history)
    history.learn([lot])
    custody.settle([lot])
    strangers = sum(not custody.stands(each, lot) for each in shown)
    return strangers >= MOST_OF_STRANGERS and not custody.stands(new, lot)


def _kept(events: EventStore, room: Room, told: Iterable[Told]) -> Iterator[StoredEvent]:
    for stored in events.by_keys([each.key for each in told]):
        match stored.event.body.get(SHOWN_ON_AIR):
            case {"guoji:room": room.urn}:
                yield stored
