"""What was on air at a moment is told from segments that fit together, and from no others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from traceability.epcis.event import Event
from traceability.errors import CheckFailed, Unavailable
from traceability.proof.on_air import joined
from traceability.proof.on_air_segment import ON_AIR, WITHHELD, AirRecord, Segment

URN = "urn:uuid:0b6f2a0e-9b1c-4c57-8f5e-2f9f4b0d9d11"
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STATES = [{"offer": None}, {"offer": "草莓"}, {"offer": "梨"}]


def at(second):
    return START + timedelta(seconds=second)


def a_record(number, second, kind="shown", **body):
    return AirRecord(number, at(second), kind, body)


def a_segment(number, start, begin, *records):
    return Segment(URN, "7K2M9Q", "今晚", "zh-CN", number, at(start), records[-1].at, begin, records)


FIRST = a_segment(
    1,
    0,
    None,
    a_record(1, 0, "phase", phase="on_air"),
    a_record(2, 1, state=STATES[0]),
    a_record(3, 10, state=STATES[1]),
)
SECOND = a_segment(
    2,
    10,
    STATES[1],
    a_record(4, 40, "said", text={}, verdict="contradicted"),
    a_record(5, 40, "warned", level=3, of="a-1"),
    a_record(6, 52, "answered", warning=5, answer="corrected"),
)
THIRD = a_segment(
    3, 52, STATES[1], a_record(7, 90, state=STATES[2]), a_record(8, 120, "phase", phase="ended")
)
WHOLE = (FIRST, SECOND, THIRD)


@pytest.mark.parametrize(
    ("second", "state", "since"),
    [(0.5, None, 0), (1, 0, 1), (9.999, 0, 1), (10, 1, 10), (89, 1, 10), (90, 2, 90)],
)
def test_what_was_shown_is_the_last_state_before_the_moment(second, state, since):
    found = joined(WHOLE).at(at(second))

    assert found.state == (None if state is None else STATES[state])
    assert found.since == at(since)


def ms(second):
    return round(at(second).timestamp() * 1000)


@pytest.mark.parametrize(
    ("sent_last", "second", "silent"),
    [
        (ms(60), 60, None),
        (ms(60), 61, (60, 90)),
        (ms(60), 89, (60, 90)),
        (ms(60), 90, None),
        pytest.param(-(10**400), 61, (0, 90), id="no double"),
        ("a while ago", 61, None),
    ],
)
def test_a_moment_in_which_overlays_were_sent_nothing_says_so(sent_last, second, silent):
    back = a_record(7, 90, state=STATES[2], last_sent_at_ms=sent_last)
    found = joined((FIRST, SECOND, a_segment(3, 52, STATES[1], back))).at(at(second))

    assert found.silent == (None if silent is None else (at(silent[0]), at(silent[1])))


@pytest.mark.parametrize("second", [-1, 120, 500])
def test_before_it_began_and_after_it_ended_nothing_was_on_air(second):
    assert joined(WHOLE).at(at(second)) is None


def test_segments_from_the_middle_do_not_say_what_was_before_or_after_them():
    some = joined([SECOND])

    assert some.at(at(30)).state == STATES[1]
    with pytest.raises(Unavailable, match=r"begin at 2026-11-22 12:00:10\.000 UTC only"):
        some.at(at(9))
    with pytest.raises(Unavailable, match=r"reach to 2026-11-22 12:00:52\.000 UTC only"):
        some.at(at(53))


def test_a_claim_that_was_struck_is_open_until_it_is_answered():
    opened = [[each.number for each in joined(WHOLE).at(at(second)).open] for second in (39, 40, 51, 52)]

    assert opened == [[], [5], [5], []]


def test_what_was_said_half_a_minute_before_or_after_belongs_to_the_moment():
    counted = [len(joined(WHOLE).at(at(second)).said) for second in (9, 10, 70, 71)]

    assert counted == [0, 1, 1, 0]


def test_the_segments_that_tell_of_a_moment_are_named():
    assert joined(WHOLE).at(at(5)).segments == (1,)
    assert joined(WHOLE).at(at(60)).segments == (2, 3)


@pytest.mark.parametrize(
    ("segments", "reason"),
    [
        ((FIRST, THIRD), "segments 2 to 2 are missing"),
        ((FIRST, SECOND, SECOND), "segment 2 is there twice"),
        ((FIRST, replace(SECOND, number=3), replace(THIRD, number=2)), "segment 2 begins at"),
        ((FIRST, replace(SECOND, start=at(11)), THIRD), "segment 2 begins at 2026-11-22 12:00:11.000 UTC"),
        ((FIRST, replace(SECOND, begin=STATES[2]), THIRD), "does not begin with what was shown"),
        ((FIRST, replace(SECOND, room="AAAAAA"), THIRD), "want one room"),
        ((FIRST, replace(SECOND, urn=URN[:-1] + "2"), THIRD), "want one room"),
        (
            (FIRST, replace(SECOND, records=SECOND.records[1:]), THIRD),
            "begins with record 5, the one before ends with 3",
        ),
        ((replace(FIRST, records=FIRST.records[1:]),), "begins with record 2, want record 1"),
        ((replace(FIRST, begin=STATES[1]),), "want record 1 and nothing before"),
        ((replace(SECOND, records=SECOND.records[::2]),), "record 6 comes after record 4"),
        ((replace(SECOND, until=at(51)),), "12:00:51.000 UTC comes after 2026-11-22 12:00:52.000"),
        ((replace(SECOND, start=at(41)),), "12:00:40.000 UTC comes after 2026-11-22 12:00:41.000"),
        ((replace(FIRST, records=(a_record(1, 0, state=None),)),), "record 1 in segment 1 shows no state"),
        ((replace(SECOND, records=()),), "segment 2 has 0 records"),
        ((replace(FIRST, records=(a_record(1, 0, state=STATES[0]),)),), "record 1 is shown, want the phase"),
        (
            (*WHOLE, a_segment(4, 120, STATES[2], a_record(9, 130, state={}))),
            "record 9 .* after the room had",
        ),
        ((*WHOLE, a_segment(4, 120, STATES[2], a_record(9, 130, "said"))), "record 9 .* after the room had"),
        (
            (*WHOLE, a_segment(4, 120, STATES[2], a_record(9, 130, "phase", phase="on_air"))),
            "is on_air by then",
        ),
        (
            (*WHOLE, a_segment(4, 120, STATES[2], a_record(9, 130, "phase", phase="ended"))),
            "record 9 .* after",
        ),
    ],
)
def test_what_does_not_fit_together_is_told(segments, reason):
    with pytest.raises(CheckFailed, match=reason):
        joined(segments)


def test_a_hole_that_says_so_joins_with_what_is_before_and_after_it():
    hole = a_segment(2, 10, WITHHELD, a_record(4, 52, "said", **WITHHELD))

    assert joined((FIRST, hole, replace(THIRD, records=(a_record(5, 90, state={}),), until=at(90))))


def test_what_is_answered_after_the_end_belongs_to_the_record():
    late = a_segment(4, 120, STATES[2], a_record(9, 130, "answered", warning=5, answer="none"))

    assert joined((*WHOLE, late)).ended == at(120)


def test_without_segments_nobody_can_say_what_was_on_air():
    with pytest.raises(Unavailable, match="no event here"):
        joined([])


def an_event(**changes):
    said = {
        "room": "7K2M9Q",
        "title": "今晚",
        "lang": "zh-CN",
        "segment": 1,
        "from": "2026-11-22T12:00:00.000Z",
        "until": "2026-11-22T12:00:01.000Z",
        "records": [{"number": 1, "at": "2026-11-22T12:00:01.000Z", "kind": "phase", "phase": "on_air"}],
    }
    body = {"type": "ObjectEvent", "epcList": [URN], ON_AIR: said | changes.pop("said", {})}
    return Event(body | changes, ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"])


def test_a_segment_is_read_from_its_event_and_from_no_other():
    assert Segment.of(an_event()).records == (a_record(1, 1, "phase", phase="on_air"),)
    assert Segment.of(Event({"type": "ObjectEvent"}, [])) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"said": {"segment": "1"}}, "segment of guoji:onAir is of the wrong kind"),
        ({"said": {"from": "20:31"}}, "from of guoji:onAir is '20:31'"),
        ({"said": {"records": [1]}}, "record 1 of a segment is not a JSON object"),
        ({"said": {"records": [{"number": 1}]}}, "at of record 1 of a segment is of the wrong kind"),
        ({"said": {"other": 1}}, "unknown name 'other'"),
        ({"epcList": [URN, URN[:-1] + "2"]}, "names 2 rooms"),
        ({"errorDeclaration": {"declarationTime": "2026-11-23T00:00:00Z"}}, "segment 1 was declared wrong"),
    ],
)
def test_what_only_looks_like_a_segment_is_refused(changes, reason):
    with pytest.raises(CheckFailed, match=reason):
        Segment.of(an_event(**changes))
