"""Programs recall goods, look at recalls and end them, as far as their token may."""

import json
from base64 import b64encode
from itertools import count
from secrets import token_bytes

import httpx
import pytest

from tests.api.serving import served
from tests.builders import CONTEXT, FARM, a_harvest, a_pack_out, a_packing, a_sighting
from traceability.epcis.event import Event
from traceability.gs1 import digital_link
from traceability.gs1.keys import check_digit
from traceability.ledger.capture import as_stored
from traceability.ledger.grant import Grant
from traceability.ledger.parties import Party
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import ledger, open_store, recaller

SHOP, OFFICE = "9521234000020", "9529999000002"
PLAN = f"""
[[target]]
name = "shop"
party = "{SHOP}"
webhook = "https://hooks.example.org/guoji"
secret_file = "shop.secret"
"""
GRANTS = {
    "farm": Grant("capture", FARM),
    "narrow": Grant("capture", FARM, about=("9529999",)),
    "shop": Grant("capture", SHOP),
    "office": Grant("capture", OFFICE),
    "admin": Grant("admin", None),
}


class Programs:
    """Programs of a farm, a shop that has some of a lot of its, and others, at one server."""

    def __init__(self, store, client, tokens, number):
        self.store = store
        self.client = client
        self.tokens = tokens
        self.lot = digital_link.lot("09521234000013", f"F{number}")
        serial = f"09521234{number:09}"
        self.case = digital_link.sscc(serial + check_digit(serial))
        made = digital_link.lot("09521234000020", f"P{number}")
        self.tell(
            FARM, a_harvest(0, self.lot), a_pack_out(3, self.lot, made), a_packing(5, self.case, [made])
        )
        self.tell(SHOP, a_sighting(6, self.case, "receiving"))

    def tell(self, party, *events):
        self.store.events.insert(
            [as_stored(Event(each.body, CONTEXT), party, 1, token_bytes(16)) for each in events]
        )

    def ask(self, method, path, token="farm", **sent):
        headers = {"Authorization": f"Bearer {self.tokens[token]}"}
        return self.client.request(method, path, headers=headers, **sent)

    def recall(self, token="farm", **fields):
        asked = {"goods": self.lot, "reason": {"zh": "农药残留超标", "en": "residue"}, **fields}
        return self.ask("POST", "/recalls", token, json=asked)

    def release(self, key, token="farm", **fields):
        documents = [b64encode(b"all of it was destroyed").decode()]
        asked = {"reason": "destroyed", "documents": documents, **fields}
        return self.ask("POST", f"/recalls/{key}/release", token, json=asked)

    def listed(self, token="farm"):
        found = self.ask("GET", "/recalls", token).json()["recalls"]
        return [each for each in found if each["goods"] == [self.lot]]

    def states(self, token="farm"):
        return [each["state"] for each in self.listed(token)]

    def recorded(self):
        return len(self.store.recalls.of([self.lot]))


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """One for all tests here: each brings a lot of its own."""
    settings = Settings.read({"GUOJI_HOME": str(tmp_path_factory.mktemp("recalls") / "home")})
    make(settings)
    (settings.home / "alerts.toml").write_text(PLAN, "utf-8")
    (settings.home / "shop.secret").write_text("whsec_" + "A" * 32)
    (settings.home / "shop.secret").chmod(0o600)
    store = open_store(settings)
    tokens = {name: store.tokens.issue(name, grant) for name, grant in GRANTS.items()}
    with (
        served(ledger(settings, store), recaller=recaller(settings, store)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield store, client, tokens, count(1)
    store.close()


@pytest.fixture
def programs(installed):
    store, client, tokens, numbers = installed
    store.parties.keep(Party(OFFICE, "Food safety office", (), is_authority=True))
    return Programs(store, client, tokens, next(numbers))


def test_a_recall_says_what_it_touches_who_has_it_and_who_is_told(programs):
    made = programs.recall(advice="return it", level="1")

    assert made.status_code == 201
    told = made.json()
    assert made.headers["location"] == f"/recalls/{told['key']}"
    assert (told["state"], told["by"], told["level"]) == ("holds", FARM, "1")
    assert told["advice"] == {"zh": "return it", "en": "return it"}
    [touched] = told["touched"]
    assert {each["goods"]: each["holder"] for each in touched["goods"]}[programs.case] == SHOP
    assert touched["parties"] == [{"gln": FARM}, {"gln": SHOP, "targets": ["shop"]}]
    assert touched["complete"] is True
    assert programs.ask("GET", made.headers["location"]).json() == told
    assert programs.recorded() == 1


def test_a_drill_says_the_same_and_records_nothing(programs):
    drill = programs.recall(mock=True)

    assert drill.status_code == 200
    assert (drill.json()["state"], drill.json()["notice"]) == ("drill", None)
    assert drill.json()["touched"][0]["parties"][1]["gln"] == SHOP
    assert programs.recorded() == 0


def test_goods_are_named_by_what_stands_under_their_code_too(programs):
    printed = f"(01)09521234000013(10){programs.lot.rpartition('/')[2]}"

    assert programs.recall(goods=printed, mock=True).json()["goods"] == [programs.lot]


@pytest.mark.parametrize(
    ("token", "detail"),
    [
        ("shop", "only who was, or an authority, may recall it"),
        ("narrow", "the token is for keys that begin with 9529999"),
        ("admin", "the token names no party to capture for"),
    ],
)
def test_whoever_may_not_recall_is_told_why_and_not_who_has_it(programs, token, detail):
    refused = programs.recall(token, mock=True)

    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert detail in refused.json()["detail"]
    assert programs.recorded() == 0


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({}, "reason: "),
        ({"reason": "x", "mok": True}, "mok: "),
        ({"reason": "x", "mock": "yes"}, "mock: "),
        ({"reason": " "}, "want 1 to 200 printable ones"),
        ({"reason": "x", "level": "4"}, "want one of 1, 2, 3"),
        ({"goods": "https://id.gs1.org/01/09521234000013", "reason": "x"}, "want a lot, an item or an SSCC"),
        ({"goods": "strawberries", "reason": "x"}, "strawberries"),
    ],
)
def test_what_was_not_meant_for_sure_recalls_nothing(programs, asked, detail):
    refused = programs.ask("POST", "/recalls", json={"goods": programs.lot, **asked})

    assert refused.status_code == 400
    assert detail in refused.json()["detail"]
    assert programs.recorded() == 0


def test_goods_of_which_nobody_recorded_anything_are_not_found(programs):
    assert programs.recall(goods=f"{programs.lot}NONE").status_code == 404


def test_a_recall_is_seen_by_who_made_it_an_authority_and_administrators(programs):
    key = programs.recall().json()["key"]

    seen = {name: programs.ask("GET", f"/recalls/{key}", name).status_code for name in programs.tokens}

    assert seen == {"farm": 200, "narrow": 200, "shop": 404, "office": 200, "admin": 200}
    assert (programs.states(), programs.states("shop")) == (["holds"], [])


def test_who_has_the_goods_is_not_told_to_a_party_that_only_claims_a_recall(programs):
    key = programs.recall().json()["key"]
    programs.store.parties.keep(Party(OFFICE, "Owner by now", ("9521234",)))

    claimed = programs.ask("GET", f"/recalls/{key}").json()

    assert (claimed["state"], claimed["touched"]) == ("claimed", [])


def test_a_recall_ends_once_and_only_with_evidence(programs):
    key = programs.recall().json()["key"]
    bare, wrong = programs.release(key, documents=[]), programs.release(key, events=["0" * 64])
    assert (bare.status_code, wrong.status_code) == (400, 400)
    assert "no evidence" in bare.json()["detail"]
    assert programs.states() == ["holds"]

    ended = programs.release(key)

    assert ended.status_code == 200
    assert (ended.json()["state"], ended.json()["evidence"]) == ("released", 1)
    assert "does not hold" in programs.release(key).json()["detail"]


def test_the_recall_of_an_authority_is_not_ended_by_the_owner(programs):
    programs.recall("office")
    key = programs.listed("office")[0]["key"]

    assert programs.release(key).status_code == 404
    assert programs.release(key, "office").json()["state"] == "released"


def test_an_authority_ends_the_recall_of_a_party(programs):
    key = programs.recall().json()["key"]

    assert programs.release(key, "office").json()["state"] == "released"


def test_notices_are_kept_with_the_recall(programs):
    programs.recall()

    told = []
    while claimed := programs.store.alerts.claim("shop", 10**14, 10**15):
        told.append(json.loads(claimed[0].body))
    assert [each["kind"] for each in told if each["subject"] == programs.lot] == ["recalled"]


def test_a_server_without_a_recaller_recalls_nothing(site):
    asked = {"json": {}, "headers": {"Authorization": "Bearer capture"}}

    assert site.post("/recalls", **asked).status_code == 404
