"""Any tool posts lines with the host key, and is answered sentence by sentence."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.api.serving import PUBLIC_URL, SampleLedger, served
from tests.live.fake_rooms import FakeRooms
from tests.live.live_scene import APPLES, AT_MS, BARE, a_trace
from traceability.claims.read_facts import read_facts
from traceability.live.studio import Studio
from traceability.live.viewers import Viewers

LIE, TRUE = "今早刚摘的苹果。", "产地是陕西洛川。"
AT = datetime.fromtimestamp(AT_MS / 1000, UTC).isoformat()
TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@pytest.fixture(scope="module")
def studio():
    goods = {APPLES: read_facts(a_trace("apples")), BARE: read_facts(a_trace("bare"))}
    kept = FakeRooms()
    return Studio.of(kept, kept, goods.__contains__, goods.__getitem__, lambda: AT_MS)


@pytest.fixture(scope="module")
def server(studio):
    viewers = Viewers(studio.rooms.store, None, lambda: AT_MS)
    with served(SampleLedger(), studio=studio, viewers=viewers) as address:
        yield address


@pytest.fixture
def room(studio):
    """On air with apples, and the key of its host."""
    made, key = studio.rooms.make("9521234000013", "小李", "今晚苹果", "zh-CN")
    made, offer = studio.rooms.add_offer(made.code, APPLES, "红富士")
    studio.rooms.add_offer(made.code, BARE, "嘎啦")
    studio.rooms.show(made.code, offer.code)
    return studio.rooms.go_on_air(made.code), key


@pytest.fixture
def client(server, room):
    headers, where = {"Authorization": f"Bearer {room[1]}"}, f"{server}/live/{room[0].code}"
    with httpx.Client(base_url=where, headers=headers, trust_env=False, timeout=60) as client:
        yield client


def test_a_line_is_answered_sentence_by_sentence(client, studio, room):
    answer = client.post("/lines", json={"text": LIE + TRUE, "at": AT, "id": "asr-7"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    lie, true = answer.json()["sentences"]
    assert (lie["id"], lie["text"], lie["verdict"], lie["times"]) == ("asr-7.1", LIE, "contradicted", 1)
    assert lie["rule"].keys() == {"id", "source", "version"}
    assert lie["evidence"][0]["proof"] == f"{PUBLIC_URL}/proof/{lie['evidence'][0]['key']}"
    assert lie["evidence"][0]["found"]["zh"]
    assert "2026-10-12" in lie["suggestion"]
    assert lie["warning"] == {"number": 3, "level": 3, "answer_within_s": 20}
    assert (true["verdict"], true["warning"], true["suggestion"]) == ("supported", None, None)
    assert client.post("/lines", json={"text": LIE + TRUE, "at": AT, "id": "asr-7"}).json() == answer.json()
    assert len(studio.air.records(room[0].code)) == 4


@pytest.mark.parametrize(
    "sent",
    [
        {"content": f"{TRUE}\n\n{LIE}\n".encode(), "headers": TEXT},
        {"json": [TRUE, {"text": LIE}]},
        {"json": f"{TRUE}{LIE}"},
    ],
    ids=["text", "list", "string"],
)
def test_lines_come_in_the_form_that_a_tool_has(client, sent):
    answer = client.post("/try", **sent)

    assert [each["verdict"] for each in answer.json()["sentences"]] == ["supported", "contradicted"]


def test_trying_keeps_nothing_and_tells_the_level(client, studio, room):
    before = studio.air.records(room[0].code)
    (lie,) = client.post("/try", json=LIE).json()["sentences"]

    assert lie["level"] == 3
    assert lie.keys() == {"text", "offer", "level", "verdict", "rule", "evidence", "suggestion"}
    assert studio.air.records(room[0].code) == before


@pytest.mark.parametrize(
    ("sent", "status", "says"),
    [
        ({"json": {"txt": "好"}}, 400, "line 1 has a field 'txt', want at, id, offer, text"),
        ({"json": [LIE, 7]}, 400, "line 2 is 7, want a text or an object"),
        ({"json": {"text": None}}, 400, "line 1 has no text"),
        ({"json": {"text": "好", "at": "20:31"}}, 400, "want a time with its zone"),
        ({"json": {"text": "好", "at": "2026-11-22T20:31:07"}}, 400, "want a time with its zone"),
        ({"json": {"text": "好", "at": "2020-01-01T00:00:00Z"}}, 400, "before our clock, want at most 600 s"),
        ({"json": {"text": "好", "id": "a b"}}, 400, "id of a line"),
        ({"json": {"text": "好", "offer": "7K2M9Q"}}, 400, "on air it is about the offer that is on"),
        ({"json": {"text": "好" * 2001}}, 400, "2001 characters, want at most 2000"),
        ({"json": ["好"] * 501}, 413, "501 sentences at once, want at most 500"),
        ({"content": b"\xff", "headers": TEXT}, 400, "not UTF-8 at byte 0"),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "not JSON"),
        ({"content": b"x" * (512 * 1024 + 1), "headers": TEXT}, 413, "longer than 524288 bytes"),
        (
            {"content": b"x", "headers": {"Content-Type": "audio/wav"}},
            415,
            "want application/json or text/plain",
        ),
    ],
)
def test_what_cannot_be_taken_says_why(client, studio, room, sent, status, says):
    answer = client.post("/lines", **sent)

    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
    assert len(studio.air.records(room[0].code)) == 1


def test_a_warning_is_answered_once(client, studio, room):
    number = client.post("/lines", json=LIE).json()["sentences"][0]["warning"]["number"]

    answer = client.post("/answers", json={"warning": number, "answer": "corrected"})
    assert answer.json()["correction"].startswith("更正：")
    on_overlay = studio.warnings.time_out(studio.rooms.store.room(room[0].code)).desk.correction
    assert on_overlay.text == answer.json()["correction"]
    again = client.post("/answers", json={"warning": number, "answer": "not_said"})
    assert (again.status_code, "answered already: corrected, by host" in again.json()["detail"]) == (
        409,
        True,
    )
    assert client.post("/answers", json={"warning": 10**30, "answer": "noted"}).status_code == 404
    assert client.post("/answers", json={"warning": number, "answer": "x"}).status_code == 400


def test_a_report_is_given_as_the_reader_wants_it(client, studio, room):
    client.post("/lines", json=LIE)

    as_json = client.get("/report").json()
    assert as_json["offers"][0]["sentences"][0]["verdict"] == "contradicted"
    text = client.get("/report", params={"lang": "en"}, headers={"Accept": "text/plain"})
    assert text.headers["content-type"].startswith("text/plain")
    assert f"[contradicted] {LIE}" in text.text
    studio.rooms.end(room[0].code)
    told = client.get("/report", params={"format": "text", "lang": "zh-CN"}).text
    assert "口播 1 句：与记录不符 1" in told


def test_a_host_who_is_signed_in_reads_the_report_as_a_page(client, room, server):
    client.post("/lines", json=f"{LIE}<script>")
    asked = {"headers": {"Accept-Language": "en"}, "trust_env": False}
    page = httpx.get(f"{client.base_url}report", cookies={"guoji_live": room[1]}, **asked)

    assert page.status_code == 200
    assert f"[contradicted] {LIE}" in page.text
    assert "&lt;script&gt;" in page.text
    assert "Nothing of it is kept" not in page.text
    stranger = httpx.get(f"{client.base_url}report", **asked)
    assert (stranger.status_code, LIE in stranger.text) == (401, False)


def test_a_script_is_rehearsed_over_several_offers(client, studio, room):
    made, key = studio.rooms.make("9521234000013", "小李", "彩排", "zh-CN")
    offers = [studio.rooms.add_offer(made.code, lot, "果")[1].code for lot in (APPLES, BARE)]
    studio.rooms.rehearse(made.code)
    headers = {"Authorization": f"Bearer {key}"}
    base = client.base_url.join(f"/live/{made.code}/")

    client.post(base.join("lines"), json=[{"text": TRUE, "offer": each} for each in offers], headers=headers)
    report = client.post(base.join("end-rehearsal"), headers=headers).json()

    assert [[s["verdict"] for s in offer["sentences"]] for offer in report["offers"]] == [
        ["supported"],
        ["contradicted"],
    ]
    assert studio.air.records(made.code) == []
    assert client.get(base.join("report"), headers=headers).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/lines"), ("POST", "/try"), ("POST", "/answers"), ("GET", "/report")]
)
def test_nobody_else_speaks_for_the_host(client, method, path):
    for token in ("glive_" + "x" * 43, "guoji_nobody"):
        answer = client.request(method, path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
