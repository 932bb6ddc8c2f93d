"""Programs recall goods, look at recalls and end them, as far as their token may."""

import json

import httpx
import pytest

from tests.api.recalling import OFFICE, SHOP, Programs, an_installation
from tests.builders import FARM
from traceability.ledger.parties import Party


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """One for all tests here: each brings a lot of its own."""
    with an_installation(tmp_path_factory.mktemp("recalls") / "home") as installed:
        yield installed


@pytest.fixture
def programs(installed):
    with httpx.Client(base_url=installed.address, trust_env=False) as client:
        yield Programs(installed, client)


def test_a_recall_says_what_it_touches_who_has_it_and_who_is_told(programs):
    made = programs.recall(advice="return it", level="1")

    assert made.status_code == 201
    told = made.json()
    assert made.headers["location"] == f"/recalls/{told['key']}"
    assert (told["state"], told["by"], told["level"]) == ("holds", FARM, "1")
    assert told["advice"] == {"zh": "return it", "en": "return it"}
    [touched] = told["touched"]
    assert {each["goods"]: each["holder"] for each in touched["goods"]}[programs.goods.case] == SHOP
    assert touched["parties"] == [{"gln": FARM}, {"gln": SHOP, "targets": ["shop"]}]
    assert touched["complete"] is True
    assert programs.ask("GET", made.headers["location"]).json() == told
    assert programs.goods.recorded() == 1


def test_a_drill_says_the_same_and_records_nothing(programs):
    drill = programs.recall(mock=True)

    assert drill.status_code == 200
    assert (drill.json()["state"], drill.json()["notice"]) == ("drill", None)
    assert drill.json()["touched"][0]["parties"][1]["gln"] == SHOP
    assert programs.goods.recorded() == 0


def test_goods_are_named_by_what_stands_under_their_code_too(programs):
    assert programs.recall(goods=programs.goods.printed, mock=True).json()["goods"] == [programs.goods.lot]


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
    assert programs.goods.recorded() == 0


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
    refused = programs.ask("POST", "/recalls", json={"goods": programs.goods.lot, **asked})

    assert refused.status_code == 400
    assert detail in refused.json()["detail"]
    assert programs.goods.recorded() == 0


def test_goods_of_which_nobody_recorded_anything_are_not_found(programs):
    assert programs.recall(goods=f"{programs.goods.lot}NONE").status_code == 404


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
    assert [each["kind"] for each in told if each["subject"] == programs.goods.lot] == ["recalled"]


def test_a_server_without_a_recaller_recalls_nothing(site):
    asked = {"json": {}, "headers": {"Authorization": "Bearer capture"}}

    assert site.post("/recalls", **asked).status_code == 404
