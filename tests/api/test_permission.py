"""What is not a party's to say is refused on every way in, and told with its place and whose it is."""

import json

import pytest

from tests.api.capturing import a_capture_ledger, partner_of
from tests.builders import CONTEXT, FIELD_LOT, LOT, a_harvest, a_sighting, an_event
from traceability.ledger.parties import Party

OWNER = "9521321000001"
"""Whose token is "another"; "capture" is a stranger's."""
TOLD = f"{FIELD_LOT} is of party {OWNER}"


@pytest.fixture
def ledger(tmp_path):
    with a_capture_ledger(tmp_path) as ledger:
        ledger.parties.keep(Party(OWNER, "Farm", ("9521234",)))
        yield ledger


@pytest.fixture
def partner(ledger):
    with partner_of(ledger) as partner:
        yield partner


def a_document(*events):
    return json.dumps(
        {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-08-15T14:00:00Z",
            "epcisBody": {"eventList": [dict(event.body) for event in events]},
        }
    ).encode()


def refused(answer):
    assert (answer.status_code, answer.json()["type"]) == (403, "epcisException:SecurityException")
    return answer.json()["detail"]


def test_under_rollback_all_are_refused(partner, ledger):
    told = refused(partner.post("/capture", content=a_document(a_sighting(1, LOT), a_harvest())))

    assert told.startswith(f"/epcisBody/eventList/1: {TOLD}")
    assert ledger.kept() == []


def test_under_proceed_exactly_those_that_are_allowed_are_kept_and_the_job_tells_the_others(partner, ledger):
    document = a_document(a_sighting(1, LOT), a_harvest(), a_sighting(2, LOT))
    answer = partner.post("/capture", content=document, headers={"GS1-Capture-Error-Behaviour": "proceed"})
    job = partner.get(answer.headers["Location"].removeprefix("/epcis")).json()

    assert [each["eventTime"] for each in ledger.kept()] == [
        a_sighting(1, LOT).body["eventTime"],
        a_sighting(2, LOT).body["eventTime"],
    ]
    [error] = job["errors"]
    assert error["detail"].startswith(f"/epcisBody/eventList/1: {TOLD}")
    assert job["success"] is False


def test_a_single_event_is_refused_from_a_stranger_and_taken_from_the_owner(partner, ledger):
    event = json.dumps({"@context": CONTEXT, **a_harvest().body})

    assert TOLD in refused(partner.post("/events", content=event))
    assert ledger.kept() == []
    owner = {"Authorization": "Bearer another"}
    assert partner.post("/events", content=event, headers=owner).status_code == 201


def test_what_is_malformed_is_told_as_such_first(partner):
    answer = partner.post("/capture", content=a_document(a_harvest(), an_event(action="SEEN")))

    assert answer.status_code == 400
