"""Each fault is told where it happens, and what is told is what the finders find, and nothing else."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iot_gateway.simulate.asked import parse_fault
from iot_gateway.simulate.faults import FAULTS, NOTHING, REFUSED
from iot_gateway.simulate.models import MODELS
from iot_gateway.simulate.stream import Way
from iot_gateway.simulate.truth import told
from iot_gateway.simulate.voice import Voice
from tests.iot_gateway.simulate.found import EPOCH, found_in, the_messages
from traceability.telemetry.findings import Kind

seeds = st.integers(0, 2**32)
ASKED = {
    "impossible": "0.01",
    "stuck": "0.003",
    "silence": "0.01x50m",
    "offset": "10s",
    "drift": "2000ppm",
    "replay": "0.02",
    "out-of-order": "0.02",
    "reboot": "0.01",
    "gap": "0.02x2",
    "conflict": "0.02",
    "forged": "0.02",
    "garbage": "0.02",
    "flood": "0.02x9",
}
COUNTED = ("impossible", "silence", "replay", "out-of-order", "reboot", "gap", "conflict")
"""Those of which a finding counts each one."""
few = settings(max_examples=8)


def asked(name):
    return parse_fault(f"{name}={ASKED[name]}")


def marked(messages, name):
    return [each for each in messages if name in each.faults]


@pytest.mark.parametrize("model", MODELS)
@given(seed=seeds, every_s=st.sampled_from([60, 600, 1800]))
@few
def test_with_a_sound_device_nothing_is_wrong(model, seed, every_s):
    messages = the_messages(model=model, seed=seed, every_s=every_s)

    assert not [each for each in messages if each.faults or each.way is not Way.KEPT]
    assert found_in(messages, seed=seed, travels=model != "orchard") == []


@pytest.mark.parametrize("name", FAULTS)
@given(seed=seeds)
@few
def test_only_findings_of_a_faults_own_kinds_come_of_it(name, seed):
    fault = FAULTS[name]

    found = {each.kind for each in found_in(the_messages(asked(name), seed=seed), seed=seed)}

    assert found <= {fault.found, *fault.also}
    assert fault.found in {*Kind, REFUSED, NOTHING}


@pytest.mark.parametrize("name", COUNTED)
@given(seed=seeds)
@few
def test_findings_count_as_many_as_are_told(name, seed):
    messages = the_messages(asked(name), seed=seed)

    found = found_in(messages, seed=seed)

    counted = sum(each.count for each in found if each.kind == FAULTS[name].found)
    assert counted == len(marked(messages, name))


@pytest.mark.parametrize("name", ["offset", "drift"])
@given(seed=seeds)
@few
def test_a_wrong_clock_is_told_once_and_found(name, seed):
    messages = the_messages(asked(name), seed=seed)

    assert [each.faults for each in messages if each.faults] == [(name,)]
    assert FAULTS[name].found in {each.kind for each in found_in(messages, seed=seed)}


@given(seed=seeds)
@few
def test_a_stuck_value_is_found_where_it_stayed_for_longer_than_it_may(seed):
    messages = the_messages(asked("stuck"), seed=seed)
    times = [each.moments[0].taken_at_ms for each in marked(messages, "stuck")]
    runs = [0] + [at for at, (one, other) in enumerate(pairwise(times), 1) if other - one > 600_000]
    whole = [run for run in runs if times[run : run + 42] and len(times[run : run + 42]) == 42]

    found = [each for each in found_in(messages, seed=seed) if each.kind is Kind.STUCK_VALUE]

    for run in whole:
        assert any(each.from_ms <= times[run] and each.to_ms > times[run] for each in found)
    assert all(any(each.from_ms <= one <= each.to_ms for one in times) for each in found)


@given(seed=seeds, in_one=st.integers(1, 5))
@few
def test_the_same_seed_epoch_and_times_give_the_same_bytes_and_the_same_truth(seed, in_one):
    def everything():
        voice = Voice("sim-1", seed)
        every = [asked(name) for name in FAULTS]
        messages = the_messages(*every, seed=seed, in_one=in_one, count=100)
        return [(voice.payload(each), told("sim-1", each, voice.payload(each))) for each in messages]

    assert everything() == everything()


@given(seed=seeds, in_one=st.integers(1, 5))
@few
def test_numbers_grow_by_one_in_each_epoch_whatever_goes_wrong(seed, in_one):
    messages = the_messages(*map(asked, FAULTS), seed=seed, in_one=in_one)
    own = [(each.epoch, each.number) for each in messages if each.way in (Way.KEPT, Way.LOST)]

    assert own[0] == (EPOCH, 1)
    for (epoch, number), following in pairwise(own):
        assert following == (epoch, number + 1) or (following[0] > epoch and following[1] == 1)


@given(seed=seeds)
@few
def test_nobody_could_miss_the_last_number_of_an_epoch_so_it_is_never_lost(seed):
    messages = the_messages(parse_fault("gap=0.5x3"), parse_fault("reboot=0.1"), seed=seed, count=60)

    for one, other in pairwise([*messages, None]):
        assert one.way is Way.KEPT or (other is not None and other.epoch == one.epoch)


def test_a_fault_that_is_asked_of_one_device_leaves_the_others_alone():
    fault = parse_fault("gap=0.5@sim-1")

    assert marked(the_messages(fault, alias="sim-1"), "gap")
    assert not marked(the_messages(fault, alias="sim-2"), "gap")


def test_another_seed_breaks_other_messages():
    numbers = [
        [each.number for each in marked(the_messages(asked("gap"), seed=seed), "gap")] for seed in (1, 2)
    ]

    assert numbers[0] != numbers[1]


def test_many_samples_in_one_message_lose_none_and_a_silence_ends_a_message():
    messages = the_messages(asked("silence"), in_one=7)

    assert len(marked(messages, "silence")) >= 1
    for before, after in pairwise(messages):
        assert "silence" not in before.faults or len(before.moments) <= 7
        assert before.moments[-1].taken_at_ms < after.moments[0].taken_at_ms
    plain = the_messages(in_one=7)
    assert sum(len(each.moments) for each in plain) == 300
    assert {len(each.moments) for each in plain[:-1]} == {7}
