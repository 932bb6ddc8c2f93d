"""A page tells where its own lot was shown on air, once for each offer of each room."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import FARM, FIELD_LOT, ITEM, LOT, OTHER_LOT, PALLET, START, a_harvest, an_event
from traceability.epcis.vocabulary import SHOWING_STEP, SHOWN_ON_AIR
from traceability.ledger.on_air import showings
from traceability.ledger.trace import Grade, TracedEvent
from traceability.proof.verdict import Unchecked

ROOM = "urn:uuid:0b0b0b0b-0000-4000-8000-000000000001"


def shown(hours=0, lot=LOT, room=ROOM, offer="K7M2QX", voided=False, step=SHOWING_STEP, **said):
    fields = {"guoji:room": room, "guoji:roomCode": "9HJKMN", "guoji:offerCode": offer, **said}
    event = an_event(
        hours=hours,
        action="OBSERVE",
        bizStep=step,
        quantityList=[{"epcClass": lot}],
        **{SHOWN_ON_AIR: fields},
    )
    return TracedEvent(
        f"{hours}", event, FARM, event.event_time, Grade.IMPORTED, Unchecked(""), None, voided=voided
    )


def keys(*events, subject=LOT):
    return [each.key for each in showings(subject, events)]


def test_the_newest_room_comes_first_and_each_offer_once_with_when_it_was_shown_first():
    assert keys(shown(1), shown(2), shown(3, offer="000001"), shown(4, room="urn:uuid:2")) == ["4", "3", "1"]


def test_what_was_said_of_it_is_read_and_a_title_that_is_no_text_is_none():
    [one] = showings(LOT, [shown(1, **{"guoji:title": "Oranges"})])
    [other] = showings(LOT, [shown(1, **{"guoji:title": 7})])

    assert (one.at, one.lot, one.room, one.room_code) == (START + timedelta(hours=1), LOT, ROOM, "9HJKMN")
    assert (one.title, other.title) == ("Oranges", "")


def test_rooms_of_whoever_held_the_goods_come_before_those_of_strangers():
    harvest = a_harvest(lot=LOT)
    held = replace(shown(0), key="harvest", event=harvest)
    events = [held, shown(1), replace(shown(2, room="urn:uuid:2"), submitter="9521234000037", claimed=True)]

    assert [(each.key, each.by_holder) for each in showings(LOT, events)] == [("1", True), ("2", False)]


def test_an_item_was_shown_with_its_lot_and_a_pallet_or_what_was_made_of_it_was_not():
    assert keys(shown(1), subject=ITEM) == ["1"]
    assert keys(shown(1, FIELD_LOT)) == keys(shown(1, OTHER_LOT)) == keys(shown(1), subject=PALLET) == []


def test_what_was_taken_back_and_what_no_room_says_is_not_told():
    assert keys(shown(1, voided=True), shown(2, step="inspecting"), shown(3, room=7)) == []
