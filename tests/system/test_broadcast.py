"""A broadcast as a host plays it, through every real part: an excursion, a lie, a recall; then its record."""

import json
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.builders import FARM, LOT, OTHER_LOT, a_harvest
from tests.system.running import STORY

PROFILE = "gtin.09521234000020 = 'strawberry'\n"
TRUE, FALSE, SUPERLATIVE = "这批草莓是11月20号采收的。", "这是今天早上刚摘的。", "这是全国第一的草莓。"


@pytest.fixture(
    scope="module", params=[0.05, pytest.param(1, marks=pytest.mark.soak)], ids=["quick", "whole"]
)
def pace(request):
    """Ten minutes take so much of ten minutes."""
    return request.param


@pytest.fixture(scope="module")
def running(installed, pace):
    running = installed()
    (running.home / "cold-chain.toml").write_text(PROFILE)
    running.up()
    running.capture(*STORY, a_harvest(1.5, lot=OTHER_LOT))
    return running


@pytest.fixture(scope="module")
def played(running, pace):
    """The broadcast once it is over, and all of it is anchored."""
    broadcast = Broadcast.made(running)
    began_s = time.monotonic()
    for minute, act in SCRIPT:
        time.sleep(max(0, began_s + minute * 60 * pace - time.monotonic()))
        act(broadcast)
    counts = running.store.counts
    running.wait_for("all to be told", lambda: not counts.all()["room_records_waiting_for_an_event"])
    running.wait_until_anchored()
    return broadcast


@dataclass
class Overlay:
    """A browser source as the server sees one: it listens, and remembers what it was sent, and when."""

    port: int
    room: str
    seen: list[tuple[datetime, dict]] = field(default_factory=list)

    def listen(self) -> None:
        with (
            closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection,
            suppress(OSError),  # the server ends before the room does
        ):
            connection.request("GET", f"/live/{self.room}/events")
            for line in connection.getresponse():
                if line.startswith(b"data: "):
                    self.seen.append((datetime.now(UTC), json.loads(line[6:])))

    @property
    def now(self) -> dict:
        return self.seen[-1][1] if self.seen else {}

    def before(self, moment: datetime) -> dict:
        return [state for at, state in self.seen if at <= moment][-1]


class Broadcast:
    """The host, with the room's key; the overlay that everybody sees; and a logger among the goods."""

    def __init__(self, running, room: str, key: str) -> None:
        self.running, self.room, self.key = running, room, key
        self.overlay = Overlay(running.settings.http_port, room)
        self.device = running.device("logger-1")
        self.marks: dict[str, datetime] = {}
        """Moments at which all that came before was on the overlay."""
        threading.Thread(target=self.overlay.listen, daemon=True).start()

    @classmethod
    def made(cls, running) -> "Broadcast":
        told = call(running, "/live", running.token, {"host": "小陈", "title": "草莓专场", "lang": "zh-CN"})
        return cls(running, told["room"], told["host_key"])

    @property
    def believing(self) -> tuple[str, str]:
        return "--trust", str(self.running.settings.trust_file)

    def do(self, path: str, body: dict | None = None, method: str = "POST") -> dict:
        return call(self.running, f"/live/{self.room}/{path}", self.key, body, method)

    def says(self, text: str) -> dict:
        [heard] = self.do("lines", {"text": text})["sentences"]
        return heard

    def shows(self, what: str, reached) -> None:
        self.running.wait_for(what, lambda: self.overlay.now and reached(self.overlay.now))
        # What is shown is on the record from its first millisecond on.
        time.sleep(0.1)
        self.marks[what] = datetime.now(UTC)

    def measures(self, celsius: float, minutes: int) -> None:
        now_ms = time.time_ns() // 1_000_000
        for minute in reversed(range(minutes)):
            self.device.send(now_ms - minute * 60_000, {"air_temperature": celsius})
        self.device.settle(30)


def call(running, path: str, key: str, body: dict | None = None, method: str = "POST") -> dict:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{running.settings.http_port}{path}"
    data = None if method == "GET" else json.dumps(body or {}).encode()
    with urlopen(Request(url, data, headers, method=method), timeout=60) as answer:
        return json.loads(answer.read() or b"null")


def opens(show: Broadcast) -> None:
    show.offers = [show.do("offers", {"lot": lot, "name": "草莓"})["offer"] for lot in (LOT, OTHER_LOT)]
    show.do("points", {"offer": show.offers[0], "text": "11月20日采收"})
    show.do("points", {"offer": show.offers[0], "text": "今天现摘"})
    show.measures(3, 2)
    show.do("go-on-air")
    show.do("next")
    show.shows("the first lot", lambda state: state["product"] and state["offer"]["subject"] == LOT)


def puts_points_on(show: Broadcast) -> None:
    put = show.do("points", {"offer": show.offers[0], "points": [1, 2]}, method="PUT")
    assert [each["verdict"] for each in put["blocked"]] == ["contradicted"]
    show.shows("the point that holds", lambda state: state["points"] == ["11月20日采收"])


def tells_the_truth(show: Broadcast) -> None:
    heard = show.says(TRUE)
    assert (heard["verdict"], heard["warning"]) == ("supported", None)


def lies(show: Broadcast) -> None:
    heard = show.says(FALSE)
    assert (heard["verdict"], heard["warning"]["level"]) == ("contradicted", 3)
    show.do("answers", {"warning": heard["warning"]["number"], "answer": "corrected"})
    show.shows("the correction", lambda state: state["correction"])
    show.corrected = show.overlay.now["correction"]


def warms_up(show: Broadcast) -> None:
    show.measures(12, 1)
    time.sleep(1)
    show.measures(12, 1)
    show.shows("the excursion", lambda state: state["product"]["alert"])


def hides_the_code(show: Broadcast) -> None:
    show.do("cards", {"cards": {"qr": False}})
    show.shows("no code", lambda state: not state["cards"]["qr"])


def boasts_and_says_nothing_more(show: Broadcast) -> None:
    assert show.says(SUPERLATIVE)["verdict"] == "forbidden"
    show.shows("a correction by itself", lambda state: state["correction"] not in ("", show.corrected))


def goes_on(show: Broadcast) -> None:
    show.do("next")
    show.shows("the second lot", lambda state: state["product"] and state["offer"]["subject"] == OTHER_LOT)


def is_recalled(show: Broadcast) -> None:
    words = ("recall", OTHER_LOT, "--reason", "农残超标", "--yes", "--no-notices")
    done = show.running.guoji(*words, GUOJI_PARTY=FARM)
    assert done.returncode == 0, done.stdout + done.stderr
    show.shows("the recall", lambda state: state["product"]["state"] == "recalled")


def closes(show: Broadcast) -> None:
    show.do("end")
    show.device.close()


SCRIPT = (
    (0, opens),
    (1, puts_points_on),
    (2, tells_the_truth),
    (3, lies),
    (4, warms_up),
    (5, hides_the_code),
    (6, boasts_and_says_nothing_more),
    (7.5, goes_on),
    (8.5, is_recalled),
    (10, closes),
)


@pytest.fixture
def record(played):
    """The file that everybody may have."""
    return json.loads(played.running.get(f"/live/{played.room}/record", accept="*/*"))


def test_guoji_verify_accepts_the_record_and_finds_nothing_missing(played, record):
    done = played.running.verify(record)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nVerified: " in done.stdout
    assert "None is missing" in done.stdout
    assert "(its end)" in done.stdout


def test_for_each_moment_the_record_says_what_the_overlay_showed_then(played, record):
    for mark, moment in played.marks.items():
        done = played.running.verify(record, *played.believing, "--json", "--at", moment.isoformat())
        told = json.loads(done.stdout)["on_air"]["at"]["state"]
        shown = played.overlay.before(moment)

        assert done.returncode == 0, done.stderr
        assert {name: told[name] for name in ("offer", "points", "cards", "correction")} == {
            name: shown[name] for name in ("offer", "points", "cards", "correction")
        }, mark
        assert told["product"]["state"] == shown["product"]["state"], mark
        assert told["product"]["alert"] == shown["product"]["alert"], mark


def test_what_was_said_is_on_record_with_its_verdict_and_in_words_for_the_host_alone(played, record):
    said = call(played.running, f"/live/{played.room}/record/said", played.key, method="GET")
    kinds = [each for proof in record["proofs"] for each in records_of(proof)]

    assert [each["verdict"] for each in kinds if each["kind"] == "said"] == [
        "supported",
        "contradicted",
        "forbidden",
    ]
    assert [each["answer"] for each in kinds if each["kind"] == "answered"] == ["corrected", "none"]
    assert [each["level"] for each in kinds if each["kind"] == "warned"] == [2, 3, 3]
    assert FALSE not in json.dumps(record, ensure_ascii=False)
    assert FALSE in json.dumps(said, ensure_ascii=False)
    with pytest.raises(HTTPError, match=r"40[13]"):
        call(played.running, f"/live/{played.room}/record/said", "glive_" + "A" * 43, method="GET")


def test_a_state_that_is_told_otherwise_and_a_segment_that_is_left_out_are_found(played, record):
    moment = played.marks["the correction"].isoformat()
    changed, cut = json.loads(json.dumps(record)), json.loads(json.dumps(record))
    [of_it] = [
        proof for proof in changed["proofs"] for each in records_of(proof) if each["kind"] == "corrected"
    ][:1]
    for each in records_of(of_it):
        if each["kind"] == "corrected":
            each["text"] = "更正：没有更正"
    del cut["proofs"][len(cut["proofs"]) // 2]

    for forged in (changed, cut):
        done = played.running.verify(forged, *played.believing, "--at", moment)
        assert done.returncode == 1, done.stdout
        assert "Contradicted" in done.stdout


def test_the_lot_was_shown_on_air_and_the_installation_is_sound(played):
    page = played.running.page("zh-CN")

    assert "草莓专场" in page
    played.running.audit()


def records_of(proof: dict) -> list[dict]:
    return proof["event"].get("guoji:onAir", {}).get("records", [])
