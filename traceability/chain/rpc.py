"""The few things a verifier reads from a chain, with nothing but the standard library."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar
from urllib.request import Request

from traceability.chain.endpoint import name_of
from traceability.errors import ChainUnavailable, Unavailable, Unknown
from traceability.fetch import fetch
from traceability.log.text import to_hex
from traceability.proof.chain_reader import (
    CHECKPOINT_APPENDED,
    Appended,
    Block,
    ContractEvent,
    Finality,
    Head,
    Receipt,
)

HEAD_SELECTOR = bytes.fromhex("f339e3b2")
"""First 4 bytes of keccak256("head(bytes32)")."""
PREDECESSOR_SELECTOR = bytes.fromhex("e7d4948d")
"""First 4 bytes of keccak256("predecessor(bytes32)")."""
MAX_ANSWER_BYTES = 4 << 20

WORD = 32
_QUANTITY = re.compile(r"0x[0-9a-f]{1,16}")
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")

Json = Any
T = TypeVar("T")


class RpcChain:
    """One JSON-RPC endpoint, as `ChainReader` wants it.

    Every method raises `ChainUnavailable` if it does not answer in time, or not as a chain does.
    """

    def __init__(self, url: str, timeout_s: float = 10) -> None:
        self.name = name_of(url)
        self._url = url
        self._timeout_s = timeout_s

    def chain_id(self) -> int:
        return self._ask(_quantity, "eth_chainId")

    def receipt(self, tx_hash: str) -> Receipt | None:
        return self._ask(_receipt, "eth_getTransactionReceipt", tx_hash)

    def block(self, number: int) -> Block | None:
        return self._ask(_block, "eth_getBlockByNumber", hex(number), False)

    def finalized_block_number(self, rule: Finality) -> int:
        if rule.confirmations is not None:
            return max(self._ask(_quantity, "eth_blockNumber") - rule.confirmations, -1)
        number = self._ask(_block_number, "eth_getBlockByNumber", "finalized", False)
        return -1 if number is None else number

    def head(self, contract: str, log_id: bytes) -> Head:
        return self._read(_head, contract, HEAD_SELECTOR + log_id)

    def predecessor(self, contract: str, log_id: bytes) -> bytes:
        return self._read(_word, contract, PREDECESSOR_SELECTOR + log_id)

    def history(
        self, contract: str, log_id: bytes, first_block: int, last_block: int
    ) -> tuple[Appended, ...]:
        """What the contract took of this log in blocks [first_block, last_block], in order.

        An endpoint that finds the range too wide does not answer either.
        """
        wanted = {
            "address": contract,
            "topics": [to_hex(CHECKPOINT_APPENDED), to_hex(log_id)],
            "fromBlock": hex(first_block),
            "toBlock": hex(last_block),
        }
        return self._ask(partial(_history, wanted), "eth_getLogs", wanted)

    def call(self, method: str, *params: object, at_most_bytes: int = MAX_ANSWER_BYTES) -> Json:
        """The `result` of one call, whatever it is."""
        question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = Request(self._url, question, {"Content-Type": "application/json"})  # noqa: S310 (see name_of)
        try:
            answer = json.loads(fetch(request, self._timeout_s, at_most_bytes))
        except (Unavailable, Unknown, ValueError, RecursionError) as error:
            raise self._unavailable(method, str(error) or type(error).__name__) from error
        if not isinstance(answer, dict) or "result" not in answer:
            raise self._unavailable(method, f"no result but {json.dumps(answer)[:200]}")
        return answer["result"]

    def _read(self, read: Callable[[Json], T], contract: str, call: bytes) -> T:
        return self._ask(read, "eth_call", {"to": contract, "data": to_hex(call)}, "latest")

    def _ask(self, read: Callable[[Json], T], method: str, *params: object) -> T:
        result = self.call(method, *params)
        try:
            return read(result)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise self._unavailable(method, f"malformed answer: {type(error).__name__}: {error}") from error

    def _unavailable(self, method: str, what: str) -> ChainUnavailable:
        return ChainUnavailable(f"chain at {self.name}: {method}: {what}")


def _quantity(value: Json) -> int:
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise ValueError(f"{str(value)[:80]!r} is not a quantity")
    return int(value, 16)


def _data(value: Json) -> bytes:
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise ValueError(f"{str(value)[:80]!r} is not hex data")
    return bytes.fromhex(value[2:])


def _word(value: Json) -> bytes:
    found = _data(value)
    if len(found) != WORD:
        raise ValueError(f"{len(found)} bytes, want {WORD}")
    return found


def _hex(value: Json, size: int) -> str:
    """Lower-case 0x hex of `size` bytes."""
    found = _data(value)
    if len(found) != size:
        raise ValueError(f"{len(found)} bytes, want {size}")
    return "0x" + found.hex()


def _receipt(result: Json) -> Receipt | None:
    if result is None:
        return None
    return Receipt(
        succeeded=_quantity(result["status"]) == 1,
        block_number=_quantity(result["blockNumber"]),
        block_hash=_hex(result["blockHash"], WORD),
        events=tuple(_event(log) for log in result["logs"]),
    )


def _event(log: Json) -> ContractEvent:
    return ContractEvent(
        address=_hex(log["address"], 20),
        topics=tuple(_data(topic) for topic in log["topics"]),
        data=_data(log["data"]),
    )


def _history(wanted: Mapping[str, Json], logs: Json) -> tuple[Appended, ...]:
    """Checks that the endpoint answers what was asked, and in order."""
    places, found = [], []
    for log in logs:
        event, block = _event(log), _quantity(log["blockNumber"])
        if (
            event.address != wanted["address"]
            or [to_hex(topic) for topic in event.topics] != wanted["topics"]
        ):
            raise ValueError("an event of another contract or log")
        if not int(wanted["fromBlock"], 16) <= block <= int(wanted["toBlock"], 16):
            raise ValueError(f"an event in block {block}, outside what was asked for")
        if len(event.data) != 2 * WORD:
            raise ValueError(f"an event with {len(event.data)} bytes, want {2 * WORD}")
        places.append((block, _quantity(log["logIndex"])))
        found.append(Appended(block, int.from_bytes(event.data[:WORD], "big"), event.data[WORD:]))
    if places != sorted(set(places)):
        raise ValueError("events out of order")
    return tuple(found)


def _block(result: Json) -> Block | None:
    if result is None:
        return None
    return Block(
        hash=_hex(result["hash"], WORD),
        mined_at=datetime.fromtimestamp(_quantity(result["timestamp"]), UTC),
    )


def _block_number(result: Json) -> int | None:
    return None if result is None else _quantity(result["number"])


def _head(result: Json) -> Head:
    """The words root, size, updatedAt; an address without a contract answers none."""
    words = _data(result)
    if len(words) != 3 * WORD:
        raise ValueError(f"{len(words)} bytes, want the {3 * WORD} that TraceLog answers")
    return Head(size=int.from_bytes(words[WORD : 2 * WORD], "big"), root=words[:WORD])
