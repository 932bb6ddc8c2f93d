"""One event is captured at once, and its answer says where it is."""

import pytest

from tests.api.capturing import a_document, bodies, post, refused
from tests.builders import CONTEXT


def test_one_event_is_captured_at_once_and_is_where_the_answer_says(partner, holdings):
    for own in ({}, {"eventID": "urn:uuid:6f1c1f2e-0000-4000-8000-000000000001"}):
        alone = {"@context": CONTEXT, **bodies(1)[0], **own}

        answer = post(partner, alone, path="/events")

        assert (answer.status_code, answer.content) == (201, b"")
        found = partner.get(answer.headers["location"].removeprefix("/epcis")).json()
        [got] = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert {name: got[name] for name in {**bodies(1)[0], **own}} == {**bodies(1)[0], **own}


def test_an_event_that_is_here_is_named_and_a_declaration_against_it_is_another(partner, holdings):
    alone = {"@context": CONTEXT, **bodies(1)[0]}
    first = post(partner, alone, path="/events")

    again = post(partner, alone, path="/events")
    refused(again, 409, "ResourceAlreadyExistsException", "captured before")
    assert again.headers["location"] == first.headers["location"]

    wrong = {"errorDeclaration": {"declarationTime": "2026-11-20T07:00:00Z", "reason": "incorrect_data"}}
    assert post(partner, alone | wrong, path="/events").status_code == 201
    assert post(partner, alone, path="/events", Authorization="Bearer another").status_code == 201


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_document(*bodies(1)), "found an EPCISDocument, want one event by itself"),
        ([], "found a JSON list"),
        ({"@context": CONTEXT, **bodies(1)[0], "action": "CREATE"}, "/action: found"),
        ({"@context": CONTEXT, **bodies(1)[0], "guoji:epoch": "1"}, "/guoji:epoch: only this system"),
    ],
)
def test_what_is_no_sound_event_by_itself_is_refused(partner, holdings, content, words):
    refused(post(partner, content, path="/events"), 400, "ValidationException", words)
    assert holdings.kept() == []
