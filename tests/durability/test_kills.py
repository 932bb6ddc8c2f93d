"""kill -9 under load at random moments: what a receipt states is stored once, byte for byte."""

import pytest

from bench.durability.brokers import WAYS
from bench.durability.faults import FAULTS, kill_under_load
from bench.durability.promises import kept_through_a_kill
from bench.durability.stores import POSTGRESQL, SQLITE

OURS, WORST = WAYS[0], WAYS[-1]


CASES = [
    pytest.param(way, kind, marks=[pytest.mark.soak] if kind == POSTGRESQL and way is not WORST else [])
    for way in WAYS
    for kind in (SQLITE, POSTGRESQL)
]


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("way", "kind"), CASES, ids=str)
def test_whatever_is_killed_nothing_receipted_is_lost_and_nothing_is_stored_twice(scene, rounds):
    was = kill_under_load(scene, list(FAULTS), rounds)

    assert was.broken == 0, was
    assert 0 < was.receipts <= was.receipted <= was.sent
    assert not any("Traceback" in log.read_text() for log in scene.home.glob("*.log"))


@pytest.mark.parametrize(("way", "kind"), [(OURS, SQLITE), (WORST, SQLITE)], ids=str)
def test_what_a_broker_acknowledged_and_lost_the_device_has_kept(scene):
    scene.processes.end("gateway")

    kept = kept_through_a_kill(scene)

    lost = kept.account.acknowledged - kept.by_broker
    print(f"{scene.way.name}: lost {lost} of {kept.account.acknowledged} that it had acknowledged")
    assert kept.account.broken == 0, kept
    assert scene.way is WORST or lost == 0
