"""Where a curve is silent: a step far above the pace around it, whatever the pace is elsewhere."""

from itertools import accumulate, pairwise
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from traceability.telemetry.curve import AROUND, FEWEST_AROUND, SILENT_AFTER_PACES, Point, Stretch, silences

MINUTE = 60_000
STEPS = st.lists(st.sampled_from([1, 10, 60, 200, 3_600]), max_size=4 * AROUND)


def stepping(*steps_ms):
    return [Point(at, 3.5) for at in accumulate(steps_ms, initial=0)]


@given(STEPS)
def test_a_step_is_silence_where_it_is_far_above_the_median_on_either_side(steps):
    wanted = []
    for index, (before, after) in enumerate(pairwise(stepping(*steps))):
        earlier, later = steps[:index][-AROUND:], steps[index + 1 :][:AROUND]
        paces = [each for each in (earlier, later) if len(each) >= FEWEST_AROUND] or [earlier + later]
        usual = [median(each) for each in paces if each]
        if usual and steps[index] > SILENT_AFTER_PACES * max(usual):
            wanted.append(Stretch(before.taken_at_ms, after.taken_at_ms))

    assert silences(stepping(*steps)) == tuple(wanted)


def test_a_device_that_is_set_to_another_pace_keeps_its_past():
    minutes, seconds = [MINUTE] * 100, [1_000] * 2_000

    assert silences(stepping(*minutes, *seconds)) == silences(stepping(*seconds, *minutes)) == ()


def test_an_outage_among_fast_readings_is_found_though_most_are_slow():
    points = stepping(*[MINUTE] * 100, *[1_000] * 50, 30_000, *[1_000] * 50)

    assert silences(points) == (Stretch(100 * MINUTE + 50_000, 100 * MINUTE + 80_000),)


def test_an_outage_in_which_single_readings_came_is_found():
    outage = [60 * MINUTE] * 5

    assert len(silences(stepping(*[MINUTE] * 30, *outage, *[MINUTE] * 30))) == 5


def test_a_late_reading_after_an_outage_or_before_it_excuses_none():
    outage, late = 600 * MINUTE, 200 * MINUTE

    assert len(silences(stepping(*[5 * MINUTE] * 30, outage, late))) == 2
    assert len(silences(stepping(late, outage, *[5 * MINUTE] * 30))) == 2


def test_readings_that_come_in_pairs_are_no_silences():
    assert silences(stepping(*[1_000, 10 * MINUTE] * 30)) == ()
