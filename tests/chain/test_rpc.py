"""The verifier's reader against endpoints that lie, babble or stay silent."""

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from web3 import Web3

from traceability.chain import rpc
from traceability.chain.rpc import RpcChain
from traceability.errors import ChainUnavailable, InvalidInput
from traceability.proof.chain_reader import CHECKPOINT_APPENDED, Appended, Finality, Head

HASH = "0x" + "ab" * 32
LOG = {"address": "0x" + "AB" * 20, "topics": [HASH], "data": "0x00"}
RECEIPT = {"status": "0x1", "blockNumber": "0x10", "blockHash": HASH, "logs": [LOG]}
BLOCK = {"number": "0x10", "hash": HASH, "timestamp": "0x60000000"}


@pytest.fixture
def endpoint():
    """Answers every call with what the test puts into `body`."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(server.status)
            self.end_headers()
            for part in server.body:
                time.sleep(server.pause_s)
                self.wfile.write(part)
                self.wfile.flush()

        def log_message(self, *args):
            pass

        def handle(self):
            with suppress(ConnectionError):  # the reader had enough
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.status, server.body, server.pause_s = 200, [], 0
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def reader(endpoint, result=None, timeout_s=5.0, **answer) -> RpcChain:
    endpoint.body = [json.dumps(answer or {"result": result}).encode()]
    return RpcChain(f"http://127.0.0.1:{endpoint.server_port}", timeout_s)


def test_the_selector_is_the_keccak_hash_of_what_it_stands_for():
    assert Web3.keccak(text="head(bytes32)")[:4] == rpc.HEAD_SELECTOR
    assert Web3.keccak(text="CheckpointAppended(bytes32,uint64,bytes32)") == CHECKPOINT_APPENDED


def test_reading_a_chain_loads_no_web3():
    program = "import sys, traceability.chain.rpc; print({'web3', 'eth_abi', 'requests'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", program], capture_output=True).stdout == b"set()\n"


def test_a_receipt_is_read_in_lower_case(endpoint):
    receipt = reader(endpoint, RECEIPT).receipt(HASH)

    assert receipt is not None
    assert receipt.succeeded
    assert (receipt.block_number, receipt.block_hash) == (16, HASH)
    assert receipt.events[0].address == "0x" + "ab" * 20


@pytest.mark.parametrize(
    "lie",
    [
        "0x10",
        [],
        {},
        RECEIPT | {"status": None},
        RECEIPT | {"blockNumber": "16"},
        RECEIPT | {"blockNumber": "0x" + "f" * 17},
        RECEIPT | {"blockHash": "0xab"},
        RECEIPT | {"logs": None},
        RECEIPT | {"logs": ["log"]},
        RECEIPT | {"logs": [LOG | {"address": "0x0"}]},
        RECEIPT | {"logs": [LOG | {"topics": [7]}]},
        RECEIPT | {"logs": [LOG | {"data": "0x0g"}]},
    ],
)
def test_a_malformed_receipt_is_no_answer(endpoint, lie):
    with pytest.raises(ChainUnavailable, match="eth_getTransactionReceipt: malformed answer"):
        reader(endpoint, lie).receipt(HASH)


@pytest.mark.parametrize("lie", [{}, BLOCK | {"hash": None}, BLOCK | {"timestamp": "0x" + "f" * 16}, 5])
def test_a_malformed_block_is_no_answer(endpoint, lie):
    with pytest.raises(ChainUnavailable, match="malformed answer"):
        reader(endpoint, lie).block(16)


@pytest.mark.parametrize("lie", ["0x", "0x" + "00" * 95, "0x" + "00" * 128, None, 5])
def test_a_head_that_is_not_three_words_is_no_answer(endpoint, lie):
    with pytest.raises(ChainUnavailable, match="malformed answer"):
        reader(endpoint, lie).head("0x" + "11" * 20, bytes(32))


def test_a_head_is_read_word_by_word(endpoint):
    words = b"r" * 32 + (7).to_bytes(32, "big") + (9).to_bytes(32, "big")

    assert reader(endpoint, "0x" + words.hex()).head("0x" + "11" * 20, bytes(32)) == Head(7, b"r" * 32)


@pytest.mark.parametrize("lie", ["0x", "0x" + "00" * 31, "0x" + "00" * 64, None, 5])
def test_a_predecessor_that_is_not_one_word_is_no_answer(endpoint, lie):
    with pytest.raises(ChainUnavailable, match="malformed answer"):
        reader(endpoint, lie).predecessor("0x" + "11" * 20, bytes(32))


def an_append(block=16, place=0, size=5, **fields):
    data = "0x" + size.to_bytes(32, "big").hex() + "cd" * 32
    topics = ["0x" + CHECKPOINT_APPENDED.hex(), HASH]
    place = {"blockNumber": hex(block), "logIndex": hex(place)}
    return {"address": "0x" + "AB" * 20, "topics": topics, "data": data} | place | fields


def history(endpoint, *logs):
    return reader(endpoint, list(logs)).history("0x" + "ab" * 20, bytes.fromhex("ab" * 32), 10, 20)


def test_the_history_of_a_log_is_read_in_order(endpoint):
    found = history(endpoint, an_append(), an_append(place=1, size=6), an_append(block=17, size=9))

    assert found == tuple(Appended(block, size, b"\xcd" * 32) for block, size in [(16, 5), (16, 6), (17, 9)])


@pytest.mark.parametrize(
    "logs",
    [
        [an_append(address="0x" + "ac" * 20)],
        [an_append(topics=[HASH, HASH])],
        [an_append(topics=["0x" + CHECKPOINT_APPENDED.hex(), "0x" + "ac" * 32])],
        [an_append(topics=["0x" + CHECKPOINT_APPENDED.hex()])],
        [an_append(data="0x")],
        [an_append(block=9)],
        [an_append(block=21)],
        [an_append(blockNumber=None)],
        [an_append(block=17), an_append(block=16)],
        [an_append(), an_append()],
        ["log"],
    ],
)
def test_a_history_that_was_not_asked_for_is_no_answer(endpoint, logs):
    with pytest.raises(ChainUnavailable, match="eth_getLogs: malformed answer"):
        history(endpoint, *logs)


def test_what_is_not_there_is_none_and_nothing_is_final(endpoint):
    chain = reader(endpoint, None)

    assert chain.receipt(HASH) is None
    assert chain.block(16) is None
    assert chain.finalized_block_number(Finality()) == -1


@pytest.mark.parametrize(("confirmations", "final"), [(0, 16), (6, 10), (16, 0), (17, -1), (99, -1)])
def test_confirmations_are_counted_from_the_newest_block(endpoint, confirmations, final):
    assert reader(endpoint, "0x10").finalized_block_number(Finality(confirmations)) == final


def test_an_error_is_told_in_the_chains_words(endpoint):
    with pytest.raises(ChainUnavailable, match=r"127\.0\.0\.1:\d+: eth_chainId: .*rate limit"):
        reader(endpoint, error={"code": -32005, "message": "rate limit"}).chain_id()


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[1]", b'{"result"', b"[" * 100_000])
def test_what_is_not_json_rpc_is_no_answer(endpoint, body):
    chain = reader(endpoint)
    endpoint.body = [body]

    with pytest.raises(ChainUnavailable, match="eth_chainId"):
        chain.chain_id()


def test_a_refused_request_is_no_answer(endpoint):
    chain = reader(endpoint, "0x1")
    endpoint.status = 500

    with pytest.raises(ChainUnavailable, match="500"):
        chain.chain_id()


def test_an_endless_answer_is_cut_off(endpoint):
    chain = reader(endpoint)
    endpoint.body = [b" " * (1 << 20)] * 6

    with pytest.raises(ChainUnavailable, match="has more than 4194304 bytes"):
        chain.chain_id()


def test_an_answer_that_trickles_is_not_waited_for(endpoint):
    chain = reader(endpoint, timeout_s=0.3)
    endpoint.body, endpoint.pause_s = [b" "] * 20, 0.05

    with pytest.raises(ChainUnavailable, match=r"not whole within 0\.3 s"):
        chain.chain_id()


def test_nobody_there_is_no_answer():
    with pytest.raises(ChainUnavailable, match=r"^chain at 127\.0\.0\.1:1: eth_chainId: Connection refused$"):
        RpcChain("http://127.0.0.1:1").chain_id()


@pytest.mark.parametrize(
    "url", ["", "file:///etc/passwd", "127.0.0.1:8545", "http://", "http://a:b", "http://[a"]
)
def test_an_endpoint_that_is_no_web_address_is_refused(url):
    with pytest.raises(InvalidInput, match="chain endpoint"):
        RpcChain(url)


def test_an_endpoint_is_named_without_its_secrets():
    assert RpcChain("https://user:secret@Node.Example:8545/v3/key?key=k").name == "node.example:8545"
