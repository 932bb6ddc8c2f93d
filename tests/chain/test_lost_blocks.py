"""What was in a block, or even final, is gone: the log stays one, and no anchor is lost."""

import pytest

from tests.chain.anchoring import ANCHOR, CONFIRMATIONS
from traceability.chain import devnet as devnets
from traceability.chain.devnet import save_state
from traceability.errors import Refused
from traceability.ledger.anchor import STUCK_AFTER

pytestmark = pytest.mark.slow


def test_a_reorganisation_above_the_final_blocks_sends_the_anchor_again(role):
    role.anchored()
    sent = role.send()
    role.mine()
    role.rounds()
    assert role.last().state == "mined"

    role.rpc("anvil_reorg", CONFIRMATIONS, [])
    role.rounds(2, after=STUCK_AFTER)

    assert role.last().tx_hash == sent.tx_hash
    role.reads(ANCHOR + r"is no longer in block \d+: the chain was reorganised")
    role.settle()


def test_a_reorganisation_below_the_final_blocks_is_said_aloud_and_anchored_anew(role):
    role.anchored()
    role.anchored()

    role.rpc("anvil_reorg", 2 * (1 + CONFIRMATIONS), [])
    role.rounds(2)

    assert role.contract.held().size == 0
    role.reads(*[ANCHOR + r"was final, and the chain has replaced its block \d+: .*anchored anew.*"] * 2)
    role.settle()


def test_a_final_anchor_that_a_reorganisation_moved_is_found_in_its_new_block(role):
    old = role.anchored()

    role.rpc("anvil_reorg", 1 + CONFIRMATIONS, [["0x" + old.raw.hex(), 1]])
    role.rounds()

    new = role.last()
    assert (new.tx_hash, new.block_number) == (old.tx_hash, old.block_number + 1)
    assert len(role.lines) == 1
    role.settle()


def test_another_chain_at_the_same_address_stops_the_anchoring_and_changes_nothing(
    role, start, tmp_path, monkeypatch
):
    role.anchored()
    under_way = role.send()
    save_state(role.url, tmp_path / "chain")

    with monkeypatch.context() as other:
        other.setattr(devnets, "CHAIN_ID", 5)
        start("other", role.port)
    with pytest.raises(Refused, match="has id 5, want 31337"):
        role.rounds()
    start("chain", role.port)

    assert role.last() == under_way
    role.settle()


def test_a_chain_that_restarts_without_its_state_stops_the_anchoring_and_changes_nothing(role, start):
    final = role.anchored()

    start("fresh", role.port)
    with pytest.raises(Refused, match=r"chain 31337 has no TraceLog at 0x.* or the chain lost its state"):
        role.rounds()

    assert role.last() == final


def test_a_chain_that_was_killed_is_waited_for(role, start, tmp_path):
    role.anchored()
    save_state(role.url, tmp_path / "chain")
    role.send()

    start("chain", role.port).process.kill()
    role.rounds(3)
    start("chain", role.port)

    role.reads(r"chain at .*: no answer \(ConnectionError\)")
    role.settle()


def test_a_chain_that_lost_final_blocks_is_waited_for_until_it_has_grown_again(role, start, tmp_path):
    save_state(role.url, tmp_path / "chain")
    role.anchored()
    role.anchored()

    start("chain", role.port)
    role.rounds(3)

    role.reads(r"chain 31337 has no block \d+, in which an anchor was final: its node is behind.*")
    role.mine(10)
    role.settle()
