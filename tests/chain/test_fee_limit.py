"""`max_fee_gwei`: what an anchor may cost, on chains with and without a base fee."""

import pytest

from tests.chain.anchoring import ANCHOR
from traceability.chain import devnet as devnets
from traceability.ledger.anchor import STUCK_AFTER

pytestmark = pytest.mark.slow

GWEI = 10**9
TOO_DEAR = (
    r"one gas costs [\d.]+ gwei now, setting max_fee_gwei allows {}: nothing is sent until it costs less"
)


@pytest.fixture
def legacy(monkeypatch):
    """Chains that start from here on have no base fee."""
    modern = devnets._anvil_command
    price = ["--hardfork", "berlin", "--gas-price", str(2 * GWEI)]
    monkeypatch.setattr(devnets, "_anvil_command", lambda *args: [*modern(*args), *price])


def test_while_the_chain_asks_more_than_the_limit_nothing_is_sent_and_one_line_says_so(role):
    role.max_fee_gwei = 50
    role.rpc("anvil_setNextBlockBaseFeePerGas", hex(100 * GWEI))
    role.mine()
    role.grow()
    role.rounds(3)

    assert role.anchors.open() == []
    role.reads(TOO_DEAR.format(50))
    role.rpc("anvil_setNextBlockBaseFeePerGas", hex(10 * GWEI))
    role.mine()
    role.settle()


def test_what_is_offered_stays_below_the_limit(role):
    role.max_fee_gwei = 2.5
    role.rpc("anvil_setNextBlockBaseFeePerGas", hex(GWEI))
    role.mine()
    sent = role.send()

    role.mine()
    found = role.contract.client.web3.eth.get_transaction(sent.tx_hash)
    assert found["maxFeePerGas"] == 2.5 * GWEI
    role.settle()


def test_a_stuck_anchor_whose_rival_would_be_too_dear_is_sent_again_itself(role):
    stuck = role.send()
    role.rpc("anvil_dropAllTransactions")
    role.max_fee_gwei = 0.5
    role.rounds(2, after=STUCK_AFTER)
    role.reads(TOO_DEAR.format(0.5))
    role.mine()

    assert role.contract.mined(stuck.tx_hash)
    role.settle()


def test_a_chain_without_a_base_fee_is_held_to_the_limit_too(legacy, role):
    role.max_fee_gwei = 1
    role.grow()
    role.rounds(3)

    assert role.anchors.open() == []
    role.reads(TOO_DEAR.format(1))
    role.max_fee_gwei = 2
    role.settle()


def test_a_stuck_anchor_gives_way_to_a_dearer_one_without_a_base_fee_too(legacy, role):
    stuck = role.send()
    role.grow()
    role.rounds(3, after=STUCK_AFTER)

    role.reads(ANCHOR + r"is in no block after \d+ s: 0x[0-9a-f]{64} is to take its place")
    role.mine()
    assert role.contract.mined(stuck.tx_hash) is None
    assert role.contract.held().size == role.store.log.size()
    role.settle()
