"""A warning is answered once, by the host or by time; what it strikes is put right from the records."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.live.live_scene import (
    APPLES,
    AT_MS,
    BARE,
    FALSE_POINT,
    OFFERS,
    TALK,
    TRUE_POINT,
    Scene,
    a_room,
    recalled,
)
from traceability.errors import InvalidInput, NameTaken, Unknown
from traceability.live.record import Kind, NewRecord
from traceability.live.room import CORRECTED_FOR_MS, Phase
from traceability.live.rooms import Rooms
from traceability.live.waiting import ANSWER_WITHIN_MS

LIE, UNKNOWN, TRUE, BOAST = "今早刚摘的苹果。", "果径85毫米。", "产地是陕西洛川。", "全网最低价！"


@pytest.fixture
def scene():
    return Scene()


def test_a_corrected_claim_is_put_right_on_the_overlay(scene):
    (heard,) = scene.say(LIE)
    told = scene.after(3).answer(heard.warning)
    room = scene.look()

    assert told == room.desk.correction.text
    shown = room.desk.correction
    assert shown.warning == heard.warning
    assert shown.text.startswith("更正：这批洛川红富士苹果")
    assert shown.until_ms == scene.now_ms + CORRECTED_FOR_MS >= scene.now_ms + 30_000
    answered, corrected = scene.records[-2:]
    assert answered.body == {"warning": heard.warning, "answer": "corrected", "by": "host"}
    assert corrected.body == {"warning": heard.warning, "text": shown.text}


def test_what_was_not_said_stays_off_the_overlay(scene):
    (heard,) = scene.say(LIE)
    scene.answer(heard.warning, "not_said")
    room = scene.after(60).look()

    assert room.desk.correction is None
    assert not scene.told(Kind.CORRECTED)


def test_a_warning_without_an_answer_is_corrected_after_20_s(scene):
    (heard,) = scene.say(LIE)

    assert scene.after(19.999).look().desk.correction is None
    room = scene.after(0.001).look()

    assert room.desk.correction.warning == heard.warning
    (answered,) = scene.told(Kind.ANSWERED)
    assert answered.body == {"warning": heard.warning, "answer": "none", "by": ""}
    assert answered.at_ms == AT_MS + ANSWER_WITHIN_MS
    assert scene.after(1).look().version == room.version
    with pytest.raises(NameTaken, match="answered already: none, by nobody in time at 12:31:27 UTC"):
        scene.answer(heard.warning, "not_said")


@pytest.mark.parametrize("phase", [Phase.READY, Phase.ENDED])
def test_time_runs_out_only_where_it_is_recorded(scene, phase):
    scene.say(LIE)
    scene.rooms.put(replace(scene.now, phase=phase))
    before = scene.records[:]

    assert scene.after(60).look().desk.correction is None
    assert scene.records == before


def test_a_hint_corrects_nothing_by_itself(scene):
    (heard,) = scene.say(UNKNOWN)
    scene.after(60).look()
    assert not scene.told(Kind.CORRECTED)

    with pytest.raises(InvalidInput, match="want noted or not_said"):
        scene.answer(heard.warning, "corrected")
    scene.answer(heard.warning, "noted")
    with pytest.raises(NameTaken, match=r"warning 2 was answered already: noted, by host at"):
        scene.answer(heard.warning, "not_said")


@pytest.mark.parametrize("number", [0, 1, 3, -1, 10**9, 10**30])
def test_only_warnings_are_answered(scene, number):
    scene.say(LIE)
    with pytest.raises(Unknown, match=f"has no warning {number}$"):
        scene.answer(number)


def test_a_recall_in_the_middle_strikes_what_is_shown(scene):
    scene.put_on(1, 2)
    before = scene.look()
    assert before.desk.points == {1, 2}
    scene.traces[APPLES] = recalled(scene.traces[APPLES])
    room = scene.look()

    assert not room.desk.points
    assert room.desk.correction.text == "更正：这批货正在召回，卖点已撤下"
    warned = scene.told(Kind.WARNED)
    assert [(each.body["level"], each.body["about"], each.body["of"]) for each in warned] == [
        (3, "point", 1),
        (3, "point", 2),
    ]
    assert [each.body["warning"] for each in scene.told(Kind.CORRECTED)] == [1, 2]
    assert scene.look().version == room.version
    scene.answer(1, "noted")


def test_a_shown_point_that_the_records_contradict_is_struck_alone(scene):
    scene.put_on(1, 3)
    room = scene.look()

    assert room.desk.points == {1}
    assert room.desk.correction.text.startswith("更正：")


def test_after_a_crash_between_striking_and_correcting_the_correction_is_made(scene):
    scene.put_on(3)
    scene.rooms.waiting, kept = lambda _: [], scene.rooms.waiting
    scene.warnings.recheck(scene.now)
    assert not scene.told(Kind.CORRECTED)
    scene.rooms.waiting = kept

    room = scene.look()

    assert room.desk.correction.warning == 1


def test_off_the_air_points_are_struck_without_a_record(scene):
    scene.rooms.put(a_room(Phase.READY))
    scene.put_on(3)

    assert not scene.look().desk.points
    assert not scene.records


def test_while_the_records_do_not_answer_points_stay(scene):
    scene.put_on(1)
    del scene.traces[APPLES]

    assert scene.look().desk.points == {1}


@pytest.mark.parametrize(("point", "level"), [(TRUE_POINT, None), (TALK, None), (FALSE_POINT, 2)])
def test_only_what_the_records_bear_may_go_on_the_overlay(scene, point, level):
    warning = scene.warnings.blocks(scene.now, OFFERS[0], point)

    assert (None if warning is None else warning.body["level"]) == level
    scene.traces[APPLES] = recalled(scene.traces[APPLES])
    refused = scene.warnings.blocks(scene.now, OFFERS[0], point)
    assert (refused.body["level"], refused.body["about"], refused.body["of"]) == (2, "point", point.number)


def test_a_blocked_point_was_not_shown_so_nothing_is_corrected(scene):
    warning = scene.warnings.blocks(scene.now, OFFERS[0], FALSE_POINT)
    scene.rooms.change(scene.now, [warning])
    scene.after(60).look()

    assert warning.body["correction"] is None
    assert not scene.told(Kind.CORRECTED)
    scene.answer(1, "noted")


def test_whoever_says_a_lot_does_not_talk_a_warning_away(scene):
    (heard,) = scene.say(LIE)
    for second in range(19):
        scene.after(1).say(*[f"欢迎{second}来{number}。" for number in range(30)])

    assert scene.after(1).look().desk.correction.warning == heard.warning
    assert scene.told(Kind.ANSWERED)[0].body["answer"] == "none"


def test_a_correction_keeps_its_time_and_the_next_one_waits_its_turn(scene):
    lie, boast, again = (scene.say(text)[0].warning for text in (LIE, BOAST, BOAST[1:]))
    for warning in (lie, boast):
        scene.answer(warning)
    first = scene.look().desk.correction
    scene.after(20)

    assert (first.warning, scene.look().desk.correction) == (lie, first)
    assert [each.body["warning"] for each in scene.told(Kind.CORRECTED)] == [lie]
    second = scene.after(25).look().desk.correction
    assert (second.warning, second.text) == (boast, "更正：刚才的用语不当，请以溯源页的记录为准")
    assert [each.body["warning"] for each in scene.told(Kind.CORRECTED)] == [lie, boast, again]
    assert [each.body["answer"] for each in scene.told(Kind.ANSWERED)] == ["corrected", "corrected", "none"]


def test_whoever_repeats_one_claim_keeps_the_correction_of_another_off_for_one_turn_alone(scene):
    scene.answer(scene.say(BOAST)[0].warning)
    scene.look()
    scene.answer(scene.after(1).say(LIE)[0].warning)
    for _ in range(40):
        scene.answer(scene.after(1).say(BOAST)[0].warning)
        scene.look()

    assert "采收" in scene.after(5).look().desk.correction.text


def test_a_room_that_ends_puts_right_what_was_struck_in_its_last_words(scene):
    boast = scene.say(BOAST)[0].warning
    scene.answer(boast)
    scene.look()
    lie, misheard = scene.after(1).say(LIE)[0].warning, scene.say("这是有机苹果。")[0].warning
    scene.answer(misheard, "not_said")
    room = Rooms(scene.rooms, lambda _: True, lambda: scene.now_ms).end(scene.now.code)

    assert room.desk.correction.text.startswith(
        "更正：刚才的用语不当，请以溯源页的记录为准 更正：这批洛川红富士"
    )
    none, corrected, ended = scene.records[-3:]
    assert none.body == {"warning": lie, "answer": "none", "by": ""}
    assert (corrected.kind, corrected.body["warning"]) == (Kind.CORRECTED, lie)
    assert ended.body == {"phase": "ended"}
    assert not scene.rooms.waiting(room.code)


def test_however_many_wait_when_a_room_ends_each_is_shown_and_on_record(scene):
    texts = [f"更正：第{number}件" for number in range(5)]
    struck = [
        {"level": 3, "about": "said", "of": text, "offer": "APPLE1", "correction": text} for text in texts
    ]
    scene.rooms.change(scene.now, [NewRecord(scene.now_ms, Kind.WARNED, each) for each in struck])
    room = Rooms(scene.rooms, lambda _: True, lambda: scene.now_ms).end(scene.now.code)

    assert room.desk.correction.text.split() == texts
    assert [each.body["text"] for each in scene.told(Kind.CORRECTED)] == texts
    assert not scene.rooms.waiting(room.code)


def test_a_clock_that_is_set_back_holds_up_no_correction(scene):
    scene.answer(scene.say(BOAST)[0].warning)
    scene.look()
    (heard,) = scene.say(LIE)

    assert scene.after(-3600).look().desk.correction.warning == heard.warning


def test_whoever_speaks_faster_than_the_director_looks_holds_up_no_correction(scene):
    (heard,) = scene.say(LIE)
    stale = scene.now
    scene.after(20).say(TRUE)

    assert scene.warnings.time_out(stale).desk.correction.warning == heard.warning


STEPS = st.one_of(
    st.tuples(st.just("say"), st.sampled_from([LIE, UNKNOWN, TRUE, "全网最低价！"])),
    st.tuples(st.just("answer"), st.sampled_from(["corrected", "not_said", "noted"]), st.integers(1, 12)),
    st.tuples(st.just("after"), st.sampled_from([-5, 0.5, 12, 25])),
    st.tuples(st.just("look")),
    st.tuples(st.just("put_on"), st.integers(1, 3)),
    st.tuples(st.just("recall"), st.sampled_from([APPLES, BARE])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=14))
def test_whatever_happens_the_record_holds_together(steps):
    scene = Scene()
    for step in steps:
        _do(scene, *step)
    scene.after(30).look()

    warned = {each.number: each for each in scene.told(Kind.WARNED)}
    answered = [each.body["warning"] for each in scene.told(Kind.ANSWERED)]
    corrected = [each.body["warning"] for each in scene.told(Kind.CORRECTED)]
    assert len(answered) == len(set(answered))
    assert len(corrected) == len(set(corrected))
    assert {*answered, *corrected} <= warned.keys()
    times = [each.at_ms for each in scene.records]
    assert times == sorted(times)
    struck = {number for number, each in warned.items() if each.body["level"] == 3}
    refused = {
        each.body["warning"] for each in scene.told(Kind.ANSWERED) if each.body["answer"] == "not_said"
    }
    assert set(corrected) <= struck - refused
    for _ in range(5):
        scene.after(60).look()
    assert struck - refused == {each.body["warning"] for each in scene.told(Kind.CORRECTED)}


def _do(scene, name, *how):
    match name:
        case "recall":
            scene.traces[how[0]] = recalled(scene.traces[how[0]])
        case "answer":
            with suppress(InvalidInput, Unknown):
                scene.answer(how[1], how[0])
        case _:
            getattr(scene, name)(*how)
