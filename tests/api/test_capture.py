"""POST of events: only with a token that may, only what can be read."""

import httpx
import pytest

from api.deps import LARGEST_BODY
from tests.api.serving import SampleLedger, served


@pytest.fixture
def ledger():
    return SampleLedger()


@pytest.fixture
def client(ledger):
    with served(ledger) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def post(client, token="capture", media="application/json", body=b"{}"):
    headers = {"Content-Type": media} | ({"Authorization": f"Bearer {token}"} if token else {})
    return client.post("/capture", content=body, headers=headers)


def test_a_captured_event_is_accepted_for_the_party_of_the_token(client, ledger):
    answer = post(client, media="application/ld+json; charset=utf-8")

    assert answer.status_code == 202
    assert answer.json()["captured"] == [
        {"key": "ab" * 32, "event_hash": "ni:///sha-256;00?ver=CBV2.0", "duplicate": False}
    ]
    assert answer.headers["gs1-epcis-version"] == "2.0.0"
    assert ledger.captured == [(b"{}", "9521234000013")]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"token": ""}, 401),
        ({"token": "forged"}, 401),
        ({"token": "read"}, 403),
        ({"token": "nobody"}, 403),
        ({"media": "text/plain"}, 415),
        ({"media": ""}, 415),
        ({"body": b"wrong"}, 400),
        ({"body": b"x" * (LARGEST_BODY + 1)}, 413),
        ({"token": "read", "body": b"wrong", "media": "text/plain"}, 403),
    ],
)
def test_what_may_not_be_captured_is_refused_with_its_reason(client, ledger, change, status):
    answer = post(client, **change)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["type"].startswith("epcisException:")
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert ledger.captured == []


def test_another_scheme_than_bearer_is_no_token(client):
    answer = client.post("/capture", headers={"Authorization": "Basic capture"})

    assert answer.status_code == 401


def test_the_largest_body_is_still_taken(client):
    assert post(client, body=b"x" * LARGEST_BODY).status_code == 202
