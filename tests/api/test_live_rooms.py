"""A program makes a room and commands it; nobody else does, and what the records do not bear stays off."""

import shutil
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx
import pytest

from tests.api.serving import PUBLIC_URL, SampleLedger, served
from tests.live.live_scene import APPLES, AT_MS, BARE, a_trace
from traceability.claims.read_facts import read_facts
from traceability.errors import NotAuthorised
from traceability.ledger.grant import Grant
from traceability.live.studio import Studio
from traceability.store.air import AirTable
from traceability.store.rooms import RoomTable
from traceability.store.schema import open_engine

PARTY, OTHER = "9521234000013", "9521234000037"
GRANTS = {
    "mine": Grant("capture", PARTY),
    "admin": Grant("admin", PARTY),
    "operator": Grant("admin", None),
    "theirs": Grant("capture", OTHER),
    "reads": Grant("read", PARTY),
    "farm": Grant("farm", PARTY),
    "limited": Grant("capture", PARTY, about=("9521234",)),
}
ROOM = {"host": "小李", "title": "今晚苹果", "lang": "zh-CN"}


@dataclass
class KnownTokens(SampleLedger):
    grants: dict = field(default_factory=lambda: GRANTS)

    def authorise(self, token):
        if token not in self.grants:
            raise NotAuthorised("we did not issue this token")
        return self.grants[token]


@pytest.fixture(scope="module")
def studio(tmp_path_factory, migrated_sqlite):
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("rooms") / "store.db")
    engine = open_engine(f"sqlite:///{file}")
    goods = {APPLES: read_facts(a_trace("apples")), BARE: read_facts(a_trace("bare"))}
    ports = RoomTable(engine), AirTable(engine)
    yield Studio.of(*ports, goods.__contains__, goods.__getitem__, lambda: AT_MS)
    engine.dispose()


@pytest.fixture(scope="module")
def client(studio):
    with (
        served(KnownTokens(), studio=studio) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def room(client):
    """Made by its party, and how to command it with the host key."""
    made = client.post("/live", json=ROOM, headers=bearer("mine")).json()

    def ask(method, path, body=None, key=made["host_key"]):
        return client.request(method, f"/live/{made['room']}{path}", json=body, headers=bearer(key))

    return SimpleNamespace(made=made, ask=ask, code=made["room"], key=made["host_key"])


def bearer(token):
    return {"Authorization": f"Bearer {token}"} if token else {}


def test_a_room_is_made_with_its_links_and_its_key_is_told_once(client, room):
    made, code = room.made, room.code

    assert (made["party"], made["phase"], made["title"]) == (PARTY, "ready", "今晚苹果")
    assert made["links"] == {
        "overlay_horizontal": f"{PUBLIC_URL}/live/{code}/overlay?layout=horizontal",
        "overlay_vertical": f"{PUBLIC_URL}/live/{code}/overlay?layout=vertical",
        "control": f"{PUBLIC_URL}/live/{code}/control#{room.key}",
    }
    assert made["made_at"] == "2026-11-22T12:31:07.000+00:00"
    seen = [room.ask("GET", "/desk"), client.get("/live/rooms", headers=bearer("mine"))]
    assert all(code in each.text and room.key not in each.text for each in seen)
    assert all(each.headers["cache-control"] == "no-store" for each in seen)


def test_a_whole_broadcast_is_commanded_with_the_host_key(room):
    offer = room.ask("POST", "/offers", {"lot": "(01)09521234000044(10)A1", "name": "红富士"}).json()
    code = offer["offer"]
    assert (offer["lot"], offer["link"]) == (APPLES, f"HTTPS://GUOJI.EXAMPLE/S/{code}")
    second = room.ask("POST", "/offers", {"lot": BARE, "name": "礼盒"}).json()["offer"]
    moved = room.ask("PUT", f"/offers/{second}/place", {"place": 1}).json()
    assert [each["offer"] for each in moved["offers"]] == [second, code]
    for text in ("产地是陕西洛川", "今早刚摘的苹果"):
        assert room.ask("POST", "/points", {"offer": code, "text": text}).status_code == 201

    assert room.ask("POST", "/rehearse").json()["phase"] == "rehearsal"
    report = room.ask("POST", "/end-rehearsal").json()
    assert (report["format"], report["phase"]) == ("guoji-live-report/1", "rehearsal")
    assert room.ask("POST", "/show", {"offer": code}).json()["desk"]["offer"] == code
    assert room.ask("POST", "/go-on-air").json()["phase"] == "on_air"
    put = room.ask("PUT", "/points", {"offer": code, "points": [1, 2]}).json()
    assert put["desk"]["points"] == [1]
    assert [(each["of"], each["verdict"]) for each in put["blocked"]] == [(2, "contradicted")]
    assert room.ask("POST", "/cards", {"cards": {"lab": False}}).json()["desk"]["cards"]["lab"] is False
    assert room.ask("DELETE", f"/points/{code}/1").status_code == 204
    assert room.ask("POST", "/show", {"offer": None}).json()["desk"]["offer"] is None
    assert room.ask("POST", "/next").json()["desk"] | {"cards": {}} == {
        "offer": second,
        "next": code,
        "points": [],
        "cards": {},
        "correction": None,
    }
    assert room.ask("DELETE", f"/offers/{code}").status_code == 204
    ended = room.ask("POST", "/end").json()
    assert (ended["phase"], ended["ended_at"]) == ("ended", "2026-11-22T12:31:07.000+00:00")
    refused = room.ask("POST", "/next")
    assert (refused.status_code, "has ended" in refused.json()["detail"]) == (400, True)


COMMANDS = [
    ("GET", "/desk"),
    ("POST", "/offers"),
    ("PUT", "/points"),
    ("POST", "/go-on-air"),
    ("POST", "/end"),
    ("DELETE", "/offers/AAAAAA"),
]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("", 401),
        ("a stranger's", 401),
        ("reads", 403),
        ("farm", 403),
        ("theirs", 403),
        ("operator", 403),
        ("limited", 403),
        ("glive_" + "x" * 32, 401),
        ("another room's", 401),
    ],
)
def test_nobody_but_the_host_and_the_party_commands_a_room(client, room, who, status):
    if who == "another room's":
        who = client.post("/live", json=ROOM, headers=bearer("mine")).json()["host_key"]
    before = room.ask("GET", "/desk").json()

    found = {room.ask(method, path, {}, who).status_code for method, path in COMMANDS}

    assert found == {status}
    assert room.ask("GET", "/desk").json() == before


@pytest.mark.parametrize("who", ["mine", "admin"])
def test_a_token_of_the_party_commands_its_room(room, who):
    assert room.ask("POST", "/cards", {"cards": {"qr": False}}, who).status_code == 200


def test_a_token_that_is_limited_to_some_keys_makes_no_room(client):
    answer = client.post("/live", json=ROOM, headers=bearer("limited"))

    assert answer.status_code == 403
    assert "the token is for keys that begin with 9521234: it has no live rooms" in answer.json()["detail"]


def test_a_host_key_makes_no_rooms_and_lists_none(client, room):
    for method, path in (("POST", "/live"), ("GET", "/live/rooms")):
        assert client.request(method, path, json=ROOM, headers=bearer(room.key)).status_code == 401


def test_rooms_are_listed_for_their_party_and_all_of_them_for_the_operator(client, room):
    theirs = client.post("/live", json=ROOM, headers=bearer("theirs")).json()["room"]

    listed = {
        who: {each["room"] for each in client.get("/live/rooms", headers=bearer(who)).json()["rooms"]}
        for who in ("mine", "theirs", "operator")
    }

    assert room.code in listed["mine"]
    assert theirs in listed["theirs"]
    assert not listed["mine"] & listed["theirs"]
    assert listed["operator"] == listed["mine"] | listed["theirs"]
    refused = client.post("/live", json=ROOM, headers=bearer("operator"))
    assert (refused.status_code, refused.json()["detail"]) == (403, "the token names no party to capture for")


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/offers", {"lot": APPLES}, 400, "name: Field required"),
        ("/offers", {"lot": APPLES, "name": "a", "price": 1}, 400, "price: Extra inputs"),
        ("/offers", {"lot": APPLES, "name": "a\u202eb"}, 400, "U+202E"),
        ("/offers", {"lot": "/01/09521234000044/10/NONE", "name": "a"}, 404, "no event names"),
        ("/show", {"offer": "NONE"}, 404, "no offer 'NONE'"),
        ("/show", {"offer": 7}, 400, "offer: Input should be a valid string"),
        ("/cards", {"cards": {"verdict": False}}, 400, "no card 'verdict'"),
        ("/go-on-air", {}, 400, "has no offer: add one before it goes on air"),
        ("/end-rehearsal", {}, 400, "has nothing to report: rehearse it"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(room, path, body, status, told):
    answer = room.ask("POST", path, body)

    assert answer.status_code == status
    assert told in answer.json()["detail"]


@pytest.mark.parametrize("code", ["NONE00", "no-code", "%00"])
def test_a_room_that_is_not_there_is_unknown_to_those_who_may_ask(client, code):
    assert client.get(f"/live/{code}/desk", headers=bearer("mine")).status_code == 404


def test_a_server_without_rooms_says_so():
    with served(KnownTokens()) as address, httpx.Client(base_url=address, trust_env=False) as client:
        answer = client.post("/live", json=ROOM, headers=bearer("mine"))

    assert (answer.status_code, answer.json()["detail"]) == (404, "this server has no live rooms")
