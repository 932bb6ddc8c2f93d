"""What the control page of a live room says: queue, points, warnings in three levels, scans."""

from dataclasses import replace

import pytest

from api.present.live_desk import CardView, PointView, RoomNow, desk_view
from api.words import languages
from traceability.live.record import Kind, Record
from traceability.live.room import Correction, Desk, Offer, Phase, Point, Room

NOW_MS = 1_790_000_000_000
WORDS = languages()
EN = WORDS["en"]
HOSTILE = "<script>alert(1)</script>\u202e今早刚摘"
POINTS = (Point(1, "冷链全程 0-4 度"), Point(2, HOSTILE))
ROOM = Room(
    "7K3QXA",
    "urn:uuid:8c1e4a9e-7d3f-4f0f-9d6e-2b5c1a7d9e10",
    "9521234000013",
    "小禾",
    "丹东草莓专场",
    "zh-CN",
    made_at_ms=NOW_MS - 3_600_000,
    phase=Phase.ON_AIR,
    on_air_at_ms=NOW_MS - 600_000,
    offers=(
        Offer("AAAAA1", "https://id.guoji.example/01/09521234000013/10/F261120", "红颜草莓", POINTS),
        Offer("AAAAA2", "https://id.guoji.example/01/09521234000020/10/A%2F7", "苹果"),
    ),
    desk=Desk(offer="AAAAA1", points=frozenset({1})),
)


def a_said(number, text="今早刚摘", verdict="contradicted"):
    body = {
        "id": f"line-{number}",
        "text": text,
        "offer": "AAAAA1",
        "verdict": verdict,
        "rule": None,
        "evidence": [],
    }
    return Record(number, NOW_MS - 5_000 + number, Kind.SAID, body, None)


def a_warning(number, of, level=3, about="said", at_ms=NOW_MS - 4_000, **more):
    body = {
        "level": level,
        "about": about,
        "of": f"line-{of}" if about == "said" else of,
        "offer": "AAAAA1",
        "verdict": "contradicted",
        "rule": {"id": "harvest-time", "source": "广告法 第四条", "version": "1"},
        "found": {"zh": "采收于 41 天前", "en": "harvested 41 days ago"},
        "suggestion": "11 月 20 日采收",
    }
    return Record(number, at_ms, Kind.WARNED, body | more, None)


def an_answer(number, warning, answer):
    return Record(number, NOW_MS, Kind.ANSWERED, {"warning": warning, "answer": answer}, None)


def seen(*records, room=ROOM, words=EN, **more):
    return desk_view(RoomNow(room, NOW_MS, records, **more), words)


def test_the_queue_tells_what_is_on_and_what_follows():
    view = seen()

    assert [(each.code, each.is_on, each.is_next) for each in view.offers] == [
        ("AAAAA1", True, False),
        ("AAAAA2", False, True),
    ]
    assert (view.current.code, view.following.path) == ("AAAAA1", "/01/09521234000020/10/A%2F7")


def test_an_empty_room_that_was_never_on_air_has_nothing_on_and_nothing_next():
    view = seen(room=replace(ROOM, phase=Phase.READY, on_air_at_ms=None, offers=(), desk=Desk()))

    assert (view.phase_word, view.since_ms, view.current, view.following) == ("Not on air", None, None, None)


def test_a_point_stands_with_its_verdict_and_only_a_shown_one_is_on():
    first, second = seen(verdicts={1: "supported", 2: "unsupported"}).points

    assert first == PointView(1, "冷链全程 0-4 度", True, "supported", "The records show it")
    assert (second.is_on, second.verdict_word) == (False, "No record of it")


def test_a_hidden_card_is_the_only_one_that_is_not_shown():
    room = replace(ROOM, desk=replace(ROOM.desk, hidden=frozenset({"lab"})))

    assert [each for each in seen(room=room).cards if not each.is_shown] == [
        CardView("lab", "Lab report", False)
    ]


def test_a_struck_claim_of_the_host_counts_twenty_seconds_from_its_warning():
    [warning] = seen(a_said(1), a_warning(2, of=1)).warnings

    assert (warning.level_word, warning.text, warning.found) == (
        "Claim struck",
        "今早刚摘",
        "harvested 41 days ago",
    )
    assert warning.until_ms == NOW_MS - 4_000 + 20_000
    assert [each.name for each in warning.answers] == ["corrected", "not_said"]


@pytest.mark.parametrize(
    ("level", "about", "answers"),
    [(1, "said", ["noted", "not_said"]), (2, "point", ["noted"]), (3, "point", ["noted"])],
)
def test_nothing_else_happens_by_itself_and_a_point_of_ones_own_was_not_misheard(level, about, answers):
    [warning] = seen(a_said(1), a_warning(2, of=1, level=level, about=about)).warnings

    assert warning.until_ms is None
    assert [each.name for each in warning.answers] == answers


def test_a_warning_about_a_point_says_its_text():
    [warning] = seen(a_warning(2, of=1, about="point")).warnings

    assert warning.text == "冷链全程 0-4 度"


def test_warnings_without_an_answer_stand_first_the_gravest_first():
    warnings = seen(
        a_said(1),
        a_warning(2, 1),
        a_warning(3, 1, level=1),
        a_warning(4, 1, level=3),
        an_answer(5, 4, "not_said"),
    ).warnings

    assert [(each.number, each.answered) for each in warnings] == [
        (2, ""),
        (3, ""),
        (4, "You did not say that"),
    ]
    assert warnings[2].answers == ()
    assert warnings[2].until_ms is None


def test_once_the_room_has_ended_nothing_is_answered_any_more():
    [warning] = seen(a_said(1), a_warning(2, 1), room=replace(ROOM, phase=Phase.ENDED, desk=Desk())).warnings

    assert (warning.answers, warning.until_ms) == ((), None)


def test_a_correction_stands_with_its_warning_and_on_the_overlay_until_its_time():
    corrected = Record(3, NOW_MS, Kind.CORRECTED, {"warning": 2, "text": "11 月 20 日采收"}, None)
    lasting = replace(ROOM, desk=replace(ROOM.desk, correction=Correction(2, "更正", NOW_MS + 1)))
    over = replace(ROOM, desk=replace(ROOM.desk, correction=Correction(2, "更正", NOW_MS)))

    [warning] = seen(a_said(1), a_warning(2, 1), corrected, an_answer(4, 2, "none")).warnings

    assert (warning.correction, warning.answered) == ("11 月 20 日采收", "No answer in time")
    assert (seen(room=lasting).correction, seen(room=over).correction) == ("更正", "")


def test_what_was_said_last_stands_first():
    said = seen(a_said(1, "一"), a_said(2, "二", "no_claim")).said

    assert [(each.text, each.verdict_word) for each in said] == [
        ("二", "Claims nothing"),
        ("一", "The records say otherwise"),
    ]


def test_a_broadcast_of_which_no_sentence_comes_in_says_so_and_a_room_not_on_air_does_not():
    prepared = replace(ROOM, phase=Phase.READY, on_air_at_ms=None)

    assert [seen().is_unheard, seen(a_said(1)).is_unheard, seen(room=prepared).is_unheard] == [
        True,
        False,
        False,
    ]


def test_a_sentence_that_was_erased_leaves_its_verdict_and_its_warning():
    view = seen(a_said(1, None), a_warning(2, 1))

    assert (view.said[0].text, view.said[0].verdict, view.warnings[0].text) == ("", "contradicted", "")


def test_the_minute_that_is_running_is_not_the_number_that_is_told():
    scans = seen(visits=(7, 41, 3)).scans

    assert (scans.last_minute, scans.by_minute, scans.highest) == (41, (7, 41, 3), 41)
    assert seen(visits=(0, 0)).scans.highest == 1
    assert seen().scans is None


@pytest.mark.parametrize("lang", list(WORDS))
def test_what_is_hostile_comes_through_as_text_without_its_marks(lang):
    record = a_said(1, HOSTILE)
    view = seen(record, a_warning(2, 1, found=[HOSTILE, None]), words=WORDS[lang], safe=[HOSTILE])

    for told in (view.said[0].text, view.warnings[0].found, *view.safe):
        assert told.startswith("<script>")
        assert "\u202e" not in told
