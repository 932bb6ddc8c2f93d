"""The query interface is the standard's: its paths, parameters, statuses, documents and headers."""

import json
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.routes import epcis_events, epcis_resources
from tests.api.serving import PUBLIC_URL, SampleLedger, served
from tests.builders import FARM, FIELD_LOT, ITEM, SHOP, a_harvest, a_sighting, an_event
from traceability.epcis.document import read_document, read_each
from traceability.epcis.event import Event
from traceability.epcis.validate import schema_faults
from traceability.ledger.capture import capture
from traceability.store.events import EventTable
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine
from traceability.store.search import EventSearch

VECTORS = Path(__file__).parents[1] / "vectors/epcis"
OFFICIAL = json.loads((VECTORS / "query-interface.json").read_text())
EXAMPLES = sorted((VECTORS / "query").glob("*.json"))
BAD, NOT_SO, NONE = "QueryParameterException", "NotAcceptableException", "NoSuchResourceException"
TOKEN = {"Authorization": "Bearer capture"}
STRANGE = an_event(
    action="ADD", bizStep="https://words.example/blanching", epcList=[ITEM], eventID="urn:uuid:7"
)


@contextmanager
def over(events, folder):
    """A client that holds a token, of a server whose store holds `events`, one a millisecond."""
    engine = open_engine(f"sqlite:///{folder / 'store.db'}", create=True)
    migrate(engine)
    for recorded_at_ms, each in enumerate(events):
        capture([each], FARM, EventTable(engine), recorded_at_ms)
    ledger = SampleLedger()
    ledger.search = EventSearch(engine)
    with (
        served(ledger) as address,
        httpx.Client(base_url=f"{address}/epcis", trust_env=False, headers=TOKEN, timeout=30) as client,
    ):
        yield client
    engine.dispose()


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    some = [a_harvest(hours=number, kg=number + 1) for number in range(40)]
    seen = [a_sighting(50 + number, ITEM, place=SHOP, disposition="in_transit") for number in range(5)]
    with over([*some, *seen, STRANGE], tmp_path_factory.mktemp("store")) as client:
        yield client


def events_of(answer):
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert schema_faults(document) == []
    return document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def next_of(answer):
    """The path and query of the next page."""
    link = answer.headers.get("link")
    if link is None:
        assert "gs1-next-page-token-expires" not in answer.headers
        return None
    assert answer.headers["gs1-next-page-token-expires"].endswith("Z")
    assert link.startswith(f"<{PUBLIC_URL}/epcis/")
    assert link.endswith('>; rel="next"')
    parts = urlsplit(link.removesuffix('>; rel="next"')[1:])
    return f"{parts.path.removeprefix('/epcis')}?{parts.query}"


def all_pages(client, path):
    found = []
    while path:
        answer = client.get(path)
        found.append(events_of(answer))
        path = next_of(answer)
    return found


def check_refused(answer, status, kind, words=""):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"epcisException:{kind}"
    assert problem["status"] == status
    assert words in problem["detail"]


# what the standard has


def ours(path):
    """The pattern of our route for a path of the standard."""
    if path.endswith("}/events"):
        return f"/epcis{path.split('{')[0]}{{value:path}}/events"
    if "{" in path:
        return "/epcis" + path.split("{")[0] + ("{event_id:path}" if "eventID" in path else "{value:path}")
    return f"/epcis{path}"


@pytest.mark.parametrize("path", OFFICIAL["paths"])
def test_every_path_of_the_standard_has_its_methods(path):
    routes = [each for part in (epcis_events, epcis_resources) for each in part.router.routes]
    routes = [each for each in routes if each.path == ours(path)]

    assert {method for each in routes for method in each.methods} == {"GET", "HEAD", "OPTIONS"}


PLACES = {
    "eventID": "urn:uuid:7",
    "eventType": "ObjectEvent",
    "epc": ITEM,
    "bizStep": "shipping",
    "bizLocation": SHOP,
    "readPoint": SHOP,
    "disposition": "in_transit",
}


def an_address(path, text=None):
    for name, value in PLACES.items():
        path = path.replace(f"{{{name}}}", quote(text or value, safe=""))
    return path


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """Every resource of `PLACES` occurs here."""
    sighting = a_sighting(1, ITEM, place=SHOP, disposition="in_transit", bizLocation={"id": SHOP})
    with over([STRANGE, sighting], tmp_path_factory.mktemp("placed")) as client:
        yield client


@pytest.mark.parametrize("path", OFFICIAL["paths"])
def test_every_status_of_the_standard_is_given(placed, path):
    address, wanted = an_address(path), set(OFFICIAL["paths"][path]["get"]["statuses"])
    answers = [
        placed.get(address),
        placed.get(address, headers={"Authorization": ""}),
        placed.get(address, headers={"Authorization": "Bearer read"}),
        placed.get(address, headers={"Accept": "application/xml"}),
        placed.get(address, params={"EQ_nothing": "1"}),
        placed.get(address, params={"EQ_bizStep": "shipping|" * 2000}),
        placed.get(an_address(path, "https://example.org/not/here")),
    ]

    given = {str(each.status_code) for each in answers}
    # 500 is what nobody can ask for; the standard names no 400 of some lists, and no 414.
    assert wanted - {"500"} <= given
    assert given - wanted <= {"400", "414"}


@pytest.mark.parametrize("path", [path for path in OFFICIAL["paths"] if path.endswith("events")])
def test_every_parameter_of_the_standard_is_taken_where_it_stands(placed, path):
    names = OFFICIAL["paths"][path]["get"]["query"]

    told = {name: placed.get(an_address(path), params={name: ""}).text for name in names}

    assert not [name for name, text in told.items() if "is no parameter" in text]


@pytest.mark.parametrize("path", OFFICIAL["paths"])
def test_whoever_asks_for_the_options_is_told_what_is_spoken_here(placed, path):
    answer = placed.options(an_address(path), headers={"Authorization": ""})

    assert (answer.status_code, answer.content) == (204, b"")
    wanted = {name.lower() for name in OFFICIAL["headers"]["204DefaultDiscoveryResponse"]}
    assert wanted <= set(answer.headers)
    assert answer.headers["allow"] == "OPTIONS, GET, HEAD" + (", POST" if path == "/events" else "")


# events


def test_an_answer_is_a_query_document_with_the_headers_of_the_standard(client):
    answer = client.get("/events")

    assert len(events_of(answer)) == 30
    wanted = {name.lower() for name in OFFICIAL["headers"]["200EPCISQueryDocument"]}
    assert wanted <= set(answer.headers)
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


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_what_was_captured_is_given_back_the_same(file, tmp_path):
    captured = [each for each in read_each(file.read_bytes()) if isinstance(each, Event)]
    with over(captured, tmp_path) as client:
        given = [each for page in all_pages(client, "/events?perPage=1") for each in page]
        whole = client.get("/events")

    assert len(given) == len({each.hash().uri for each in captured})
    again = read_document(whole.content) if captured else []
    for before, body, after in zip(captured, given, again, strict=True):
        assert {**body, "recordTime": 0} == {**before.body, "recordTime": 0}
        assert after.context == before.context
        assert after.hash() == before.hash()


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


# resources


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("bizSteps", {"commissioning", "shipping", "https://words.example/blanching"}),
        ("epcs", {ITEM}),
        ("dispositions", {"in_transit"}),
        ("bizLocations", set()),
        (
            "eventTypes",
            {
                "ObjectEvent",
                "AggregationEvent",
                "TransactionEvent",
                "TransformationEvent",
                "AssociationEvent",
            },
        ),
    ],
)
def test_what_occurs_is_listed(client, name, members):
    answer = client.get(f"/{name}")

    assert answer.json()["type"] == "Collection"
    assert set(answer.json()["member"]) == members
    assert len(answer.json()["member"]) == len(members)


def test_a_list_has_pages(client):
    path, found = "/bizSteps?perPage=2", []
    while path:
        answer = client.get(path)
        found.append(answer.json()["member"])
        path = next_of(answer)

    assert [len(page) for page in found] == [2, 1]


def test_a_resource_says_that_it_has_events_and_gives_them(client):
    word = quote("https://words.example/blanching", safe="")

    assert client.get(f"/bizSteps/{word}").json()["member"] == ["events"]
    assert [each["eventID"] for each in events_of(client.get(f"/bizSteps/{word}/events"))] == ["urn:uuid:7"]


def test_events_of_a_resource_are_filtered_further_and_paged(client):
    pages = all_pages(client, f"/epcs/{quote(ITEM, safe='')}/events?EQ_bizStep=shipping&perPage=2")

    assert [len(page) for page in pages] == [2, 2, 1]


def test_the_parameter_of_a_resource_beside_it_is_one_more_condition(client):
    assert events_of(client.get("/bizSteps/shipping/events?EQ_bizStep=holding")) == []


def test_a_thing_is_found_by_every_spelling_of_it(client):
    assert len(events_of(client.get("/epcs/urn:epc:id:sgtin:9521234.000002.A000000000000001/events"))) == 6


# what is refused


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
