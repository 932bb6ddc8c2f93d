"""A recall holds for the lot, for all that was made of it, and for nothing that merely lay beside it."""

import pytest

from tests.builders import (
    CASE,
    CONTEXT,
    FARM,
    FIELD_LOT,
    ITEM,
    LOT,
    OTHER_LOT,
    PALLET,
    a_harvest,
    a_pack_out,
    a_packing,
    an_event,
)
from traceability.epcis.event import Event
from traceability.epcis.evidence import EVIDENCE
from traceability.gs1 import digital_link
from traceability.ledger.capture import as_stored
from traceability.proof.kinship import Kinship
from traceability.proof.recalls import NOTICE_TYPE, recalls
from traceability.proof.told import Told

SHOP_GLN, AUTHORITY = "9521234000020", "9521234000044"
NOTICE = "urn:uuid:00000000-0000-4000-8000-000000000001"
OTHER_ITEM = digital_link.item("09521234000020", "B000000000000002")
PROOF = [{"guoji:document": "ab" * 32}]


class Registered:
    """The keys of `owners` have an owner; one party is an authority."""

    def __init__(self, **owners):
        self.owners = owners

    def owner_of(self, identifier):
        return self.owners.get(identifier.rpartition("/")[2])

    def is_authority(self, gln):
        return gln == AUTHORITY


def a_recall(hours=9.0, *lots, units=(), notice=NOTICE, **fields):
    lots = lots or (() if units else (FIELD_LOT,))
    return an_event(
        hours=hours,
        action="OBSERVE",
        bizStep="holding",
        disposition="recalled",
        persistentDisposition={"set": ["recalled"]},
        bizTransactionList=[{"type": NOTICE_TYPE, "bizTransaction": notice}],
        **({"quantityList": [{"epcClass": lot} for lot in lots]} if lots else {}),
        **({"epcList": list(units)} if units else {}),
        **fields,
    )


def a_release(hours=12.0, *lots, evidence=PROOF, notice=NOTICE):
    released = a_recall(hours, *lots, notice=notice, **{EVIDENCE: evidence}).body
    return Event({**released, "persistentDisposition": {"unset": ["recalled"]}}, CONTEXT)


def labelled(item, lot=LOT):
    return an_event(hours=4, action="ADD", epcList=[item], ilmd={"guoji:lot": lot})


def declared_wrong(event):
    declaration = {"declarationTime": "2026-11-21T00:00:00.000Z", "reason": "incorrect_data"}
    return Event({**event.body, "errorDeclaration": declaration}, CONTEXT)


def of(subject, *events, rights=None):
    """The recalls that reach it; each event is of the farm, unless it comes with another party."""
    told = [each if isinstance(each, tuple) else (each, FARM) for each in events]
    held = [as_stored(event, by, n, n.to_bytes(16)) for n, (event, by) in enumerate(told)]
    return recalls(held, list(map(Told.of, held)), rights or Registered(), subject)


def holds(subject, *events, rights=None):
    return any(each.holds for each in of(subject, *events, rights=rights))


MADE = (a_harvest(0), a_pack_out(3), labelled(ITEM))


@pytest.mark.parametrize("hours", [1, 9, -50])
@pytest.mark.parametrize("subject", [FIELD_LOT, LOT, ITEM])
def test_a_recall_of_any_time_reaches_all_that_was_made_of_the_lot(subject, hours):
    assert holds(subject, *MADE, a_recall(hours))
    assert not holds(subject, *MADE)


def test_a_transformation_that_is_told_in_parts_is_one():
    took = {"inputQuantityList": [{"epcClass": FIELD_LOT}], "transformationID": "urn:uuid:1"}
    made = {"outputQuantityList": [{"epcClass": LOT}], "transformationID": "urn:uuid:1"}
    parts = [an_event("TransformationEvent", hours, **part) for hours, part in ((2, took), (3, made))]

    assert holds(LOT, a_harvest(0), *parts, a_recall())
    assert not holds(LOT, a_harvest(0), (parts[0], SHOP_GLN), parts[1], a_recall())


def test_what_was_made_of_another_lot_is_not_recalled():
    other = digital_link.lot("09521234000013", "F2")

    assert not holds(LOT, *MADE, a_harvest(0, lot=other), a_recall(9, other))
    assert not holds(FIELD_LOT, *MADE, a_recall(9, LOT))


def test_a_container_is_recalled_while_a_recalled_lot_lies_in_it():
    packed = (*MADE, a_packing(5, CASE, [LOT, OTHER_LOT]), a_packing(6, PALLET, units=[CASE]), a_recall())

    assert holds(CASE, *packed)
    assert holds(PALLET, *packed)
    assert not holds(CASE, *packed, a_packing(7, CASE, [LOT], action="DELETE"))
    assert not holds(PALLET, *packed, a_packing(7, PALLET, action="DELETE"))


def test_what_lay_beside_a_recalled_lot_is_not_recalled():
    beside = (*MADE, a_harvest(0, lot=OTHER_LOT), labelled(OTHER_ITEM, OTHER_LOT))
    packed = (*beside, a_packing(5, CASE, [LOT, OTHER_LOT], [ITEM, OTHER_ITEM]), a_recall())

    assert holds(ITEM, *packed)
    assert not holds(OTHER_LOT, *packed)
    assert not holds(OTHER_ITEM, *packed)


def test_a_recalled_pallet_recalls_the_items_that_lay_in_it_but_no_lot_of_which_some_did():
    packed = (*MADE, a_packing(5, CASE, [LOT], [ITEM]), a_packing(6, PALLET, units=[CASE]))
    gone = a_packing(7, CASE, units=[ITEM], action="DELETE")
    recalled = a_recall(9, units=[PALLET])
    by_maker = (*packed, gone, recalled)

    assert holds(ITEM, *by_maker, rights=Registered(**{PALLET.rpartition("/")[2]: FARM}))
    assert not of(LOT, *by_maker)


def test_only_whoever_may_recall_does():
    stranger = (a_recall(), SHOP_GLN)

    [claimed] = of(LOT, *MADE, stranger)
    assert (claimed.is_entitled, claimed.holds) == (False, False)
    assert holds(LOT, *MADE, (a_recall(), AUTHORITY))
    assert holds(LOT, *MADE, stranger, rights=Registered(F1=SHOP_GLN))
    assert not holds(LOT, *MADE, a_recall(), rights=Registered(F1=SHOP_GLN))


def test_nobody_has_goods_recalled_by_saying_that_they_were_made_of_recalled_ones():
    other = digital_link.lot("09521234000013", "F2")
    theirs = ((a_harvest(1, lot=other), SHOP_GLN), (a_pack_out(4, other), SHOP_GLN))

    assert not holds(LOT, *MADE, *theirs, (a_recall(9, other), SHOP_GLN))
    assert holds(other, *MADE, *theirs, (a_recall(9, other), SHOP_GLN))


def test_a_recall_that_was_declared_wrong_is_none():
    recall = a_recall()

    assert of(LOT, *MADE, recall, declared_wrong(recall)) == []
    assert holds(LOT, *MADE, recall, (declared_wrong(recall), SHOP_GLN))


def test_a_release_ends_the_recall_for_the_lots_that_it_names():
    both = (*MADE, a_harvest(0, lot=OTHER_LOT), a_recall(9, FIELD_LOT, OTHER_LOT))

    assert not holds(LOT, *both, a_release(12, FIELD_LOT))
    assert holds(OTHER_LOT, *both, a_release(12, FIELD_LOT))
    [ended] = of(LOT, *both, a_release(12, FIELD_LOT))
    assert ended.release is not None


@pytest.mark.parametrize(
    ("release", "by"),
    [
        (a_release(evidence=[]), FARM),
        (a_release(notice="urn:uuid:00000000-0000-4000-8000-000000000002"), FARM),
        (a_release(), SHOP_GLN),
    ],
    ids=["without evidence", "of another notice", "by another party"],
)
def test_a_release_that_is_none_ends_nothing(release, by):
    assert holds(LOT, *MADE, a_recall(), (release, by))


def test_a_release_ends_no_later_recall():
    assert holds(LOT, *MADE, a_release(), a_recall())
    assert not holds(LOT, *MADE, (a_recall(), FARM), (a_release(), AUTHORITY))


def test_every_spelling_of_recalled_is_one():
    spelt = a_recall(9).body | {"persistentDisposition": {"set": ["https://ref.gs1.org/cbv/Disp-recalled"]}}

    assert holds(LOT, *MADE, Event(spelt, CONTEXT))


def test_what_became_of_a_recalled_lot_is_followed_into_its_containers_and_not_to_their_neighbours():
    beside = (a_harvest(0, lot=OTHER_LOT), labelled(OTHER_ITEM, OTHER_LOT))
    packed = (a_packing(5, CASE, [OTHER_LOT], [ITEM, OTHER_ITEM]), a_packing(6, PALLET, units=[CASE]))
    events = (*MADE, *beside, *packed)
    held = [Told.of(as_stored(event, FARM, n, n.to_bytes(16))) for n, event in enumerate(events)]

    assert Kinship(held).reached_from(FIELD_LOT) == {FIELD_LOT, LOT, ITEM, CASE, PALLET}
    assert Kinship(held).reached_from(PALLET) == {PALLET, CASE, ITEM, OTHER_ITEM}
