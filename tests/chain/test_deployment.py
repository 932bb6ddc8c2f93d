"""`guoji deploy`: one contract a chain, paid for once, whatever happens in between."""

import json
import signal
from dataclasses import replace
from threading import Timer

import pytest
from eth_utils.crypto import keccak

from traceability.chain import devnet as devnets
from traceability.chain.accounts import load_account
from traceability.chain.client import ChainClient
from traceability.chain.devnet import CHAIN_ID, fund
from traceability.chain.rpc import RpcChain
from traceability.cli.main import main
from traceability.errors import ChainUnavailable, InvalidInput, Refused
from traceability.own_chain import chain_client, contract
from traceability.own_policy import policy, write_policy
from traceability.upkeep.address_book import AddressBook, Deployment
from traceability.upkeep.deployment import account_address, deploy_on_chain

pytestmark = pytest.mark.slow


class Crash(Exception):
    pass


@pytest.fixture
def at(settings, compiled, compiler_cache):
    """The installation, with money on the chain at a URL."""
    (settings.home / "compiled").symlink_to(compiler_cache)

    def settle_at(url):
        fund(url, account_address(settings))
        return replace(settings, rpc_url=url)

    return settle_at


@pytest.fixture
def installation(at, devnet):
    return at(devnet.url)


def run(installation, chain_id=0, anew=False, tell=lambda line: None):
    return deploy_on_chain(installation, chain_id, anew, tell)


def sent(installation):
    """How many transactions the account has in blocks."""
    return chain_client(installation, CHAIN_ID).web3.eth.get_transaction_count(account_address(installation))


def crash_at(words):
    def tell(line):
        if words in line:
            raise Crash

    return tell


def test_the_address_book_says_what_was_deployed_where_and_how(installation, compiled, devnet):
    address = run(installation)

    (chain_id, entry) = json.loads(installation.address_book.read_text()).popitem()
    receipt = RpcChain(devnet.url).receipt(entry["transaction"])
    assert chain_id == str(CHAIN_ID)
    assert entry["contract"] == address == policy(installation).contract
    assert entry["block"] == receipt.block_number
    assert entry["deployer"] == account_address(installation)
    assert entry["code_hash"] == "0x" + keccak(compiled.code).hex()
    assert entry["compiler"].startswith("0.8.37+commit.")
    assert entry["raw"] == ""
    assert contract(installation).may_append()


def test_a_second_call_finds_the_contract_and_pays_for_nothing(installation):
    first, paid, trust = run(installation), sent(installation), installation.trust_file.read_bytes()

    assert run(installation) == first
    assert sent(installation) == paid == 2
    assert installation.trust_file.read_bytes() == trust


def test_without_a_policy_the_contract_in_the_address_book_is_taken(installation):
    first = run(installation)
    write_policy(installation)

    assert run(installation) == first == policy(installation).contract
    assert sent(installation) == 2


def test_new_makes_another_contract_and_keeps_the_policy_of_the_one_before(installation):
    first, trust = run(installation), installation.trust_file.read_bytes()

    second = run(installation, anew=True)

    assert second != first
    assert (
        policy(installation).contract
        == second
        == AddressBook(installation.address_book).on(CHAIN_ID).contract
    )
    assert (installation.home / f"trust-{first}.txt").read_bytes() == trust


def test_a_policy_of_another_contract_stops_before_anything_is_paid(installation):
    first = run(installation)
    installation.address_book.unlink()

    with pytest.raises(InvalidInput, match=f"names the contract {first}, and the address book has none on"):
        run(installation)
    assert sent(installation) == 2


@pytest.mark.parametrize("words", ["sending the deployment", "mined in block", "granting"])
def test_a_crash_costs_no_second_deployment(installation, words):
    with pytest.raises(Crash):
        run(installation, tell=crash_at(words))

    address = run(installation)

    assert sent(installation) == 2
    assert policy(installation).contract == address
    assert contract(installation).may_append()


@pytest.mark.parametrize("words", ["sending the deployment", "mined in block", "granting", "policy of the"])
def test_nor_does_a_crash_in_the_middle_of_another_one(installation, words):
    first = run(installation)
    with pytest.raises(Crash):
        run(installation, anew=True, tell=crash_at(words))

    second = run(installation)

    assert sent(installation) == 4
    assert policy(installation).contract == second != first


@pytest.fixture
def interruptible():
    """What is started in the background ignores Ctrl-C, and its tests would wait for ever."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_who_gives_up_waiting_finds_the_same_deployment_the_next_time(at, start):
    url = start().url
    chain, installation = RpcChain(url), at(url)
    chain.call("evm_setAutomine", False)
    Timer(1, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        run(installation)
    chain.call("evm_setAutomine", True)
    chain.call("anvil_mine", "0x1")

    address = run(installation)

    assert sent(installation) == 2
    assert policy(installation).contract == address


def test_a_deployment_that_no_block_takes_gives_way_to_a_new_one(at, start):
    url = start().url
    chain, installation = RpcChain(url), at(url)
    with pytest.raises(Crash):
        run(installation, tell=crash_at("sending the deployment"))
    stuck = AddressBook(installation.address_book).on(CHAIN_ID)
    chain.call("evm_setAutomine", False)
    chain.call("eth_sendRawTransaction", "0x" + stuck.raw)
    miners = []

    def mine_soon(line):
        miners.append(Timer(0.5, chain.call, ["anvil_mine", "0x1"]))
        miners[-1].start()

    address = run(installation, anew=True, tell=mine_soon)
    for each in miners:
        each.join()  # while the chain is there

    assert chain.receipt(stuck.transaction) is None
    assert AddressBook(installation.address_book).on(CHAIN_ID).contract == address


def test_a_deployment_that_failed_is_forgotten_and_the_next_call_sends_another(installation):
    client = chain_client(installation, CHAIN_ID)
    bad = client.account.sign_transaction(
        {"data": "0xfe", "gas": 100_000, "gasPrice": 10**10, "nonce": 0, "value": 0, "chainId": CHAIN_ID}
    )
    book = AddressBook(installation.address_book)
    entry = Deployment(
        transaction=bad.hash.to_0x_hex(),
        deployer=client.account.address,
        code_hash="0x",
        compiler="",
        signed_at="2026-11-22T00:00:00Z",
        raw=bad.raw_transaction.hex(),
    )
    book.keep(CHAIN_ID, entry)

    with pytest.raises(Refused, match="failed in block"):
        run(installation)

    assert book.on(CHAIN_ID) is None
    assert run(installation) == book.on(CHAIN_ID).contract


@pytest.mark.parametrize(
    ("code", "complaint"), [("0x", "holds nothing at 0x"), ("0x00", "hash 0xbc36.* that is not our contract")]
)
def test_a_contract_that_is_not_the_one_in_the_address_book_is_refused(installation, code, complaint):
    address = run(installation)
    RpcChain(installation.rpc_url).call("anvil_setCode", address, code)

    with pytest.raises(Refused, match=complaint):
        run(installation)


@pytest.mark.parametrize(("named", "asked"), [(1, 0), (0, 1)])
def test_another_chain_than_the_wanted_one_is_refused_and_nothing_is_sent(installation, named, asked):
    with pytest.raises(Refused, match=r"has id 31337, want 1$"):
        run(replace(installation, chain_id=named), asked)

    assert not installation.address_book.exists()
    assert run(installation, CHAIN_ID)


def test_a_chain_that_the_settings_do_not_name_is_not_even_asked(installation):
    run(installation)
    elsewhere = replace(installation, chain_id=1)

    with pytest.raises(InvalidInput, match=r"setting chain_id is 1: nothing is sent to chain 31337"):
        run(elsewhere, CHAIN_ID)
    with pytest.raises(InvalidInput, match=r"setting chain_id is 1: nothing is sent to chain 31337"):
        contract(elsewhere)


def test_an_account_without_money_is_told_what_it_needs_and_deploys_when_it_has_it(installation):
    RpcChain(installation.rpc_url).call("anvil_setBalance", account_address(installation), hex(10**12))

    with pytest.raises(
        ChainUnavailable,
        match=f"account {account_address(installation)} on chain 31337 holds 0.000001000 of its coin, "
        r"the next transaction may cost 0\.\d+: send it some",
    ):
        run(installation)

    fund(installation.rpc_url, account_address(installation))
    assert run(installation)


def test_too_dear_a_chain_is_waited_for(installation):
    with pytest.raises(ChainUnavailable, match=r"one gas costs .* setting max_fee_gwei allows 1e-06"):
        run(replace(installation, max_fee_gwei=0.000001))


def test_a_chain_that_is_away_is_said_to_be(installation):
    with pytest.raises(ChainUnavailable, match=r"chain at 127\.0\.0\.1:1"):
        run(replace(installation, rpc_url="http://127.0.0.1:1/key"))


def test_a_chain_without_a_base_fee_takes_the_contract_too(at, start, monkeypatch):
    modern = devnets._anvil_command
    monkeypatch.setattr(devnets, "_anvil_command", lambda *args: [*modern(*args), "--hardfork", "berlin"])
    installation = at(start().url)

    run(installation)

    entry = AddressBook(installation.address_book).on(CHAIN_ID)
    client = ChainClient(installation.rpc_url, CHAIN_ID, load_account(installation.key_ring))
    assert client.web3.eth.get_transaction(entry.transaction)["type"] == 0
    assert contract(installation).may_append()


@pytest.mark.parametrize("text", ["", "[]", '{"x": {}}', '{"1": {}}', '{"1": {"contract": 3}}'])
def test_a_spoilt_address_book_is_named_and_nothing_is_sent(installation, text):
    installation.address_book.write_text(text)

    with pytest.raises(InvalidInput, match=r"contracts\.json is no address book: "):
        run(installation)
    assert sent(installation) == 0


def test_the_command_says_each_step(installation, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(installation.home))
    monkeypatch.setenv("GUOJI_RPC_URL", installation.rpc_url)

    assert main(["deploy", "--chain-id", "31337"]) == 0

    said = capsys.readouterr().out
    for words in (
        "account that pays: 0x",
        "chain 31337",
        "sending the deployment 0x",
        "mined in block",
        "gas",
    ):
        assert words in said
    assert f"contract: {policy(installation).contract}\n" in said


@pytest.mark.parametrize("text", ["0", "-1", "one", "²"])
def test_what_is_no_chain_id_is_wrong_usage(text, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["deploy", f"--chain-id={text}"])

    assert stop.value.code == 64
    assert "is no chain id, want a number from 1" in capsys.readouterr().err
