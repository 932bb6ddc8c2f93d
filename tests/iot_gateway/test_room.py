import threading

import pytest

from iot_gateway.room import Room


@pytest.fixture
def full():
    room = Room(10)
    room.enter(9)
    room.enter(500)
    return room


def waiting_to_enter(room):
    inside = threading.Event()
    threading.Thread(target=lambda: (room.enter(1), inside.set()), daemon=True).start()
    return inside


def test_who_comes_to_a_full_room_waits_until_something_has_left(full):
    inside = waiting_to_enter(full)
    assert not inside.wait(0.1)

    full.leave(499)
    assert not inside.wait(0.1)

    full.leave(1)
    assert inside.wait(60)


def test_nobody_waits_for_a_room_that_is_closed(full):
    inside = waiting_to_enter(full)
    assert not inside.wait(0.1)

    full.close()

    assert inside.wait(60)
    full.enter(1)
