"""POST /chain: four questions and no other, few at a time, and marked as the operator's word."""

import json

import httpx
import pytest

from api.chain_call import ChainCall, read_call
from api.chain_relay import KEPT_S, MOST_AT_ONCE, MOST_KEPT, ChainRelay
from api.own_chain import origins
from api.problems import Busy
from tests.api.serving import SampleLedger, served
from traceability.errors import ChainUnavailable, InvalidInput

CONTRACT = "0x" + "c0" * 20
POLICY = f"quorum none\nchain 31337\ncontract {CONTRACT}\n"
HEAD = "0xf339e3b2" + "ab" * 32
PREDECESSOR = "0xe7d4948d" + "ab" * 32
TRANSACTION = "0x" + "12" * 32
ANSWERED = [
    ("eth_chainId", []),
    ("eth_getTransactionReceipt", [TRANSACTION]),
    ("eth_getBlockByNumber", ["finalized", False]),
    ("eth_getBlockByNumber", ["0x1f", False]),
    ("eth_call", [{"to": CONTRACT, "data": HEAD}, "latest"]),
    ("eth_call", [{"to": CONTRACT, "data": PREDECESSOR}, "latest"]),
]
REFUSED = [
    ("eth_sendRawTransaction", ["0x00"]),
    ("eth_blockNumber", []),
    ("eth_getLogs", [{}]),
    ("anvil_setStorageAt", []),
    (["eth_chainId"], []),
    ("eth_chainId", [1]),
    ("eth_chainId", {}),
    ("eth_getTransactionReceipt", []),
    ("eth_getTransactionReceipt", [TRANSACTION + "00"]),
    ("eth_getTransactionReceipt", [TRANSACTION + "\n"]),
    ("eth_getBlockByNumber", ["0x1f", True]),
    ("eth_getBlockByNumber", ["pending", False]),
    ("eth_getBlockByNumber", ["0x01", False]),
    ("eth_getBlockByNumber", ["0x1f", 0]),
    ("eth_call", [{"to": "0x" + "c1" * 20, "data": HEAD}, "latest"]),
    ("eth_call", [{"to": CONTRACT, "data": "0x70a08231" + "ab" * 32}, "latest"]),
    ("eth_call", [{"to": CONTRACT, "data": HEAD + "00"}, "latest"]),
    ("eth_call", [{"to": CONTRACT, "data": HEAD, "from": CONTRACT}, "latest"]),
    ("eth_call", [{"to": CONTRACT, "data": HEAD}, "0x1"]),
    ("eth_call", [{"to": CONTRACT, "data": HEAD}, "latest", {}]),
]
BODIES = [
    b"",
    b"[]",
    b"\xff",
    b"[" * 900,
    b'[{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}]',
    b'{"jsonrpc":"1.0","id":1,"method":"eth_chainId","params":[]}',
    b'{"jsonrpc":"2.0","id":true,"method":"eth_chainId","params":[]}',
    b'{"jsonrpc":"2.0","id":"x","method":"eth_chainId","params":[]}',
    b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[],"more":1}',
]


def a_question(method, params):
    return json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).encode()


@pytest.fixture(scope="module")
def client():
    ledger = SampleLedger(policy=POLICY, chain=lambda method, *params: [method, *params])
    with served(ledger) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(("method", "params"), ANSWERED)
def test_what_a_verifier_asks_is_answered_as_the_operators_word(client, method, params):
    answer = client.post("/chain", json=json.loads(a_question(method, params)))

    assert answer.json() == {"jsonrpc": "2.0", "id": 7, "result": [method, *params], "via": "the operator"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("method", "params"), REFUSED)
def test_no_other_question_reaches_the_chain(client, method, params):
    answer = client.post("/chain", json=json.loads(a_question(method, params)))

    assert answer.status_code == 400
    assert "is not answered here" in answer.json()["detail"]


@pytest.mark.parametrize("body", BODIES)
def test_what_is_no_request_is_refused(body):
    with pytest.raises(InvalidInput, match=r"JSON|id is no"):
        read_call(body, CONTRACT)


def test_no_contract_is_called_where_the_policy_names_none():
    with pytest.raises(InvalidInput, match="not answered"):
        read_call(a_question("eth_call", [{"to": CONTRACT, "data": HEAD}, "latest"]), None)


def test_a_long_question_is_not_read_and_another_media_type_neither(client):
    long = client.post("/chain", json={"method": "x" * 2000})
    plain = client.post("/chain", content=b"{}", headers={"Content-Type": "text/plain"})

    assert (long.status_code, plain.status_code, client.get("/chain").status_code) == (413, 415, 405)


def test_while_the_chain_is_away_it_says_so_and_not_where_it_is():
    with served(SampleLedger(policy=POLICY)) as address:
        answer = httpx.post(
            f"{address}/chain", json=json.loads(a_question("eth_chainId", [])), trust_env=False
        )

    assert answer.status_code == 503
    assert answer.json()["detail"] == "the chain does not answer"


def test_a_crowd_is_one_question_in_a_while_and_an_answer_that_failed_is_not_kept():
    asked, seconds = [], [0.0]

    def ask(method, *params):
        asked.append(seconds[0])
        if seconds[0] == 0:
            raise ChainUnavailable("away")
        return 1

    relay = ChainRelay(ask, lambda: seconds[0])
    with pytest.raises(ChainUnavailable):
        relay.answer(ChainCall(1, "eth_chainId", ()))
    for moment in (1.0, 1.5, 1.0 + KEPT_S):
        seconds[0] = moment
        assert relay.answer(ChainCall(1, "eth_chainId", ())) == 1

    assert asked == [0.0, 1.0, 1.0 + KEPT_S]


def test_many_different_questions_do_not_fill_the_memory():
    relay = ChainRelay(lambda method, number: number, lambda: 0.0)

    for number in range(3 * MOST_KEPT):
        relay.answer(ChainCall(1, "x", (number,)))

    assert len(relay._kept) <= MOST_KEPT


def test_more_at_once_than_the_chain_is_asked_are_sent_away():
    depth = []

    def ask(method, number):
        depth.append(number)
        return relay.answer(ChainCall(1, "x", (number + 1,)))

    relay = ChainRelay(ask)
    with pytest.raises(Busy):
        relay.answer(ChainCall(1, "x", (0,)))

    assert len(depth) == MOST_AT_ONCE


def test_pages_may_ask_only_origins_that_can_be_written_in_a_header():
    lines = [
        "https://rpc.example/path?key",
        "http://127.0.0.1:8545",
        "http://[::1]:8545",
        "https://a;script-src",
        "https://rpc.example/other",
    ]
    policy = POLICY + "".join(f"endpoint {line}\n" for line in lines)

    assert origins(policy) == ("https://rpc.example", "http://127.0.0.1:8545")
