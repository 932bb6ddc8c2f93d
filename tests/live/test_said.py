"""Each sentence of a transcript is judged, kept once, and warned of once a minute."""

import json
from dataclasses import replace

import pytest

from tests.live.live_scene import APPLES, AT_MS, BARE, CODE, Scene, a_room, recalled
from traceability.errors import CaptureTooLarge, InvalidInput, NameTaken, RoomConflict, Unavailable, Unknown
from traceability.live.line import Line
from traceability.live.record import Kind
from traceability.live.report import room_report
from traceability.live.room import Desk, Phase

LIE, TRUE, TALK, UNKNOWN, SUPERLATIVE = (
    "今早刚摘的苹果。",
    "产地是陕西洛川。",
    "欢迎来到直播间。",
    "果径85毫米。",
    "全网最低价！",
)
FALSE_NOW = {"contradicted", "expired", "forbidden"}


@pytest.fixture
def scene():
    return Scene()


@pytest.mark.parametrize(
    ("text", "verdict", "level"),
    [
        (LIE, "contradicted", 3),
        (SUPERLATIVE, "forbidden", 3),
        ("这是有机苹果。", "expired", 3),
        (UNKNOWN, "unsupported", 1),
        (TRUE, "supported", None),
        (TALK, "no_claim", None),
    ],
)
def test_a_verdict_raises_its_level(scene, text, verdict, level):
    (heard,) = scene.say(text)

    assert heard.said["verdict"] == verdict
    warned = scene.told(Kind.WARNED)
    assert [each.body["level"] for each in warned] == ([] if level is None else [level])
    assert heard.warning == (warned[0].number if warned else None)


def test_one_commit_holds_what_was_said_and_what_warns_of_it(scene):
    heard = scene.say(f"{TRUE}{LIE}{UNKNOWN}", id="a")[:2]

    kinds = [each.kind for each in scene.records]
    assert kinds == [Kind.SAID, Kind.SAID, Kind.WARNED, Kind.SAID, Kind.WARNED]
    assert scene.now.version == 1
    assert [each.said["id"] for each in heard] == ["a.1", "a.2"]
    warned = scene.told(Kind.WARNED)[0].body
    assert (warned["about"], warned["of"], warned["offer"]) == ("said", "a.2", "APPLE1")
    assert warned["rule"]["source"]
    assert "2026-10-12" in warned["found"]["zh"]
    assert warned["suggestion"]


def test_the_same_words_within_a_minute_are_counted_and_not_warned_of_again(scene):
    (first,) = scene.say(LIE)
    (second,) = scene.after(30).say("今早刚摘的苹果")
    (third,) = scene.after(31).say(LIE)

    assert [each.said["times"] for each in (first, second, third)] == [1, 2, 2]
    assert first.warning == second.warning != third.warning
    assert len(scene.told(Kind.WARNED)) == 2


def test_the_same_words_twice_in_one_line_are_warned_of_once(scene):
    first, second = scene.say(LIE * 2)

    assert second.said["times"] == 2
    assert first.warning == second.warning is not None


def test_whoever_says_it_again_after_an_answer_is_warned_again(scene):
    (first,) = scene.say(LIE)
    scene.answer(first.warning)
    (again,) = scene.after(5).say(LIE)

    assert again.warning not in (None, first.warning)


def test_time_that_ran_out_is_no_answer(scene):
    (first,) = scene.say(LIE)
    scene.after(21).look()
    (again,) = scene.after(5).say(LIE)

    assert again.warning == first.warning


def test_the_same_words_about_other_goods_are_something_else(scene):
    scene.rooms.put(a_room(Phase.REHEARSAL))
    scene.say(LIE)
    scene.say(LIE, offer="BARE01")

    assert len(scene.told(Kind.WARNED)) == 2


def test_a_line_that_is_sent_again_is_not_counted_twice(scene):
    first = scene.say(LIE + TRUE, id="line-1")
    again = scene.after(5).say(LIE + TRUE, id="line-1")

    assert again == first
    assert len(scene.records) == 3
    with pytest.raises(NameTaken, match=r"line 'line-1' was taken before with other words"):
        scene.say(TRUE, id="line-1")


def test_two_lines_of_one_request_have_not_one_name(scene):
    with pytest.raises(InvalidInput, match="two lines have the id 'a'"):
        scene.say(TRUE, LIE, id="a")
    assert not scene.records


def test_a_line_without_an_id_is_new_each_time(scene):
    (first,) = scene.say(TRUE)
    (second,) = scene.say(TRUE)

    assert first.said["id"] != second.said["id"]


def test_without_an_offer_only_words_that_nothing_could_support_are_found(scene):
    scene.rooms.put(a_room(desk=Desk()))
    verdicts = [each.said["verdict"] for each in scene.say(LIE, TRUE, "这是有机苹果。", SUPERLATIVE)]

    assert verdicts == ["no_claim", "no_claim", "no_claim", "forbidden"]


def test_whoever_is_faster_is_waited_for(scene):
    scene.rooms.conflicts = 2
    scene.say(LIE)
    assert len(scene.told(Kind.SAID)) == 1

    scene.rooms.conflicts = 9
    with pytest.raises(RoomConflict, match="send them again"):
        scene.say(LIE)
    assert len(scene.told(Kind.SAID)) == 1


@pytest.mark.parametrize("phase", [Phase.READY, Phase.ENDED])
def test_what_is_said_off_the_air_is_not_kept(scene, phase):
    scene.rooms.put(a_room(phase))

    with pytest.raises(InvalidInput, match=f"is {phase}, want on_air or rehearsal"):
        scene.say(LIE)
    assert not scene.records


def test_on_air_a_line_cannot_be_about_another_offer(scene):
    with pytest.raises(InvalidInput, match="leave it out"):
        scene.say(LIE, offer="BARE01")
    scene.rooms.put(a_room(Phase.REHEARSAL))
    with pytest.raises(Unknown, match="no offer 'NOPE00'"):
        scene.say(LIE, offer="NOPE00")


@pytest.mark.parametrize(("ahead_s", "ok"), [(0, True), (10, True), (11, False), (-600, True), (-601, False)])
def test_on_air_a_line_is_dated_about_now(scene, ahead_s, ok):
    at_ms = AT_MS + ahead_s * 1000
    if ok:
        (heard,) = scene.say(TRUE, at_ms=at_ms)
        assert heard.said["said_at_ms"] == at_ms
    else:
        with pytest.raises(InvalidInput, match=r"line is dated 6?\d1 s (before|after) our clock"):
            scene.say(TRUE, at_ms=at_ms)


def test_a_script_may_be_rehearsed_for_another_day(scene):
    scene.rooms.put(a_room(Phase.REHEARSAL))
    (heard,) = scene.say("10月12日采收的。", at_ms=AT_MS + 7 * 86_400_000)
    assert heard.said["verdict"] == "supported"

    with pytest.raises(InvalidInput, match="dated"):
        scene.say(TRUE, at_ms=AT_MS + 400 * 86_400_000)


def test_nobody_speaks_as_fast_as_a_flood(scene):
    scene.say(TALK * 30)
    with pytest.raises(CaptureTooLarge, match="31 sentences within a second, want at most 30"):
        scene.say(TALK)
    scene.after(1).say(TALK)
    with pytest.raises(CaptureTooLarge, match="501 sentences at once"):
        scene.say(*[TALK] * 501)
    with pytest.raises(CaptureTooLarge, match="1000 sentences at once"):
        scene.say("好。" * 1000)


def test_a_rehearsal_takes_a_whole_script(scene):
    scene.rooms.put(a_room(Phase.REHEARSAL))
    assert len(scene.say(TALK * 60)) == 60


@pytest.mark.parametrize(
    ("how", "says"),
    [({"id": ""}, "id of a line"), ({"id": "甲"}, "id of a line"), ({"id": "13812345678.1"}, "mobile")],
)
def test_an_id_is_plain(how, says):
    with pytest.raises(InvalidInput, match=says):
        Line("好", **how)


def test_a_line_is_short():
    with pytest.raises(InvalidInput, match="2001 characters, want at most 2000"):
        Line("好" * 2001)


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x85", "\ud800"])
def test_what_no_disclosure_takes_or_steers_a_terminal_is_no_line(character):
    with pytest.raises(InvalidInput, match=f"line has U\\+{ord(character):04X} as character 2"):
        Line(f"a{character}b")


@pytest.mark.parametrize("text", ["", " \n", "。。。", "[31m<script>", "\ud7ff\u202e最低价", "👩‍🌾" * 300])
def test_hostile_words_are_words(scene, text):
    heard = scene.say(text, id="x")

    assert "".join(each.said["text"] for each in heard).replace(" ", "") in text.replace(" ", "").replace(
        "\n", ""
    )


def test_trying_a_sentence_keeps_nothing(scene):
    scene.rooms.put(a_room(Phase.READY))
    lie, true = scene.transcript.tried(CODE, [Line(LIE + TRUE)])

    assert (lie["level"], true["level"]) == (3, None)
    assert (lie["text"], lie["offer"], lie["verdict"]) == (LIE, "APPLE1", "contradicted")
    assert lie["evidence"][0]["key"]
    assert not scene.records
    assert scene.now.version == 0


def test_the_goods_are_those_of_the_offer_that_is_on(scene):
    assert scene.say("产地是烟台。")[0].said["verdict"] != "supported"
    scene.rooms.put(a_room(desk=Desk(offer="BARE01")))
    assert scene.say("产地是烟台。")[0].said["verdict"] == "supported"
    assert scene.traces[APPLES]


def test_what_partners_wrote_without_end_is_cut(scene):
    scene.traces[APPLES] |= {"product": {"zh": "苹果" * 5_000, "en": "apples " * 2_000}}
    scene.say("这是嘎啦苹果。", LIE, "糖度20度。")

    for each in scene.records:
        assert len(json.dumps(dict(each.body), ensure_ascii=False)) < 2_000


def test_what_is_said_while_nobody_can_look_is_on_record_and_judged_as_soon_as_somebody_can(scene):
    records = scene.traces.pop(APPLES)
    lie, best = scene.say(LIE + SUPERLATIVE, id="a")

    assert (lie.said["verdict"], lie.warning, best.said["verdict"]) == ("not_judged", None, "forbidden")
    scene.after(5).judge_late()
    assert len(scene.told(Kind.WARNED)) == 1
    scene.traces[APPLES] = records
    scene.after(5).judge_late()

    again = [each.body for each in scene.told(Kind.SAID) if each.body["id"] == "a.1"]
    assert [each["verdict"] for each in again] == ["not_judged", "contradicted"]
    assert again[1]["said_at_ms"] == again[0]["said_at_ms"]
    assert scene.told(Kind.WARNED)[-1].body["of"] == "a.1"
    (sent_again, _) = scene.say(LIE + SUPERLATIVE, id="a")
    assert (sent_again.said["verdict"], sent_again.level) == ("contradicted", 3)
    assert scene.say(LIE)[0].said["times"] == 2
    assert room_report(scene.now, scene.records)["counts"]["verdicts"].get("not_judged") is None
    told = len(scene.records)
    scene.judge_late()
    assert len(scene.records) == told


def test_what_waits_for_one_lot_holds_up_no_other_and_is_judged_once(scene):
    records = scene.traces.pop(APPLES)
    scene.say(LIE, id="a")
    scene.rooms.put(replace(scene.now, desk=Desk(offer="BARE01")))
    other = scene.traces.pop(BARE)
    scene.after(30).say(TALK, id="b")
    scene.traces[BARE] = other

    for _ in range(3):
        scene.after(1).judge_late()
    assert [each.body["id"] for each in scene.told(Kind.SAID)] == ["a.1", "b.1", "b.1"]

    scene.judged_up_to = None
    scene.traces[APPLES] = records
    for _ in range(3):
        scene.after(1).judge_late()
    assert [each.body["id"] for each in scene.told(Kind.SAID)] == ["a.1", "b.1", "b.1", "a.1"]


def test_after_a_long_outage_the_newest_sentences_are_judged(scene, monkeypatch):
    monkeypatch.setattr("traceability.live.judged_late.MOST_AT_ONCE", 3)
    records = scene.traces.pop(APPLES)
    scene.judge_late()
    for _ in range(4):
        scene.after(2).say(TALK)
    scene.traces[APPLES] = records

    scene.judge_late()
    assert len(scene.told(Kind.SAID)) == 8


def test_praise_of_a_recalled_lot_is_a_hint_to_stop_and_the_recall_may_be_told(scene):
    scene.traces[APPLES] = recalled(scene.traces[APPLES])

    praise, honest = scene.say(TRUE, "这批货正在召回。")

    assert (praise.said["verdict"], praise.level, honest.said["verdict"]) == ("unsupported", 1, "supported")
    assert "召回" in praise.said["suggestion"]


def test_a_rehearsal_in_which_nobody_can_look_says_so(scene):
    scene.rooms.put(a_room(Phase.REHEARSAL))
    scene.traces.clear()

    with pytest.raises(Unavailable):
        scene.say(LIE)
