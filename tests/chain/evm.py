"""The compiled contract in revm, without a chain around it: tens of thousands of calls a second."""

import re
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.abi import function_abi_to_4byte_selector, get_abi_input_types
from pyrevm import EVM

from traceability.chain.compile import Compiled

Refusal = tuple[str, tuple[Any, ...]]
"""Name and values of a contract's error."""

ADMIN = "0x" + "aa" * 20
LOG_ID = b"l" * 32
_REVERT = re.compile(r"Revert \{ .*output: 0x([0-9a-f]*) \}")


class TraceLogEvm:
    """One log, to which `ADMIN` may append."""

    def __init__(self, compiled: Compiled) -> None:
        self._abi = {element["name"]: element for element in compiled.abi if "name" in element}
        self._errors = {
            function_abi_to_4byte_selector(element): element
            for element in compiled.abi
            if element["type"] == "error"
        }
        self._evm = EVM()
        constructor = encode(["uint48", "address"], [0, ADMIN])
        self._address = self._evm.deploy(ADMIN, compiled.bytecode + constructor)
        self._call("grantRole", self._call("publisherRole", LOG_ID), ADMIN)
        self._empty = self._evm.snapshot()

    def hold(self, size: int, root: bytes) -> None:
        """Begin anew with this tree, whatever was held before; size 0 holds nothing."""
        self._evm.revert(self._empty)
        self._empty = self._evm.snapshot()
        if size:
            assert self.append(0, size, root, []) is None

    def head(self) -> tuple[bytes, int]:
        root, size, _ = decode(["bytes32", "uint64", "uint64"], self._call("head", LOG_ID))
        return root, size

    def append(self, old_size: int, size: int, root: bytes, proof: list[bytes]) -> Refusal | None:
        """None if the contract took it."""
        try:
            self._call("append", LOG_ID, old_size, size, root, proof)
        except RuntimeError as error:
            return self._refusal(str(error))
        return None

    def includes(self, index: int, leaf_hash: bytes, proof: list[bytes]) -> bool:
        return bool(int.from_bytes(self._call("verifyInclusion", LOG_ID, index, leaf_hash, proof), "big"))

    def _call(self, name: str, *arguments: object) -> bytes:
        element = self._abi[name]
        data = function_abi_to_4byte_selector(element) + encode(get_abi_input_types(element), arguments)
        return bytes(self._evm.message_call(ADMIN, self._address, calldata=data))

    def _refusal(self, said: str) -> Refusal:
        found = _REVERT.search(said)
        assert found, said
        data = bytes.fromhex(found[1])
        element = self._errors[data[:4]]
        return element["name"], decode(get_abi_input_types(element), data[4:])
