"""Several gateways at one broker, over one store; one of them is killed under load and comes back late."""

import random
import sys
import time

import pytest

from bench.durability.brokers import WAYS
from bench.durability.faults import LONGEST_S, audit
from bench.durability.scene import ALIASES, a_scene
from bench.durability.stores import POSTGRESQL, SQLITE
from iot_gateway.logins import PASSWORDS, make_passwords

OTHERS = ("@gateway-2", "@gateway-3")


@pytest.fixture
def scene(request, tmp_path, way, kind):
    """With three gateways."""
    database = "" if kind == SQLITE else request.getfixturevalue("new_postgresql")()
    with a_scene(tmp_path, way, DATABASE=database) as scene:
        scene.passwords = make_passwords(scene.settings.keys / PASSWORDS, OTHERS)
        scene.start("broker", "gateway")
        for user in OTHERS:
            start_gateway(scene, user)
        yield scene


def start_gateway(scene, user):
    command = [sys.executable, "-m", "traceability.cli.main", "gateway"]
    scene.processes.start(user, command, {**scene.environment, "GUOJI_GATEWAY_USER": user})
    scene.processes.wait_until_said(user, "broker is there")


CASES = [
    (WAYS[0], SQLITE),
    (WAYS[0], POSTGRESQL),
    (WAYS[1], SQLITE),
    pytest.param(WAYS[1], POSTGRESQL, marks=pytest.mark.soak),
]


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("way", "kind"), CASES, ids=str)
def test_what_a_killed_gateway_had_in_hand_is_stored_once_and_receipted_by_the_others(scene, rounds):
    scene.start(*ALIASES)
    for number in range(rounds):
        time.sleep(random.uniform(0, LONGEST_S))
        victim = OTHERS[number % len(OTHERS)]
        scene.processes.end(victim)
        if number < rounds - 1:
            start_gateway(scene, victim)
    time.sleep(LONGEST_S)
    scene.settle()

    # What waited for the last victim alone comes a second time.
    start_gateway(scene, victim)
    time.sleep(2)
    was = audit(scene)

    assert was.broken == 0, was
    assert 0 < was.receipts <= was.receipted <= was.sent
    assert not any("Traceback" in log.read_text() for log in scene.home.glob("*.log"))
