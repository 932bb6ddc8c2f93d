"""A question that cannot be answered is refused with its reason, whatever it holds."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.asking import check_refused, next_of, over, sample_events

BAD, NOT_SO, NONE = "QueryParameterException", "NotAcceptableException", "NoSuchResourceException"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with over(sample_events(), tmp_path_factory.mktemp("store")) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "headers", "status", "kind", "words"),
    [
        ("/events?EQ_bizstep=shipping", {}, 400, BAD, "is EQ_bizStep meant?"),
        ("/events?EQ_bizStep=shiping", {}, 400, BAD, "is shipping meant?"),
        ("/events?EQ_a:b=1", {}, 400, BAD, "GS1-Extensions: a=NAMESPACE"),
        ("/events?perPage=0", {}, 400, BAD, "perPage is '0', want a whole number from 1"),
        ("/events?perPage=1&perPage=2", {}, 400, BAD, "perPage is there 2 times"),
        ("/events?nextPageToken=zzz", {}, 400, BAD, "none that we gave"),
        ("/events?nextPageToken=é", {}, 400, BAD, "none that we gave"),
        ("/events", {"Accept": "application/xml"}, 406, NOT_SO, "want application/json"),
        ("/events", {"Accept": "application/json;q=0"}, 406, NOT_SO, "want application/json"),
        ("/events", {"GS1-EPCIS-Min": "2.1"}, 406, NOT_SO, "speaks 2.0.0"),
        ("/events", {"GS1-EPCIS-Max": "1.2"}, 406, NOT_SO, "speaks 2.0.0"),
        ("/events", {"GS1-CBV-Min": "x"}, 400, BAD, "want a version"),
        ("/events", {"GS1-EPC-Format": "Always_EPC_URN"}, 406, NOT_SO, "as captured"),
        ("/events", {"GS1-Extensions": "nonsense"}, 400, BAD, "want PREFIX=NAMESPACE"),
        ("/events/urn:uuid:8", {}, 404, NONE, "no event has the ID"),
        ("/events/urn:uuid:7?perPager=1", {}, 400, BAD, "no parameter of a single event"),
        ("/bizSteps/holding", {}, 404, NONE, "no event has the bizStep 'holding'"),
        ("/bizSteps/holding/events", {}, 404, NONE, "no event has the bizStep 'holding'"),
        ("/bizSteps/shiping", {}, 400, BAD, "is shipping meant?"),
        ("/bizSteps/shipping%7Cholding/events", {}, 400, BAD, "names 2 values"),
        ("/bizSteps?EQ_bizStep=holding", {}, 400, BAD, "no parameter of a list"),
        ("/epcs/urn:epc:idpat:sgtin:9521234.000002.*", {}, 404, NONE, "no event has the epc"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_with_its_reason(client, path, headers, status, kind, words):
    check_refused(client.get(path, headers=headers), status, kind, words)


@pytest.mark.parametrize("accept", ["*/*", "application/*;q=0.1", "text/csv, application/ld+json", ""])
def test_what_a_client_takes_of_json_is_given(client, accept):
    media = client.get("/events", headers={"Accept": accept} if accept else {}).headers["content-type"]

    assert media == ("application/ld+json" if "ld+json" in accept else "application/json")


@pytest.mark.parametrize("max_version", ["2", "2.0", "2.0.0", "3.1"])
def test_a_client_that_speaks_our_version_too_is_answered(client, max_version):
    headers = {"GS1-EPCIS-Min": "1.0", "GS1-EPCIS-Max": max_version}

    assert client.get("/events", headers=headers).status_code == 200


def test_the_page_of_one_question_is_none_of_another(client):
    token = dict(parse_qsl(urlsplit(next_of(client.get("/events?perPage=5"))).query))["nextPageToken"]

    answer = client.get("/events", params={"EQ_action": "ADD", "nextPageToken": token})
    check_refused(answer, 400, BAD, "belongs to another question")
    answer = client.get("/bizSteps", params={"nextPageToken": token})
    check_refused(answer, 400, BAD, "belongs to another question")


def test_a_token_is_asked_for_before_anything_is_read(client):
    check_refused(client.get("/events?EQ_x=1", headers={"Authorization": ""}), 401, "SecurityException")


@pytest.mark.parametrize(
    "name", ["EQ_bizStep", "MATCH_epc", "GE_eventTime", "nextPageToken", "perPage", "GS1"]
)
def test_hostile_parameters_get_an_answer_that_is_ours(client, name):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.text(max_size=60), st.sampled_from(["events", "bizSteps", "epcs/x:y/events"]), st.integers(1, 3)
    )
    def check(value, path, times):
        answer = client.get(f"/{path}?{'&'.join([f'{quote(name)}={quote(value)}'] * times)}")
        assert answer.status_code in (200, 400, 404)

    check()


@pytest.mark.parametrize(
    "path", ["/events/%FF%00", "/epcs/%2F%2F..%2F", "/bizSteps/%E2%80%AE:x/events", "/events/"]
)
def test_hostile_paths_get_an_answer_that_is_ours(client, path):
    assert client.get(path).status_code in (400, 404)
