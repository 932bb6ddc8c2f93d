"""A harvest that was typed is an event in our profile, and the same words are the same event."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from tests.builders import CASE, CONTEXT, FARM, FIELD, FIELD_LOT, SHOP, a_harvest
from traceability.epcis.event import Event
from traceability.errors import InvalidInput
from traceability.farm.harvest import Harvest, declared_wrong, entry_id_of, harvest_event
from traceability.farm.known import Plot, Product, known
from traceability.gs1 import digital_link
from traceability.ledger.capture import as_stored
from traceability.telemetry.device import Device

PARTY = FARM
NAME = {"guoji:name": {"guoji:zh": "草莓", "guoji:en": "Strawberries"}}
AT = datetime(2026, 11, 22, 7, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
HARVEST = Harvest(
    form=UUID(int=7),
    product=Product("09521234000020", NAME),
    lot="F3-261122",
    kilograms=12.5,
    plot=Plot(FIELD, {"en": "Plot 1"}),
    at=AT,
    photo="ab" * 32,
)


def test_the_event_is_a_harvest_in_our_profile():
    event = harvest_event(HARVEST, PARTY, {"zh": "农场"})

    assert event.is_harvest
    assert event.event_time == AT
    assert {name: event.body[name] for name in ("eventTime", "eventTimeZoneOffset", "action", "bizStep")} == {
        "eventTime": "2026-11-22T07:30:00.000+05:45",
        "eventTimeZoneOffset": "+05:45",
        "action": "ADD",
        "bizStep": "creating_class_instance",
    }
    assert event.body["quantityList"] == [{"epcClass": HARVEST.link, "quantity": 12.5, "uom": "KGM"}]
    assert event.body["readPoint"] == {"id": FIELD, "guoji:name": {"guoji:en": "Plot 1"}}
    assert event.body["ilmd"] == {**NAME, "guoji:harvestDate": "2026-11-22"}
    assert event.body["guoji:party"] == {"guoji:name": {"guoji:zh": "农场"}}
    assert event.body["guoji:photo"] == "ab" * 32
    assert event.body["guoji:entered"] == {"guoji:by": "person", "guoji:form": event.body["eventID"]}


def test_without_a_photo_and_a_name_of_the_farm_nothing_is_said_of_them():
    event = harvest_event(replace(HARVEST, photo=None), PARTY, {})

    assert not {"guoji:photo", "guoji:party"} & event.body.keys()


def test_the_same_words_in_the_same_form_are_the_same_entry_and_any_other_is_another():
    others = [
        replace(HARVEST, form=UUID(int=8)),
        replace(HARVEST, lot="F3-261123"),
        replace(HARVEST, kilograms=12.6),
        replace(HARVEST, plot=Plot(SHOP, {})),
        replace(HARVEST, at=AT + timedelta(minutes=1)),
        replace(HARVEST, photo=None),
        replace(HARVEST, product=Product("09521234000013", NAME)),
    ]

    ids = {each.entry_id(PARTY) for each in (HARVEST, *others)} | {HARVEST.entry_id("9521234000013")}

    assert replace(HARVEST).entry_id(PARTY) == HARVEST.entry_id(PARTY)
    assert len(ids) == len(others) + 2


def test_two_alike_crates_have_event_hashes_of_their_own_so_that_one_can_be_declared_wrong():
    one, two = (harvest_event(replace(HARVEST, form=UUID(int=number)), PARTY, {}) for number in (1, 2))

    assert one.hash().uri != two.hash().uri
    assert declared_wrong(one, "incorrect_data", 5).hash().uri == one.hash().uri


def test_a_declaration_repeats_the_event_and_is_a_persons_word_too():
    event = harvest_event(HARVEST, PARTY, {})

    declaration = declared_wrong(event, "did_not_occur", 1_800_000_000_000)

    assert declaration.body["errorDeclaration"] == {
        "declarationTime": "2027-01-15T08:00:00.000+00:00",
        "reason": "did_not_occur",
        "guoji:entered": {"guoji:by": "person"},
    }
    assert {**event.body, "errorDeclaration": declaration.body["errorDeclaration"]} == declaration.body
    assert entry_id_of(declaration) == event.body["eventID"]


def test_a_reason_of_ones_own_is_refused():
    with pytest.raises(InvalidInput, match="reason is 'because', want one of incorrect_data"):
        declared_wrong(a_harvest(), "because", 5)


def test_an_event_that_came_in_another_way_has_no_form():
    assert entry_id_of(a_harvest()) is None
    assert entry_id_of(a_harvest(**{"guoji:entered": "person"})) is None


def stored(event):
    return as_stored(event, PARTY, 5, bytes(16))


def test_what_was_harvested_before_is_known_the_last_one_first():
    newest = a_harvest(2, lot=HARVEST.link, ilmd={**NAME, "guoji:growingSince": "2026-01-01"})
    plot = {"id": FIELD, "guoji:name": {"guoji:en": "Plot 1"}}
    older = a_harvest(1, readPoint=plot, **{"guoji:party": {"guoji:name": {"guoji:en": "The farm"}}})
    device = Device("soil-1", "https://id.gs1.org/8004/9521234S", PARTY, {}, SHOP, cold_chain=False)

    found = known(
        [stored(newest), stored(older)],
        [device],
    )

    assert [product.gtin for product in found.products] == ["09521234000020", "09521234000013"]
    assert found.products[0].master_data == NAME
    assert [(plot.link, plot.name) for plot in found.plots] == [(FIELD, {"en": "Plot 1"}), (SHOP, {})]
    assert found.plots[0].part == "PLOT-1"
    assert found.party_name == {"en": "The farm"}


@pytest.mark.parametrize("goods", ["urn:epc:class:lgtin:1", CASE, "x:y"])
@pytest.mark.parametrize("place", ["urn:x:y", CASE])
def test_a_partners_harvest_of_other_shape_gives_nothing_to_choose(goods, place):
    odd = a_harvest(lot=goods, readPoint={"id": place, "guoji:name": 5}, ilmd=[])

    assert known([stored(Event(odd.body, CONTEXT))], []) == known([], [])


def test_a_plot_without_a_part_has_none():
    assert Plot(digital_link.place(PARTY), {}).part is None
    assert HARVEST.link != FIELD_LOT
