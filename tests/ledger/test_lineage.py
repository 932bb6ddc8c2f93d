"""A trace holds what happened to the goods, while it happened to them, and nothing of their neighbours."""

from datetime import timedelta

import pytest

from tests.builders import (
    CASE,
    FARM,
    FIELD,
    ITEM,
    LOGGER,
    LOT,
    OTHER_LOT,
    PALLET,
    SHOP,
    START,
    STATION,
    a_fitting,
    a_harvest,
    a_pack_out,
    a_packing,
    a_sighting,
    an_event,
)
from traceability.epcis.event import Event
from traceability.ledger.attachments import Attachment
from traceability.ledger.capture import as_stored
from traceability.ledger.lineage import MOST_STAYS, Lineage, lineage
from traceability.proof.history import FOREVER, Span, told_in
from traceability.proof.told import Told


def trace(subject: str, *events: Event) -> Lineage:
    stored = [as_stored(event, FARM, 0, n.to_bytes(16)) for n, event in enumerate(events)]
    return lineage(subject, told_in(map(Told.of, stored)))


def hours_of(line: Lineage) -> list[float]:
    return [(each.at - START) / timedelta(hours=1) for each in line.told]


def at(hours: float) -> object:
    return START + timedelta(hours=hours)


def test_a_packed_lot_leads_back_to_its_harvest():
    assert hours_of(trace(LOT, a_harvest(0), a_pack_out(3))) == [0, 3]


def test_what_happens_to_the_loose_fruit_after_packing_is_another_story():
    late = a_harvest(9)

    assert hours_of(trace(LOT, a_harvest(0), a_pack_out(3), late)) == [0, 3]


@pytest.mark.parametrize(("hours", "inside"), [(4, False), (6, True), (9, False)])
def test_a_pallet_counts_only_while_the_lot_was_on_it(hours, inside):
    events = [a_packing(5, PALLET, [LOT]), a_packing(8, PALLET, [LOT], action="DELETE")]

    line = trace(LOT, *events, a_sighting(hours, PALLET))

    assert (hours in hours_of(line)) is inside


def test_a_pallet_that_is_emptied_whole_lets_go_of_the_lot():
    events = [a_packing(5, PALLET, [LOT]), a_packing(8, PALLET, action="DELETE"), a_sighting(9, PALLET)]

    assert hours_of(trace(LOT, *events)) == [5, 8]


def test_a_lot_in_a_case_on_a_pallet_travels_with_the_pallet():
    events = [a_packing(1, CASE, [LOT]), a_packing(2, PALLET, units=[CASE]), a_sighting(3, PALLET)]

    assert hours_of(trace(LOT, *events)) == [1, 2, 3]


def test_the_neighbour_on_the_pallet_stays_out_of_the_trace():
    events = [
        a_packing(2, PALLET, [LOT, OTHER_LOT]),
        an_event(hours=1, action="OBSERVE", epcList=[OTHER_LOT]),
    ]

    assert hours_of(trace(LOT, *events)) == [2]


def test_a_scanned_pallet_opens_what_it_holds():
    assert hours_of(trace(PALLET, a_harvest(0), a_pack_out(1), a_packing(2, PALLET, [LOT]))) == [0, 1, 2]


def test_an_item_leads_to_its_lot():
    label = an_event(hours=4, action="ADD", epcList=[ITEM], ilmd={"guoji:lot": LOT})

    assert hours_of(trace(ITEM, a_harvest(0), a_pack_out(3), label)) == [0, 3, 4]


def test_packing_in_a_circle_ends():
    events = [a_packing(1, CASE, units=[PALLET]), a_packing(2, PALLET, units=[CASE])]

    assert hours_of(trace(CASE, *events)) == [1, 2]


def test_a_station_applies_from_its_installing_up_to_the_harvest():
    line = trace(LOT, a_fitting(-90, FIELD, STATION), a_harvest(0), a_pack_out(3))

    assert line.attachments == (Attachment(STATION, Span(at(-90), at(0)), cold_chain=False, fitted_by=FARM),)


def test_a_logger_applies_while_it_is_on_the_pallet_and_the_lot_too():
    line = trace(
        LOT,
        a_fitting(1, PALLET, LOGGER),
        a_packing(2, PALLET, [LOT]),
        a_packing(8, PALLET, [LOT], action="DELETE"),
        a_fitting(9, PALLET, LOGGER, action="DELETE"),
    )

    assert line.attachments == (Attachment(LOGGER, Span(at(2), at(8)), cold_chain=True, fitted_by=FARM),)


def test_a_probe_on_the_shelf_applies_from_stocking_until_the_lot_is_seen_elsewhere():
    fitted, stocked = a_fitting(0, SHOP, LOGGER), a_sighting(5, LOT, "stocking", place=SHOP)

    still_there = trace(LOT, fitted, stocked)
    gone = trace(LOT, fitted, stocked, a_sighting(7, LOT, place=FIELD))

    assert [each.span for each in still_there.attachments] == [Span(at(5), FOREVER)]
    assert [each.span for each in gone.attachments] == [Span(at(5), at(7))]


@pytest.mark.parametrize(
    ("step", "end"), [("recalling", FOREVER), ("inspecting", FOREVER), ("shipping", at(7))]
)
def test_an_event_that_names_no_place_ends_no_stay_unless_the_goods_left(step, end):
    fitted, stocked = a_fitting(0, SHOP, LOGGER), a_sighting(5, LOT, "stocking", place=SHOP)
    seen = a_sighting(7, LOT, step)
    del seen.body["readPoint"]

    line = trace(LOT, fitted, stocked, seen)

    assert [each.span for each in line.attachments] == [Span(at(5), end)]


def test_a_full_case_is_walked_in_one_go_and_not_once_for_each_pair():
    """Seen as work, not as time: each event is asked for what it mentions a few times, whatever it holds."""
    items = [f"https://id.gs1.org/01/09521234000020/21/A{number:015}" for number in range(400)]
    asked = []

    class Counting(Event):
        def identifiers(self):
            asked.append(self)
            return super().identifiers()

    plain = a_packing(1, CASE, units=items)
    line = trace(CASE, Counting(plain.body, plain.context))

    assert len(line.told) == 1
    assert len(asked) < 10


def test_a_history_that_reaches_further_than_is_walked_says_so():
    items = [f"https://id.gs1.org/01/09521234000020/21/A{number:015}" for number in range(MOST_STAYS)]

    assert trace(CASE, a_packing(1, CASE, units=items)).is_cut
    assert not trace(CASE, a_packing(1, CASE, units=items[:5])).is_cut


def test_a_station_counts_from_when_the_fruit_began_to_grow():
    since = (START - timedelta(hours=20)).isoformat(timespec="milliseconds")
    harvest = a_harvest(0, ilmd={"guoji:growingSince": since})

    line = trace(LOT, a_fitting(-90, FIELD, STATION), harvest, a_pack_out(3))

    assert [each.span for each in line.attachments] == [Span(at(-20), at(0))]


def test_a_voided_packing_packs_nothing():
    packing = a_packing(5, PALLET, [LOT])
    declared = {"declarationTime": "2026-11-21T00:00:00.000Z", "reason": "did_not_occur"}
    voiding = Event({**packing.body, "errorDeclaration": declared}, packing.context)

    assert hours_of(trace(LOT, packing, voiding, a_sighting(6, PALLET))) == [5, 5]
