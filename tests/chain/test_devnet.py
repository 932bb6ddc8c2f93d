"""The test chain keeps what was saved, and says why it does not start."""

import time
from errno import ENOSPC
from pathlib import Path

import pytest

from traceability.chain import devnet as devnets
from traceability.chain.devnet import Devnet, fund, save_state, settle, start_devnet
from traceability.chain.rpc import RpcChain
from traceability.errors import Refused, Unavailable

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
RICH = "0x" + "11" * 20


def balance(devnet: Devnet) -> int:
    return int(RpcChain(devnet.url).call("eth_getBalance", RICH, "finalized"), 16)


@pytest.fixture
def start(tmp_path):
    """Starts the chain of `tmp_path`, and ends whatever was started."""
    started = []

    def again() -> Devnet:
        started.append(start_devnet(PROJECT, tmp_path))
        return started[-1]

    yield again
    for devnet in started:
        devnet.stop()


def send_money(devnet: Devnet) -> str:
    chain = RpcChain(devnet.url)
    payer = chain.call("eth_accounts")[0]
    tx_hash: str = chain.call("eth_sendTransaction", {"from": payer, "to": RICH, "value": "0x7"})
    while chain.receipt(tx_hash) is None:
        time.sleep(0.01)
    return tx_hash


def test_a_killed_chain_comes_back_as_it_was_saved(start, tmp_path):
    first = start()
    tx_hash = send_money(first)
    settle(first.url)
    save_state(first.url, tmp_path)
    receipt = RpcChain(first.url).receipt(tx_hash)
    send_money(first)
    first.process.kill()
    first.process.wait()

    second = start()

    assert balance(second) == 7
    assert receipt is not None
    assert RpcChain(second.url).receipt(tx_hash) == receipt
    block = RpcChain(second.url).block(receipt.block_number)
    assert block is not None
    assert block.hash == receipt.block_hash


def test_nothing_is_final_that_was_not_kept(start):
    devnet = start()
    send_money(devnet)

    def fails() -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        settle(devnet.url, fails)

    assert balance(devnet) == 0


def test_what_comes_while_the_state_is_kept_becomes_final_after_it_was_kept_too(start, tmp_path):
    devnet = start()
    send_money(devnet)

    def keep_while_money_comes() -> None:
        save_state(devnet.url, tmp_path)
        chain = RpcChain(devnet.url)
        payer = chain.call("eth_accounts")[0]
        chain.call("eth_sendTransaction", {"from": payer, "to": RICH, "value": "0x7"})

    settle(devnet.url, keep_while_money_comes)
    assert balance(devnet) == 7
    settle(devnet.url, lambda: save_state(devnet.url, tmp_path))
    assert balance(devnet) == 14
    devnet.process.kill()
    devnet.process.wait()

    assert balance(start()) == 14


def test_an_idle_chain_does_not_grow(start):
    devnet = start()
    send_money(devnet)

    assert [settle(devnet.url) for _ in range(3)] == [True, False, False]


def test_a_save_that_fails_leaves_the_state_that_was_there(start, tmp_path, monkeypatch):
    devnet = start()
    save_state(devnet.url, tmp_path)
    before = (tmp_path / "state.json").read_bytes()
    fund(devnet.url, RICH)

    def out_of_space(_):
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(devnets.os, "fsync", out_of_space)
    with pytest.raises(Unavailable, match=f"No space left on device: free some space in {tmp_path}"):
        save_state(devnet.url, tmp_path)

    assert (tmp_path / "state.json").read_bytes() == before


def test_a_save_replaces_the_state_in_one_step(start, tmp_path):
    devnet = start()
    save_state(devnet.url, tmp_path)
    before = (tmp_path / "state.json").read_bytes()

    with (tmp_path / "state.json").open("rb") as reader:
        fund(devnet.url, RICH)
        save_state(devnet.url, tmp_path)
        assert reader.read() == before

    assert (tmp_path / "state.json").read_bytes() != before


def test_a_state_that_cannot_be_read_stops_the_start_and_is_named(start, tmp_path):
    (tmp_path / "state.json").write_text("{")

    with pytest.raises(Refused, match=r"did not start.*state\.json"):
        start()


def test_an_earlier_chain_on_the_same_port_is_not_taken_for_ours(start, tmp_path):
    port = int(start().url.rpartition(":")[2])

    with pytest.raises(Refused, match=f"port {port} on 127.0.0.1: Address already in use"):
        start_devnet(PROJECT, tmp_path / "other", port)


def test_hardhat_stands_in_where_anvil_cannot_run(start, monkeypatch):
    monkeypatch.setattr(devnets, "_anvil", lambda project: None)

    devnet = start()

    assert not devnet.keeps_state
    fund(devnet.url, RICH)
    assert balance(devnet) == 10**21
    assert not settle(devnet.url)


def test_without_anvil_and_hardhat_the_start_says_what_to_install(tmp_path):
    with pytest.raises(Refused, match="run scripts/setup-npm dev"):
        start_devnet(tmp_path, tmp_path / "chain")
