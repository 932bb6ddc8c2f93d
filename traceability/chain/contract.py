"""Our log in the TraceLog contract: deploy it, hand it checkpoints, see what it holds."""

from collections.abc import Sequence
from datetime import UTC, datetime

from eth_abi.abi import decode
from eth_typing import ABI, ABIError, ChecksumAddress, HexStr
from eth_utils.abi import function_abi_to_4byte_selector
from web3 import Web3
from web3.exceptions import BadFunctionCallOutput, BlockNotFound, ContractLogicError
from web3.types import TxParams, TxReceipt

from traceability.chain.client import ChainClient
from traceability.chain.compile import Compiled
from traceability.errors import ChainUnavailable, CheckpointConflict, InvalidInput, Refused, TraceError
from traceability.ledger.ports import Held, Mined, Signed
from traceability.proof.chain_reader import Finality

ADMIN_DELAY_S = 86_400
"""A stolen administrator's key needs a day to hand itself over, in which the owner can cancel."""


def sign_deployment(client: ChainClient, compiled: Compiled, instead_of: bytes | None = None) -> Signed:
    """A transaction that makes a contract whose administrator is the client's account, ready to be sent.

    `instead_of` is the raw transaction of a deployment that is stuck. Raises `ChainUnavailable`, `Refused`.
    """
    contract = client.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
    call = contract.constructor(ADMIN_DELAY_S, client.account.address)
    return _sign(client, contract.abi, call.data_in_transaction, None, instead_of)


def address_made_by(receipt: TxReceipt) -> str:
    """The address of the contract that a mined deployment made."""
    address = receipt["contractAddress"]
    if address is None:
        raise ChainUnavailable("the chain gives the new contract no address")
    return str(address).lower()


class TraceLogContract:
    """One log in one contract, for one publisher: what `ledger.anchor.Contract` asks for."""

    def __init__(
        self, client: ChainClient, compiled: Compiled, address: str, log_id: bytes, finality: Finality
    ) -> None:
        self.client = client
        self.address = _address(address)
        self._contract = client.web3.eth.contract(self.address, abi=compiled.abi)
        self.log_id = log_id
        self._finality = finality

    def code(self) -> bytes:
        """What the chain holds at our address: nothing on a devnet that lost its state."""
        with self.client.asking():
            return bytes(self.client.web3.eth.get_code(self.address))

    def held(self) -> Held:
        """Raises `ChainUnavailable`, or `Refused` if there is no such contract on this chain."""
        with self.client.asking():
            try:
                root, size, _ = self._contract.functions.head(self.log_id).call()
            except BadFunctionCallOutput as error:
                raise Refused(
                    f"chain {self.client.chain_id} has no TraceLog at {self.address}: "
                    "the address is wrong or the chain lost its state"
                ) from error
        return Held(size, root)

    def may_append(self, account: str | None = None) -> bool:
        """Whether `account`, by default the client's, is a publisher of this log."""
        role = self.publisher_role()
        with self.client.asking():
            allowed: bool = self._contract.functions.hasRole(
                role, _address(account or self.client.account.address)
            ).call()
            return allowed

    def grant_publisher(self, account: str) -> None:
        """Let `account` append to this log. The client's account must be the administrator."""
        self._mine("grantRole", self.publisher_role(), _address(account))

    def sign_append(
        self, old_size: int, size: int, root: bytes, proof: Sequence[bytes], instead_of: bytes | None = None
    ) -> Signed:
        """An append, tried against the chain as it is now, ready to be sent.

        `instead_of` is the raw transaction of an append that is stuck, to be replaced by this one. Raises
        `CheckpointConflict` if the contract holds another size by now, `ChainUnavailable` while it is paused,
        `Refused` for a tree that does not extend the held one and for an account that may not append.
        """
        data = self._contract.encode_abi("append", [self.log_id, old_size, size, root, list(proof)])
        return _sign(self.client, self._contract.abi, data, self.address, instead_of)

    def send(self, raw: bytes) -> None:
        """Hand it to the chain. That the chain has it already, or can no longer use it, is not an error."""
        self.client.send(raw)

    def mined(self, tx_hash: str) -> Mined | None:
        """None while no block of the chain as it is now holds this transaction."""
        # The last final block is asked for first: a block seen on the chain after that, and not above it,
        # stays. Asked for last, it could count a block that was replaced in between.
        final = self.client.finalized_block_number(self._finality)
        receipt = self.client.receipt(tx_hash)
        if receipt is None:
            return None
        with self.client.asking():
            block = self.client.web3.eth.get_block(receipt["blockNumber"])
            if block["hash"] != receipt["blockHash"]:
                return None
            return Mined(
                reverted=receipt["status"] != 1,
                block_number=block["number"],
                block_hash=block["hash"].to_0x_hex(),
                block_time=datetime.fromtimestamp(block["timestamp"], UTC),
                final=block["number"] <= final,
            )

    def why_reverted(self, tx_hash: str) -> str:
        """Why the contract refused a mined transaction, as far as the chain still knows.

        It is tried again on the state that its block left behind: nodes keep no reasons.
        """
        eth = self.client.web3.eth
        try:
            with self.client.asking():
                sent = eth.get_transaction(HexStr(tx_hash))
                again: TxParams = {"from": sent["from"], "to": sent["to"], "data": sent["input"]}
                eth.call(again | {"gas": sent["gas"]}, sent["blockNumber"])
        except ContractLogicError as error:
            return str(_refusal(self._contract.abi, error))
        except ChainUnavailable as error:
            return f"the reason is gone ({error})"
        return "the contract would take it by now"

    def has_block(self, number: int, block_hash: str) -> bool:
        """Whether this is the chain's block of that number; `ChainUnavailable` if the chain is shorter."""
        with self.client.asking():
            try:
                found = self.client.web3.eth.get_block(number)
            except BlockNotFound as error:
                raise ChainUnavailable(
                    f"chain {self.client.chain_id} has no block {number}, in which an anchor was final: "
                    "its node is behind, or has lost blocks"
                ) from error
        return found["hash"].to_0x_hex() == block_hash

    def succeed(self, old_log_id: bytes) -> None:
        """Take over the head of the log `old_log_id`, which takes no append any more.

        The client's account must be a publisher of both. Raises `Refused` if the contract holds nothing of
        that log, something of this one, or a successor already.
        """
        self._mine("succeed", old_log_id, self.log_id)

    def renounce_publisher(self) -> None:
        """The client's account gives up its right to append to this log."""
        self._mine("renounceRole", self.publisher_role(), self.client.account.address)

    def administrator(self) -> str:
        """Who grants and revokes roles."""
        with self.client.asking():
            return str(self._contract.functions.defaultAdmin().call())

    def next_administrator(self) -> tuple[str, datetime] | None:
        """Who was named by `hand_over`, and from when on it may `take_over`; None if nobody is."""
        with self.client.asking():
            account, schedule = self._contract.functions.pendingDefaultAdmin().call()
        return (account, datetime.fromtimestamp(schedule, UTC)) if schedule else None

    def hand_over(self, account: str) -> None:
        """Name the next administrator. The client's account must be the administrator."""
        self._mine("beginDefaultAdminTransfer", _address(account))

    def take_over(self) -> None:
        """Become administrator, as `hand_over` has announced. Raises `Refused` before it may."""
        self._mine("acceptDefaultAdminTransfer")

    def publisher_role(self) -> bytes:
        """The role that may append to this log, as the contract names it."""
        with self.client.asking():
            role: bytes = self._contract.functions.publisherRole(self.log_id).call()
            return role

    def _mine(self, function: str, *arguments: object) -> None:
        data = self._contract.encode_abi(function, list(arguments))
        self.client.mine(_sign(self.client, self._contract.abi, data, self.address))


def _address(text: str) -> ChecksumAddress:
    try:
        return Web3.to_checksum_address(text)
    except ValueError as error:
        raise InvalidInput(f"{text[:80]!r} is not an address, want 0x and 40 hex digits") from error


def _sign(
    client: ChainClient,
    abi: ABI,
    data: HexStr,
    to: ChecksumAddress | None,
    instead_of: bytes | None = None,
) -> Signed:
    try:
        return client.sign(data, to, instead_of)
    except ContractLogicError as error:
        raise _refusal(abi, error) from error


_HINTS = {
    "AccessControlUnauthorizedAccount": ": after `guoji keys rotate` restart every part, which then uses the "
    "new key; else the administrator grants this account the role",
}


def _refusal(abi: ABI, error: ContractLogicError) -> TraceError:
    """The contract's own error, in our tree and in words."""
    data = bytes.fromhex(str(error.data or "").removeprefix("0x"))
    for element in abi:
        if element["type"] == "error" and function_abi_to_4byte_selector(element) == data[:4]:
            kinds = {"TraceLogStale": CheckpointConflict, "EnforcedPause": ChainUnavailable}
            hint = _HINTS.get(element["name"], "")
            spelled = f"the contract refuses: {_spelled(element, data[4:])}{hint}"
            return kinds.get(element["name"], Refused)(spelled)
    return Refused(f"the contract refuses: {error}")


def _spelled(error: ABIError, data: bytes) -> str:
    values = decode([given["type"] for given in error["inputs"]], data)
    shown = [
        f"{given['name']} {value.hex() if isinstance(value, bytes) else value}"
        for given, value in zip(error["inputs"], values, strict=True)
    ]
    return f"{error['name']}({', '.join(shown)})"
