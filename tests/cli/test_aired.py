"""`guoji verify --at TIME` says what was on air then, and finds every way to lie about it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.recorded_chain import serving
from traceability.cli.aired import Aired
from traceability.cli.disclosed import Disclosed
from traceability.cli.main import main
from traceability.proof.on_air import joined
from traceability.proof.on_air_segment import AirRecord, Segment

VECTORS = Path(__file__).parents[1] / "vectors" / "on_air"
EXIT_CODES = {"verified": 0, "contradicted": 1, "unchecked": 2}
ASKED_IN_THE_VECTOR = ""


@pytest.fixture(scope="module")
def server():
    with serving() as server:
        yield server


@pytest.fixture
def verify(server, tmp_path, capsys):
    def run(name, at=ASKED_IN_THE_VECTOR, *options):
        vector = json.loads((VECTORS / f"{name}.json").read_text())
        at = vector["at"] if at == ASKED_IN_THE_VECTOR else at
        server.chain = vector["chains"][0]
        (tmp_path / "record.json").write_text(json.dumps(vector["proof"]))
        words = [str(tmp_path / "record.json"), *(["--at", at] if at else []), *options]
        if vector["policy"] is not None:
            (tmp_path / "trust").write_text(f"{vector['policy']}endpoint {server.url}\n")
            words += ["--trust", str(tmp_path / "trust")]
        if "disclosed" in vector:
            (tmp_path / "said.json").write_text(json.dumps(vector["disclosed"]))
            words += ["--disclosure", str(tmp_path / "said.json")]
        if "asked" in vector:
            words += ["--subject", vector["asked"]]
        return main(["verify", *words]), capsys.readouterr().out

    return run


@pytest.mark.parametrize("name", sorted(path.stem for path in VECTORS.glob("*.json")))
def test_vector(verify, name):
    want = json.loads((VECTORS / f"{name}.json").read_text())["want"]

    code, printed = verify(name)

    assert code == EXIT_CODES[want["verdict"]]
    assert f"\n{want['verdict'].capitalize()}: {want.get('step', '')}" in printed
    assert want.get("reason", "") in printed


@pytest.mark.parametrize("name", ["lie-record-left-out", "lie-segment-left-out-without-a-word"])
def test_a_lie_is_found_also_if_nobody_asks_about_a_moment(verify, name):
    code, _ = verify(name, at=None)

    assert code == 1


def test_a_moment_is_told_in_plain_sentences(verify):
    code, printed = verify("sound-record", "2026-11-18T18:07:20+08:00")

    assert code == 0
    told = printed.partition("On-air record")[2].splitlines()
    assert told[:7] == [
        " of room 7K2M9Q (今晚苹果): segments 1 to 4, from 2026-11-18 10:06:40.000 UTC to "
        "2026-11-18 10:08:40.000 UTC (its end)",
        "Sentences heard in these segments: 1",
        "At 2026-11-18 18:07:20+08:00 the overlay showed, since 2026-11-18 18:06:41.000+08:00:",
        "  The room was: on air",
        "  Product: 红富士苹果",
        "Said at 2026-11-18 18:07:10.000+08:00: the words are only committed to: the records say otherwise "
        "(rule just-picked)",
        "Struck at 2026-11-18 18:07:10.000+08:00, and not answered by then: the records say otherwise",
    ]


def test_the_words_are_told_to_whoever_was_shown_them(verify):
    _, printed = verify("sound-record-with-the-words", "2026-11-18T18:07:20+08:00")

    assert '+08:00: "今早刚摘的苹果": the records say otherwise (rule just-picked)\n' in printed


@pytest.mark.parametrize(
    "at", ["2026-11-18T18:06:39.999+08:00", "2026-11-18T10:08:40Z", "2027-01-01T00:00:00Z"]
)
def test_before_and_after_the_broadcast_the_room_was_not_on_air(verify, at):
    code, printed = verify("sound-record", at)

    assert code == 0
    assert "the room was not on air.\n" in printed


def test_of_a_room_that_is_still_on_air_nobody_says_what_comes_later(verify):
    code, printed = verify("sound-record-that-goes-on", "2026-11-18T10:07:31Z")

    assert code == 2
    assert "(it was still on air then)" in printed
    assert "the segments here reach to 2026-11-18 10:07:30.000 UTC only" in printed


def test_the_moment_comes_as_json_too(verify):
    code, printed = verify("sound-record-with-the-words", "2026-11-18T18:07:20+08:00", "--json")

    found = json.loads(printed)["on_air"]
    assert code == 0
    assert (found["room"], found["segments"]) == ("7K2M9Q", [1, 2, 3, 4])
    assert found["at"]["state"] == {"phase": "on_air", "product": {"name": "红富士苹果"}}
    assert [each["text"] for each in found["at"]["said"]] == ["今早刚摘的苹果"]
    assert [each["number"] for each in found["at"]["open"]] == [4]
    assert found["at"]["segments"] == [2, 3]

    _, printed = verify("sound-record", "2027-01-01T00:00:00Z", "--json")
    assert json.loads(printed)["on_air"]["at"] == {
        "asked": "2027-01-01T00:00:00+00:00",
        "unverified": None,
        "on_air": False,
    }


@pytest.mark.parametrize(
    ("at", "reason"),
    [("20:31:07", "is no time"), ("2026-11-18T18:07:20", "has no time zone"), ("soon", "is no time")],
)
def test_a_time_that_is_none_is_wrong_usage(verify, capsys, at, reason):
    with pytest.raises(SystemExit) as ended:
        verify("sound-record", at)

    assert ended.value.code == 64
    assert reason in capsys.readouterr().err


def test_a_quiet_minute_is_proven_with_since_when_the_overlay_showed_the_same(verify):
    code, printed = verify("sound-record-of-quiet-minutes", "2026-11-18T10:08:20Z")

    assert code == 0
    assert "the overlay showed, since 2026-11-18 10:06:41.000+00:00:\n" in printed


def test_how_much_was_heard_is_told_and_also_that_nothing_was(verify):
    _, printed = verify("sound-record")
    assert "Sentences heard in these segments: 1\n" in printed

    _, printed = verify("unchecked-another-segment")
    assert "Nothing of what the host said was heard in these segments" in printed


def test_a_moment_in_which_nothing_ran_is_not_told_as_shown():
    def at(second):
        return datetime(2026, 11, 18, 10, 6, second, tzinfo=UTC)

    on_air = AirRecord(1, at(0), "phase", {"phase": "on_air"})
    before = AirRecord(2, at(1), "shown", {"state": {"mark": "live"}})
    after = AirRecord(3, at(50), "shown", before.body | {"last_sent_at_ms": 1794996365000})
    segment = Segment("urn:x", "7K2M9Q", "今晚", "zh-CN", 1, at(0), at(50), None, (on_air, before, after))
    broadcast = joined([segment])

    told = Aired(at(20), Disclosed(()), broadcast, True, broadcast.at(at(20))).lines()

    assert (
        "At 2026-11-18 10:06:20+00:00 no overlay was sent anything, from 2026-11-18 10:06:05.000+00:00 to "
        "2026-11-18 10:06:50.000+00:00; after six seconds of that what it shows is grey. "
        "It was last sent, since 2026-11-18 10:06:01.000+00:00:"
    ) in told
