"""A live room is changed by one at a time, with its records or not at all."""

import threading
from dataclasses import replace

import pytest

from tests.builders import FARM
from traceability.errors import NameTaken, RoomConflict, Unknown
from traceability.live.record import Kind, NewRecord
from traceability.live.room import Correction, Desk, Offer, Phase, Point, Room, Was
from traceability.store.air import AirTable, append
from traceability.store.rooms import RoomTable

PACKER = "9521234000037"
LOT = "https://id.gs1.org/01/09521234000020/10/A"
DIGEST = b"d" * 32


def an_offer(code="OFFER0", **fields):
    return Offer(code, LOT, "春见耙耙柑 5斤", (Point(1, "今天早上现摘"), Point(4, "sweet")), 5, **fields)


def a_room(code="R00M00", offers=(), **fields):
    urn = f"urn:uuid:00000000-0000-4000-8000-000000{code}"
    values = {"party": FARM, "host": "小李", "title": "果园直播", "lang": "zh-CN", "made_at_ms": 7}
    return Room(code, urn, **{**values, "offers": offers, **fields})


def a_phase(phase=Phase.ON_AIR, at_ms=9):
    return NewRecord(at_ms, Kind.PHASE, {"phase": phase})


@pytest.fixture
def rooms(engine):
    return RoomTable(engine)


def test_a_room_reads_back_as_it_was_changed(rooms):
    desk = Desk("OFFER1", frozenset({"lab"}), frozenset({1, 4}), Correction(3, "已更正", 99), (Was(None, 4),))
    room = a_room(offers=(an_offer(), an_offer("OFFER1")), desk=desk)
    rooms.create(room, DIGEST)
    changed = replace(room, phase=Phase.ON_AIR, on_air_at_ms=8, desk=Desk(), offers=room.offers[1:])

    assert rooms.room(room.code) == room
    assert rooms.change(changed) == replace(changed, version=1) == rooms.room(room.code)
    assert rooms.key_digest(room.code) == DIGEST
    assert rooms.versions() == {room.code: 1}


def test_rooms_are_listed_by_party_and_by_whether_they_ended(rooms):
    ended = a_room("ENDED0", made_at_ms=9, phase=Phase.ENDED, ended_at_ms=12)
    mine, other = a_room(), a_room("THER00", party=PACKER, made_at_ms=8)
    for each in (mine, ended, other):
        rooms.create(each, DIGEST)

    assert rooms.rooms(None, 9) == [ended, other, mine]
    assert rooms.rooms(FARM, 9) == [ended, mine]
    assert rooms.rooms(FARM, 1) == [ended]
    assert (rooms.count(None), rooms.count(FARM)) == (3, 2)
    assert rooms.not_ended() == [mine, other]
    assert rooms.ended_unshown() == [ended.code]
    assert rooms.versions() == {mine.code: 0, other.code: 0}


def test_what_is_not_there_is_unknown(rooms):
    for ask in (rooms.room, rooms.key_digest, rooms.of_offer, lambda code: rooms.replace_key(code, DIGEST)):
        with pytest.raises(Unknown, match="'N0NE'"):
            ask("N0NE")


def test_a_room_has_one_key_at_a_time(rooms):
    rooms.create(a_room(), DIGEST)
    rooms.create(a_room("THER00"), DIGEST)

    rooms.replace_key("R00M00", b"n" * 32)

    assert (rooms.key_digest("R00M00"), rooms.key_digest("THER00")) == (b"n" * 32, DIGEST)
    assert rooms.room("R00M00") == a_room()


def test_an_offer_is_found_by_its_code_until_it_is_taken_out(rooms):
    room = a_room(offers=(an_offer(), an_offer("OFFER1")))
    rooms.create(room, DIGEST)
    less = rooms.change(replace(room, offers=room.offers[:1]))

    assert rooms.of_offer("OFFER0") == (less, an_offer())
    with pytest.raises(Unknown):
        rooms.of_offer("OFFER1")


def test_a_code_is_given_out_once_whatever_became_of_its_offer(rooms):
    first = a_room(offers=(an_offer(),))
    rooms.create(first, DIGEST)
    rooms.change(replace(first, offers=()))
    second = a_room("THER00")
    rooms.create(second, DIGEST)

    with pytest.raises(NameTaken):
        rooms.create(a_room(made_at_ms=8), DIGEST)
    for gone in (second, rooms.room(first.code)):
        with pytest.raises(NameTaken):
            rooms.change(replace(gone, offers=(an_offer(),)))
    assert rooms.room(second.code) == second


def test_of_two_who_change_a_room_at_once_one_loses_and_keeps_nothing(rooms, engine):
    room = a_room()
    rooms.create(room, DIGEST)
    start, outcomes = threading.Barrier(2), []

    def change(title):
        start.wait()
        try:
            outcomes.append(RoomTable(engine).change(replace(room, title=title), [a_phase()]).title)
        except RoomConflict as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=change, args=(title,)) for title in ("mine", "yours")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert {rooms.room(room.code).title, "room R00M00 is at version 0 no more"} == {
        each.split(":")[0] for each in outcomes
    }
    assert [each.number for each in AirTable(engine).records(room.code)] == [1]


def test_a_change_whose_records_cannot_be_kept_changes_nothing(rooms, engine):
    room = a_room()
    rooms.create(room, DIGEST)

    with pytest.raises(TypeError):
        rooms.change(replace(room, title="new"), [a_phase(), NewRecord(9, Kind.PHASE, {"not": object()})])

    assert rooms.room(room.code) == room
    assert AirTable(engine).records(room.code) == []


def test_nothing_of_a_rehearsal_is_kept_and_what_was_on_air_is(rooms, engine):
    air, room = AirTable(engine), a_room()
    rooms.create(room, DIGEST)

    def into(phase):
        return rooms.change(replace(rooms.room(room.code), phase=phase), [a_phase(phase)])

    into(Phase.REHEARSAL)
    rooms.change(rooms.room(room.code), [a_phase(Phase.REHEARSAL)])
    assert len(air.records(room.code)) == 2
    rooms.change(replace(rooms.room(room.code), phase=Phase.READY))
    assert air.records(room.code) == []

    # A director that has not seen yet that the rehearsal is over.
    with engine.begin() as connection:
        append(connection, room.code, [a_phase(Phase.REHEARSAL)])
    into(Phase.ON_AIR)
    into(Phase.ENDED)

    told = [(each.number, each.body["phase"]) for each in air.records(room.code)]
    assert told == [(1, "on_air"), (2, "ended")]
