from itertools import pairwise

from iot_gateway.edge.window import ANSWER_WITHIN_S, LONGEST_WAIT_S, MAX_BYTES, TRIES_TOGETHER, Window

SOON = ANSWER_WITHIN_S - 1


def a_window(*ids, size=100):
    window = Window()
    for id_ in ids:
        window.sent(id_, size, 0)
    return window


def test_what_has_no_receipt_in_time_is_sent_again_and_then_less_and_less_often():
    window = a_window(1)
    due_at_s = []
    now_s = 0.0
    for _ in range(12):
        while not window.again(now_s):
            now_s += 1
        due_at_s.append(now_s)
        window.sent(1, 100, now_s)

    waits_s = [later - earlier for earlier, later in pairwise(due_at_s)]
    assert waits_s[:3] == [2 * ANSWER_WITHIN_S, 4 * ANSWER_WITHIN_S, 8 * ANSWER_WITHIN_S]
    assert waits_s[-1] == LONGEST_WAIT_S


def test_what_is_settled_is_not_sent_again():
    window = a_window(1, 2)

    window.settled([1, 99])

    assert window.again(ANSWER_WITHIN_S) == [2]
    assert 1 not in window
    assert window.count(0, 10) == 1


def test_what_is_doubted_waits_until_nothing_else_is_under_way_and_then_goes_alone():
    window = a_window(1, 2, 3)

    window.doubt(2)
    window.doubt(3)

    assert window.again(SOON) == []
    assert not window.takes_new(SOON)
    window.settled([1])
    assert window.again(SOON) == [2]
    window.sent(2, 100, SOON)
    assert window.lone == 2
    assert window.again(SOON) == []


def test_the_next_one_is_asked_for_as_soon_as_the_one_before_is_settled():
    window = a_window(1, 2)
    window.doubt(1)
    window.doubt(2)
    window.sent(1, 100, SOON)

    window.settled([1])

    assert window.lone is None
    assert window.again(SOON) == [2]


def test_one_that_was_sent_with_others_is_never_taken_for_alone():
    assert a_window(1).lone is None


def test_what_nobody_answers_goes_alone_after_some_tries_and_lets_the_others_pass_meanwhile():
    window, now_s = a_window(1), 0.0
    for _ in range(TRIES_TOGETHER - 1):
        now_s += LONGEST_WAIT_S
        window.sent(1, 100, now_s)

    assert not window.takes_new(now_s)  # while an answer may come
    assert window.takes_new(now_s + ANSWER_WITHIN_S)  # while it rests
    assert not window.takes_new(now_s + LONGEST_WAIT_S)
    assert window.again(now_s + LONGEST_WAIT_S) == [1]


def test_a_window_holds_so_many_bytes():
    assert a_window(1, 2, size=1000).room_bytes() == MAX_BYTES - 2000
