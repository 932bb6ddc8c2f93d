"""The simulated cold boxes obey the heat balance they claim, and repeat from their seed."""

from dataclasses import replace
from itertools import islice, pairwise

from demo.truck import CABINET, TRUCK, cabinet, outside_c, states, truck

HOUR_MS = 3_600_000
START_MS = 1_795_500_000_000
END_MS = START_MS + 40 * HOUR_MS
IDLE = replace(TRUCK, cooling_w=0, defrost_w=0, door_open=())


def air(readings):
    return [reading.values["air_temperature"] for reading in readings]


def state_after(box, hours):
    return next(islice(states(box, START_MS), hours * 360, None))[1]


def test_the_same_seed_gives_the_same_journey_and_another_seed_another():
    assert list(truck(START_MS, END_MS, seed=7)) == list(truck(START_MS, END_MS, seed=7))
    assert air(truck(START_MS, END_MS, seed=7)) != air(truck(START_MS, END_MS, seed=8))


def test_the_air_leaves_the_range_once_and_because_the_door_stands_open():
    readings = list(truck(START_MS, END_MS, seed=7))

    warm = [index for index, reading in enumerate(readings) if reading.values["air_temperature"] > 4]

    assert warm == list(range(warm[0], warm[-1] + 1))
    assert 20 * 60_000 < readings[warm[-1]].taken_at_ms - readings[warm[0]].taken_at_ms < 45 * 60_000
    assert readings[warm[0]].values["door_open"]
    assert max(air(readings)) > 8


def test_with_the_door_shut_the_air_stays_in_the_range():
    shut = air(truck(START_MS, END_MS, seed=7, box=replace(TRUCK, door_open=())))

    assert min(shut) >= 0
    assert max(shut) <= 4


def test_the_dead_stretch_is_the_only_one_longer_than_the_interval():
    times = [reading.taken_at_ms for reading in truck(START_MS, END_MS, seed=7)]

    gaps = sorted(after - before for before, after in pairwise(times))

    assert gaps[-2] <= 120_000
    assert 50 * 60_000 <= gaps[-1] <= 53 * 60_000


def test_the_dead_logger_does_not_change_what_the_others_saw():
    awake = {r.taken_at_ms: r.values for r in truck(START_MS, END_MS, seed=7, box=replace(TRUCK, silent=()))}

    assert all(awake[reading.taken_at_ms] == reading.values for reading in truck(START_MS, END_MS, seed=7))


def test_a_logger_whose_clock_is_slow_falls_behind():
    *_, last = truck(START_MS, END_MS, seed=7)

    assert -60_000 < last.taken_at_ms - END_MS < -10_000


def test_the_air_warms_all_through_a_defrost():
    defrost = islice(states(TRUCK, START_MS), TRUCK.defrost_every_s // 10, None)

    airs = [state.air_c for _, state in islice(defrost, TRUCK.defrost_for_s // 10)]

    assert airs == sorted(airs)
    assert airs[-1] > airs[0] + 0.5


def test_without_cooling_air_and_fruit_warm_towards_the_outside():
    early, late = state_after(IDLE, 1), state_after(IDLE, 30)

    assert (
        early.fruit_c < early.air_c < late.fruit_c < late.air_c < IDLE.outside_mean_c + IDLE.outside_swing_c
    )


def test_a_better_insulated_box_warms_slower():
    assert state_after(replace(IDLE, walls_w_per_k=20), 10).air_c < state_after(IDLE, 10).air_c


def test_more_fruit_warms_slower():
    heavy = replace(IDLE, fruit_j_per_k=2 * IDLE.fruit_j_per_k)

    assert state_after(heavy, 10).fruit_c < state_after(IDLE, 10).fruit_c


def test_the_fruit_stays_in_the_range_while_the_air_leaves_it():
    assert max(state.fruit_c for _, state in islice(states(TRUCK, START_MS), 40 * 360)) < 4


def test_afternoons_are_warmer_than_nights():
    at_three_in_the_afternoon, at_three_at_night = 7 * 3600, 19 * 3600

    assert outside_c(TRUCK, at_three_in_the_afternoon) == 20
    assert outside_c(TRUCK, at_three_at_night) == 8


def test_the_cabinet_quickens_when_it_goes_live_and_never_ends():
    readings = list(islice(cabinet(START_MS, START_MS + HOUR_MS, seed=9), 100))

    gaps = [after.taken_at_ms - before.taken_at_ms for before, after in pairwise(readings)]

    assert gaps == [60_000] * 60 + [10_000] * 39


def test_the_cabinet_keeps_the_range_for_a_day():
    day = list(islice(cabinet(START_MS, END_MS, seed=9), 24 * 60))

    assert min(air(day)) >= 0
    assert max(air(day)) <= 4
    assert CABINET.door_open == ()
