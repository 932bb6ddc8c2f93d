import json
import sqlite3

import pytest

from iot_gateway.edge.kept import KeptFile
from iot_gateway.edge.message import Message
from iot_gateway.edge.settle import MAX_EPOCHS, MAX_SETTLED, Answer
from traceability.errors import Refused, Unavailable
from traceability.telemetry.receipt import Conflict, Quarantined, Receipt, RefusedPayload
from traceability.telemetry.runs import Accounted, Status, advance, no_runs

READINGS = "guoji/v1/cold-7/readings"


def a_message(number, battery=50, epoch=9, topic=READINGS):
    records = [
        {"bn": "cold-7:", "bt": 1.8e9, "n": "epoch", "u": "count", "v": epoch},
        {"n": "seq", "u": "count", "v": number},
        {"n": "battery", "u": "%EL", "v": battery},
    ]
    return Message.of(topic, json.dumps(records).encode())


def a_receipt(*messages, status=Status.HELD, **more):
    arrived = [Accounted(each.number[1], status, each.digest) for each in messages]
    runs = advance(no_runs(messages[0].number[0]), arrived, lambda _first: ())
    return Receipt("cold-7", 1_000, 2_000, runs, **more)


def an_answer(receipt, lone_id=None, note=b"note"):
    return Answer(receipt, note, lone_id)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "edge.db"


@pytest.fixture
def kept(file):
    kept = KeptFile(file, 10_000_000)
    yield kept
    kept.close()


def all_of(kept, device="cold-7"):
    return [each.message for each in kept.between(device, 0, 10**9, 10**6, 10**9)]


def test_a_message_is_kept_byte_for_byte_over_a_new_start_and_in_order(kept, file):
    messages = [a_message(2), a_message(1), Message.of(READINGS, b"\xff not SenML")]
    kept.keep(messages, 5)
    kept.close()

    again = KeptFile(file, 10_000_000)
    assert all_of(again) == messages
    assert again.count_all() == again.count("cold-7", 10**9) == 3
    again.close()


def test_what_is_kept_already_is_kept_once(kept):
    kept.keep([a_message(1), a_message(1)], 5)
    kept.keep([a_message(1)], 6)

    assert kept.count_all() == 1


def test_the_same_bytes_on_another_topic_are_another_message(kept):
    kept.keep([a_message(1, topic="guoji/v1/cold-7/reading"), a_message(1)], 5)

    assert [each.number for each in all_of(kept)] == [None, (9, 1)]


def test_a_receipt_frees_what_its_run_proves_and_nothing_else(kept):
    messages = [a_message(1), a_message(2), a_message(3), a_message(1, epoch=8)]
    kept.keep(messages, 5)

    freed = kept.settle([an_answer(a_receipt(*messages[:2]))])

    assert len(freed) == 2
    assert all_of(kept) == messages[2:]


def test_of_a_number_that_came_with_two_contents_only_the_proven_one_is_freed_until_the_other_is_named(kept):
    first, second = a_message(1, battery=10), a_message(1, battery=90)
    kept.keep([first, second], 5)

    kept.settle([an_answer(a_receipt(first))])
    assert all_of(kept) == [second]

    kept.settle([an_answer(a_receipt(first))])
    assert all_of(kept) == [second]

    clash = Conflict(1, first.digest, Status.HELD, second.digest)
    kept.settle([an_answer(a_receipt(first, conflicts=(clash,)))])
    assert all_of(kept) == []


def test_what_is_quarantined_or_refused_is_freed_and_counted_as_not_held(kept):
    spoilt, garbage = a_message(1), Message.of(READINGS, b"garbage")
    kept.keep([spoilt, garbage], 5)
    quarantined = Quarantined(1, spoilt.digest, "nonsense")

    kept.settle([an_answer(a_receipt(spoilt, status=Status.QUARANTINED, quarantined=(quarantined,)))])
    kept.settle(
        [an_answer(Receipt("cold-7", 1_500, 0, None, refused=(RefusedPayload(garbage.whole, "no"),)))]
    )

    standing = kept.standings()["cold-7"]
    assert (standing.kept, standing.held, standing.not_held, standing.receipt_at_ms) == (0, 0, 2, 1_500)


def test_a_payload_that_is_refused_on_a_wrong_topic_is_not_freed_on_the_right_one(kept):
    right, wrong = a_message(1), a_message(1, topic="guoji/v1/cold-7/reading")
    kept.keep([right, wrong], 5)
    refusal = Receipt("cold-7", 0, 0, None, refused=(RefusedPayload(right.whole, "no topic for readings"),))

    kept.settle([an_answer(refusal)])

    assert all_of(kept) == [right]


def test_what_was_asked_for_alone_is_freed_by_its_id(kept):
    kept.keep([a_message(7)], 5)
    [waiting] = kept.between("cold-7", 0, 10**9, 10, 10**6)

    kept.settle([an_answer(a_receipt(a_message(6), a_message(7, battery=1)), waiting.id)])

    assert all_of(kept) == []


def test_what_is_quarantined_under_a_number_with_other_content_frees_nothing_of_ours(kept):
    ours, other = a_message(1), a_message(1, battery=1)
    kept.keep([ours], 5)
    quarantined = Quarantined(1, other.digest, "nonsense")

    kept.settle([an_answer(a_receipt(other, status=Status.QUARANTINED, quarantined=(quarantined,)))])

    assert all_of(kept) == [ours]


def test_other_content_under_a_settled_number_is_not_freed_with_the_run_that_grows_over_it(kept):
    messages = [a_message(number) for number in (1, 2, 3)]
    kept.keep([messages[0], messages[2]], 5)
    kept.settle([an_answer(a_receipt(messages[0], messages[2]))])
    other = a_message(3, battery=1)
    kept.keep([messages[1], other], 6)

    kept.settle([an_answer(a_receipt(*messages))])

    assert all_of(kept) == [other]


def test_a_receipt_for_one_device_frees_nothing_of_another(kept):
    other = Message.of("guoji/v1/cold-8/readings", a_message(1).payload)
    kept.keep([other], 5)

    kept.settle([an_answer(a_receipt(a_message(1)))])

    assert all_of(kept, "cold-8") == [other]


def test_a_number_that_comes_after_its_neighbours_were_settled_is_still_proven(kept):
    messages = [a_message(number) for number in (1, 2, 3)]
    kept.keep([messages[0], messages[2]], 5)
    kept.settle([an_answer(a_receipt(messages[0], messages[2]))])
    kept.keep([messages[1]], 6)

    kept.settle([an_answer(a_receipt(*messages))])

    assert all_of(kept) == []


def test_what_is_settled_and_comes_again_is_answered_at_once_and_not_kept(kept):
    message = a_message(1)
    kept.keep([message], 5)
    kept.settle([an_answer(a_receipt(message), note=b"the receipt")])

    answers = kept.keep([message, a_message(1, battery=1)], 6)

    assert [(each.device, each.note) for each in answers] == [("cold-7", b"the receipt")]
    assert all_of(kept) == [a_message(1, battery=1)]


def test_what_is_remembered_of_settled_numbers_is_bounded(kept, file):
    for epoch in range(1, MAX_EPOCHS + 3):
        message = a_message(1, epoch=epoch)
        kept.keep([message], 5)
        kept.settle([an_answer(a_receipt(message))])
    late = a_message(MAX_SETTLED + 1, epoch=MAX_EPOCHS + 2)
    kept.keep([late], 6)
    kept.settle([an_answer(a_receipt(late))])

    with sqlite3.connect(file) as database:
        epochs = [epoch for (epoch,) in database.execute("SELECT epoch FROM settled ORDER BY epoch, number")]
        known = [epoch for (epoch,) in database.execute("SELECT DISTINCT epoch FROM known")]
    database.close()
    assert epochs == known == list(range(3, MAX_EPOCHS + 3))


def test_a_spent_budget_takes_nothing_more_until_something_is_freed(file):
    kept = KeptFile(file, 500)
    kept.keep([a_message(1)], 5)

    with pytest.raises(Unavailable, match="edge_budget_mb allows 500; nothing more is acknowledged"):
        kept.keep([a_message(2)], 6)
    kept.close()
    kept = KeptFile(file, 500)
    with pytest.raises(Unavailable):
        kept.keep([a_message(2)], 6)
    kept.settle([an_answer(a_receipt(a_message(1)))])
    kept.keep([a_message(2)], 6)
    assert all_of(kept) == [a_message(2)]
    kept.close()


def test_what_is_kept_of_a_device_that_left_the_bundle_shuts_out_no_other(file):
    kept = KeptFile(file, 500)
    kept.keep([a_message(1)], 5)
    kept.close()

    kept = KeptFile(file, 500, ["cold-8"])
    other = Message.of("guoji/v1/cold-8/readings", b"x" * 200)
    kept.keep([other], 6)
    assert all_of(kept) == [a_message(1)]
    with pytest.raises(Unavailable):
        kept.keep([other], 7)
    kept.close()


def test_what_is_dropped_of_a_device_is_gone_and_that_of_others_stays(kept):
    other = Message.of("guoji/v1/cold-8/readings", b"x")
    kept.keep([a_message(1), a_message(2), other], 5)
    kept.settle([an_answer(a_receipt(a_message(1)))])

    kept.drop("cold-7")

    assert list(kept.standings()) == ["cold-8"]
    assert all_of(kept, "cold-8") == [other]


def test_messages_are_read_as_far_as_the_limits_go_but_one_at_least(kept):
    kept.keep([a_message(number) for number in range(1, 6)], 5)
    size = len(a_message(1).payload)

    assert len(kept.between("cold-7", 0, 10**9, 3, 10**6)) == 3
    assert len(kept.between("cold-7", 0, 10**9, 9, 2 * size)) == 2
    assert len(kept.between("cold-7", 0, 10**9, 9, 0)) == 1
    assert [each.id for each in kept.between("cold-7", 2, 4, 9, 10**6)] == [3, 4]


def test_a_file_that_is_no_database_is_refused_by_name(file):
    file.write_bytes(b"not a database at all" * 100)

    with pytest.raises(Refused, match=r"edge\.db is damaged \(file is not a database\): move it away"):
        KeptFile(file, 1)


def test_a_message_that_changed_on_the_disk_is_never_sent_on(kept, file):
    kept.keep([a_message(1)], 5)
    with sqlite3.connect(file) as database:
        database.execute("UPDATE kept SET payload = X'00'")
    database.close()

    with pytest.raises(Refused, match="message 1 of cold-7 is not what was kept"):
        all_of(kept)


def test_a_file_of_a_later_version_is_refused(file):
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()

    with pytest.raises(Refused, match="is of version 7, want 1"):
        KeptFile(file, 1)


def test_a_locked_file_is_waited_for_not_given_up(file, kept, monkeypatch):
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    kept._database._connection.execute("PRAGMA busy_timeout = 1")

    with pytest.raises(Unavailable, match="database is locked"):
        kept.keep([a_message(1)], 5)
    blocker.execute("ROLLBACK")
    blocker.close()
    kept.keep([a_message(1)], 5)

    assert kept.count_all() == 1
