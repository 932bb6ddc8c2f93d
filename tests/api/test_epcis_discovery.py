"""The root of the interface names what is there, and every path tells what is spoken at it."""

import pytest

from api.epcis_headers import VERSION
from tests.api.capturing import refused

LISTED = ["eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions"]


@pytest.mark.parametrize("path", ["", "/"])
def test_the_root_names_the_resources_that_are_there(partner, path):
    answer = partner.get(path)

    assert answer.status_code == 200
    assert answer.json()["type"] == "Collection"
    assert set(answer.json()["member"]) >= {"capture", "events", *LISTED}
    for name in answer.json()["member"]:
        assert partner.get(f"/{name}").status_code == 200


def test_the_root_is_for_whoever_may_ask(partner):
    refused(partner.get("", headers={"Authorization": ""}), 401, "SecurityException")
    refused(partner.get("?EQ_bizStep=shipping"), 400, "QueryParameterException", "no parameter of the list")


def test_every_path_tells_anybody_what_is_spoken_there(partner):
    paths = ["", "/", "/capture", "/capture/1", "/events", "/events/urn:x:1", "/nextPageToken/abc"]
    paths += [f"/{name}{rest}" for name in LISTED for rest in ("", "/urn:x:1", "/urn:x:1/events")]
    for path in paths:
        answer = partner.options(path, headers={"Authorization": ""})

        assert (answer.status_code, answer.content) == (204, b"")
        for name in ("GS1-EPCIS-Version", "GS1-EPCIS-Min", "GS1-EPCIS-Max", "GS1-CBV-Version"):
            assert answer.headers[name] == VERSION


def test_the_way_to_treat_errors_is_announced_as_either(partner):
    assert partner.options("/capture").headers["gs1-capture-error-behaviour"] == "all"


def test_a_page_token_cannot_be_forgotten_because_it_is_kept_nowhere(partner):
    refused(
        partner.delete("/nextPageToken/abc"), 501, "ImplementationException", "no page token is kept here"
    )
