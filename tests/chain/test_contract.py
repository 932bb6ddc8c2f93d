"""Anchoring on a real test chain, while everything that can go wrong with a chain does."""

import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from eth_account import Account

from tests.chain.anchoring import deploy
from traceability.chain import devnet as devnets
from traceability.chain.client import ChainClient
from traceability.chain.contract import TraceLogContract
from traceability.chain.devnet import CHAIN_ID, settle, start_devnet
from traceability.chain.rpc import RpcChain
from traceability.errors import ChainUnavailable, CheckpointConflict, InvalidInput, Refused
from traceability.ledger.ports import Held, Mined, Signed
from traceability.log.merkle import consistency_proof, leaf_hash, root_of
from traceability.proof.chain_reader import CHECKPOINT_APPENDED, Finality, Head

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
LEAVES = [leaf_hash(b"entry %d" % index) for index in range(40)]


def sign(contract: TraceLogContract, old_size: int, size: int, leaves=LEAVES, **how) -> Signed:
    proof = consistency_proof(leaves[:size], old_size)
    return contract.sign_append(old_size, size, root_of(leaves[:size]), proof, **how)


def send(contract: TraceLogContract, signed: Signed) -> Signed:
    contract.send(signed.raw)
    return signed


def mined(contract: TraceLogContract, signed: Signed) -> Mined:
    """What became of it, once it is in a block: anvil answers a moment before that."""
    deadline = time.monotonic() + 60
    while (found := contract.mined(signed.tx_hash)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def append(contract: TraceLogContract, old_size: int, size: int) -> Signed:
    """Append and wait until it is mined."""
    signed = send(contract, sign(contract, old_size, size))
    mined(contract, signed)
    return signed


@pytest.fixture
def one_block(devnet):
    """What is sent inside goes into one block, mined at the end."""

    @contextmanager
    def until_the_end():
        chain = RpcChain(devnet.url)
        chain.call("evm_setAutomine", False)
        yield
        chain.call("evm_setAutomine", True)
        chain.call("anvil_mine", "0x1")

    return until_the_end


def test_the_contract_follows_a_growing_log(contract):
    assert contract.held() == Held(0, bytes(32))

    for old_size, size in [(0, 1), (1, 2), (2, 7), (7, 32), (32, 40)]:
        append(contract, old_size, size)
        assert contract.held() == Held(size, root_of(LEAVES[:size]))


def test_an_anchor_is_final_two_blocks_after_it_was_mined(contract, devnet):
    settle(devnet.url)
    signed = append(contract, 0, 3)
    fresh = mined(contract, signed)

    assert settle(devnet.url)

    assert not fresh.final
    assert not fresh.reverted
    assert mined(contract, signed).final
    assert not settle(devnet.url)


@pytest.mark.parametrize(("wanted", "final"), [(0, True), (1, False)])
def test_confirmations_count_the_blocks_on_top(contract, client, address, log_at, wanted, final):
    patient = log_at(client, address, Finality(wanted))

    assert mined(patient, append(patient, 0, 1)).final is final


def test_a_verifier_reads_the_same_without_web3(contract, address, devnet):
    signed = append(contract, 0, 3)
    chain = RpcChain(devnet.url)

    receipt = chain.receipt(signed.tx_hash)
    found = mined(contract, signed)

    assert receipt is not None
    assert receipt.succeeded
    assert (receipt.block_number, receipt.block_hash) == (found.block_number, found.block_hash)
    block = chain.block(receipt.block_number)
    assert block is not None
    assert (block.hash, block.mined_at) == (found.block_hash, found.block_time)
    (event,) = receipt.events
    assert event.address == address
    assert event.topics == (CHECKPOINT_APPENDED, b"l" * 32)
    assert event.data == (3).to_bytes(32, "big") + root_of(LEAVES[:3])
    assert chain.head(address, b"l" * 32) == Head(3, root_of(LEAVES[:3]))
    assert chain.chain_id() == CHAIN_ID
    assert chain.block(10**9) is None
    assert chain.receipt("0x" + "00" * 32) is None


def test_a_rewritten_history_is_refused_before_it_is_sent(contract):
    append(contract, 0, 3)
    rewritten = [leaf_hash(b"forged"), *LEAVES[1:]]

    with pytest.raises(Refused, match=r"TraceLogRewritten\(logId 6c6c.*, oldSize 3, size 7\)"):
        sign(contract, 3, 7, rewritten)


def test_a_publisher_who_was_overtaken_is_told_to_look_again(contract):
    append(contract, 0, 3)

    with pytest.raises(CheckpointConflict, match="heldSize 3, oldSize 0"):
        sign(contract, 0, 7)


def test_an_account_without_the_role_is_refused(contract, rival, address, log_at):
    theirs = log_at(rival, address)

    assert contract.may_append()
    assert not theirs.may_append()
    with pytest.raises(Refused, match=f"AccessControlUnauthorizedAccount.*{rival.account.address.lower()}"):
        sign(theirs, 0, 3)
    with pytest.raises(Refused, match="AccessControlUnauthorizedAccount"):
        theirs.grant_publisher(rival.account.address)


def test_a_paused_contract_means_try_later(contract, client, address, compiled):
    plain = client.web3.eth.contract(client.web3.to_checksum_address(address), abi=compiled.abi)
    pauser = plain.functions.PAUSER().call()
    for name, arguments in [("grantRole", [pauser, client.account.address]), ("pause", [])]:
        client.mine(client.sign(plain.encode_abi(name, arguments), plain.address))

    with pytest.raises(ChainUnavailable, match="EnforcedPause"):
        sign(contract, 0, 3)


def test_sending_twice_has_the_effect_of_sending_once(contract, one_block):
    with one_block():
        signed = send(contract, sign(contract, 0, 3))
        contract.send(signed.raw)
        assert contract.mined(signed.tx_hash) is None
    contract.send(signed.raw)

    assert not mined(contract, signed).reverted
    assert contract.held().size == 3


def test_a_stuck_append_gives_way_to_one_that_pays_more(contract, one_block):
    with one_block():
        stuck = send(contract, sign(contract, 0, 3))
        with pytest.raises(ChainUnavailable, match="underpriced"):
            send(contract, sign(contract, 0, 7))
        dearer = send(contract, sign(contract, 0, 7, instead_of=stuck.raw))

    assert contract.mined(stuck.tx_hash) is None
    assert not mined(contract, dearer).reverted
    assert contract.held().size == 7


def test_a_receipt_of_a_block_that_is_gone_counts_for_nothing(contract, client, monkeypatch):
    signed = append(contract, 0, 3)
    stale = {**client.receipt(signed.tx_hash), "blockHash": bytes(32)}
    monkeypatch.setattr(client, "receipt", lambda tx_hash: stale)

    assert contract.mined(signed.tx_hash) is None


def test_of_two_appends_in_one_block_one_is_seen_to_revert(contract, rival, address, log_at, one_block):
    theirs = log_at(rival, address)
    contract.grant_publisher(rival.account.address)
    with one_block():
        first = send(contract, sign(contract, 0, 3))
        second = send(theirs, sign(theirs, 0, 7))

    assert {mined(contract, first).reverted, mined(theirs, second).reverted} == {False, True}


def test_an_append_that_a_reorganisation_threw_out_can_be_sent_again(contract, devnet):
    signed = append(contract, 0, 3)
    RpcChain(devnet.url).call("anvil_reorg", 1, [])

    assert contract.mined(signed.tx_hash) is None
    contract.send(signed.raw)

    assert not mined(contract, signed).reverted
    assert contract.held().size == 3


def test_a_chain_without_a_base_fee_is_paid_a_gas_price(tmp_path, compiled, client_at, log_at, monkeypatch):
    modern = devnets._anvil_command
    monkeypatch.setattr(devnets, "_anvil_command", lambda *args: [*modern(*args), "--hardfork", "berlin"])
    devnet = start_devnet(PROJECT, tmp_path)
    try:
        publisher = client_at(devnet.url)
        log = log_at(publisher, deploy(publisher, compiled))
        log.grant_publisher(publisher.account.address)
        RpcChain(devnet.url).call("evm_setAutomine", False)
        stuck = send(log, sign(log, 0, 3))
        send(log, sign(log, 0, 7, instead_of=stuck.raw))
        RpcChain(devnet.url).call("anvil_mine", "0x1")

        assert stuck.raw[0] != 2
        assert log.held().size == 7
    finally:
        devnet.stop()


@pytest.mark.parametrize("text", ["", "0x12", "0x" + "zz" * 20])
def test_what_is_no_address_is_refused(client, log_at, text):
    with pytest.raises(InvalidInput, match="is not an address"):
        log_at(client, text)


def test_another_chain_is_refused(devnet):
    with pytest.raises(Refused, match="has id 31337, want 1"):
        ChainClient(devnet.url, 1, Account.create())


def test_a_chain_without_the_contract_is_refused(contract, client, log_at, compiled):
    lost = log_at(client, "0x" + "11" * 20)

    assert contract.code() == compiled.code
    assert lost.code() == b""
    with pytest.raises(Refused, match=r"no TraceLog at 0x1111.* or the chain lost its state"):
        lost.held()


def test_a_chain_that_is_away_means_try_later_and_its_key_stays_secret():
    with pytest.raises(ChainUnavailable, match=r"127\.0\.0\.1:1: ") as refusal:
        ChainClient("http://127.0.0.1:1/secret-key", CHAIN_ID, Account.create())

    assert "secret-key" not in str(refusal.value)


def test_an_account_without_money_is_told_which_one_it_is(contract, devnet, address, log_at):
    poor = ChainClient(devnet.url, CHAIN_ID, Account.create())
    contract.grant_publisher(poor.account.address)

    with pytest.raises(
        ChainUnavailable, match=f"account {poor.account.address} on chain 31337 holds 0.000000"
    ):
        sign(log_at(poor, address), 0, 3)
