"""Nobody gets goods out of a recall by taking words back, by clocks, by spelling, or by empty papers."""

import pytest

from tests.builders import (
    CASE,
    CONTEXT,
    FARM,
    FIELD_LOT,
    ITEM,
    LOT,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from tests.fakes import FakeEvents, FakeRecalls
from traceability.epcis.event import Event
from traceability.epcis.evidence import EVIDENCE
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.parties import Register
from traceability.ledger.recalled import RecallReader
from traceability.ledger.recalling import look
from traceability.proof.recalls import NOTICE_TYPE

PACKHOUSE, SHOP = "9521234000013", "9521234000020"
SECOND = digital_link.lot("09521234000020", "Q1")
SHORT = digital_link.item("09521234000013", "S1")
CARRYING = f"{FIELD_LOT}/21/S1"


class World:
    def __init__(self):
        self.events = FakeEvents()
        self.reader = RecallReader(FakeRecalls(self.events), Register.of([]))

    def tell(self, *events, party=FARM):
        return [capture([event], party, self.events, len(self.events.kept))[0].key for event in events]

    def holds(self, subject):
        found = self.reader.reaching(subject, self.events.telling, self.events).notices
        return any(each.holds for each in found)

    def touched(self):
        return look(FIELD_LOT, self.events, self.reader).touched


@pytest.fixture
def world():
    world = World()
    world.tell(a_harvest(0))
    return world


def a_recall(goods=FIELD_LOT, lasting="set", **fields):
    named = {"quantityList": [{"epcClass": goods}]} if "/10/" in goods else {"epcList": [goods]}
    return an_event(
        hours=90,
        action="OBSERVE",
        bizStep="holding",
        persistentDisposition={lasting: ["recalled"]},
        **named,
        **fields,
    )


def declared_wrong(event):
    declaration = {"declarationTime": "2026-11-30T00:00:00.000Z", "reason": "incorrect_data"}
    return Event({**event.body, "errorDeclaration": declaration}, CONTEXT)


def labelled(item, **fields):
    return an_event(hours=6, action="ADD", bizStep="commissioning", epcList=[item], **fields)


def test_what_its_maker_takes_back_after_the_recall_stays_recalled_and_listed(world):
    pack_out, label = a_pack_out(3), labelled(ITEM, ilmd={"guoji:lot": LOT})
    world.tell(pack_out, label, party=PACKHOUSE)
    world.tell(a_recall())
    world.tell(declared_wrong(pack_out), declared_wrong(label), party=PACKHOUSE)

    assert world.holds(LOT)
    assert world.holds(ITEM)
    assert {each.goods for each in world.touched().reached} == {FIELD_LOT, LOT, ITEM}


def test_what_was_declared_wrong_before_the_recall_is_not_reached(world):
    pack_out = a_pack_out(3)
    world.tell(pack_out, declared_wrong(pack_out), party=PACKHOUSE)
    world.tell(a_sighting(4, LOT), a_recall())

    assert not world.holds(LOT)
    assert [each.goods for each in world.touched().reached] == [FIELD_LOT]


def test_goods_are_reached_though_they_were_made_before_what_they_are_made_of(world):
    world.tell(a_pack_out(5), a_pack_out(4, source=LOT, made=SECOND), a_recall())

    assert world.holds(SECOND)


@pytest.mark.parametrize("made_as", [SHORT, CARRYING])
@pytest.mark.parametrize("scanned", [SHORT, CARRYING])
def test_an_item_is_one_whether_or_not_its_link_carries_its_lot(world, made_as, scanned):
    lot = {} if made_as == CARRYING else {"ilmd": {"guoji:lot": FIELD_LOT}}
    world.tell(labelled(made_as, **lot), a_recall())

    assert world.holds(scanned)
    assert made_as in {each.goods for each in world.touched().reached}


def test_an_item_that_only_its_link_says_the_lot_of_is_reached_inside_of_a_container(world):
    world.tell(a_packing(5, CASE, units=[CARRYING]), a_recall())

    assert world.holds(CARRYING)
    assert world.holds(CASE)


def test_a_stranger_has_no_item_recalled_by_spelling_it_with_a_recalled_lot(world):
    world.tell(labelled(SHORT), a_recall())
    world.tell(a_sighting(7, CARRYING), a_packing(8, CASE, units=[CARRYING]), party=SHOP)

    assert not world.holds(SHORT)


def test_a_stranger_has_no_item_recalled_by_packing_it_into_its_own_container(world):
    world.tell(labelled(SHORT))
    world.tell(a_packing(7, CASE, units=[SHORT]), a_packing(8, CASE, units=[CARRYING]), party=SHOP)
    world.tell(a_recall(CASE), party=SHOP)

    assert not world.holds(SHORT)


@pytest.mark.parametrize(
    "evidence",
    ["trust me", ["trust me"], [{}], [{"guoji:document": "x"}], [{"guoji:event": "ab" * 32}]],
)
def test_what_is_no_evidence_ends_no_recall(world, evidence):
    world.tell(a_recall(), a_recall(lasting="unset", **{EVIDENCE: evidence}))

    assert world.holds(FIELD_LOT)


def test_an_event_that_is_here_or_the_digest_of_a_document_is_evidence(world):
    [_, key] = world.tell(a_recall(), a_sighting(95, FIELD_LOT))
    world.tell(a_recall(lasting="unset", **{EVIDENCE: [{"guoji:event": key}, {"guoji:document": "ab" * 32}]}))

    assert not world.holds(FIELD_LOT)


def test_whoever_names_a_notice_beside_a_shipment_is_listed_all_the_same(world):
    notice = {"bizTransactionList": [{"type": NOTICE_TYPE, "bizTransaction": "urn:x:1"}]}
    to = [{"type": "possessing_party", "destination": f"https://id.gs1.org/417/{SHOP}"}]
    goods = {"quantityList": [{"epcClass": FIELD_LOT, "quantity": 30, "uom": "KGM"}]}
    world.tell(an_event(hours=3, action="OBSERVE", bizStep="receiving", **goods, **notice), party=PACKHOUSE)
    world.tell(
        an_event(hours=4, action="OBSERVE", bizStep="shipping", destinationList=to, **goods, **notice),
        party=PACKHOUSE,
    )
    touched = world.touched()

    assert set(touched.parties) == {FARM, PACKHOUSE, SHOP}
    assert {PACKHOUSE, SHOP} <= {each.holder for each in touched.reached}
