"""The numbers count what stands now."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.store.test_rooms import DIGEST, a_phase, a_room
from traceability.ledger.ports import Anchor
from traceability.live.room import Phase
from traceability.store.anchors import AnchorTable
from traceability.store.counts import Counts
from traceability.store.rooms import RoomTable

HERE, LOST = "0x" + "aa" * 20, "0x" + "bb" * 20


def a_final_anchor(size):
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Anchor("0x" + f"{size:064x}", 0, size, bytes(32), "note", b"raw", at, "final", 7, "0x07", at)


def test_what_a_lost_contract_held_counts_for_nothing(engine):
    AnchorTable(engine, LOST).keep(a_final_anchor(9))
    AnchorTable(engine, HERE).keep(a_final_anchor(3))

    counted = Counts(engine, HERE).all()

    assert (counted["anchors_final"], counted["log_entries_anchored"]) == (1, 3)


def test_an_anchor_that_another_one_made_pointless_is_no_longer_under_way(engine):
    anchors = AnchorTable(engine, HERE)
    anchors.keep(a_final_anchor(3))
    for number, old_size in [(5, 0), (6, 3)]:
        anchors.keep(replace(a_final_anchor(number), old_size=old_size, state="sent"))

    assert Counts(engine, HERE).all()["anchors_under_way"] == 1


def test_rooms_on_air_and_what_is_in_no_event_yet_are_counted_and_rehearsals_are_not(engine):
    rooms = RoomTable(engine)
    for code, phase in (("R00M00", Phase.ON_AIR), ("R00M01", Phase.ENDED), ("R00M02", Phase.REHEARSAL)):
        room = a_room(code, phase=phase)
        rooms.create(room, DIGEST)
        rooms.change(room, [a_phase(), a_phase()])

    counted = Counts(engine, HERE).all()

    assert (counted["rooms_on_air"], counted["room_records_waiting_for_an_event"]) == (1, 4)
    assert {type(count) for count in counted.values()} == {int}  # as JSON writes them
