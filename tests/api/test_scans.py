"""POST of a scan and of a scratch code: read strictly, answered in words, never a verdict on the records."""

import re
from urllib.parse import quote

import httpx
import pytest
from starlette.requests import Request

from api.present.scan_card import scan_card
from api.present.scans import scan_answer, scratch_answer
from api.scan_visit import ScanDesk, visitor_of
from api.words import languages
from tests.api.samples import NOW, a_body, a_trace, a_traced_event
from tests.api.serving import SampleLedger, served
from tests.ledger.fake_scans import FakeScans
from traceability.gs1 import digital_link, serials
from traceability.ledger.issued import Issued
from traceability.ledger.scan import HOUR_MS, Cell
from traceability.ledger.scan_verdict import Crowd, Flood, ScanVerdict, Travel
from traceability.ledger.scans import Scans, ScratchAnswer

KEY = bytes(range(32))
GTIN = "09521234000020"
SERIAL = serials.issue(KEY, GTIN, b"abcde")
ITEM = digital_link.item(GTIN, SERIAL)
PATH = f"/01/{GTIN}/21/{SERIAL}"
NOW_MS = int(NOW.timestamp() * 1000)
SPEAK = languages()
TRACE = a_trace(subject=ITEM, events=(a_traced_event(a_body("shipping", 4, "shop")),))


@pytest.fixture(scope="module")
def served_store():
    return FakeScans()


@pytest.fixture
def store(served_store):
    for kept in (served_store.known, served_store.tries, served_store.openings):
        kept.clear()
    return served_store


@pytest.fixture(scope="module")
def client(served_store):
    ledger = SampleLedger({ITEM: TRACE})
    scans = Scans(served_store, ledger.trace, KEY, 30, lambda: NOW_MS)
    check = Issued(KEY, lambda _: True, lambda _: None).check
    desk = ScanDesk(
        scans,
        ("x-latitude", "x-longitude"),
        "x-forwarded-for",
        has_scratch_codes=True,
        is_issued=lambda _: True,
    )
    with (
        served(ledger, check_issued=check, scan_desk=desk) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


def test_a_look_is_told_what_came_before_it_and_is_in_no_cache(client, store):
    first = client.post("/scans?lang=en", json={"item": ITEM})
    again = client.post(
        "/scans?lang=zh-CN", json={"item": ITEM}, headers={"X-Latitude": "30.25", "X-Longitude": "120.2"}
    )

    assert first.headers["cache-control"] == "no-store"
    assert (first.json()["is"], first.json()["title"]) == ("first", "You are the first to open this code")
    assert (again.json()["is"], again.json()["title"]) == ("again", "您之前打开过这个码")
    [scan] = store.known[ITEM]
    assert (scan.posts, scan.cell) == (2, Cell(30, 120))


def test_only_a_post_counts(client, store):
    for method in ("GET", "HEAD"):
        assert client.request(method, "/scans").status_code == 405
        assert client.request(method, PATH, headers={"Accept": "text/html"}).status_code == 200

    assert store.known == {}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "item: Field required"),
        ([], "Input should be an object"),
        ({"item": 7}, "item: Input should be a valid string"),
        ({"item": ITEM, "at": "2020-01-01T00:00:00Z"}, "at: Extra inputs are not permitted"),
        ({"item": ITEM, "cell": "30.2741,120.1551"}, "want two whole degrees"),
        ({"item": ITEM, "cell": "91,0"}, "lies on no map"),
        ({"item": ITEM + "x" * 600}, "item: String should have at most 512"),
        ({"item": "https://x.cn/01/09521234000020/10/A"}, "want an item"),
    ],
)  # fmt: skip
def test_what_is_not_right_is_refused_by_name_and_not_kept(client, store, body, said):
    answer = client.post("/scans", json=body)

    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert store.known == {}


def test_what_is_too_long_of_another_kind_or_of_another_site_is_refused(client, store):
    assert client.post("/scans", json={"item": "x" * 2_000}).status_code == 413
    assert client.post("/scans", data={"item": ITEM}).status_code == 415
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/scans", "/scans/scratch"):
        assert client.post(path, json={"item": ITEM}, headers=elsewhere).status_code == 403
    assert client.options("/scans").status_code == 405  # so that no browser sends JSON for another site

    assert store.known == {}


def test_a_forged_or_unknown_item_is_refused_before_anything_is_kept(client, store):
    forged = ITEM[:-1] + ("0" if ITEM[-1] != "0" else "1")
    unknown = digital_link.item(GTIN, serials.issue(KEY, GTIN, b"fghij"))

    for path, more in (("/scans", {}), ("/scans/scratch", {"code": "0"})):
        assert (
            client.post(path, json={"item": forged, **more}).json()["title"]
            == "This code was not issued by us"
        )
        assert client.post(path, json={"item": unknown, **more}).status_code == 404
    assert (store.known, store.tries) == ({}, {})


def test_a_party_scans_with_its_token_and_a_wrong_one_is_refused(client, store):
    token = {"Authorization": "Bearer capture"}
    assert client.post("/scans", json={"item": ITEM}, headers=token).status_code == 200
    assert (
        client.post("/scans", json={"item": ITEM}, headers={"Authorization": "Bearer no"}).status_code == 401
    )

    assert [scan.by_party for scan in store.known[ITEM]] == [True]


def test_behind_a_proxy_the_last_address_that_is_told_counts(client, store):
    for told in ("198.51.100.1", "203.0.113.7, 198.51.100.1", "203.0.113.7"):
        client.post("/scans", json={"item": ITEM}, headers={"X-Forwarded-For": told})
    client.post("/scans", json={"item": ITEM})

    assert [scan.posts for scan in store.known[ITEM]] == [2, 1, 1]


def test_a_header_without_addresses_is_told_to_the_operator_once_and_not_what_it_holds(caplog):
    for told in (b"203.0.113.7:80", b"a secret", b"another"):
        visitor_of(Request({"type": "http", "headers": [(b"x-where", told)], "client": None}), "X-Where")

    [said] = caplog.messages
    assert "header X-Where holds no IP address" in said
    assert "secret" not in said


@pytest.mark.usefixtures("store")
def test_a_scratch_code_is_answered_in_words(client):
    code = serials.scratch_code(KEY, GTIN, SERIAL)
    wrong = client.post("/scans/scratch?lang=en", json={"item": ITEM, "code": "nothing"}).json()
    right = client.post("/scans/scratch?lang=en", json={"item": ITEM, "code": code.lower()}).json()

    assert wrong["title"] == "This is not the code of this item"
    assert right["title"] == "Right, and you are the first to open it"


def test_the_page_says_what_to_compare_and_that_nothing_counts_without_scripts(client):
    page = client.get(f"{PATH}?lang=en", headers={"Accept": "text/html"}).text

    assert f'data-item="{ITEM}"' in page
    for said in (
        "A QR code can be copied",
        "without it this look is not counted",
        "last recorded at",
        "400 days",
    ):
        assert said in page
    assert f'href="/codes/proof?subject={quote(ITEM, safe="")}"' in page
    assert '<form hidden><label for="scratch">' in page
    assert client.get("/static/scan.js").status_code == 200


def test_a_lot_has_no_such_card():
    assert scan_card(a_trace(), "", SPEAK["en"], ScanDesk(None)) is None


def a_verdict(**fields):
    values = {
        "scans": 0, "devices": 0, "only_mine": True, "first_ms": None, "apart": 0, "not_kept": 0,
        "sample_since_ms": None, "odd": (), "days": (),
    }  # fmt: skip
    return ScanVerdict(**values | fields)


CROWD = Crowd(NOW_MS, NOW_MS + HOUR_MS, 14)
FLOOD = Flood(NOW_MS, 200, 2)
TRAVEL = Travel(Cell(30, 120), NOW_MS, Cell(-34, -59), NOW_MS + HOUR_MS, 19_000)
OTHERS = {"scans": 30, "devices": 20, "only_mine": False, "first_ms": NOW_MS}
STORIES = {
    "first": a_verdict(),
    "first of the shoppers": a_verdict(apart=2),
    "seen, but who knows when": a_verdict(only_mine=False, not_kept=2),
    "again": a_verdict(scans=2, devices=1, first_ms=NOW_MS),
    "seen": a_verdict(**OTHERS, odd=(FLOOD,), days=((NOW_MS, 3),)),
    "odd": a_verdict(**OTHERS, odd=(CROWD, TRAVEL), not_kept=4),
    "sample": a_verdict(**OTHERS, sample_since_ms=NOW_MS, apart=3),
}  # fmt: skip


@pytest.mark.parametrize("lang", SPEAK)
@pytest.mark.parametrize("state", STORIES)
def test_every_verdict_is_told_in_words_and_none_says_that_it_is_fake(state, lang):
    answer = scan_answer(STORIES[state], SPEAK[lang])

    assert answer["is"] == re.split("[ ,]", state)[0]
    said = " ".join([answer["title"], answer["brief"], *answer["sentences"], *answer["days"]])
    assert "{" not in said
    for word in ("fake", "counterfeit", "forged", "假货", "假冒", "伪造"):
        assert word not in said.lower()


def test_where_the_item_is_named_it_says_that_others_opened_it_unless_that_is_told_by_a_warning():
    briefs = {state: scan_answer(verdict, SPEAK["en"])["brief"] for state, verdict in STORIES.items()}

    assert [state for state, brief in briefs.items() if brief] == ["seen"]
    assert briefs["seen"] == "Opened 30 times before you, first on 14 Nov 12:00: what to compare"


def test_nobody_is_told_to_be_the_first_where_anybody_came_before():
    verdicts = a_verdict(apart=1), a_verdict(not_kept=3, only_mine=False)

    assert [scan_answer(each, SPEAK["en"])["title"] for each in verdicts] == [
        "You are the first since it was last handed on",
        "Opened 3 times before you",
    ]


def test_a_journey_is_told_with_both_places_coarsely_and_both_times():
    said = " ".join(scan_answer(STORIES["odd"], SPEAK["en"])["sentences"])

    assert "30.5° N, 120.5° E" in said
    assert "33.5° S, 58.5° W" in said
    assert "14 Nov 12:00" in said
    assert "14 Nov 13:00" in said


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ScratchAnswer(True), "first"),
        (ScratchAnswer(True, NOW_MS), "opened"),
        (ScratchAnswer(False), "wrong"),
        (ScratchAnswer(False, wait_ms=HOUR_MS), "wait"),
    ],
)
def test_every_answer_to_a_scratch_code_has_its_words(answer, state):
    for words in SPEAK.values():
        told = scratch_answer(answer, words)
        assert told["is"] == state
        assert "{" not in " ".join([told["title"], *told["sentences"]])
