"""Events are found by what is asked of them, and come a page at a time."""

import json
from urllib.parse import quote

import pytest

from tests.api.asking import STRANGE, all_pages, check_refused, events_of, over, sample_events
from tests.api.official import headers
from tests.builders import FIELD_LOT, a_harvest
from traceability.epcis.document import read_document
from traceability.epcis.event import Event


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with over(sample_events(), tmp_path_factory.mktemp("store")) as client:
        yield client


def test_an_answer_is_a_query_document_with_the_headers_of_the_standard(client):
    answer = client.get("/events")

    assert len(events_of(answer)) == 30
    assert headers("/events", "get", "200") <= set(answer.headers)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


def test_an_answer_without_events_is_a_valid_document(client):
    assert events_of(client.get("/events", params={"EQ_bizStep": "destroying"})) == []


def test_pages_lead_through_all_events_once(client):
    pages = all_pages(
        client, "/events?perPage=7&orderBy=eventTime&orderDirection=ASC&EQ_bizStep=commissioning"
    )

    assert [len(page) for page in pages] == [7, 7, 7, 7, 7, 5]
    times = [each["eventTime"] for page in pages for each in page]
    assert times == sorted(set(times))


def test_a_page_is_no_longer_than_we_give(client):
    assert len(events_of(client.get("/events?perPage=999999999"))) == 46


def test_a_limit_of_events_counts_over_pages(client):
    pages = all_pages(client, "/events?perPage=4&orderBy=eventTime&eventCountLimit=10")

    assert [len(page) for page in pages] == [4, 4, 2]


def test_more_events_than_were_wanted_are_refused(client):
    check_refused(client.get("/events?maxEventCount=45"), 413, "QueryTooLargeException", "maxEventCount = 45")
    assert len(events_of(client.get("/events?maxEventCount=46&perPage=50"))) == 46


def test_parameters_are_conditions_that_must_all_hold(client):
    params = {"MATCH_epcClass": FIELD_LOT, "GE_quantity_KGM": "39", "EQ_action": "ADD|DELETE"}

    assert len(events_of(client.get("/events", params=params))) == 2


def test_a_word_of_a_partner_is_asked_for_by_the_prefix_that_a_header_declares(client):
    params, header = {"EQ_bizStep": "w:blanching"}, {"GS1-Extensions": "w=https://words.example/"}

    assert len(events_of(client.get("/events", params=params, headers=header))) == 1


def test_an_event_is_given_by_its_own_id(client):
    [found] = events_of(client.get("/events/urn%3Auuid%3A7"))

    assert found == {**STRANGE.body, "recordTime": "1970-01-01T00:00:00.045Z"}


def test_an_event_without_an_id_is_given_by_its_hash(client):
    [found] = events_of(client.get(f"/events/{quote(a_harvest(kg=1).hash().uri, safe='')}"))

    assert "eventID" not in found
    assert found["quantityList"][0]["quantity"] == 1


def test_events_of_several_contexts_keep_each_its_own(tmp_path):
    url = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    contexts = [[url, {"a": "https://a.example/"}], [url, {"a": "https://b.example/"}], [url]]
    some = [
        Event({**a_harvest(kg=9).body, **extra}, context)
        for context, extra in zip(contexts, ({"a:x": 1}, {"a:x": 1}, {}), strict=True)
    ]
    single = {"@context": contexts[0], **a_harvest(kg=8).body}
    with over([*some, *read_document(json.dumps(single).encode())], tmp_path) as client:
        answer = client.get("/events")
        events_of(answer)

    given = read_document(answer.content)
    assert [each.hash() for each in given] == [each.hash() for each in (*some, Event(single, contexts[0]))]
