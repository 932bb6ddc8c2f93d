"""The chain is away, forgets everything, or knows more than an old copy of the store."""

import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
import structlog

from tests.builders import LOT, a_sighting
from tests.system.running import STORY
from traceability.chain.devnet import settle, start_devnet
from traceability.proof.trust import TrustPolicy
from traceability.upkeep.deployment import deploy_on_devnet

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def chain(tmp_path):
    """A chain that is not ours to start."""
    chain = start_devnet(PROJECT, tmp_path / "chain")
    yield chain
    chain.process.send_signal(signal.SIGCONT)
    chain.stop()


def test_while_the_chain_is_away_everything_goes_on_and_anchoring_catches_up(installed, chain):
    running = installed(RPC_URL=chain.url)
    (running.home / "chain").mkdir()
    deploy_on_devnet(running.settings, structlog.get_logger())
    running.up()
    running.capture(*STORY)
    running.wait_for("the first anchor", lambda: settled_and_anchored(running, chain))

    chain.process.send_signal(signal.SIGSTOP)
    running.capture(a_sighting(5, LOT))
    device = running.device("logger-1")
    device.send(time.time_ns() // 1_000_000, {"battery": 80})
    device.settle(30)
    device.close()
    running.wait_for("event and batch to be logged", lambda: running.logged() == len(STORY) + 2)

    assert "Not yet anchored" in running.page()
    assert "尚未上链" in running.page("zh-CN")
    assert (running.ready()["store"], running.ready()["broker"]) == ("ok", "ok")
    assert running.ready()["chain"] != "ok"
    assert running.verify(running.proof()).returncode == 2

    chain.process.send_signal(signal.SIGCONT)
    running.wait_for("the anchoring to catch up", lambda: settled_and_anchored(running, chain))
    assert running.verify(running.proof()).returncode == 0
    assert running.said().count("waiting") <= 2  # said once, not at each try
    running.audit()


def settled_and_anchored(running, chain):
    """Nobody else makes blocks final on a chain that we did not start."""
    settle(chain.url)
    counted = running.store.counts.all()
    return not counted["events_waiting_for_the_log"] and (
        counted["log_entries_anchored"] == counted["log_entries"]
    )


def test_a_chain_that_lost_its_state_gets_a_new_contract_and_everything_is_anchored_anew(installed):
    running = installed()
    running.up()
    running.capture(*STORY)
    running.wait_until_anchored()
    old = TrustPolicy.parse(running.settings.trust_file.read_text())
    old_proof = running.proof()
    running.down()

    shutil.rmtree(running.home / "chain")
    running.up()
    running.wait_until_anchored()

    assert "has lost its state" in running.said()
    assert TrustPolicy.parse(running.settings.trust_file.read_text()).contract != old.contract
    assert running.verify(running.proof()).returncode == 0
    assert running.verify(old_proof).returncode != 0
    running.audit()


def test_an_old_copy_of_the_store_is_neither_signed_nor_anchored_until_the_newer_one_is_back(installed):
    running = installed()
    running.up()
    running.capture(*STORY)
    running.wait_until_anchored()
    running.down()
    database, old, new = (running.home / name for name in ("guoji.db", "old.db", "new.db"))
    copy_database(database, old)
    running.up()
    running.capture(a_sighting(5, LOT))
    running.wait_until_anchored()
    running.down()
    copy_database(database, new)

    copy_database(old, database)
    running.up()
    running.capture(a_sighting(6, LOT))
    for role in ("publish", "anchor"):
        done = running.guoji(role)
        assert done.returncode == 65
        assert "it is an old copy" in done.stderr
    assert running.logged() == len(STORY)
    assert running.get("/healthz")
    running.down()

    copy_database(new, database)
    running.up()
    running.capture(a_sighting(7, LOT))
    running.wait_until_anchored()
    assert running.verify(running.proof()).returncode == 0
    running.audit()


def copy_database(source, target):
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copied:
        original.backup(copied)
