"""When samples are taken: live from now on, faster than life up to now, and never in the future."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.simulate.models import orchard
from iot_gateway.simulate.moment import Moment
from iot_gateway.simulate.source import from_model, from_recording, speed_of
from traceability.errors import InvalidInput

NOW_MS = 1_790_000_000_000


def taken(source):
    return [each.taken_at_ms for each in source.samples("a")]


def test_at_the_speed_of_life_measuring_begins_now():
    source = from_model(orchard, 1, 30_000, 3, 1, NOW_MS)

    assert taken(source) == [NOW_MS, NOW_MS + 30_000, NOW_MS + 60_000]


@given(
    every_ms=st.integers(1, 10**7),
    samples=st.integers(1, 50),
    speed=st.floats(0.01, 1e6),
)
def test_no_sample_is_due_before_it_was_taken(every_ms, samples, speed):
    source = from_model(orchard, 1, every_ms, samples, speed, NOW_MS)

    for taken_at_ms in taken(source):
        due_ms = NOW_MS + (taken_at_ms - source.from_ms) / speed
        assert taken_at_ms <= due_ms + 1


def test_faster_than_life_without_an_end_is_refused():
    with pytest.raises(InvalidInput, match="say --for or --count"):
        from_model(orchard, 1, 30_000, None, 1.5, NOW_MS)


def test_a_recording_keeps_its_steps_wherever_it_is_shifted():
    moments = [Moment(5_000, {"battery": 1}), Moment(7_000, {"battery": 2})]

    source = from_recording(moments, 100, 1)

    assert taken(source) == [5_100, 7_100]
    assert source.from_ms == 5_100
    assert [each.values for each in source.samples("b")] == [{"battery": 1}, {"battery": 2}]


def test_at_a_rate_all_devices_together_send_so_many_messages_a_second():
    # 200 devices, a message of 2 samples each minute: 200 / 60 messages a second at the speed of life.
    assert speed_of(1_000, 30_000, 2, 200) == pytest.approx(1_000 / (200 / 60))
