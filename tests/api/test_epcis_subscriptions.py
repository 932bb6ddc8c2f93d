"""Subscriptions over HTTP, and what reaches a real receiver: signed so that a stranger can check it."""

import hashlib
import hmac
import json
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from tests.alerts.sinks import webhook_sink
from tests.api.serving import SampleLedger, served
from tests.ledger.subscribing import World
from traceability.alerts.partner_post import PartnerPost
from traceability.alerts.webhook import Allowed
from traceability.epcis.validate import schema_faults
from traceability.ledger import subscriptions
from traceability.ledger.grant import Grant
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine

SECRET = "13df38d8275b13f05704629e5f1cf3d45d6132d5"
HERE = Allowed(loopback=True)
PATH = "/queries/all/subscriptions"
DEST = "https://partner.example/events"


class SubscriptionLedger(SampleLedger):
    def __init__(self, world, allowed):
        super().__init__()
        self.queries = world.queries
        self.subscriptions = replace(world.subscriptions, check_dest=PartnerPost(allowed).check)
        self.grants = {
            "erp": world.grant,
            "another": world.issue("another", party="9521321000001"),
            "elsewhere": Grant("capture", world.grant.party, "erp of another issuer"),
            "nobody": world.issue("nobody", party=None),
        }

    def authorise(self, token):
        return self.grants[token] if token in self.grants else super().authorise(token)


@pytest.fixture
def world(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    migrate(engine)
    yield World(engine)
    engine.dispose()


@contextmanager
def client_of(world, allowed=HERE):
    headers = {"Authorization": "Bearer erp", "Content-Type": "application/json"}
    with (
        served(SubscriptionLedger(world, allowed)) as address,
        httpx.Client(base_url=f"{address}/epcis", trust_env=False, headers=headers, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def client(world):
    with client_of(world) as client:
        yield client


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    """A client of a server that keeps nothing of what is sent to it here."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}", create=True)
    migrate(engine)
    with client_of(World(engine)) as client:
        yield client
    engine.dispose()


def refused(answer, status, kind, words=""):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"epcisException:{kind}"
    assert words in answer.json()["detail"]


def test_a_subscription_is_shown_as_the_standard_has_it_and_without_its_secret(client, world):
    sent = {"dest": DEST, "signatureToken": SECRET, "schedule": {"hour": "1", "minute": "5"}}

    made = client.post(PATH, json=sent | {"reportIfEmpty": True, "initialRecordTime": "2026-01-01T00:00:00Z"})

    assert made.status_code == 201
    shown = made.json()
    assert made.headers["location"] == f"/epcis{PATH}/{shown['subscriptionID']}"
    assert shown.pop("createdAt").endswith("+00:00")
    assert shown == {
        "subscriptionID": made.headers["location"].rpartition("/")[2],
        "queryName": "all",
        "dest": DEST,
        "schedule": {"hour": "1", "minute": "5"},
        "reportIfEmpty": True,
        "initialRecordTime": "2026-01-01T00:00:00.000+00:00",
        "minRecordTime": "2026-01-01T00:00:00.000+00:00",
    }
    assert client.get(made.headers["location"].removeprefix("/epcis")).json() == made.json()
    assert SECRET not in client.get(PATH).text


def test_what_is_sent_is_a_valid_document_with_a_signature_that_anybody_can_check(client, world):
    with webhook_sink() as sink:
        made = client.post(
            PATH,
            json={"dest": f"http://127.0.0.1:{sink.port}/in?x=1", "signatureToken": SECRET, "stream": True},
        ).json()
        world.capture(1, 2)
        world.publish()
        world.receiver = PartnerPost(HERE)
        world.settle()

    [(path, headers, body)] = sink.came
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    mac = "v1," + b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert path == "/in?x=1"
    assert headers["content-type"] == "application/json"
    assert headers["gs1-signature"] == headers["webhook-signature"] == mac
    document = json.loads(body)
    assert schema_faults(document) == []
    results = document["epcisBody"]["queryResults"]
    assert (results["queryName"], results["subscriptionID"]) == ("all", made["subscriptionID"])
    assert len(results["resultsBody"]["eventList"]) == 2
    assert client.get(f"{PATH}/{made['subscriptionID']}").json()["lastNotifiedAt"]


def test_without_a_token_nothing_is_signed(client, world):
    with webhook_sink() as sink:
        client.post(PATH, json={"dest": f"http://127.0.0.1:{sink.port}/", "stream": True})
        world.capture(1)
        world.publish()
        world.receiver = PartnerPost(HERE)
        world.settle()

    [(_, headers, _)] = sink.came
    assert not {"gs1-signature", "webhook-signature"} & set(headers)
    assert headers["webhook-id"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_a_real_receiver_refuses_is_tried_again(client, world, status):
    with webhook_sink() as sink:
        client.post(PATH, json={"dest": f"http://127.0.0.1:{sink.port}/", "stream": True})
        world.capture(1)
        world.publish()
        world.receiver, sink.answers = PartnerPost(HERE), [status]
        world.settle()
        assert [path for path, _, _ in sink.came] == ["/"]
        world.now_ms += 1_000
        world.settle()

    assert [headers["webhook-id"] for _, headers, _ in sink.came] == [sink.came[0][1]["webhook-id"]] * 2
    assert sink.came[0][2] == sink.came[1][2]


def test_a_private_address_is_refused_when_it_is_named_and_when_it_is_found(world):
    with client_of(world, Allowed()) as client:
        for dest in ("https://10.0.0.1/", "https://127.0.0.1/", "https://[fd00::1]/", "http://1.1.1.1/"):
            refused(client.post(PATH, json={"dest": dest, "stream": True}), 400, "ValidationException")
        client.post(PATH, json={"dest": "https://localhost/", "stream": True})
    world.capture(1)
    world.publish()
    world.receiver = PartnerPost(Allowed())
    world.settle()

    [listed] = world.subscriptions.store.listed()
    assert "which no setting allows" in listed.trouble


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dest": None}, "dest is None"),
        ({"dest": "https://x.example/" + "x" * 2_000}, "want a URL of at most"),
        ({"stream": False}, "stream is False"),
        ({"stream": None, "schedule": {"hour": "1"}}, "either stream"),
        ({"schedule": {"hour": "25"}}, "either stream"),
        ({"reportIfEmpty": True}, "reportIfEmpty goes with a schedule"),
        ({"reportIfEmpty": "yes"}, "reportIfEmpty is 'yes'"),
        ({"initialRecordTime": "yesterday"}, "initialRecordTime is 'yesterday'"),
        ({"initialRecordTime": "2026-01-01T00:00:00"}, "initialRecordTime is"),
        ({"initialRecordTime": "9999-12-31T23:59:59-14:00"}, "initialRecordTime is"),
        ({"signatureToken": "short"}, "signatureToken is not one text of 16"),
        ({"signatureToken": SECRET, "secret": "another one of them"}, "signatureToken is not one"),
        ({"token": "x"}, "'token' is no member of a subscription"),
    ],
    ids=range(13),
)
def test_controls_that_cannot_be_kept_are_refused(refusing, change, words):
    answer = refusing.post(PATH, json={"dest": DEST, "stream": True} | change)

    refused(answer, 400, "SubscriptionControlsException", words)
    assert refusing.get(PATH).json() == []


def test_a_schedule_that_is_none_is_refused(refusing):
    answer = refusing.post(PATH, json={"dest": DEST, "schedule": {"hour": "25"}})

    refused(answer, 400, "SubscriptionControlsException", "hour of the schedule is '25'")


def test_a_query_that_orders_its_answers_cannot_be_subscribed_to(client, world):
    world.add_query("newest", {"orderBy": "eventTime", "eventCountLimit": 5})

    answer = client.post("/queries/newest/subscriptions", json={"dest": DEST, "stream": True})

    refused(answer, 400, "SubscriptionControlsException", "orders or counts its answers")


def test_another_party_sees_nothing_of_it(client):
    made = client.post(PATH, json={"dest": DEST, "stream": True}).json()
    path, another = f"{PATH}/{made['subscriptionID']}", {"Authorization": "Bearer another"}

    for answer in (
        client.get(PATH, headers=another),
        client.get(path, headers=another),
        client.delete(path, headers=another),
        client.post(PATH, json={"dest": DEST, "stream": True}, headers=another),
    ):
        refused(answer, 404, "NoSuchNameException")
    assert client.get(path).status_code == 200


def test_a_token_that_nobody_here_could_revoke_subscribes_to_nothing(client):
    answer = client.post(
        PATH, json={"dest": DEST, "stream": True}, headers={"Authorization": "Bearer elsewhere"}
    )

    refused(answer, 403, "SecurityException", "guoji token issue")


def test_a_deleted_one_is_gone_and_one_whose_token_was_revoked_is_not_active(client, world):
    made = [client.post(PATH, json={"dest": DEST, "stream": True}).json() for _ in range(2)]
    first, second = (f"{PATH}/{each['subscriptionID']}" for each in made)

    assert client.delete(first).status_code == 204

    refused(client.get(first), 404, "NoSuchResourceException")
    refused(client.delete(first), 404, "NoSuchResourceException")
    world.notices.stop(made[1]["subscriptionID"], "its token was revoked")
    refused(client.get(second), 404, "NoSuchResourceException", "has stopped: its token was revoked")
    assert client.get(PATH).json() == []
    assert client.delete(second).status_code == 204


def test_the_list_has_each_once_by_pages(client, monkeypatch):
    made = [client.post(PATH, json={"dest": DEST, "stream": True}).json() for _ in range(3)]

    first = client.get(f"{PATH}?perPage=2")
    rest = client.get(f"{PATH}?{first.headers['link'].split('?')[1].partition('>')[0]}")

    assert first.json() + rest.json() == made
    assert "link" not in rest.headers
    monkeypatch.setattr(subscriptions, "MOST_OF_AN_OWNER", 3)
    one_more = client.post(PATH, json={"dest": DEST, "stream": True})
    refused(one_more, 400, "ValidationException", "you have 3 subscriptions")


@pytest.mark.parametrize(
    ("path", "allow"), [(PATH, "OPTIONS, GET, HEAD, POST"), (f"{PATH}/any", "OPTIONS, GET, HEAD, DELETE")]
)
def test_options_tell_what_is_allowed(client, path, allow):
    answer = client.options(path, headers={"Authorization": ""})

    assert (answer.status_code, answer.headers["allow"]) == (204, allow)
