"""The report says of each sentence what it came to, why, and what could be said instead."""

import json
from dataclasses import replace

import pytest

from tests.live.live_scene import APPLES, CODE, FALSE_POINT, OFFERS, Scene, a_room, recalled
from traceability.live.record import Kind
from traceability.live.report import room_report
from traceability.live.report_text import report_text
from traceability.live.room import Desk, Phase

LIE, TRUE, ORGANIC, UNKNOWN = "今早刚摘的苹果。", "产地是陕西洛川。", "这是有机苹果。", "果径85毫米。"


@pytest.fixture
def scene():
    scene = Scene(a_room(Phase.REHEARSAL, Desk()))
    scene.say("全网最低价！")
    scene.say(f"{TRUE}{LIE}{ORGANIC}{UNKNOWN}", offer="APPLE1")
    scene.say("产地是烟台。", offer="BARE01")
    scene.rooms.change(scene.now, [scene.warnings.blocks(scene.now, OFFERS[0], FALSE_POINT)])
    return scene


def the_report(scene):
    return room_report(scene.now, scene.records)


def test_every_sentence_stands_under_its_offer_with_its_reasons(scene):
    report = the_report(scene)
    apples, bare, nothing = report["offers"]

    assert [each["code"] for each in report["offers"]] == ["APPLE1", "BARE01", None]
    assert [each["verdict"] for each in apples["sentences"]] == [
        "supported",
        "contradicted",
        "expired",
        "unsupported",
    ]
    lie = apples["sentences"][1]
    assert lie["text"] == LIE
    assert lie["rule"].keys() == {"id", "source", "version"}
    assert lie["evidence"][0]["proof"] == f"/proof/{lie['evidence'][0]['key']}"
    assert "2026-10-12" in lie["suggestion"]
    assert lie["warning"]["level"] == 3
    assert bare["sentences"][0]["verdict"] == "supported"
    assert bare["papers"] == []
    assert nothing["sentences"][0]["verdict"] == "forbidden"


def test_points_that_were_blocked_and_papers_that_are_missing_are_named(scene):
    apples = the_report(scene)["offers"][0]

    assert [(each["of"], each["level"], each["text"]) for each in apples["points"]] == [
        (3, 2, FALSE_POINT.text)
    ]
    assert [paper["en"].split()[1] for paper in apples["papers"]] == ["organic", "source"]


def test_everything_is_counted(scene):
    counts = the_report(scene)["counts"]

    assert counts["sentences"] == 6
    assert counts["verdicts"] == {
        "contradicted": 1,
        "expired": 1,
        "forbidden": 1,
        "supported": 2,
        "unsupported": 1,
    }
    assert counts["levels"] == {"1": 1, "2": 1, "3": 3}


def test_answers_and_corrections_stand_beside_what_they_are_about():
    scene = Scene()
    first, second = scene.say(LIE, ORGANIC)
    scene.answer(first.warning, "not_said")
    scene.put_on(1)
    scene.traces[APPLES] = recalled(scene.traces[APPLES])
    scene.after(21).look()
    scene.after(45).look()
    report = the_report(scene)

    refused, unanswered = (each["warning"] for each in report["offers"][0]["sentences"])
    assert (refused["answer"], refused["by"], refused["corrected"]) == ("not_said", "host", None)
    assert (unanswered["answer"], unanswered["number"]) == ("none", second.warning)
    assert unanswered["corrected"].startswith("更正：")
    assert report["offers"][0]["points"][0]["corrected"] == "更正：这批货正在召回，卖点已撤下"
    assert report["counts"]["answers"] == {"none": 1, "not_said": 1}
    assert report["counts"]["corrections"] == 2


def test_a_repeated_lie_shows_the_one_warning_twice():
    scene = Scene()
    scene.say(LIE * 2)
    first, second = the_report(scene)["offers"][0]["sentences"]

    assert first["warning"] == second["warning"]
    assert second["times"] == 2


def test_the_report_of_a_room_of_which_no_sentence_came_in_says_that_none_was_checked():
    report = the_report(Scene())

    assert report["counts"]["sentences"] == 0
    assert report["from"] is None
    assert "一句也没有核对" in report_text(report, "zh-CN")


@pytest.mark.parametrize(("lang", "word"), [("zh-CN", "与记录不符"), ("en", "contradicted")])
def test_the_text_says_the_same_in_both_languages(scene, lang, word):
    text = report_text(the_report(scene), lang)

    assert f"[{word}] {LIE}" in text
    for each in ("harvest-time", "2026-10-12", "红富士 (APPLE1)", FALSE_POINT.text):
        assert each in text


def test_an_erased_text_and_a_removed_offer_are_said_to_be_gone():
    scene = Scene()
    scene.say(LIE)
    for each in scene.told(Kind.SAID):
        each.body["text"] = None
    scene.rooms.put(a_room(Phase.ENDED, Desk()))
    scene.rooms.kept[CODE] = replace(scene.now, offers=OFFERS[1:])
    report = the_report(scene)

    assert json.dumps(report)
    assert "an offer that was removed (APPLE1)" in report_text(report, "en")
    assert "(the words were erased)" in report_text(report, "en")


def test_hostile_words_do_not_steer_a_terminal():
    scene = Scene()
    scene.say("最低价\u202e{0}{title}")
    text = report_text(the_report(scene), "zh-CN")

    assert "\u202e" not in text
    assert "{0}{title}" in text


def test_what_two_events_say_alike_is_told_once(scene):
    report = the_report(scene)
    lie = report["offers"][0]["sentences"][1]
    lie["evidence"] *= 2

    told = f"    on record: {lie['evidence'][0]['found']['en']}\n"
    assert told in report_text(report, "en")
    assert told * 2 not in report_text(report, "en")
