"""Named queries over HTTP: each party has its own, and is answered as by the query itself."""

from itertools import count
from urllib.parse import quote, urlsplit

import pytest

from api.problems import _TABLE
from tests.api.capturing import a_capture_ledger, a_document, bodies, partner_of
from traceability.epcis.validate import schema_faults
from traceability.ledger import named_queries
from traceability.ledger.named_queries import LARGEST_BYTES, NamedQueries
from traceability.store.named_queries import NamedQueryTable

ANOTHER = {"Authorization": "Bearer another"}
HARVESTS = {"EQ_bizStep": ["commissioning"], "GE_quantity_KGM": 2}


@pytest.fixture
def client(tmp_path):
    now_ms = count(1_790_000_000_000)
    with a_capture_ledger(tmp_path) as ledger:
        ledger.queries = NamedQueries(NamedQueryTable(ledger.engine), lambda: next(now_ms))
        with partner_of(ledger) as client:
            yield client


def add(client, name="heavy", query=HARVESTS, **headers):
    return client.post("/queries", json={"name": name, "query": query}, headers=headers)


def refused(answer, status, kind, words=""):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"epcisException:{kind}"
    assert words in answer.json()["detail"]


def test_each_kind_of_problem_has_a_title_of_its_own():
    titles = {answer.type: answer.title for _, answer in _TABLE if answer.status < 500}
    assert len(set(titles.values())) == len(titles)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"name": "x", "query": {"EQ_bizstep": ["shipping"]}}, "The query is not right"),
        ({"name": 5}, "What was sent is not right"),
        ("x", "What was sent is not right"),
    ],
)
def test_the_title_of_a_problem_says_what_was_wrong(client, body, title):
    assert client.post("/queries", json=body).json()["title"] == title


def test_a_query_gets_a_name_and_is_found_where_location_says(client):
    made = add(client, "重的")

    assert (made.status_code, made.content) == (201, b"")
    assert made.headers["location"] == f"/epcis/queries/{quote('重的')}"
    assert made.headers["gs1-epcis-version"] == "2.0.0"
    shown = client.get(made.headers["location"].removeprefix("/epcis"))
    assert shown.json() == {"name": "重的", "query": HARVESTS}


def test_its_events_are_those_of_the_query_under_its_name_page_by_page(client):
    client.post("/capture", json=a_document(*bodies(4)))
    add(client)

    first = client.get("/queries/heavy/events?perPage=2")
    link = urlsplit(first.headers["link"].removesuffix('>; rel="next"')[1:])
    second = client.get(f"{link.path.removeprefix('/epcis')}?{link.query}")

    assert "link" not in second.headers
    plain = client.get("/events?EQ_bizStep=commissioning&GE_quantity_KGM=2").json()
    found = []
    for answer in (first, second):
        document = answer.json()
        assert schema_faults(document) == []
        results = document["epcisBody"]["queryResults"]
        assert results["queryName"] == "heavy"
        found += results["resultsBody"]["eventList"]
    assert found == plain["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert len(found) == 3


def test_extensions_are_asked_by_the_prefix_of_the_header(client):
    answer = add(client, query={"EQ_ex:size": ["S"]}, **{"GS1-Extensions": "ex=https://ex.example/"})

    assert answer.status_code == 201
    assert client.get("/queries/heavy/events").status_code == 200
    refused(add(client, "b", {"EQ_ex:size": ["S"]}), 400, "QueryParameterException", "prefix 'ex'")


def test_a_name_is_taken_once_by_each_party_and_seen_by_no_other(client):
    assert add(client).status_code == 201

    refused(add(client), 409, "ResourceAlreadyExistsException", "heavy")
    refused(client.get("/queries/heavy", headers=ANOTHER), 404, "NoSuchNameException")
    refused(client.get("/queries/heavy/events", headers=ANOTHER), 404, "NoSuchNameException")
    refused(client.delete("/queries/heavy", headers=ANOTHER), 404, "NoSuchNameException")
    assert client.get("/queries", headers=ANOTHER).json() == []
    assert add(client, **ANOTHER).status_code == 201
    assert add(client, Authorization="Bearer admin").status_code == 201


def test_a_deleted_query_is_gone(client):
    add(client)

    gone = client.delete("/queries/heavy")

    assert (gone.status_code, gone.content) == (204, b"")
    refused(client.get("/queries/heavy"), 404, "NoSuchNameException", "heavy")
    refused(client.delete("/queries/heavy"), 404, "NoSuchNameException", "heavy")
    assert add(client).status_code == 201


def test_the_list_has_each_once_oldest_first(client):
    for number in range(5):
        add(client, f"q{number}")

    path, names = "/queries?perPage=2", []
    while path:
        answer = client.get(path)
        names += [each["name"] for each in answer.json()]
        link = answer.headers.get("link")
        path = link and urlsplit(link[1:]).query.removesuffix('>; rel="next"')
        path = path and f"/queries?{path}"

    assert names == [f"q{number}" for number in range(5)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "an object with nothing, want an object with name and query"),
        (b"[]", "a list"),
        (b'{"name": "a", "query": {}, "owner": "b"}', "an object with name, owner, query"),
        (b'{"name": "a", "name": "b", "query": {}}', "twice"),
        (b'{"name": "", "query": {}}', "name is ''"),
        (b'{"name": "..", "query": {}}', "name is '..'"),
        (b'{"name": "a/b", "query": {}}', "name is 'a/b'"),
        (b'{"name": "<script>", "query": {}}', "name is '<script>'"),
        (b'{"name": "a\\nb", "query": {}}', "name is"),
        (b'{"name": 5, "query": {}}', "name is 5"),
        (b'{"name": "%s", "query": {}}' % (b"a" * 81), "want 1 to 80"),
    ],
)
def test_what_is_no_named_query_is_refused(client, body, words):
    refused(client.post("/queries", content=body), 400, "ValidationException", words)
    assert client.get("/queries").json() == []


def test_a_query_that_cannot_be_asked_is_refused_before_it_is_kept(client):
    refused(add(client, query={"EQ_bizSteps": ["a"]}), 400, "QueryParameterException", "is EQ_bizStep meant?")
    assert client.get("/queries").json() == []


def test_a_party_has_so_many_and_no_more(client, monkeypatch):
    monkeypatch.setattr(named_queries, "MOST_OF_AN_OWNER", 2)
    add(client, "a"), add(client, "b")

    refused(add(client, "c"), 400, "ValidationException", "you have 2 named queries")


def test_a_large_body_and_another_media_type_are_refused(client):
    refused(client.post("/queries", content=b" " * (LARGEST_BYTES + 1)), 413, "CaptureLimitExceededException")
    xml = client.post("/queries", content=b"<a/>", headers={"Content-Type": "application/xml"})
    refused(xml, 415, "UnsupportedMediaTypeException")


def test_only_a_party_and_the_administrator_have_queries(client):
    refused(add(client, Authorization=""), 401, "SecurityException")
    refused(add(client, Authorization="Bearer nobody"), 403, "SecurityException", "names no party")


def test_a_named_query_takes_no_further_parameters(client):
    add(client)

    more = client.get("/queries/heavy/events?EQ_action=ADD")
    refused(more, 400, "QueryParameterException", "'EQ_action' is no parameter of a named query")


def test_whoever_would_subscribe_over_a_websocket_is_told_how_else(client):
    add(client)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}

    over_socket = client.get("/queries/heavy/events?stream=true", headers=upgrade)
    plain = client.get("/queries/heavy/events?stream=true")

    refused(over_socket, 501, "ImplementationException", "POST /epcis/queries/heavy/subscriptions")
    refused(plain, 400, "SubscriptionControlsException", "POST /epcis/queries/heavy/subscriptions")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/queries", "OPTIONS, GET, HEAD, POST"),
        ("/queries/any", "OPTIONS, GET, HEAD, DELETE"),
        ("/queries/any/events", "OPTIONS, GET, HEAD"),
    ],
)
def test_options_tell_what_is_allowed(client, path, allow):
    answer = client.options(path, headers={"Authorization": ""})

    assert (answer.status_code, answer.headers["allow"]) == (204, allow)
