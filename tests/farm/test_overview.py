"""How a device is: silent, missing numbers, odd; the worst device stands first."""

import pytest

from traceability.alerts.alert import Acknowledgement, Alert
from traceability.farm.overview import DeviceState, missing, silence
from traceability.farm.ports import Arrived, PutAside
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding, Kind
from traceability.telemetry.runs import START, Run, Runs

MINUTE = 60_000
NOW = 1_800_000_000_000
DEVICE = Device("cold-1", "https://id.gs1.org/8004/9521234C", "9521234000013", {}, "", cold_chain=True)


def arrived(*minutes_ago, taken=None):
    taken = minutes_ago if taken is None else taken
    return [
        Arrived(NOW - round(came * MINUTE), NOW - round(was * MINUTE))
        for came, was in zip(minutes_ago, taken, strict=True)
    ]


@pytest.mark.parametrize(
    ("messages", "silent"),
    [
        (arrived(), False),
        (arrived(500), False),  # one message shows no pace
        (arrived(30, 20, 10), False),
        (arrived(50, 40, 30), True),
        (arrived(4.4, 4.3, 4.2), False),  # nobody walks to a field for four minutes
        (arrived(6.4, 6.3, 6.2), True),
        # A buffer that came at once, of a device that measures every ten minutes:
        (arrived(8.002, 8.001, 8, taken=(28, 18, 8)), False),
        (arrived(48.002, 48.001, 48, taken=(68, 58, 48)), True),
        # Arrays of an hour, each holding what was taken up to then:
        (arrived(170, 110, 50), False),
    ],
)
def test_a_device_is_silent_when_nothing_comes_at_the_slower_of_its_two_paces(messages, silent):
    found = silence("cold-1", messages, NOW)

    assert (found is not None) is silent
    if found is not None:
        assert (found.kind, found.from_ms) == (Kind.SILENCE, messages[-1].received_at_ms)


def a_state(**fields):
    values = {
        "device": DEVICE, "values": (), "heard_at_ms": 5, "signed": False, "silence": None, "missing": 0,
        "findings": (), "put_aside": (), "alerts": (),
    }  # fmt: skip
    return DeviceState(**values | fields)


def an_alert(seen=False):
    said = Acknowledgement(5, "Li", "on my way") if seen else None
    return Alert(1, "cold-1", "warm", "air_temperature to 4", 5, 5, None, 9.0, said, None, None)


FOUND = Finding(Kind.GAP, "cold-1", None, None, None, 1, "")


@pytest.mark.parametrize(
    ("fields", "urgency"),
    [
        ({"alerts": (an_alert(seen=True), an_alert()), "silence": FOUND}, 0),
        ({"alerts": (an_alert(seen=True),)}, 3),
        ({"silence": FOUND, "missing": 4}, 1),
        ({"heard_at_ms": None}, 2),
        ({"missing": 1}, 3),
        ({"findings": (FOUND,)}, 3),
        ({"put_aside": (PutAside("cold-1", "x", 1, 5),)}, 3),
        ({}, 4),
    ],
)
def test_the_worst_that_is_wrong_says_how_urgent_a_device_is(fields, urgency):
    assert a_state(**fields).urgency == urgency


@pytest.mark.parametrize(
    ("spans", "forgotten", "count"),
    [
        ([(1, 0)], 0, 0),
        ([(1, 9)], 0, 0),
        ([(1, 0), (4, 5)], 0, 3),
        ([(1, 2), (4, 5), (9, 9)], 0, 4),
        ([(1, 2), (50, 52), (60, 60)], 40, 16),  # 3 to 40 are known to the store, but not here
    ],
)
def test_missing_numbers_lie_between_what_is_accounted_for(spans, forgotten, count):
    runs = Runs(1, tuple(Run(first, last, START) for first, last in spans), forgotten)

    assert missing(runs) == count
