"""What a recall touches, who has it, and what may end it."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from tests.builders import (
    CASE,
    FARM,
    FIELD_LOT,
    ITEM,
    LOT,
    OTHER_LOT,
    PALLET,
    SHOP,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from tests.fakes import FakeEvents, FakeRecalls
from traceability.errors import InvalidInput, NotAuthorised, Unknown
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.parties import Party, Register
from traceability.ledger.recall import Order, check_new, recall_events, release_events
from traceability.ledger.recalled import RecallReader
from traceability.ledger.recalling import evidence, look

PACKHOUSE, SHOPKEEPER, AUTHORITY = "9521234000013", "9521234000020", "9521234000044"
NOTICE = "urn:uuid:00000000-0000-4000-8000-000000000001"
OTHER_ITEM = digital_link.item("09521234000020", "B000000000000002")


class World:
    def __init__(self, *parties):
        self.events, self.parties = FakeEvents(), Register.of(parties)
        self.reader = RecallReader(FakeRecalls(self.events), self.parties)

    def tell(self, *events, party=FARM):
        return [capture([event], party, self.events, len(self.events.kept))[0].key for event in events]

    def look(self, subject=FIELD_LOT):
        return look(subject, self.events, self.reader)

    def recall(self, subject=FIELD_LOT, party=FARM):
        self.tell(*recall_events(an_order(subject, party), self.look(subject).touched), party=party)

    def holds(self, subject):
        return any(each.holds for each in self.look(subject).recalls)


def an_order(subject=FIELD_LOT, party=FARM, **fields):
    values = {
        "notice": NOTICE,
        "reason": {"zh": "农药残留超标", "en": "residue above its limit"},
        "advice": {},
        "level": "1",
        "at": datetime(2026, 11, 22, 3, tzinfo=UTC),
    }
    return Order(subject=subject, party=party, **values | fields)


def labelled(item, lot=LOT, hours=4):
    return an_event(hours=hours, action="ADD", epcList=[item], ilmd={"guoji:lot": lot})


def shipped(hours, unit, to):
    destination = {"type": "possessing_party", "destination": f"https://id.gs1.org/417/{to}"}
    return a_sighting(hours, unit, "shipping", destinationList=[destination])


@pytest.fixture
def world():
    world = World()
    world.tell(a_harvest(0), a_pack_out(3), labelled(ITEM))
    world.tell(a_packing(5, CASE, [OTHER_LOT], [ITEM, OTHER_ITEM]), a_packing(6, PALLET, units=[CASE]))
    return world


def holders(looked):
    return {each.goods: each.holder for each in looked.touched.reached}


def test_all_that_came_of_the_lot_is_found_and_nothing_that_lay_beside_it(world):
    touched = world.look().touched

    assert [each.goods for each in touched.reached] == [FIELD_LOT, CASE, PALLET, LOT, ITEM]
    assert {each.kind for each in touched.reached} == {"lot", "sscc", "item"}


def test_what_lies_on_a_pallet_is_where_the_pallet_went(world):
    world.tell(shipped(7, PALLET, SHOPKEEPER))
    assert holders(world.look())[ITEM] == SHOPKEEPER
    assert holders(world.look())[LOT] == FARM

    world.tell(a_sighting(8, PALLET, "receiving", SHOP), party=SHOPKEEPER)
    [item] = [each for each in world.look().touched.reached if each.goods == ITEM]
    assert (item.holder, item.step, item.place) == (SHOPKEEPER, "receiving", SHOP)


def test_what_was_taken_out_stays_where_it_was(world):
    world.tell(a_packing(7, CASE, units=[ITEM], action="DELETE"), party=PACKHOUSE)
    world.tell(shipped(8, PALLET, SHOPKEEPER))

    assert holders(world.look())[ITEM] == PACKHOUSE


def test_whoever_was_never_handed_it_is_asked_too_but_nothing_is_gone_by_its_word(world):
    world.tell(a_sighting(8, PALLET, "destroying", SHOP), party=AUTHORITY)

    [pallet] = [each for each in world.look().touched.reached if each.goods == PALLET]
    assert (pallet.holder, pallet.is_claimed, pallet.is_gone) == (AUTHORITY, True, False)


def test_what_is_sold_is_gone_and_whoever_sold_it_is_asked(world):
    world.tell(shipped(7, CASE, SHOPKEEPER))
    world.tell(a_packing(8, CASE, units=[ITEM], action="DELETE"), party=SHOPKEEPER)
    world.tell(a_sighting(9, ITEM, "retail_selling"), party=SHOPKEEPER)
    touched = world.look(LOT).touched

    assert [each.goods for each in touched.reached if each.is_gone] == [ITEM]
    assert SHOPKEEPER in touched.parties


def test_it_says_how_much_of_the_lot_is_accounted_for(world):
    destroyed = {"epcClass": LOT, "quantity": 7, "uom": "KGM"}
    gone = an_event(hours=8, action="DELETE", bizStep="destroying", quantityList=[destroyed])
    world.tell(gone)

    [amount] = world.look().touched.amounts
    assert (amount.had, amount.accounted, amount.destroyed) == (30, Fraction(9), 7)


def test_a_recall_names_the_whole_lot_and_holds_what_is_known_of_it(world):
    recall, hold = recall_events(an_order(), world.look().touched)

    assert recall.body["quantityList"] == [{"epcClass": FIELD_LOT}]
    assert recall.body["persistentDisposition"] == {"set": ["recalled"]}
    assert "persistentDisposition" not in hold.body
    assert (hold.body["epcList"], hold.body["quantityList"]) == ([CASE, PALLET, ITEM], [{"epcClass": LOT}])


def test_a_hold_does_not_make_the_recaller_the_holder(world):
    world.tell(shipped(7, PALLET, SHOPKEEPER))
    world.recall()

    assert holders(world.look())[PALLET] == SHOPKEEPER
    assert world.holds(FIELD_LOT)


def test_goods_are_recalled_once(world):
    check_new(an_order(), world.look().recalls)
    world.recall()

    with pytest.raises(InvalidInput, match=f"recalled already, by {FARM}: {NOTICE}"):
        check_new(an_order(), world.look().recalls)
    check_new(an_order(LOT), world.look(LOT).recalls)
    check_new(an_order(party=AUTHORITY), world.look().recalls)


def test_only_the_maker_the_owner_or_an_authority_may(world):
    world.look().check_may_recall(FARM, world.parties)
    with pytest.raises(NotAuthorised):
        world.look().check_may_recall(SHOPKEEPER, world.parties)
    world.look().check_may_recall(AUTHORITY, Register.of([Party(AUTHORITY, "", is_authority=True)]))


def test_of_what_nobody_recorded_nothing_can_be_recalled(world):
    with pytest.raises(Unknown):
        world.look(digital_link.lot("09521234000013", "F9"))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"reason": {}}, "no reason"),
        ({"reason": {"en": " "}}, "the reason has 1 characters"),
        ({"advice": {"en": "a" * 201}}, "the advice has 201 characters"),
        ({"reason": {"en": "two\nlines"}}, "printable"),
        ({"level": "9"}, "want one of 1, 2, 3"),
    ],
)
def test_an_order_that_nobody_could_read_is_refused(fields, why):
    with pytest.raises(InvalidInput, match=why):
        an_order(**fields)


def release(world, events=(), documents=()):
    looked = world.look()
    recall = looked.recall()
    proof = list(evidence(looked, recall, events, documents))
    world.tell(*release_events(an_order(), recall, looked.touched, proof))


def destroyed(hours=8, lot=LOT):
    goods = [{"epcClass": lot, "quantity": 28, "uom": "KGM"}]
    return an_event(hours=hours, action="DELETE", bizStep="destroying", quantityList=goods)


def test_a_release_with_evidence_ends_the_recall_of_everything(world):
    world.recall()
    assert world.holds(FIELD_LOT)
    [key] = world.tell(destroyed())

    release(world, [key], ["ab" * 32])

    assert not world.holds(FIELD_LOT)
    assert world.look().recalls[0].evidence == 2


def test_there_is_no_release_without_evidence_or_without_a_recall(world):
    with pytest.raises(InvalidInput, match="holds none, want one recall"):
        release(world, documents=["ab" * 32])
    world.recall()
    with pytest.raises(InvalidInput, match="no evidence"):
        release(world)
    assert world.holds(FIELD_LOT)


def test_an_event_that_shows_no_correction_is_no_evidence(world):
    [early] = world.tell(destroyed(7, lot=FIELD_LOT))
    world.recall()
    [seen] = world.tell(a_sighting(9, CASE, "inspecting", disposition="non_conformant"))
    [other] = world.tell(destroyed(9, lot=digital_link.lot("09521234000013", "F9")))

    for key in (early, other, "ab" * 32):
        with pytest.raises(InvalidInput, match="newer than the recall"):
            release(world, [key])
    with pytest.raises(InvalidInput, match="disposition non_conformant, want DELETE"):
        release(world, [seen])
