"""An anchor does not come through: the log stays one, no anchor is lost, the operator reads one line."""

import threading
from http.server import ThreadingHTTPServer

import pytest
from eth_abi.abi import encode
from web3 import Web3

from tests.chain.anchoring import ANCHOR, CONFIRMATIONS, LOG_ID
from tests.chain.losing import Losing
from traceability.chain.client import ChainClient
from traceability.chain.devnet import CHAIN_ID, fund
from traceability.errors import Refused
from traceability.ledger.anchor import STUCK_AFTER

pytestmark = pytest.mark.slow

STUCK = ANCHOR + r"is in no block after \d+ s: 0x[0-9a-f]{64} is to take its place"
NOBODY = "0x" + "11" * 20
DEAR = 10**11
"""Wei for one gas, a hundred times what the test chain asks for."""


@pytest.fixture
def order(administrator, role, compiled):
    """Has the administrator call the contract, for a tip that puts it before all else in the pool."""
    address = administrator.web3.to_checksum_address(role.address)
    contract = administrator.web3.eth.contract(address, abi=compiled.abi)

    def call(name, *arguments):
        fees = {"maxFeePerGas": DEAR, "maxPriorityFeePerGas": DEAR // 2, "gas": 200_000, "value": 0}
        nonce = administrator.web3.eth.get_transaction_count(administrator.account.address)
        where = {"to": address, "chainId": CHAIN_ID, "nonce": nonce}
        data = {"data": contract.encode_abi(name, arguments)}
        signed = administrator.account.sign_transaction(fees | where | data)
        administrator.send(bytes(signed.raw_transaction))

    return call


@pytest.fixture
def pauser(order, administrator):
    """The administrator may pause too."""
    order("grantRole", Web3.keccak(text="PAUSER"), administrator.account.address)


def transfer(role, tip_wei=10**9):
    """Another program uses the publisher's account, and its next nonce."""
    client = ChainClient(role.url, CHAIN_ID, role.account)
    nonce = client.web3.eth.get_transaction_count(role.account.address)
    payment = {"to": NOBODY, "value": 1, "gas": 21000, "nonce": nonce, "chainId": CHAIN_ID}
    fees = {"maxFeePerGas": DEAR, "maxPriorityFeePerGas": tip_wei}
    client.send(bytes(role.account.sign_transaction(payment | fees).raw_transaction))


def test_an_anchor_that_no_block_takes_gets_a_rival_that_pays_more(role):
    stuck = role.send()
    role.grow()
    role.rounds(3)
    role.rounds(3, after=STUCK_AFTER)

    assert len(role.anchors.open()) == 2
    assert (role.last().old_size, role.last().size) == (0, 4)
    role.reads(STUCK)
    role.mine()
    assert role.contract.mined(stuck.tx_hash) is None
    role.settle()


def test_the_chain_may_take_the_stuck_anchor_after_all(role):
    stuck = role.send()
    role.grow()
    role.rounds(after=STUCK_AFTER)
    role.rpc("anvil_dropAllTransactions")
    role.contract.send(stuck.raw)
    role.mine(1 + CONFIRMATIONS)
    role.rounds()

    assert role.anchors.last_final().tx_hash == stuck.tx_hash
    role.settle()
    assert [size for _, size in role.final()] == [2, 4]


def test_a_rise_of_the_gas_price_above_what_was_offered_is_followed(role):
    stuck = role.send()
    role.rpc("anvil_setNextBlockBaseFeePerGas", hex(DEAR))
    role.mine()

    role.rounds(3)
    role.rounds(after=STUCK_AFTER)
    role.mine()

    assert role.contract.mined(stuck.tx_hash) is None
    assert role.contract.held().size == 2
    role.reads("chain at .*: max fee per gas less than block base fee", STUCK)
    role.settle()


def test_an_account_without_enough_money_is_named_once_and_what_it_could_not_pay_for_is_sent_later(role):
    role.rpc("anvil_setBalance", role.account.address, hex(10**12))
    role.grow()
    role.rounds(3)

    assert role.anchors.open() == []
    role.reads(
        f"account {role.account.address} on chain 31337 holds 0.000001000 of its coin, "
        r"the next transaction may cost 0.000\d+: send it some"
    )
    fund(role.url, role.account.address)
    role.settle()


def test_an_anchor_whose_nonce_another_program_used_is_signed_anew(role):
    raced = role.send()
    role.rpc("anvil_dropAllTransactions")
    transfer(role)
    role.mine()
    role.rounds(3)
    assert role.contract.held().size == 0

    role.rounds(3, after=STUCK_AFTER)

    assert role.last().tx_hash != raced.tx_hash
    role.reads(STUCK)
    role.settle()


def test_an_anchor_waits_for_another_programs_transaction_of_the_same_nonce(role):
    role.rpc("evm_setAutomine", False)
    transfer(role, tip_wei=5 * 10**10)
    role.grow()
    role.rounds(3)

    role.reads("chain at .*: replacement transaction underpriced")
    role.mine()
    role.settle()


def test_four_publishers_of_one_key_and_one_store_anchor_each_entry_once(role):
    def work():
        role.rounds(5)

    for _ in range(4):
        role.grow()
        workers = [threading.Thread(target=work) for _ in range(4)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()

    role.settle()
    assert len(role.final()) == len({size for _, size in role.final()})


@pytest.fixture
def losing(role):
    class Handler(Losing):
        chain = role.url

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    role.url, role.timeout_s = f"http://127.0.0.1:{server.server_port}", 0.5
    yield Handler
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("lost", "arrived"), [("question", False), ("answer", True)])
def test_a_time_out_while_sending_is_no_answer_and_the_chain_says_whether_it_was_sent(
    role, losing, lost, arrived
):
    losing.loses = lost
    role.grow()
    role.rounds()
    role.reads(r"chain at 127\.0\.0\.1:\d+: no answer \(ReadTimeout\)")
    losing.loses = ""

    assert role.contract.held().size == (role.store.log.size() if arrived else 0)
    role.settle()
    assert len(role.final()) == 1


def test_an_anchor_that_a_pause_caught_is_said_once_with_its_reason(role, order, pauser):
    role.send()
    order("pause")
    role.mine()
    role.rounds(3)

    paused = r"the contract refuses: EnforcedPause\(\)"
    role.reads(ANCHOR + r"failed in block \d+: " + paused, paused)
    order("unpause")
    role.mine()
    role.settle()


def test_a_publisher_whose_role_was_revoked_is_told_so_and_goes_on_when_it_is_granted_again(role, order):
    publisher = Web3.keccak(encode(["bytes32", "bytes32"], [Web3.keccak(text="PUBLISHER"), LOG_ID]))
    role.send()
    order("revokeRole", publisher, role.account.address)
    role.mine()

    unauthorized = r"the contract refuses: AccessControl\w+\(.*\): after `guoji keys rotate` restart .*"
    for _ in range(2):
        with pytest.raises(Refused, match=unauthorized):
            role.rounds()

    role.reads(ANCHOR + r"failed in block \d+: " + unauthorized)
    order("grantRole", publisher, role.account.address)
    role.mine()
    role.settle()


def test_a_reason_that_the_chain_does_not_give_is_said_not_to_be_known(role, administrator):
    payment = administrator.sign("0x", administrator.web3.to_checksum_address(NOBODY))
    administrator.mine(payment)

    assert role.contract.why_reverted(payment.tx_hash) == "the contract would take it by now"
    assert role.contract.why_reverted("0x" + "00" * 32).startswith("the reason is gone (chain at ")
