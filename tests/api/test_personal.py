"""Personal data goes in beside its event, and comes out for those who may see it; the page shows none."""

from datetime import UTC, datetime

import httpx
import pytest

from api.deps import LARGEST_BODY
from api.document import trace_document
from api.pages import Pages
from api.present.trace import trace_page
from api.words import languages
from tests.api.samples import a_body, a_trace, a_traced_event
from tests.api.serving import SampleLedger, served
from traceability.ledger.personal import PersonalField

COMMITMENT, EVENT = "cd" * 32, "ab" * 32
PERSONAL = (
    PersonalField("farm:driverName", "1" * 64, None),
    PersonalField("farm:<b>phone", "2" * 64, datetime(2026, 11, 12, tzinfo=UTC)),
)


@pytest.fixture
def ledger():
    return SampleLedger()


@pytest.fixture
def client(ledger):
    with served(ledger) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def post(client, token="capture", media="application/json", body=b"{}", query=f"?event={EVENT}"):
    headers = {"Content-Type": media} | ({"Authorization": f"Bearer {token}"} if token else {})
    return client.post(f"/personal{query}", content=body, headers=headers)


def get(client, commitment=COMMITMENT, token="capture"):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get(f"/personal/{commitment}", headers=headers)


def test_what_is_handed_in_is_kept_for_the_party_of_the_token(client, ledger):
    answer = post(client)

    assert (answer.status_code, answer.json()) == (200, {"kept": [COMMITMENT]})
    assert ledger.handed_in == [(b"{}", EVENT, "9521234000013")]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"token": ""}, 401),
        ({"token": "forged"}, 401),
        ({"token": "read"}, 403),
        ({"token": "nobody"}, 403),
        ({"media": "text/plain"}, 415),
        ({"body": b"wrong"}, 400),
        ({"query": ""}, 400),
        ({"body": b"x" * (LARGEST_BODY + 1)}, 413),
    ],
)
def test_what_may_not_be_handed_in_is_refused_and_not_repeated(client, ledger, change, status):
    answer = post(client, **change)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ledger.handed_in == []


def test_a_value_is_shown_and_kept_by_no_cache(client):
    answer = get(client)

    assert answer.json() == {
        "name": "farm:driverName",
        "salt": "AAAAAAAAAAAAAAAAAAAAAA==",
        "value": "张三",
        "event": EVENT,
        "submitter": "9521234000013",
        "kept_at_ms": 5,
    }
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("question", "status", "detail"),
    [
        ({"token": ""}, 401, "no bearer token"),
        ({"token": "read"}, 403, "the token has role read"),
        ({"commitment": "ef" * 32}, 404, "ever handed in here"),
        ({"commitment": "erased"}, 410, "was erased on 2026-11-20: asked"),
    ],
)
def test_what_is_not_shown_is_answered_with_the_reason(client, question, status, detail):
    answer = get(client, **question)

    assert answer.status_code == status
    assert detail in answer.json()["detail"]


def test_the_page_says_of_each_field_what_became_of_it():
    traced = a_traced_event(a_body("packing", 4, "shop"), personal=PERSONAL)
    english = languages()["en"]

    page = trace_page(a_trace(events=(traced,)), english, "https://guoji.example")
    html = bytes(Pages().html("trace.html", english, page.badge.state, page=page).body).decode()

    kept = "kept by GLN 9521234000013, shown to those with a right to see it"
    assert f"<dt>Personal data</dt><dd>driverName: {kept}</dd>" in html
    assert "<dt>Personal data</dt><dd>&lt;b&gt;phone: erased on 12 Nov 2026</dd>" in html


def test_the_public_document_says_it_too():
    traced = a_traced_event(a_body("packing", 4, "shop"), personal=PERSONAL)

    [event] = trace_document(a_trace(events=(traced,)))["events"]

    assert event["personal"] == [
        {"name": "farm:driverName", "commitment": "1" * 64, "erased_at": None},
        {"name": "farm:<b>phone", "commitment": "2" * 64, "erased_at": "2026-11-12T00:00:00Z"},
    ]
