"""A split lot is with everybody who has some, and with nobody only where amounts prove that."""

from fractions import Fraction

import pytest

from tests.builders import FARM, FIELD_LOT, a_harvest, a_pack_out, an_event
from traceability.ledger.capture import as_stored
from traceability.ledger.shares import shares

SHOP, OTHER = "9521234000020", "9521234000044"


def moved(step, amount=None, to=None, unit="KGM", hours=1, action="OBSERVE"):
    goods = {"epcClass": FIELD_LOT} | ({} if amount is None else {"quantity": amount, "uom": unit})
    told = {"type": "possessing_party", "destination": f"https://id.gs1.org/417/{to}"}
    ways = {"destinationList": [told]} if to else {}
    return an_event(hours=hours, action=action, bizStep=step, quantityList=[goods], **ways)


def left(*told, claimed=()):
    """By party; each event is of the farm unless it comes with another. `claimed` are positions."""
    pairs = [each if isinstance(each, tuple) else (each, FARM) for each in (a_harvest(0), *told)]
    records = [as_stored(event, by, n, n.to_bytes(16)) for n, (event, by) in enumerate(pairs)]
    strange = {records[number].key for number in claimed}
    believed = {each.key for each in records} - strange
    return {party: share.left for party, share in shares(records, strange, believed, FIELD_LOT).items()}


def kilos(amount):
    return {"KGM": Fraction(amount)}


def test_a_lot_that_was_shipped_in_part_is_with_both():
    shipped = moved("shipping", 10, SHOP)

    assert left(shipped, moved("retail_selling", 2)) == {FARM: kilos(18), SHOP: kilos(10)}
    assert left(shipped, (moved("receiving", 10), SHOP)) == {FARM: kilos(20), SHOP: kilos(10)}


def test_nobody_has_none_left_but_by_amounts():
    whole = moved("shipping", 30, SHOP)

    assert left(whole)[FARM] == kilos(0)
    assert left(moved("shipping", None, SHOP)) == {FARM: kilos(30), SHOP: None}
    assert left(moved("shipping", 30, SHOP, unit="H87"))[FARM] == kilos(30)
    assert left(moved("shipping", 30))[FARM] == kilos(30)
    assert left(whole, (moved("receiving", 10), SHOP), (moved("retail_selling", 30), SHOP))[SHOP] is None


def test_a_shipment_that_was_called_back_is_with_the_sender_again():
    assert left(moved("shipping", 10, SHOP), moved("void_shipping", 10, SHOP))[FARM] == kilos(30)


def test_what_was_made_of_it_is_not_left_of_it():
    assert left(a_pack_out(3))[FARM] == kilos(0)


def test_a_stranger_may_have_some_and_takes_nothing_from_anybody():
    strange = (moved("receiving", 30), OTHER), (moved("shipping", 30, SHOP), OTHER)

    assert left(*strange, claimed=(1, 2)) == {FARM: kilos(30), OTHER: None, SHOP: None}


@pytest.mark.parametrize("step", ["storing", "inspecting"])
def test_whoever_only_saw_it_may_have_some(step):
    assert left((moved(step, 30), SHOP))[SHOP] is None
