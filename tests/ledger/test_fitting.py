"""A device is on one thing at a time, by the word of whoever answers for it."""

import json
from datetime import timedelta

import pytest

from tests.builders import FARM, FIELD, LOGGER, LOT, PALLET, START, a_fitting
from tests.fakes import FakeEvents
from traceability.epcis.document import read_document
from traceability.errors import InvalidInput
from traceability.ledger.capture import capture
from traceability.ledger.fitting import Fitting, fittings, moved
from traceability.proof.history import FOREVER, Span
from traceability.telemetry.device import Device

DEVICE = Device("logger-1", LOGGER, FARM, {}, FIELD, cold_chain=True)
STRANGER = "9521234000020"


def at(hours):
    return START + timedelta(hours=hours)


class World:
    def __init__(self):
        self.events = FakeEvents()

    def known(self):
        return fittings(DEVICE, self.events.telling)

    def move(self, bearer, hours):
        events = moved(DEVICE, self.known(), bearer, at(hours))
        capture(events, FARM, self.events, 0)
        return events


@pytest.fixture
def world():
    return World()


def test_a_device_that_nobody_fitted_is_on_nothing(world):
    assert world.known() == []


def test_it_leaves_what_it_was_on_at_the_moment_when_it_comes_somewhere_else(world):
    world.move(FIELD, 0)
    world.move(PALLET, 5)
    world.move(None, 9)
    world.move(FIELD, 12)

    assert world.known() == [
        Fitting(FIELD, Span(at(0), at(5))),
        Fitting(PALLET, Span(at(5), at(9))),
        Fitting(FIELD, Span(at(12), FOREVER)),
    ]
    assert [each.lasts for each in world.known()] == [False, False, True]


@pytest.mark.parametrize("bearer", [FIELD, PALLET, LOT])
def test_what_is_captured_is_what_a_partner_could_have_captured(world, bearer):
    world.move(FIELD if bearer != FIELD else PALLET, 0)
    for event in world.move(bearer, 1):
        document = event.body | {"@context": event.context}
        [read] = read_document(json.dumps(document).encode())
        assert read.event_time == at(1)


def test_what_a_partner_captured_counts_like_our_own(world):
    capture([a_fitting(1, PALLET, LOGGER)], FARM, world.events, 0)

    world.move(FIELD, 2)

    assert world.known() == [Fitting(PALLET, Span(at(1), at(2))), Fitting(FIELD, Span(at(2), FOREVER))]


def test_what_others_say_of_it_does_not_count(world):
    capture([a_fitting(1, PALLET, LOGGER)], STRANGER, world.events, 0)

    assert world.known() == []


@pytest.mark.parametrize(
    ("bearer", "hours", "said"),
    [
        (PALLET, 6, "logger-1 is on .*/00/.* already, since 2026-11-20T11:00"),
        (
            FIELD,
            4,
            "moved at 2026-11-20T10:00.* on .*/PLOT-1 from 2026-11-20T06:00.* until 2026-11-20T11:00",
        ),
        (None, 4, "was moved at .* or after"),
        (FIELD, 5, "was moved at .* or after"),
    ],
)
def test_what_cannot_have_been_is_refused(world, bearer, hours, said):
    world.move(FIELD, 0)
    world.move(PALLET, 5)

    with pytest.raises(InvalidInput, match=said):
        world.move(bearer, hours)


def test_until_it_was_taken_off_it_cannot_have_been_put_somewhere_else(world):
    world.move(FIELD, 0)
    world.move(None, 5)

    for hours in (4, 5):
        with pytest.raises(InvalidInput, match=r"was moved at .* or after"):
            world.move(PALLET, hours)


def test_of_two_moves_at_one_moment_nobody_could_say_which_came_first(world):
    world.move(FIELD, 0)

    with pytest.raises(InvalidInput, match=r"was moved at 2026-11-20T06:00:00.000\+00:00 or after"):
        world.move(PALLET, 0)


def test_what_is_on_nothing_is_not_taken_off(world):
    with pytest.raises(InvalidInput, match="logger-1 is on nothing; `guoji device fit`"):
        world.move(None, 1)
