"""One account on one chain, through web3.py: sign, send, and look what became of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import requests
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress, HexStr
from web3 import HTTPProvider, Web3
from web3.exceptions import (
    BlockNotFound,
    ContractLogicError,
    TransactionNotFound,
    Web3Exception,
    Web3RPCError,
)
from web3.middleware import ExtraDataToPOAMiddleware
from web3.types import TxParams, TxReceipt, Wei

import traceability.chain.recursion  # noqa: F401
from traceability.chain.endpoint import name_of
from traceability.chain.fees import fees, most_of
from traceability.errors import ChainUnavailable, Refused
from traceability.ledger.ports import Signed
from traceability.proof.chain_reader import Finality

COIN = 10**18
"""Wei, as every EVM chain counts its coin."""
MINED_WITHIN_S = 600
"""How long a person who deploys waits for a block; a poor offer may take some."""

# What nodes say of a transaction that they already have, or whose nonce another one has used.
_NOTHING_LEFT_TO_SEND = (
    "already known",
    "alreadyknown",
    "known transaction",
    "already imported",
    "nonce too low",
    "oldnonce",
)


class ChainClient:
    """Every method raises `ChainUnavailable` while the chain is away.

    Raises `Refused` at birth if the endpoint serves another chain than `chain_id`.
    """

    def __init__(
        self,
        url: str,
        chain_id: int,
        account: LocalAccount,
        timeout_s: float = 10,
        max_fee_gwei: float = 0,
    ) -> None:
        self.account = account
        self.chain_id = chain_id
        self._name = name_of(url)
        self._max_fee_gwei = max_fee_gwei
        # No retries of web3's own: the callers come back anyway, and a round must end.
        provider = HTTPProvider(url, {"timeout": timeout_s}, exception_retry_configuration=None)
        self.web3 = Web3(provider)
        # Consortium chains put their signatures into extraData, which web3 would find too long.
        self.web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        with self.asking():
            found = self.web3.eth.chain_id
        if found != chain_id:
            raise Refused(f"chain at {self._name} has id {found}, want {chain_id}")

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Turn whatever web3 and the network raise into one clear line; a contract's refusal passes."""
        try:
            yield
        except ContractLogicError:
            raise
        except (Web3Exception, requests.RequestException, OSError, ValueError, KeyError, TypeError) as error:
            raise ChainUnavailable(f"chain at {self._name}: {_one_line(error)}") from error

    def sign(self, data: HexStr, to: ChecksumAddress | None, instead_of: bytes | None = None) -> Signed:
        """A transaction with `data` to the contract `to`; None makes a contract. web3's own
        `ContractLogicError` if the contract would refuse it.

        Its nonce is the first that no block has used, so it takes the place of one that is stuck.
        `instead_of` is the raw transaction that is stuck: nodes take another only if it pays an eighth more.
        """
        with self.asking():
            transaction: TxParams = {
                "from": self.account.address,
                "chainId": self.chain_id,
                "nonce": self.web3.eth.get_transaction_count(self.account.address),
                "value": Wei(0),
                "data": data,
            }
            if to is not None:
                transaction["to"] = to
            # Tried without a fee, or a poor account would hear of that before it hears of a refusal; and not
            # on top of what is pending, since that may be what this one replaces.
            # Some room: nodes estimate tightly, and the trial ran on an older block.
            transaction["gas"] = self.web3.eth.estimate_gas(transaction, "latest") * 6 // 5
            transaction.update(fees(self.web3.eth, instead_of, self._max_fee_gwei))
            self._check_funds(transaction)
        signed = self.account.sign_transaction(cast(dict[str, Any], transaction))
        return Signed(signed.hash.to_0x_hex(), bytes(signed.raw_transaction))

    def send(self, raw: bytes) -> None:
        """Hand it to the chain. That the chain has it already, or can no longer use it, is not an error."""
        with self.asking():
            try:
                self.web3.eth.send_raw_transaction(raw)
            except Web3RPCError as error:
                if not any(words in str(error).lower() for words in _NOTHING_LEFT_TO_SEND):
                    raise

    def receipt(self, tx_hash: str) -> TxReceipt | None:
        """None while no block of the chain as it is now holds this transaction."""
        with self.asking():
            try:
                return self.web3.eth.get_transaction_receipt(HexStr(tx_hash))
            except TransactionNotFound:
                return None

    def mine(self, signed: Signed, within_s: float = MINED_WITHIN_S) -> TxReceipt:
        """Send it and wait until it stands in a block. Raises `Refused` if it failed there."""
        self.send(signed.raw)
        deadline, pause_s = time.monotonic() + within_s, 0.05
        while (receipt := self.receipt(signed.tx_hash)) is None:
            if time.monotonic() > deadline:
                raise ChainUnavailable(f"transaction {signed.tx_hash} is in no block after {within_s:g} s")
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, 2)
        if receipt["status"] != 1:
            raise Refused(f"transaction {signed.tx_hash} failed in block {receipt['blockNumber']}")
        return receipt

    def finalized_block_number(self, rule: Finality) -> int:
        """The highest block that is final under `rule`; -1 if none is."""
        with self.asking():
            if rule.confirmations is not None:
                return max(self.web3.eth.block_number - rule.confirmations, -1)
            try:
                return int(self.web3.eth.get_block("finalized")["number"])
            except BlockNotFound:
                return -1

    def _check_funds(self, transaction: TxParams) -> None:
        """Nodes say this each in their own words, few of which name the account."""
        most, balance = most_of(transaction), self.web3.eth.get_balance(self.account.address)
        if balance < most:
            raise ChainUnavailable(
                f"account {self.account.address} on chain {self.chain_id} holds {balance / COIN:.9f} of its "
                f"coin, the next transaction may cost {most / COIN:.9f}: send it some"
            )


def _one_line(error: Exception) -> str:
    if isinstance(error, requests.RequestException):
        return f"no answer ({type(error).__name__})"  # its text repeats the URL, which may be a key
    if isinstance(error, Web3RPCError) and error.rpc_response:
        return str(error.rpc_response["error"]["message"])[:300]
    return " ".join(str(error).split())[:300] or type(error).__name__
