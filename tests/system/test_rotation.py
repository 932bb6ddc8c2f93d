"""Each key of an installation that runs is replaced, and every proof of before and after stays good."""

import time

import pytest

from tests.builders import LOT, a_harvest
from tests.system.running import STORY
from traceability.log.checkpoint import open_checkpoint
from traceability.log.successor import is_successor_entry
from traceability.own_policy import own_logs


@pytest.fixture(scope="module")
def rotated(running):
    """Proofs from before, and what happened then: every key was replaced while things were captured."""
    running.capture(*STORY)
    running.wait_until_anchored()
    before = running.proof()
    for key in ("gateway", "log", "chain"):
        done = running.guoji("keys", "rotate", key)
        assert done.returncode == 0, done.stderr
        running.capture(a_harvest(10 + len(key), lot=LOT))
    running.down()
    running.up()
    running.capture(a_harvest(20, lot=LOT))
    running.wait_until_anchored()
    return before


def test_a_proof_by_the_old_key_verifies_with_the_new_trust_policy(running, rotated):
    done = running.verify(rotated)

    assert done.returncode == 0, done.stdout + done.stderr


def test_all_of_it_is_proved_under_both_keys_and_the_log_is_one(running, rotated):
    done = running.verify(running.proof())

    assert done.returncode == 0, done.stdout + done.stderr
    running.audit()
    newest, by = open_checkpoint(running.store.checkpoints.newest(), own_logs(running.settings))
    assert by == own_logs(running.settings)[1]
    entries = running.store.log.entries(0, newest.size)
    assert sum(map(is_successor_entry, entries)) == 1


def test_devices_with_the_new_policy_get_receipts_that_they_believe(running, rotated):
    device = running.device("logger-1", epoch=77)
    device.send(time.time_ns() // 1_000_000, {"battery": 50})

    device.settle(60)

    assert device.kept() == 0
    device.close()
