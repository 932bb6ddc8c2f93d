"""A lot that a room showed on air has one event that says so, by which nothing becomes of the goods."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tests.builders import CONTEXT, FARM, LOT, a_harvest, a_sighting, an_event, handed_to
from tests.fakes import FakeEvents
from traceability.epcis.event import Event
from traceability.epcis.vocabulary import SHOWING_STEP, SHOWN_ON_AIR
from traceability.errors import InvalidInput
from traceability.ledger.capture import as_stored, capture
from traceability.ledger.holding import holdings
from traceability.ledger.trace import Grade, TracedEvent
from traceability.live.lot_on_air import MOST_A_DAY, MOST_OF_STRANGERS, first_shown, showing, shown_on_air
from traceability.live.record import Kind, Record
from traceability.live.room import Offer, Room
from traceability.proof.balance import balance
from traceability.proof.custody import claimed
from traceability.proof.looks import claims
from traceability.proof.told import Told
from traceability.proof.verdict import Unchecked
from traceability.store.events import EventTable, event
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine

HOST = "9521234000037"
AT_MS = 1_795_000_000_000
OFFER = Offer("K7M2QX", LOT, "Gannan navel orange")
ROOM = Room(
    code="9HJKMN",
    urn="urn:uuid:0b0b0b0b-0000-4000-8000-000000000001",
    party=HOST,
    host="Li Ziqi",
    title="赣南脐橙专场",
    lang="zh-CN",
    made_at_ms=AT_MS,
    offers=(OFFER,),
)


def a_record(number: int, at_ms: int, phase: str, offer: str | None) -> Record:
    state = {"phase": phase, "offer": None if offer is None else {"code": offer, "subject": LOT}}
    return Record(number, at_ms, Kind.SHOWN, {"state": state}, None)


def test_a_lot_is_told_once_of_a_room_however_often_and_under_whatever_code_it_is_shown():
    events = FakeEvents()

    again = replace(OFFER, code="000002")
    shown = ((OFFER, 0), (OFFER, 1), (again, 60_000))
    keys = {shown_on_air(events, ROOM, offer, AT_MS + late, AT_MS + late) for offer, late in shown}

    assert keys == events.kept.keys()
    assert len(keys) == 1


def test_a_party_with_many_rooms_does_not_fill_the_trace_of_a_lot():
    events, day_ms = FakeEvents(), 86_400_000
    rooms = [replace(ROOM, urn=f"urn:uuid:0b0b0b0b-0000-4000-8000-{n:012}") for n in range(MOST_A_DAY + 1)]

    keys = [shown_on_air(events, room, OFFER, AT_MS, AT_MS) for room in rooms]

    assert (len(set(keys)), keys[-1], len(events.kept)) == (MOST_A_DAY + 1, None, MOST_A_DAY)
    assert shown_on_air(events, rooms[0], OFFER, AT_MS, AT_MS) == keys[0]
    assert shown_on_air(events, replace(rooms[-1], party=FARM), OFFER, AT_MS, AT_MS)
    assert shown_on_air(events, rooms[-1], OFFER, AT_MS + day_ms, AT_MS + day_ms)


def test_strangers_fill_no_trace_together_and_shut_nobody_out_who_held_the_lot():
    events, parties = FakeEvents(), [f"95212340001{n:02}" for n in range(6)]
    events.insert([as_stored(a_harvest(0, lot=LOT), FARM, 0, bytes(16))])
    rooms = [
        replace(ROOM, urn=f"urn:uuid:0b0b0b0b-0000-4000-8000-{n:012}", party=parties[n % 5])
        for n in range(MOST_OF_STRANGERS + 2)
    ]
    kept = [as_stored(showing(each, OFFER, AT_MS), each.party, AT_MS, bytes(16)) for each in rooms[:-3]]
    events.insert(kept)
    late_ms = AT_MS + 9 * 86_400_000

    def shown(room, party=parties[5]):
        return shown_on_air(events, replace(room, party=party), OFFER, late_ms, late_ms)

    assert len(kept) == MOST_OF_STRANGERS - 1
    assert shown(rooms[-3], FARM), "its own maker's"
    assert shown(rooms[-2]), "it is the last one of strangers"
    assert shown(rooms[-1]) is None
    assert shown_on_air(events, rooms[0], OFFER, AT_MS, late_ms) == kept[0].key, "it is told already"
    assert shown(rooms[-1], FARM)


def test_two_directors_that_both_find_nothing_leave_one_event(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/guoji.db", create=True)
    migrate(engine)

    class Late(EventTable):
        """As it was before the other one was faster."""

        def telling(self, identifiers):
            return {}

    keys = {shown_on_air(Late(engine), ROOM, OFFER, AT_MS, AT_MS + late) for late in (0, 700)}

    assert len(keys) == 1
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(event)).scalar_one() == 1


def test_the_first_record_that_shows_an_offer_on_air_gives_its_time():
    records = [
        a_record(1, 10, "ready", "K7M2QX"),
        Record(2, 20, Kind.PHASE, {"phase": "on_air"}, None),
        a_record(3, 30, "on_air", None),
        a_record(4, 40, "on_air", "K7M2QX"),
        a_record(5, 50, "on_air", "000002"),
        a_record(6, 60, "on_air", "K7M2QX"),
    ]

    assert first_shown(records) == {"K7M2QX": 40, "000002": 50}


def test_the_host_and_a_title_with_a_telephone_number_stay_out_of_the_log():
    body = showing(replace(ROOM, title="加微信 13812345678"), OFFER, AT_MS).body

    assert body[SHOWN_ON_AIR] == {
        "guoji:room": ROOM.urn,
        "guoji:roomCode": "9HJKMN",
        "guoji:offerCode": "K7M2QX",
    }
    assert "Li Ziqi" not in str(showing(ROOM, OFFER, AT_MS).body)


def a_traced(event: Event, by: str) -> TracedEvent:
    return TracedEvent("", event, by, event.event_time, Grade.IMPORTED, Unchecked(""), None, voided=False)


def told(*events: tuple[Event, str]) -> list:
    return [as_stored(event, by, n, n.to_bytes(16)) for n, (event, by) in enumerate(events)]


def test_a_room_that_speaks_first_of_goods_does_not_come_to_hold_them():
    shown = told((showing(ROOM, OFFER, AT_MS), HOST), (a_sighting(0, LOT), FARM))

    records = [Told.of(each) for each in shown]

    assert claimed(records, LOT) == {shown[0].key}
    assert claims(shown, LOT) == set(), "nor is it called a claim: nobody says anything of the goods by it"


def test_a_shop_that_shows_what_it_was_to_have_does_not_confirm_that_it_came():
    sent = a_sighting(0, LOT, **handed_to(HOST))
    events = [a_traced(sent, FARM), a_traced(showing(ROOM, OFFER, AT_MS), HOST)]

    assert [(each.party, each.confirmed_at) for each in holdings(events)] == [
        (FARM, sent.event_time),
        (HOST, None),
    ]


def test_showing_goods_changes_no_amount():
    harvest = a_harvest(lot=LOT)
    before, after = told((harvest, FARM)), told((harvest, FARM), (showing(ROOM, OFFER, AT_MS), FARM))

    assert balance(after, LOT) == balance(before, LOT)


@pytest.mark.parametrize(
    "forged",
    [
        an_event(action="OBSERVE", epcList=[LOT], **{SHOWN_ON_AIR: {"guoji:room": ROOM.urn}}),
        an_event(action="OBSERVE", epcList=[LOT], **{"guoji:onAir": {}}),
        an_event(action="OBSERVE", epcList=[LOT], bizStep=SHOWING_STEP),
        an_event(action="OBSERVE", epcList=[LOT], bizStep="guoji:showing"),
        an_event(action="OBSERVE", epcList=[ROOM.urn], bizStep="guoji:on_air"),
        Event({**showing(ROOM, OFFER, AT_MS).body, "errorDeclaration": {"declarationTime": "2026"}}, CONTEXT),
    ],
)
def test_what_a_room_showed_is_not_for_others_to_say_nor_to_take_back(forged):
    with pytest.raises(InvalidInput, match="only this system says what a live room here showed"):
        capture([forged], HOST, FakeEvents(), AT_MS)
