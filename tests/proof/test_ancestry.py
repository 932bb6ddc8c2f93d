"""What goods may be recalled with is found in time that grows as they do."""

from itertools import count

from tests.builders import CASE, FARM, a_packing, an_event
from traceability.gs1 import digital_link
from traceability.ledger.capture import as_stored
from traceability.proof import ancestry as walk
from traceability.proof.history import told_in
from traceability.proof.told import Told


def a_box_of(units):
    items = [digital_link.item("09521234000020", f"C{each:015}") for each in range(units)]
    events = [an_event(action="ADD", epcList=items), a_packing(1, CASE, units=items)]
    at_ms = count()
    told = [Told.of(as_stored(each, FARM, next(at_ms), bytes(16))) for each in events]
    return items, told_in(told)


def test_a_box_leads_to_all_that_it_holds_and_an_item_to_its_box_alone():
    items, telling = a_box_of(3)

    assert walk.ancestry(CASE, telling).names == {CASE, *items}
    assert walk.ancestry(items[0], telling).names == {CASE, items[0]}


def test_a_box_of_twice_as_many_items_takes_no_more_than_twice_as_many_looks_at_names(monkeypatch):
    looks = []
    plain = walk.plain
    monkeypatch.setattr(walk, "plain", lambda name: looks.append(name) or plain(name))

    def looked(units):
        looks.clear()
        walk.ancestry(CASE, a_box_of(units)[1])
        return len(looks)

    assert looked(200) <= 2 * looked(100)
