"""What is shown and said is numbered, told in events once, and erasable as personal data is."""

import threading
from dataclasses import replace

import pytest

from tests.builders import FARM, a_harvest
from tests.store.database_files import holds
from tests.store.test_rooms import DIGEST, a_phase, a_room
from traceability.errors import InvalidInput, Refused, RoomConflict
from traceability.ledger.capture import as_stored
from traceability.ledger.personal import Erasure
from traceability.live.ports import Shown
from traceability.live.record import GREY_AFTER_MS, STILL_AFTER_MS, Kind, NewRecord, Record
from traceability.live.room import Phase
from traceability.proof.personal import Disclosure
from traceability.store.air import AirTable, append
from traceability.store.events import EventTable
from traceability.store.personal import PersonalTable
from traceability.store.rooms import RoomTable

ROOM = a_room(phase=Phase.ON_AIR)
OTHER = a_room("THER00")
SECRET = "张三家的桃子是我的最爱"


@pytest.fixture
def air(engine):
    for each in (ROOM, OTHER):
        RoomTable(engine).create(each, DIGEST)
    return AirTable(engine)


def keep(engine, room, records):
    with engine.begin() as connection:
        append(connection, room.code, records)


def said(text, at_ms=9):
    return NewRecord(at_ms, Kind.SAID, {"text": text, "offer": None})


def an_event(nonce=1):
    return as_stored(a_harvest(hours=nonce), FARM, 5, bytes([nonce]) * 16)


def opened(*texts):
    return [Disclosure("guoji:said", bytes([n]) * 16, text) for n, text in enumerate(texts)]


def test_records_are_numbered_in_their_room_and_never_go_back_in_time(air, engine):
    keep(engine, ROOM, [a_phase(at_ms=9), said("好", 7)])
    keep(engine, OTHER, [a_phase(at_ms=3)])
    keep(engine, ROOM, [a_phase(Phase.ENDED, at_ms=12)])

    phase, spoken, last = air.records(ROOM.code)
    assert phase == Record(1, 9, Kind.PHASE, {"phase": "on_air"}, None)
    assert spoken == Record(2, 9, Kind.SAID, {"offer": None, "text": "好"}, None)
    assert last == Record(3, 12, Kind.PHASE, {"phase": "ended"}, None)
    assert air.records(ROOM.code, after=1, at_most=1) == [spoken]
    assert air.newest(ROOM.code, at_most=2) == [spoken, last]


def test_overlays_are_sent_the_newest_state_once(air):
    assert air.shown_since({ROOM.code: 0, OTHER.code: 0, "N0NE00": 0}) == {}

    assert air.show(ROOM, 9, b"first", None) == 1
    assert air.show(ROOM, 10, b"second", None) == 2

    assert air.shown_since({ROOM.code: 0, OTHER.code: 0}) == {ROOM.code: Shown(2, 10, b"second")}
    assert air.shown_since({ROOM.code: 2}) == {}


@pytest.mark.parametrize(
    ("room", "lasting", "error"),
    [(ROOM, {"state": object()}, TypeError), (replace(ROOM, version=1), {"a": 1}, RoomConflict)],
    ids=["no JSON", "a room that is another by now"],
)
def test_what_cannot_be_recorded_is_not_shown(air, room, lasting, error):
    with pytest.raises(error):
        air.show(room, 9, b"state", lasting)

    assert air.shown_since({ROOM.code: 0}) == {}
    assert air.records(ROOM.code) == []


def test_a_state_is_recorded_unless_the_newest_record_says_the_same_whoever_shows_it(air):
    mine = air.show(ROOM, 9, b"{}", {"a": 1})
    mine = air.show(ROOM, 10, b"{}", {"a": 1}, same_as=mine)
    air.show(ROOM, 11, b"{}", {"a": 1})
    air.show(ROOM, 12, b"{}", {"a": 2})
    air.show(ROOM, 13, b"{}", {"a": 1}, same_as=mine)

    shown = [(each.at_ms, each.body["state"]["a"]) for each in air.records(ROOM.code)]
    assert shown == [(9, 1), (12, 2), (13, 1)]


def test_what_is_shown_is_on_record_again_when_nothing_was_for_a_while(air):
    mine = None
    for at_ms in (*range(10, STILL_AFTER_MS, 5_000), 10 + STILL_AFTER_MS, 11 + STILL_AFTER_MS):
        mine = air.show(ROOM, at_ms, b"{}", {"a": 1}, same_as=mine)

    assert [(each.at_ms, each.body) for each in air.records(ROOM.code)] == [
        (10, {"state": {"a": 1}}),
        (10 + STILL_AFTER_MS, {"state": {"a": 1}}),
    ]


def test_it_is_on_record_for_how_long_overlays_were_sent_nothing(air):
    mine = air.show(ROOM, 10, b"{}", {"a": 1})
    mine = air.show(ROOM, 9 + GREY_AFTER_MS, b"{}", {"a": 1}, same_as=mine)
    air.show(ROOM, 9 + 2 * GREY_AFTER_MS, b"{}", {"a": 1}, same_as=mine)

    assert [(each.at_ms, each.body) for each in air.records(ROOM.code)] == [
        (10, {"state": {"a": 1}}),
        (9 + 2 * GREY_AFTER_MS, {"state": {"a": 1}, "last_sent_at_ms": 9 + GREY_AFTER_MS}),
    ]


def test_records_that_are_told_name_their_event_and_what_was_said_moves_to_the_erasable_table(air, engine):
    keep(engine, ROOM, [a_phase(), said(SECRET), said("二"), a_phase()])
    assert air.untold() == [ROOM.code]

    air.keep_told(ROOM.code, 0, 3, an_event(), opened(SECRET, "二"))

    assert air.last_told(ROOM.code) == an_event().event
    assert air.untold() == [ROOM.code]
    first, *spoken, last = air.records(ROOM.code)
    assert [each.event for each in (first, *spoken, last)] == [an_event().key] * 3 + [None]
    assert [each.body["text"] for each in spoken] == [SECRET, "二"]
    assert EventTable(engine).by_key(an_event().key) == an_event()
    kept = PersonalTable(engine).kept(air.said_before(10))
    assert {each.disclosure.value: each.submitter for each in kept} == {SECRET: FARM, "二": FARM}

    air.keep_told(ROOM.code, 3, 4, an_event(2), [])
    assert air.untold() == []


def test_an_erased_text_is_in_no_file_and_its_record_stays(air, engine):
    keep(engine, ROOM, [said(SECRET), said("later", 20)])
    assert holds(engine, SECRET.encode())
    air.keep_told(ROOM.code, 0, 2, an_event(), opened(SECRET, "later"))
    personal = PersonalTable(engine)
    (old,) = air.said_before(20)

    personal.erase([Erasure(old, 30, "three years are over")])

    assert personal.sweep()
    assert not holds(engine, SECRET.encode())
    assert [each.body["text"] for each in air.records(ROOM.code)] == [None, "later"]
    assert air.said_before(20) == []


def test_it_is_known_when_what_a_commitment_opens_was_said_on_air(air, engine):
    keep(engine, ROOM, [said(SECRET), said("later", 20)])
    first, later = opened(SECRET, "later")
    air.keep_told(ROOM.code, 0, 2, an_event(), [first, later])

    assert air.said_at_ms([later.commitment, "ab" * 32]) == {later.commitment: 20}
    assert air.said_at_ms([]) == {}


def test_words_that_no_event_tells_are_erased_by_their_age_and_can_be_told_as_erased(air, engine):
    keep(engine, ROOM, [said(SECRET), said("later", 20)])
    keep(engine, OTHER, [said("also later", 20)])

    assert (air.forget_untold(20), air.forget_untold(20)) == (1, 0)
    assert not holds(engine, SECRET.encode())
    assert [each.body["text"] for each in air.records(ROOM.code)] == [None, "later"]
    assert [each.body["text"] for each in air.records(OTHER.code)] == ["also later"]

    air.keep_told(ROOM.code, 0, 2, an_event(), opened("later"))
    assert [each.body["text"] for each in air.records(ROOM.code)] == [None, "later"]


@pytest.mark.parametrize(
    ("after", "up_to", "texts", "error"),
    [(0, 3, ("a",), RoomConflict), (1, 2, (), RoomConflict), (0, 2, (), InvalidInput)],
    ids=["more than there is", "not the next", "a text without what opens it"],
)
def test_what_cannot_be_told_keeps_nothing(air, engine, after, up_to, texts, error):
    keep(engine, ROOM, [a_phase(), said("a")])

    with pytest.raises(error):
        air.keep_told(ROOM.code, after, up_to, an_event(), opened(*texts))

    assert air.last_told(ROOM.code) is None
    assert not EventTable(engine).by_keys([an_event().key])
    assert air.records(ROOM.code)[1].body["text"] == "a"
    assert air.said_before(99) == []


def test_of_two_who_tell_at_once_one_loses(air, engine):
    keep(engine, ROOM, [a_phase()])
    start, lost = threading.Barrier(2), []

    def tell(nonce):
        start.wait()
        try:
            AirTable(engine).keep_told(ROOM.code, 0, 1, an_event(nonce), [])
        except RoomConflict:
            lost.append(an_event(nonce).key)

    threads = [threading.Thread(target=tell, args=(nonce,)) for nonce in (1, 2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    (record,) = air.records(ROOM.code)
    assert {record.event, *lost} == {an_event(1).key, an_event(2).key}
    assert not EventTable(engine).by_keys(lost)


def test_what_is_in_an_event_is_never_forgotten(air, engine):
    keep(engine, OTHER, [a_phase()])
    air.keep_told(OTHER.code, 0, 1, an_event(), [])

    with pytest.raises(Refused, match="1 records of room THER00 are in events"):
        RoomTable(engine).change(replace(OTHER, phase=Phase.REHEARSAL))

    assert len(air.records(OTHER.code)) == 1


def test_a_rehearsal_waits_for_no_event(air, engine):
    RoomTable(engine).change(replace(OTHER, phase=Phase.REHEARSAL), [a_phase(Phase.REHEARSAL)])

    assert air.untold() == []


def test_the_words_of_a_rehearsal_leave_the_files_while_the_database_is_open(air, engine):
    rooms = RoomTable(engine)
    rehearsal = rooms.change(replace(OTHER, phase=Phase.REHEARSAL), [said(SECRET)])
    assert holds(engine, SECRET.encode())

    rooms.change(replace(rehearsal, phase=Phase.READY))

    assert not holds(engine, SECRET.encode())


def test_what_waits_is_known_however_much_is_said(air, engine):
    struck = NewRecord(100, Kind.WARNED, {"level": 3, "about": "said"})
    point = NewRecord(90, Kind.WARNED, {"level": 3, "about": "point"})
    hint = NewRecord(90, Kind.WARNED, {"level": 1, "about": "said"})
    rooms = RoomTable(engine)
    room = rooms.change(rooms.room(ROOM.code), [struck, point, hint, struck])
    talk = [said("好") for _ in range(600)]

    def moves(kind, warning, **body):
        return NewRecord(120, kind, {"warning": warning, **body})

    room = rooms.change(room, [*talk, moves(Kind.ANSWERED, 1, answer="corrected")])
    waiting = [(each.warned.number, each.wait, each.since_ms) for each in rooms.waiting(ROOM.code)]
    # Each by its own clock, though no record is dated before another.
    assert waiting == [(1, "turn", 120), (2, "turn", 90), (4, "answer", 100)]
    assert rooms.waiting(OTHER.code) == []

    settled = [moves(Kind.CORRECTED, 1), moves(Kind.CORRECTED, 2), moves(Kind.ANSWERED, 4, answer="not_said")]
    rooms.change(room, settled)
    assert rooms.waiting(ROOM.code) == []


def test_what_waits_in_a_rehearsal_is_forgotten_with_it(air, engine):
    rooms, struck = RoomTable(engine), NewRecord(9, Kind.WARNED, {"level": 3, "about": "said"})
    rehearsal = rooms.change(replace(OTHER, phase=Phase.REHEARSAL), [struck])

    assert len(rooms.waiting(rooms.change(replace(rehearsal, phase=Phase.READY)).code)) == 0
