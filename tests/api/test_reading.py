"""Whoever reads the events of its own party is told nothing of any other, whatever is asked."""

from urllib.parse import quote

import pytest

from tests.api.capturing import GRANTS, a_capture_ledger, partner_of
from tests.builders import LOT, PALLET, a_sighting
from traceability.ledger.capture import capture
from traceability.ledger.grant import Grant
from traceability.store.events import EventTable

READER, OTHER = "9529999000002", "9521321000001"
IDS = {"eventID": "urn:uuid:00000000-0000-4000-8000-000000000001"}


@pytest.fixture(scope="module")
def partner(tmp_path_factory):
    with a_capture_ledger(tmp_path_factory.mktemp("reading")) as ledger:
        events = EventTable(ledger.engine)
        capture([a_sighting(0, PALLET, disposition="active", **IDS)], OTHER, events, ledger.now_ms)
        capture([a_sighting(1, LOT)], READER, events, ledger.now_ms)
        ledger.authorise = lambda token: (
            Grant("read", READER, reads="own") if token == "own" else GRANTS[token]
        )
        with partner_of(ledger) as partner:
            yield partner


def as_reader(partner, path):
    return partner.get(path, headers={"Authorization": "Bearer own"})


def test_queries_give_its_own_events_alone(partner):
    def counted(answer):
        return len(answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"])

    assert counted(partner.get("/events")) == 2
    assert counted(as_reader(partner, "/events")) == 1
    assert counted(as_reader(partner, "/eventTypes/ObjectEvent/events?maxEventCount=1")) == 1
    assert as_reader(partner, "/epcs").json()["member"] == [LOT]
    assert as_reader(partner, "/dispositions").json()["member"] == []


@pytest.mark.parametrize(
    ("there", "nowhere"),
    [
        (f"/events/{IDS['eventID']}", "/events/urn:uuid:0"),
        (f"/epcs/{quote(PALLET, safe='')}", f"/epcs/{quote(PALLET[:-1] + '1', safe='')}"),
        (f"/epcs/{quote(PALLET, safe='')}/events", f"/epcs/{quote(PALLET[:-1] + '1', safe='')}/events"),
        ("/dispositions/active", "/dispositions/damaged"),
    ],
)
def test_what_others_have_is_as_if_it_were_not_there(partner, there, nowhere):
    assert partner.get(there).status_code == 200
    hidden, absent = as_reader(partner, there), as_reader(partner, nowhere)

    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json().keys() == absent.json().keys()
    assert hidden.json()["detail"].partition(" '")[0] == absent.json()["detail"].partition(" '")[0]
