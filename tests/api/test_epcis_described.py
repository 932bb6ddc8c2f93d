"""Whatever is asked or sent, as the OpenAPI document allows or not, the answer is one that it describes."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi import checks

from api.app import create_app
from api.epcis_openapi.document import described, operations
from tests.api.capturing import CaptureLedger, a_capture_ledger, a_document, bodies
from tests.api.examples import alone, example_events
from tests.api.serving import PUBLIC_URL
from tests.ledger.subscribing import DEST, World

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
TOKEN = {"Authorization": "Bearer capture"}
ASKED = [(path, method.upper()) for path, method, _ in operations(described()) if method != "options"]
FREE = ("/openapi.json", "/nextPageToken/{token}")
"""Nothing that is asked for there can be wrong."""


class SubscribedLedger(CaptureLedger):
    """One that notifies too; nothing is sent from here."""

    def __init__(self, engine):
        super().__init__(engine)
        world = World(engine)
        self.subscriptions = world.subscriptions
        self.grant = world.grant

    def authorise(self, token):
        return self.grant


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """What the real application describes, over an empty store."""
    with a_capture_ledger(tmp_path_factory.mktemp("store"), SubscribedLedger) as ledger:
        yield schemathesis.openapi.from_asgi("/epcis/openapi.json", create_app(ledger, PUBLIC_URL))


@pytest.mark.parametrize(("path", "method"), ASKED)
def test_what_is_allowed_gets_an_answer_that_is_described(api, rounds, path, method):
    check_any(api[path][method].as_strategy(), rounds)


@pytest.mark.parametrize(("path", "method"), [each for each in ASKED if each[0] not in FREE])
def test_what_is_not_allowed_gets_an_answer_that_is_described(api, rounds, path, method):
    check_any(api[path][method].as_strategy(generation_mode=GenerationMode.NEGATIVE), rounds)


def check_any(cases, rounds):
    @settings(
        max_examples=2 if rounds <= 3 else 200,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(cases)
    def check(case):
        answer = case.call(headers=TOKEN)
        case.validate_response(answer, checks=CHECKS)
        # 501 says that it is not served here, which only what is described so may say.
        assert answer.status_code < 500 or answer.status_code == 501

    check()


def test_what_was_captured_is_described_wherever_it_is_asked_for(api):
    """Captures the library's events, then asks for each thing that occurs in them at every path for it."""
    for event in example_events():
        ask(api, "/events", "POST", 201, alone(event.body, event.context))
    posted = ask(api, "/capture", "POST", 202, a_document(*bodies(3)))
    ask(api, "/capture/{captureID}", captureID=posted.headers["location"][0].rpartition("/")[2])
    ask(api, "/capture")

    for path, name in RESOURCES.items():
        listed = [value for page in pages(api, path) for value in page.json()["member"]]
        for value in listed[:4]:
            ask(api, f"{path}/{{{name}}}", **{name: value})
            assert events_of(ask(api, f"{path}/{{{name}}}/events", **{name: value})), (path, value)
    found = [each for page in pages(api, "/events") for each in events_of(page)]
    assert len(found) >= len(example_events()) + 3
    for named in [each["eventID"] for each in found if "eventID" in each]:
        assert events_of(ask(api, "/events/{eventID}", eventID=named))


def test_a_named_query_and_its_subscription_are_described_as_long_as_they_are_there(api):
    shipping = {"name": "shipping", "query": {"EQ_bizStep": ["shipping"]}}
    path, name = "/queries/{queryName}", {"queryName": "shipping"}
    ask(api, "/queries", "POST", 201, shipping)
    ask(api, "/queries", "POST", 409, shipping)
    ask(api, path, **name)
    ask(api, f"{path}/events", **name)
    assert {each["name"] for each in ask(api, "/queries").json()} == {"all", "shipping"}

    one = f"{path}/subscriptions/{{subscriptionID}}"
    for controls in ({"stream": True}, {"schedule": {"hour": "6"}}):
        sent = {"dest": DEST, "secret": "x" * 16, **controls}
        made = ask(api, f"{path}/subscriptions", "POST", 201, sent, **name).json()["subscriptionID"]
        ask(api, one, subscriptionID=made, **name)
        assert len(ask(api, f"{path}/subscriptions", **name).json()) == 1
        ask(api, one, "DELETE", 204, subscriptionID=made, **name)
        ask(api, one, "GET", 404, subscriptionID=made, **name)

    ask(api, path, "DELETE", 204, **name)
    ask(api, path, "GET", 404, **name)


RESOURCES = {
    "/eventTypes": "eventType",
    "/epcs": "epc",
    "/bizSteps": "bizStep",
    "/bizLocations": "bizLocation",
    "/readPoints": "readPoint",
    "/dispositions": "disposition",
}


def ask(api, path, method="GET", status=200, body=NOT_SET, query=None, **names):
    case = api[path][method].Case(
        path_parameters={name: quote(value, safe="") for name, value in names.items()},
        query=query or {},
        body=body,
        media_type="application/json" if body is not NOT_SET else None,
    )
    answer = case.call(headers=TOKEN)
    case.validate_response(answer, checks=CHECKS)
    assert answer.status_code == status, answer.text
    return answer


def pages(api, path):
    query = {"perPage": 50}
    while query is not None:
        answer = ask(api, path, query=query)
        yield answer
        link = answer.headers.get("link")
        query = dict(parse_qsl(urlsplit(link[0].partition(">")[0]).query)) if link else None


def events_of(answer):
    return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
