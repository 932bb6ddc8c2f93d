"""A search for one party answers as if there were no events but those that concern it."""

import pytest

from tests.builders import LOT, PALLET, SHOP, a_pack_out, a_sighting
from traceability.epcis.query.query import Condition, Query
from traceability.errors import QueryTooLarge
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.parties import Party
from traceability.store import candidates, search
from traceability.store.events import EventTable
from traceability.store.parties import PartyTable
from traceability.store.search import EventSearch

OWNER, SHOPKEEPER, CARRIER, STRANGER = "9521321000001", "9521234000020", "9529999000002", "9521111000006"
FOREIGN = digital_link.lot("09529999000002", "X1")
ELSEWHERE = digital_link.place("9529999000002", "DOCK")
TO_SHOP = [{"type": "owning_party", "destination": digital_link.party(SHOPKEEPER)}]
SHIPPED = Condition("EQ", ("bizStep",), ("shipping",))


@pytest.fixture
def store(engine):
    PartyTable(engine).keep(Party(OWNER, "Farm", ("9521234",)))
    return engine


def keep(engine, event, submitter):
    [captured] = capture([event], submitter, EventTable(engine), 1_790_000_000_000)
    return captured.key


def found(engine, party, query=Query()):  # noqa: B008 - a frozen value
    page = EventSearch(engine).only_for(party).find(query, None, 100)
    assert page.end is None
    return [each.key for each in page.events]


def test_events_concern_who_captured_them_whom_they_name_and_whose_keys_they_are_of(store):
    of_owner = keep(store, a_sighting(1, LOT, place=ELSEWHERE), CARRIER)
    to_shop = keep(store, a_sighting(2, FOREIGN, place=ELSEWHERE, destinationList=TO_SHOP), STRANGER)
    at_shop = keep(store, a_sighting(3, FOREIGN, place=SHOP), STRANGER)

    assert found(store, OWNER) == [of_owner, to_shop, at_shop]  # the shop's GLN is under its prefix
    assert found(store, SHOPKEEPER) == [to_shop, at_shop]
    assert found(store, CARRIER) == [of_owner, to_shop]
    assert found(store, STRANGER) == [to_shop, at_shop]
    assert found(store, "9521999000009") == []


@pytest.mark.parametrize("order", [None, "eventTime"])
@pytest.mark.parametrize("conditions", [(), (SHIPPED,)])
def test_no_page_ends_at_an_event_of_others(store, order, conditions, monkeypatch):
    monkeypatch.setattr(candidates, "WINDOW", 2)
    own = []
    for hour in range(9):
        submitter = STRANGER if hour % 4 == 0 else CARRIER
        key = keep(store, a_sighting(hour, FOREIGN, place=digital_link.place("9521321000001")), submitter)
        own += [key] if submitter == STRANGER else []
    mine, query, places, after = EventSearch(store).only_for(STRANGER), Query(conditions, order), [], None
    seen = []
    while True:
        page = mine.find(query, after, 1)
        seen += [each.key for each in page.events]
        after = page.end
        if after is None:
            break
        places.append(after.number)

    assert sorted(seen) == sorted(own)
    assert set(places) <= {1, 5, 9}


def test_counts_and_what_occurs_are_of_its_own_events(store):
    keep(store, a_sighting(0, PALLET), OWNER)
    keep(store, a_sighting(1, FOREIGN, place=ELSEWHERE), STRANGER)
    keep(store, a_pack_out(2), OWNER)
    mine = EventSearch(store).only_for(STRANGER)

    mine.check_count(Query(max_event_count=1))
    with pytest.raises(QueryTooLarge):
        EventSearch(store).only_for(OWNER).check_count(Query(max_event_count=1))
    assert [value for _, value in mine.values("epc", b"", 9)] == [FOREIGN]
    assert [value for _, value in mine.values("bizStep", b"", 9)] == ["shipping"]
    assert (mine.occurs("epc", FOREIGN), mine.occurs("epc", PALLET)) == (True, False)
    assert EventSearch(store).occurs("epc", PALLET)


def test_what_occurs_is_listed_in_pages_and_not_of_too_many_events(store, monkeypatch):
    for hour, step in enumerate(("shipping", "receiving", "storing")):
        keep(store, a_sighting(hour, FOREIGN, step), STRANGER)
    mine = EventSearch(store).only_for(STRANGER)
    pages, after = [], b""
    while page := mine.values("bizStep", after, 1):
        pages += [value for _, value in page]
        after = page[-1][0]

    assert sorted(pages) == ["receiving", "shipping", "storing"]
    monkeypatch.setattr(search, "MOST_OWN", 2)
    with pytest.raises(QueryTooLarge, match="more than 2 events concern party"):
        mine.values("bizStep", b"", 9)
