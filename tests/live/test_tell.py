"""Every record of a broadcast comes into the log once, in segments that join, whatever dies meanwhile."""

import json

import pytest
from sqlalchemy import func, select

from tests.live.broadcasting import CODE, LOT, Broadcast, a_room, copied
from traceability.epcis.vocabulary import SHOWN_ON_AIR
from traceability.errors import InvalidInput, Unavailable
from traceability.live.record import STILL_AFTER_MS, Kind, NewRecord
from traceability.live.room import Desk, Phase
from traceability.live.tell import TELL_WITHIN_MS
from traceability.proof.on_air import joined
from traceability.proof.on_air_segment import MOST_RECORDS, WITHHELD, Segment
from traceability.store.events import event
from traceability.store.personal import PersonalTable

URN = a_room().urn


class Killed(BaseException):
    """As `kill -9` does: nothing catches it."""


@pytest.fixture
def on(migrated_sqlite, tmp_path):
    broadcast = Broadcast(copied(migrated_sqlite, tmp_path))
    broadcast.make()
    broadcast.phase(Phase.ON_AIR)
    yield broadcast.after(0)
    broadcast.engine.dispose()


def segments(on, urn=URN):
    found = (Segment.of(each.event) for each in on.events.mentioning([urn]))
    return sorted((each for each in found if each is not None), key=lambda each: each.number)


def records_told(on):
    return [each.number for segment in segments(on) for each in segment.records]


def lots_shown(on):
    return [each for each in on.events.mentioning([LOT]) if SHOWN_ON_AIR in each.event.body]


def test_that_a_room_goes_on_air_is_told_at_once_with_what_it_shows(on):
    assert on.teller.look() == 1

    [segment] = segments(on)
    assert [each.kind for each in segment.records] == ["phase", "shown"]
    assert joined([segment]).has_begun == segment.start


def test_what_was_said_is_told_within_ten_seconds(on):
    on.teller.look()
    on.say("今早现摘")

    on.now_ms += TELL_WITHIN_MS - 1
    assert on.teller.look() == 0
    on.now_ms += 1
    assert on.teller.look() == 1
    assert [each.kind for each in segments(on)[1].records] == ["said"]


def test_a_minute_in_which_nothing_happens_is_told_too_and_by_one_event(on):
    on.teller.look()
    for _ in range(240):
        on.after(1).teller.look()

    told = joined(segments(on))
    until_ms = told.segments[-1].until.timestamp() * 1000
    assert on.now_ms - until_ms <= STILL_AFTER_MS + TELL_WITHIN_MS
    assert len(told.segments) == 1 + 240_000 // STILL_AFTER_MS
    assert {each["verdict"] for each in on.shown()} == {"verified"}
    assert told.at(told.segments[2].start).since == told.segments[0].until


@pytest.mark.parametrize("kind", [Kind.WARNED, Kind.ANSWERED, Kind.CORRECTED, Kind.PHASE])
def test_a_warning_and_what_became_of_it_are_told_at_once(on, kind):
    on.teller.look()
    on.say("今早现摘")
    on.rooms.change(on.rooms.room(CODE), [NewRecord(on.now_ms, kind, {"level": 3, "warning": 3})])

    assert on.teller.look() == 1
    assert [each.kind for each in segments(on)[1].records] == ["said", kind.value]


def test_a_rehearsal_is_never_told(on):
    on.make(a_room("THER00"))
    on.teller.look()
    on.phase(Phase.REHEARSAL, "THER00")
    on.after(0).say("试一下", "THER00")

    on.now_ms += 10 * TELL_WITHIN_MS
    assert on.teller.look() == 0
    assert segments(on, a_room("THER00").urn) == []


def test_much_at_once_is_told_in_several_segments_that_join(on):
    body = {"id": "line-1.1", "text": "又脆又甜"}
    on.rooms.change(on.rooms.room(CODE), [NewRecord(on.now_ms, Kind.SAID, body)] * (2 * MOST_RECORDS))

    on.now_ms += TELL_WITHIN_MS
    on.teller.look()

    assert [len(each.records) for each in segments(on)] == [MOST_RECORDS, MOST_RECORDS, 2]
    assert len(joined(segments(on)).segments) == 3


def test_what_was_said_can_be_shown_to_its_party_and_stands_nowhere_else(on):
    on.say("今早现摘")
    on.now_ms += TELL_WITHIN_MS
    on.teller.look()

    [stored] = on.events.mentioning([URN])
    said = stored.event.body["guoji:onAir"]["records"][-1]["text"]["guoji:commitment"]
    [kept] = PersonalTable(on.engine).kept([said])
    assert (kept.disclosure.value, kept.submitter, kept.event_key) == (
        "今早现摘",
        stored.submitter,
        stored.key,
    )
    assert "今早" not in json.dumps(stored.event.body, ensure_ascii=False)


def test_the_lot_that_is_shown_has_its_own_event_once(on):
    on.put_on("BK2M9Q")
    on.after(1).put_on("AK2M9Q")
    on.after(1).teller.look()
    on.now_ms += TELL_WITHIN_MS
    on.start()
    on.after(1).teller.look()

    assert len(lots_shown(on)) == 1


def test_a_second_teller_loses_harmlessly(on):
    first = on.teller
    first.look()
    on.start()
    on.say("今早现摘")
    on.now_ms += TELL_WITHIN_MS
    on.teller.look()
    assert first.look() == 0
    on.say("又脆又甜")
    on.now_ms += TELL_WITHIN_MS
    first.look()
    on.teller.look()

    assert records_told(on) == [1, 2, 3, 4]
    assert len(joined(segments(on)).segments) == 3
    assert on.troubles == []


def test_two_that_tell_the_same_at_the_same_time_tell_it_once(on):
    keep, other = on.air.keep_told, Broadcast(on.engine, on.now_ms).teller

    def after_the_other(*told):
        assert other.look() == 1
        keep(*told)

    on.air.keep_told = after_the_other

    assert on.teller.look() == 0
    assert records_told(on) == [1, 2]
    assert on.troubles == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", ["lot_shown", "keep_told"])
def test_a_kill_on_any_line_loses_no_record_and_tells_none_twice(on, part, moment):
    holder = on.teller if part == "lot_shown" else on.air
    whole = getattr(holder, part)

    def killed(*told):
        if moment == "after":
            whole(*told)
        raise Killed

    object.__setattr__(holder, part, killed)
    with pytest.raises(Killed):
        on.teller.look()
    object.__setattr__(holder, part, whole)
    on.now_ms += 3_000
    on.start()
    on.after(1).say("今早现摘")
    on.now_ms += TELL_WITHIN_MS
    on.teller.look()

    assert records_told(on) == [each.number for each in on.air.records(CODE)] == [1, 2, 3]
    joined(segments(on))
    assert len(lots_shown(on)) == 1


def test_a_fault_of_one_room_leaves_the_others_told(on):
    on.make(a_room("THER00", desk=Desk("BHER00")))
    on.phase(Phase.ON_AIR, "THER00")
    on.after(0)
    whole = on.teller.lot_shown

    def broken(room, offer, at_ms):
        if room.code == CODE:
            raise ZeroDivisionError("no such lot")
        return whole(room, offer, at_ms)

    object.__setattr__(on.teller, "lot_shown", broken)

    assert on.teller.look() == 1
    assert on.troubles == [(CODE, "no such lot")]
    object.__setattr__(on.teller, "lot_shown", whole)
    assert on.teller.look() == 1


@pytest.mark.parametrize(
    ("text", "opened"), [("a\0b", "a\ufffdb"), ("😀" * 2_000, "😀" * 1_024)], ids=["a NUL", "too long"]
)
def test_words_that_no_disclosure_takes_stop_no_record(on, text, opened):
    on.say(text)
    on.now_ms += TELL_WITHIN_MS
    on.teller.look()

    assert records_told(on) == [1, 2, 3]
    assert on.air.records(CODE)[-1].body["text"] == opened
    assert on.troubles == []


def test_a_record_that_no_event_may_carry_is_told_as_a_hole_and_stops_no_other(on):
    on.teller.look()
    odd = NewRecord(on.now_ms, Kind.ANSWERED, {"phone": "anybody's", "warning": 3})
    said = NewRecord(on.now_ms, Kind.SAID, {"text": "又脆又甜", "verdict": "no_claim"})
    on.rooms.change(on.rooms.room(CODE), [said, odd, said])
    on.now_ms += TELL_WITHIN_MS
    on.teller.look()

    assert records_told(on) == [1, 2, 3, 4, 5]
    said, odd, last = (each.records[-1].body for each in joined(segments(on)).segments[1:])
    assert (said["verdict"], odd, last["verdict"]) == ("no_claim", WITHHELD, "no_claim")
    assert on.troubles[0][1].startswith("record 4 is told without what it says: ")


def test_what_is_dated_after_now_is_told_all_the_same(on):
    on.teller.look()
    on.say("今早现摘")
    on.now_ms -= 3_600_000

    assert on.teller.look() == 1


def test_a_lot_that_no_event_can_be_made_of_stops_no_record(on):
    def refused(room, offer, at_ms):
        raise InvalidInput("no such thing")

    object.__setattr__(on.teller, "lot_shown", refused)
    on.teller.look()

    assert (records_told(on), on.troubles) == ([1, 2], [(CODE, "no such thing")])


def test_a_process_that_starts_anew_reads_no_more_of_a_room_than_is_untold(on):
    on.teller.look()
    on.start()
    on.say("今早现摘")
    on.now_ms += TELL_WITHIN_MS
    keep, records, read = on.air.keep_told, on.air.records, []

    def away(*told):
        raise Unavailable("the store is away")

    def counted(code, after=0, *more):
        read.append(after)
        return records(code, after, *more)

    on.air.keep_told, on.air.records = away, counted
    for _ in range(3):
        on.teller.look()
    on.air.keep_told = keep

    assert on.teller.look() == 1
    assert min(read) == 2
    assert records_told(on) == [1, 2, 3]


def test_after_the_end_nothing_is_left_to_tell_and_nothing_is_remembered(on):
    on.phase(Phase.ENDED)
    on.after(0).teller.look()

    assert joined(segments(on)).ended is not None
    assert on.air.untold() == []
    assert on.teller._told == {}
    with on.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(event)) == 2
