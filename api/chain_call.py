"""Which questions to the chain a phone may ask through this server: four methods, each in one shape."""

import json
import re
from dataclasses import dataclass

from traceability.errors import InvalidInput

_CONTRACT_CALLS = {"f339e3b2": "head(bytes32)", "e7d4948d": "predecessor(bytes32)"}
"""By the first 4 bytes of keccak256 of the signature."""
_DATA = re.compile(rf"0x({'|'.join(_CONTRACT_CALLS)})[0-9a-f]{{64}}")
_HASH = re.compile(r"0x[0-9a-f]{64}")
_BLOCK = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,15})|finalized")
_FIELDS = {"jsonrpc", "id", "method", "params"}


@dataclass(frozen=True, slots=True)
class ChainCall:
    id: int
    method: str
    params: tuple[object, ...]


def read_call(body: bytes, contract: str | None) -> ChainCall:
    """A JSON-RPC request that may go to the chain, `contract` (lower-case 0x hex) being all that it may call.

    Raises `InvalidInput` for any other.
    """
    try:
        request = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the body is not JSON: {error}") from error
    if not isinstance(request, dict) or set(request) != _FIELDS or request["jsonrpc"] != "2.0":
        raise InvalidInput(f"want one JSON-RPC 2.0 request with exactly {', '.join(sorted(_FIELDS))}")
    number, method, params = request["id"], request["method"], request["params"]
    if type(number) is not int or not 0 <= number < 2**53:
        raise InvalidInput("the id is no whole number from 0 to 2^53")
    if not isinstance(params, list) or not _may_be_asked(method, params, contract):
        raise InvalidInput(f"{str(method)[:40]!r} with these params is not answered here, see docs/pages.md")
    return ChainCall(number, method, tuple(params))


def _may_be_asked(method: object, params: list[object], contract: str | None) -> bool:
    match method, params:
        case "eth_chainId", []:
            return True
        case "eth_getTransactionReceipt", [str(transaction)]:
            return _HASH.fullmatch(transaction) is not None
        case "eth_getBlockByNumber", [str(block), False]:
            return _BLOCK.fullmatch(block) is not None
        case "eth_call", [{"to": str(to), "data": str(data), **rest}, "latest"]:
            return not rest and to == contract and _DATA.fullmatch(data) is not None
    return False
