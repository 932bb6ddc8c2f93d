"""Whoever asks for what is not spoken here is told so, whichever route is asked."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.epcis_headers import MEDIA, check_spoken, preferred_media, prefixes_of
from api.epcis_request import LONGEST_URI
from api.problems import NotAcceptable
from tests.api.capturing import a_document, bodies, post, refused
from tests.builders import CONTEXT
from traceability.errors import BadQuery

ASKED = ["", "/events", "/events/urn:x:1", "/bizSteps", "/epcs/urn:x:1", "/epcs/urn:x:1/events", "/capture"]
BAD, NOT_SO = "QueryParameterException", "NotAcceptableException"
REFUSED = [
    ({"GS1-EPCIS-Version": "1.2"}, 406, NOT_SO, "GS1-EPCIS-Version is 1.2; this repository speaks 2.0.0"),
    ({"GS1-CBV-Version": "2.1.0"}, 406, NOT_SO, "GS1-CBV-Version is 2.1.0"),
    ({"GS1-EPCIS-Min": "2.0.1"}, 406, NOT_SO, "GS1-EPCIS-Min is 2.0.1"),
    ({"GS1-CBV-Max": "1.9"}, 406, NOT_SO, "GS1-CBV-Max is 1.9"),
    ({"GS1-EPCIS-Version": "two"}, 400, BAD, "want a version such as 2.0.0"),
    ({"GS1-EPC-Format": "Always_EPC_URN"}, 406, NOT_SO, "events are given as captured"),
    ({"GS1-EPC-Format": "Sometimes"}, 400, BAD, "GS1-EPC-Format is 'Sometimes', want No_Preference or"),
    ({"GS1-CBV-XML-Format": "Always_JSON"}, 400, BAD, "GS1-CBV-XML-Format is 'Always_JSON'"),
    ({"GS1-Extensions": "nonsense"}, 400, BAD, "want PREFIX=NAMESPACE"),
    ({"Accept": "application/xml"}, 406, NOT_SO, "Accept is 'application/xml', want application/json"),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "status", "kind", "words"), REFUSED)
def test_what_is_not_spoken_is_refused_wherever_it_is_asked_for(
    partner, holdings, headers, status, kind, words
):
    for path in ASKED:
        refused(partner.get(path, headers=headers), status, kind, words)

    alone = {"@context": CONTEXT, **bodies(1)[0]}
    for path, content in (("/capture", a_document(*bodies(1))), ("/events", alone)):
        refused(
            post(partner, content, path=path, **headers),
            status,
            kind.replace(BAD, "ValidationException"),
            words,
        )
    assert holdings.kept() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"GS1-EPCIS-Version": "2", "GS1-CBV-Version": "2.0"},
        {"GS1-EPCIS-Version": "2.0.1", "GS1-EPCIS-Min": "1.0", "GS1-EPCIS-Max": "3"},
        {"GS1-EPC-Format": "Never_Translates", "GS1-CBV-XML-Format": "Always_URN"},
        {"GS1-Extensions": "a=https://a.example/, b=https://b.example/"},
    ],
)
def test_what_is_spoken_is_answered(partner, headers):
    assert partner.get("/events", headers=headers).status_code == 200
    assert post(partner, a_document(*bodies(1)), **headers).status_code == 202


def test_whoever_takes_only_problems_may_send_and_not_ask(partner):
    only = {"Accept": "application/problem+json"}

    assert post(partner, a_document(*bodies(1)), **only).status_code == 202
    refused(partner.get("/events", headers=only), 406, NOT_SO)


def test_what_is_wrong_is_told_to_a_browser_as_to_any_program(partner):
    refused(partner.get("/events?EQ_x=1", headers={"Accept": "text/html, */*"}), 400, BAD)


def test_an_address_that_is_too_long_is_refused(partner):
    for path in ASKED:
        answer = partner.get(path, params={"EQ_bizStep": "x" * LONGEST_URI})

        refused(answer, 414, "URITooLongException", f"want at most {LONGEST_URI}")


def test_a_parameter_beside_what_is_sent_is_refused(partner, holdings):
    for path in ("/capture", "/events"):
        answer = post(partner, a_document(*bodies(1)), path=f"{path}?dryRun=true")

        refused(answer, 400, "ValidationException", f"'dryRun' is no parameter of POST /epcis{path}")
    assert holdings.kept() == []


METHODS = {
    "": "GET, HEAD, OPTIONS",
    "/events": "GET, HEAD, OPTIONS, POST",
    "/capture/1": "GET, HEAD, OPTIONS",
    "/epcs/urn:x:1/events": "GET, HEAD, OPTIONS",
    "/nextPageToken/abc": "DELETE, OPTIONS",
}


def test_a_method_that_is_not_there_is_told_those_that_are(partner):
    for path, methods in METHODS.items():
        answer = partner.put(path)

        assert (answer.status_code, answer.headers["allow"]) == (405, methods)
        told = {each.strip() for each in partner.options(path).headers["allow"].split(",")}
        assert told == set(methods.split(", "))


@given(st.text(max_size=40))
def test_any_header_is_read_or_refused_with_a_reason(text):
    for name in ("GS1-EPCIS-Version", "GS1-CBV-Min", "GS1-EPCIS-Max", "GS1-EPC-Format", "GS1-CBV-XML-Format"):
        with suppress(BadQuery, NotAcceptable):
            check_spoken({name: text})
    with suppress(NotAcceptable):
        assert preferred_media(text) in MEDIA
    with suppress(BadQuery):
        assert "guoji" in prefixes_of(text)
