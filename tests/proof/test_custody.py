"""Only who brought goods into being, or was handed them, says what becomes of them; others only claim."""

import pytest

from tests.builders import (
    CASE,
    FARM,
    FIELD_LOT,
    LOGGER,
    LOT,
    OTHER_LOT,
    PALLET,
    SHOP,
    a_fitting,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
    handed_to,
)
from traceability.ledger.capture import as_stored
from traceability.ledger.lineage import lineage
from traceability.proof.balance import Outcome, balance
from traceability.proof.custody import claimed, held_only
from traceability.proof.history import told_in
from traceability.proof.told import Told

PACKER, CARRIER, STRANGER = "9521234000013", "9521234000037", "9521234000044"
SHOPKEEPER = "9521234000020"
CRATE = "https://id.gs1.org/8003/09521000000005123"


def stored(told):
    """Events with who tells each, captured in this order."""
    return [as_stored(event, by, n, n.to_bytes(16)) for n, (by, event) in enumerate(told)]


def claims(subject, *told):
    """The numbers of the events that are claimed."""
    records = stored(told)
    of_file = [Told.of(each) for each in records]
    keys = claimed(of_file, subject)
    line = lineage(subject, told_in(of_file))
    assert line.claimed == keys & {each.key for each in line.told}, "the walk and the file differ"
    return [n for n, each in enumerate(records) if each.key in keys]


def seen(hours, lot=LOT, **fields):
    return an_event(hours=hours, action="OBSERVE", quantityList=[{"epcClass": lot}], **fields)


def test_who_brings_goods_into_being_holds_them_and_a_stranger_does_not():
    assert claims(LOT, (FARM, a_harvest(0, LOT)), (FARM, seen(1)), (STRANGER, seen(2))) == [2]


def test_the_first_to_say_that_they_made_goods_is_believed_whatever_time_they_state():
    assert claims(LOT, (FARM, a_harvest(5, LOT)), (STRANGER, a_harvest(0, LOT))) == [1]


def test_of_goods_from_elsewhere_who_speaks_first_has_brought_them_here():
    assert claims(LOT, (FARM, seen(1)), (STRANGER, seen(0))) == [1]


def test_who_speaks_before_the_maker_gains_nothing_by_it():
    assert claims(LOT, (STRANGER, seen(0)), (FARM, a_harvest(0, LOT))) == [0]


@pytest.mark.parametrize(
    "named",
    [
        {"type": "possessing_party", "destination": f"https://id.gs1.org/417/{PACKER}"},
        {"type": "owning_party", "destination": f"urn:epc:id:pgln:{PACKER[:7]}.{PACKER[7:12]}"},
        {"type": "location", "destination": f"https://id.gs1.org/414/{PACKER}/254/DOCK-1"},
    ],
)
def test_whom_a_holder_names_as_destination_holds_the_goods(named):
    handed = seen(1, bizStep="shipping", destinationList=[named])

    assert claims(LOT, (FARM, a_harvest(0, LOT)), (FARM, handed), (PACKER, seen(2))) == []


def test_a_transaction_event_hands_over_too():
    sold = an_event(
        "TransactionEvent", 1, action="ADD", quantityList=[{"epcClass": LOT}], **handed_to(PACKER)
    )

    assert claims(LOT, (FARM, a_harvest(0, LOT)), (FARM, sold), (PACKER, seen(2))) == []


def test_who_was_handed_goods_hands_them_on():
    told = [
        (FARM, a_harvest(0, LOT, **handed_to(PACKER))),
        (PACKER, seen(1, **handed_to(CARRIER))),
        (CARRIER, seen(2)),
    ]

    assert claims(LOT, *told) == []
    assert claims(LOT, *reversed(told)) == []


def test_nobody_hands_over_what_they_never_held():
    told = [(FARM, a_harvest(0, LOT)), (STRANGER, seen(1, **handed_to(CARRIER))), (CARRIER, seen(2))]

    assert claims(LOT, *told) == [1, 2]


def test_nobody_becomes_a_holder_by_saying_from_whom_they_received():
    came = seen(1, bizStep="receiving", sourceList=[
        {"type": "possessing_party", "source": f"https://id.gs1.org/417/{FARM}"}
    ])  # fmt: skip

    assert claims(LOT, (FARM, a_harvest(0, LOT)), (STRANGER, came)) == [1]


def test_a_handing_over_that_was_declared_wrong_hands_nothing_over():
    handed = seen(1, **handed_to(PACKER))
    voided = type(handed)(
        {**handed.body, "errorDeclaration": {"declarationTime": "2026-11-21T00:00:00Z"}}, handed.context
    )

    assert 3 in claims(LOT, (FARM, a_harvest(0, LOT)), (FARM, handed), (FARM, voided), (PACKER, seen(2)))


def in_a_case_on_a_pallet(taken_out_at=None):
    told = [
        (FARM, a_harvest(0, LOT)),
        (FARM, a_packing(1, CASE, [LOT])),
        (FARM, a_packing(2, PALLET, units=[CASE])),
        (FARM, a_sighting(6, PALLET, **handed_to(CARRIER))),
    ]
    if taken_out_at is not None:
        told.insert(3, (FARM, a_packing(taken_out_at, CASE, [LOT], action="DELETE")))
    return told


def test_who_holds_the_pallet_holds_what_is_inside():
    assert claims(LOT, *in_a_case_on_a_pallet(), (CARRIER, seen(7))) == []


def test_what_was_taken_out_before_is_not_inside():
    assert claims(LOT, *in_a_case_on_a_pallet(taken_out_at=3), (CARRIER, seen(7))) == [5]


def test_a_stranger_who_says_that_it_is_on_their_pallet_holds_nothing_of_it():
    told = [(FARM, a_harvest(0, LOT)), (STRANGER, a_packing(1, PALLET, [LOT])), (STRANGER, seen(2))]

    assert claims(LOT, *told) == [1, 2]


def labelled(hours, unit):
    return an_event(hours=hours, action="ADD", epcList=[unit])


def test_a_container_that_a_stranger_says_to_have_made_after_it_was_filled_is_not_theirs():
    theft = (STRANGER, labelled(0, CASE))

    assert claims(CASE, (FARM, a_harvest(0, LOT)), (FARM, a_packing(1, CASE, [LOT])), theft) == [2]
    assert claims(LOT, *in_a_case_on_a_pallet(), theft, (STRANGER, a_pack_out(9, source=LOT))) == [4, 5]


def test_who_had_a_container_before_holds_nothing_that_others_pack_into_it():
    before = [
        (STRANGER, a_packing(-2, CRATE, [OTHER_LOT])),
        (STRANGER, a_packing(-1, CRATE, action="DELETE")),
    ]
    told = [
        *before,
        (FARM, a_harvest(0, LOT)),
        (FARM, a_packing(1, CRATE, [LOT])),
        (FARM, a_sighting(2, CRATE, **handed_to(CARRIER))),
        (CARRIER, a_fitting(3, CRATE, LOGGER)),
        (STRANGER, a_fitting(4, CRATE, LOGGER)),
        (STRANGER, a_packing(5, CRATE, action="DELETE")),
        (STRANGER, a_pack_out(6, source=LOT)),
    ]

    assert [n for n in claims(LOT, *told) if n > 3] == [6, 7, 8]


def test_to_whom_a_container_went_before_the_goods_came_into_it_holds_none_of_them():
    told = [
        (FARM, a_packing(-3, CRATE, [OTHER_LOT])),
        (FARM, a_sighting(-2, CRATE, **handed_to(STRANGER))),
        (FARM, a_harvest(0, LOT)),
        (FARM, a_packing(1, CRATE, [LOT])),
        (STRANGER, seen(2)),
    ]

    assert 4 in claims(LOT, *told)


def test_who_has_a_container_after_it_was_emptied_holds_nothing_that_was_in_it():
    told = [
        (FARM, a_harvest(0, LOT)),
        (FARM, a_packing(1, CRATE, [LOT])),
        (FARM, a_packing(2, CRATE, action="DELETE")),
        (STRANGER, a_packing(3, CRATE, [OTHER_LOT])),
        (STRANGER, seen(4)),
    ]

    assert 4 in claims(LOT, *told)
    assert claims(CRATE, *told[:4]) == []


def test_whoever_only_looked_first_has_brought_nothing_here():
    assert claims(LOT, (STRANGER, seen(0, bizStep="inspecting")), (FARM, seen(1))) == [0]


def test_packing_in_a_circle_ends():
    told = [
        (FARM, a_packing(1, CASE, units=[PALLET])),
        (FARM, a_packing(2, PALLET, units=[CASE])),
        (STRANGER, a_sighting(3, CASE)),
    ]

    assert claims(CASE, *told) == [2]


def test_what_a_maker_says_of_the_sources_stands_for_what_was_made_and_not_for_the_sources():
    told = [(FARM, a_harvest(0)), (STRANGER, a_pack_out(3))]

    assert claims(LOT, *told) == []
    assert claims(FIELD_LOT, *told) == [1]


def test_a_stranger_fits_no_logger_to_the_goods_of_others():
    told = [(FARM, a_packing(1, PALLET, [LOT])), (STRANGER, a_fitting(2, PALLET, LOGGER))]

    assert claims(PALLET, *told) == [1]


def test_a_strangers_use_overdraws_nothing():
    records = stored([
        (FARM, a_harvest(0, LOT, kg=30)),
        (STRANGER, a_pack_out(1, source=LOT, made=OTHER_LOT)),
        (STRANGER, a_pack_out(2, source=LOT, made=OTHER_LOT)),
    ])  # fmt: skip

    assert balance(records, LOT).outcome is Outcome.OVER_DRAWN
    assert balance(held_only(records, LOT), LOT).outcome is Outcome.BALANCED


def test_the_shop_that_was_named_by_its_door_may_unpack():
    sent = a_sighting(6, PALLET, destinationList=[{"type": "location", "destination": SHOP}])
    told = [*in_a_case_on_a_pallet()[:3], (FARM, sent), (SHOPKEEPER, a_packing(9, CASE, action="DELETE"))]

    assert claims(LOT, *told) == []
