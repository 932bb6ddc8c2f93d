"""The event of a stretch of an on-air record says all of it, and what was said only as a commitment."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.epcis.canonical import canonical_bytes
from traceability.ledger.capture import ONLY_ON_AIR, as_stored
from traceability.live.on_air_event import LEFT_OUT, Told, first_of, on_air_event
from traceability.live.record import Kind, Record
from traceability.live.room import Room
from traceability.log.name_map import name_hash
from traceability.proof.on_air import joined
from traceability.proof.on_air_segment import MOST_BYTES, MOST_RECORDS, ON_AIR, Segment
from traceability.proof.personal import check_disclosure, committed

URN = "urn:uuid:0b6f2a0e-9b1c-4c57-8f5e-2f9f4b0d9d11"
ROOM = Room("7K2M9Q", URN, "9521234000013", "阿青", "红颜草莓 今晚八点", "zh-CN", 1_795_000_000_000)
AT_MS = 1_795_000_100_123


def a_record(number, kind=Kind.SHOWN, event=None, at_ms=None, **body):
    if kind is Kind.SHOWN and not body:
        body = {"state": {"phase": "on_air", "number": number}}
    return Record(number, at_ms or AT_MS + 1_000 * number, kind, body, event)


def said(number, text="今早现摘"):
    return a_record(number, Kind.SAID, text=text, verdict="contradicted", evidence=[])


def segments(*stretches):
    """Each told after the one before it."""
    told = Told()
    for records in stretches:
        event, _ = on_air_event(ROOM, told, records)
        told = told.then(records)
        segment = Segment.of(event)
        assert segment is not None
        yield segment


def test_the_event_names_the_room_and_has_every_record_in_its_order():
    records = [a_record(1, Kind.PHASE, phase="on_air"), a_record(2), said(3)]

    event, _ = on_air_event(ROOM, Told(), records)

    segment = Segment.of(event)
    assert segment.urn == URN
    assert name_hash(URN) in as_stored(event, ROOM.party, AT_MS, bytes(16)).names
    assert [(each.number, each.kind) for each in segment.records] == [(1, "phase"), (2, "shown"), (3, "said")]
    assert segment.records[1].body == {"state": {"phase": "on_air", "number": 2}}
    assert [round(each.at.timestamp() * 1000) for each in segment.records] == [r.at_ms for r in records]


def test_what_was_said_stands_in_the_event_as_a_commitment_alone():
    event, disclosures = on_air_event(ROOM, Told(), [said(1, "今早现摘"), said(2, "零农残")])

    assert "现摘" not in json.dumps(event.body, ensure_ascii=False)
    assert [each.value for each in disclosures] == ["今早现摘", "零农残"]
    assert disclosures[0].salt != disclosures[1].salt
    for each in disclosures:
        check_disclosure(each, committed(event.body))


def test_segments_join_each_with_what_was_shown_before_it():
    first, second, third = segments(
        [a_record(1, Kind.PHASE, phase="on_air"), a_record(2)], [said(3)], [a_record(4)]
    )

    assert joined([third, first, second]).segments == (first, second, third)
    assert (first.begin, second.begin) == (None, {"phase": "on_air", "number": 2})
    assert second.start == first.until
    assert third.begin == second.begin


@pytest.mark.parametrize("last", [[said(3), a_record(4)], [said(3)]])
def test_what_is_told_is_found_again_in_the_last_event(last):
    told = Told().then([a_record(1), a_record(2)])

    event, _ = on_air_event(ROOM, told, last)

    assert Told.in_event(event) == told.then(last)
    assert Told.in_event(None) == Told()


def test_a_segment_has_no_more_records_than_it_may():
    records = [a_record(number) for number in range(1, MOST_RECORDS + 5)]

    assert first_of(records) == records[:MOST_RECORDS]


def test_a_segment_is_cut_before_it_has_too_many_bytes_but_never_to_nothing():
    long = "草" * (MOST_BYTES // 3 - 100)
    records = [a_record(1, state={"x": long}), a_record(2, state={"x": long})]

    assert first_of(records) == records[:1]
    assert first_of([a_record(1, state={"x": long * 2}), a_record(2)]) == [a_record(1, state={"x": long * 2})]


@pytest.mark.parametrize("text", ["订购电话 13812345678", "138-1234-5678"])
def test_a_telephone_number_on_the_overlay_does_not_stop_the_record(text):
    event, _ = on_air_event(ROOM, Told(), [a_record(1, state={"points": ["现货", text]})])

    assert event.body[ON_AIR]["records"][0]["state"] == {"points": ["现货", LEFT_OUT]}


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.floats(-1e9, 1e9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcde"), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abcde"), values, max_size=4))
def test_a_state_is_read_back_from_the_canonical_bytes_as_it_was_told(state):
    event, _ = on_air_event(ROOM, Told(), [a_record(1, state=state)])

    again = json.loads(canonical_bytes(event.body, event.context))["event"]
    assert again == event.body
    assert again[ON_AIR]["records"][0]["state"] == state


def test_no_partner_may_say_what_was_on_air():
    assert ON_AIR in ONLY_ON_AIR
