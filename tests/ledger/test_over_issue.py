"""Codes for more than was harvested are refused, whatever order the records come in; the rest is taken."""

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    CASE,
    FARM,
    FIELD_LOT,
    LOT,
    PALLET,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from tests.fakes import FakeEvents
from traceability.epcis.event import Event
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.grant import CAPTURE, Grant
from traceability.ledger.over_issue import OverIssue
from traceability.ledger.parties import Register
from traceability.ledger.permission import Permission
from traceability.proof.balance import Outcome, balance

STRANGER = "9521234000020"


def items(first, count):
    return [digital_link.item("09521234000020", f"A{number:015}") for number in range(first, first + count)]


def labels(first, count, lot=LOT, kg=1, hours=5):
    content = {"guoji:value": kg, "guoji:uom": "KGM"}
    ilmd = {"guoji:lot": lot, "guoji:netContent": content}
    return an_event(
        hours=hours, action="ADD", bizStep="commissioning", epcList=items(first, count), ilmd=ilmd
    )


def kept(*events, party=FARM, store=None):
    store = store or FakeEvents()
    for event in events:
        capture([event], party, store, len(store.kept))
    return store


def found(store, *events, party=FARM):
    return [[str(fault) for fault in faults] for faults in OverIssue(store).faults(events, party)]


def test_codes_beyond_the_harvest_are_refused_and_the_sentence_has_both_numbers():
    store = kept(a_harvest(0), a_pack_out(3), labels(1, 20))

    assert found(store, labels(21, 8)) == [[]]
    [[refusal]] = found(store, labels(21, 9))
    assert refusal == (
        f"/ilmd/guoji:lot: found codes with which 29 KGM of {LOT} would be labelled or packed, "
        "want no more than the 28 KGM that are there; if more was harvested, that must be captured first"
    )


def test_the_codes_of_one_document_count_together_and_only_those_of_the_lot_are_refused():
    store = kept(a_harvest(0), a_pack_out(3))

    assert [bool(each) for each in found(store, labels(1, 14), a_harvest(1), labels(15, 15))] == [
        True,
        False,
        True,
    ]
    assert found(store, labels(1, 14), labels(15, 14)) == [[], []]


def test_a_harvest_in_the_same_document_counts():
    assert found(FakeEvents(), a_harvest(0), labels(1, 30, FIELD_LOT)) == [[], []]
    assert found(FakeEvents(), labels(1, 31, FIELD_LOT), a_harvest(0))[0] != []


def test_a_lot_whose_harvest_is_not_here_yet_is_not_judged():
    assert found(FakeEvents(), labels(1, 90)) == [[]]


def test_what_is_sent_again_is_no_more_than_what_was_sent():
    store = kept(a_harvest(0), a_pack_out(3), labels(1, 28))

    assert found(store, labels(1, 28)) == [[]]


def test_codes_that_came_before_their_harvest_block_no_repetition_but_all_further_ones():
    store = kept(labels(1, 40), a_harvest(0), a_pack_out(3))

    assert found(store, labels(1, 40)) == [[]]
    assert found(store, labels(41, 1)) != [[]]


def test_what_was_taken_out_again_may_be_labelled_though_the_unpacking_names_no_lot():
    packing = an_event(
        "AggregationEvent", 4, action="ADD", parentID=CASE,
        childQuantityList=[{"epcClass": LOT, "quantity": 20, "uom": "KGM"}],
    )  # fmt: skip
    store = kept(a_harvest(0), a_pack_out(3), packing)

    assert found(store, labels(1, 9)) != [[]]
    kept(a_packing(4.5, CASE, action="DELETE"), store=store)
    assert found(store, labels(1, 9)) == [[]]


def test_a_code_that_ended_leaves_room_for_another():
    ended = an_event(hours=6, action="DELETE", bizStep="decommissioning", epcList=items(1, 5))
    store = kept(a_harvest(0), a_pack_out(3), labels(1, 28), ended)

    assert found(store, labels(29, 5, hours=7)) == [[]]
    assert found(store, labels(29, 6, hours=7)) != [[]]


def test_nobody_uses_up_a_lot_that_he_never_held():
    store = kept(a_harvest(0), a_pack_out(3))
    kept(labels(1000, 28), party=STRANGER, store=store)

    assert found(store, labels(1, 28)) == [[]]


def test_of_two_captures_at_one_moment_both_pass_and_the_balance_finds_it():
    store = kept(a_harvest(0), a_pack_out(3))
    one, other = labels(1, 20), labels(21, 20)

    assert found(store, one) == found(store, other) == [[]]

    kept(one, other, store=store)
    assert balance(list(store.kept.values()), LOT).outcome is Outcome.OVER_DRAWN


def test_events_without_codes_of_a_lot_ask_nothing_of_the_store():
    assert found(None, a_harvest(0), a_sighting(1, PALLET)) == [[], []]


def test_an_amount_that_nobody_knows_refuses_nothing():
    unmeasured = a_harvest(0, FIELD_LOT)
    body = {**unmeasured.body, "quantityList": [{"epcClass": FIELD_LOT}]}

    assert found(kept(Event(body, unmeasured.context)), labels(1, 99, FIELD_LOT)) == [[]]


@given(st.lists(st.integers(1, 15), max_size=5), st.integers(1, 15))
def test_codes_are_refused_just_when_their_sum_is_more_than_the_harvest(before, count):
    first, store = 1, kept(a_harvest(0, kg=30))
    for each in before:
        if found(store, labels(first, each, FIELD_LOT)) == [[]]:
            kept(labels(first, each, FIELD_LOT), store=store)
            first += each

    assert (found(store, labels(first, count, FIELD_LOT)) != [[]]) == (first - 1 + count > 30)


def test_only_an_installation_that_wants_it_refuses_them():
    store, events = kept(a_harvest(0)), [labels(1, 31, FIELD_LOT)]

    def refusals(issue):
        return Permission(lambda: Register.of([]), store, issue).refusals(events, Grant(CAPTURE, FARM))

    assert refusals(None) == [[]]
    [[fault]] = refusals(OverIssue(store))
    assert not fault.is_refusal
