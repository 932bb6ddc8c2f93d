"""Who was the first to make what a link is registered for, or to issue codes for it."""

from tests.builders import CASE, FARM, ITEM, LOT, a_harvest, a_packing, a_sighting, an_event
from traceability.gs1 import digital_link
from traceability.ledger.capture import as_stored
from traceability.ledger.codes_store import KeptSet, NewSet
from traceability.ledger.links_first import First, firsts
from traceability.proof.history import told_in
from traceability.proof.told import Told

STRANGER = "9521234000013"
PRODUCT = LOT.partition("/10/")[0]
CRATE = digital_link.build(None, [("8003", "09521234000013CRATE1")])


def found(anchor, *events, sets=()):
    """Of events with their parties, each captured a moment after the one before."""
    stored = [
        as_stored(event, party, at_ms, at_ms.to_bytes(16)) for at_ms, (event, party) in enumerate(events, 1)
    ]
    return firsts([anchor], told_in(map(Told.of, stored)), lambda: sets).get(anchor)


def a_set(party, issued_at_ms):
    return KeptSet(1, NewSet("09521234000020", LOT, party, b"", b"", None, None, False, issued_at_ms), 1, "")


def test_who_said_first_that_they_made_a_lot_is_its_maker_and_who_only_saw_it_is_not():
    seen = a_sighting(0, LOT), STRANGER
    assert found(LOT, seen) is None
    assert found(LOT, seen, (a_harvest(lot=LOT), FARM), (a_harvest(5, lot=LOT), STRANGER)) == First(2, FARM)


def test_an_item_has_its_maker_also_where_its_link_carries_the_lot():
    full = f"{LOT}/21/{ITEM.rpartition('/')[2]}"
    made = an_event(action="ADD", bizStep="commissioning", epcList=[full])
    assert found(ITEM, (made, FARM)) == found(full, (made, FARM)) == First(1, FARM)


def test_a_case_is_of_whoever_filled_it_first_and_a_crate_that_goes_round_is_nobodys():
    filled = [(a_packing(hour, CASE, [LOT]), party) for hour, party in enumerate((FARM, STRANGER))]
    assert found(CASE, *filled) == First(1, FARM)
    assert found(CRATE, (a_packing(0, CRATE, [LOT]), STRANGER)) is None


def test_a_product_is_of_whoever_issued_codes_for_it_first():
    sets = [a_set(STRANGER, 9), a_set(FARM, 8)]
    assert found(PRODUCT, sets=sets) == First(8, FARM)
    assert found(digital_link.product("09521234000013"), sets=sets) is None
