"""What the verifier asks of one chain endpoint: a handful of read calls, answered by `chain/rpc.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from traceability.errors import ChainUnavailable

T = TypeVar("T")
CHECKPOINT_APPENDED = bytes.fromhex("74064a4a18b88b14127ec79351bfa9c20a425d9bc6ac2fea1679b76433a44663")
"""keccak256("CheckpointAppended(bytes32,uint64,bytes32)"), the event's topic."""


@dataclass(frozen=True, slots=True)
class Finality:
    """When a block is believed to stay: when the chain calls it finalized, or under so many blocks."""

    confirmations: int | None = None
    """How many blocks on top of it are enough; None: wait for the chain's own `finalized` tag."""

    def __str__(self) -> str:
        return "finalized" if self.confirmations is None else f"under {self.confirmations} blocks"


@dataclass(frozen=True, slots=True)
class ContractEvent:
    """One entry of a receipt's `logs`."""

    address: str
    """Lower-case 0x hex, like every address and hash here."""
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    succeeded: bool
    block_number: int
    block_hash: str
    events: tuple[ContractEvent, ...]


@dataclass(frozen=True, slots=True)
class Block:
    hash: str
    mined_at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint that the contract holds; size 0 if it holds none."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Appended:
    """A `CheckpointAppended` event of one log in the contract."""

    block_number: int
    size: int
    root: bytes


class ChainReader(Protocol):
    """One endpoint. Every method raises `ChainUnavailable` if it does not answer, or not as a chain does."""

    @property
    def name(self) -> str:
        """Host and port: two endpoints of one name are one witness. Never with credentials in it."""

    def chain_id(self) -> int: ...

    def receipt(self, tx_hash: str) -> Receipt | None:
        """None if the endpoint knows no such mined transaction."""

    def block(self, number: int) -> Block | None:
        """The canonical block of that number; None if the chain is not that long."""

    def finalized_block_number(self, rule: Finality) -> int:
        """The highest block that is final under `rule`; -1 if none is."""

    def head(self, contract: str, log_id: bytes) -> Head: ...

    def predecessor(self, contract: str, log_id: bytes) -> bytes:
        """The id of the log whose head this one took over in the contract; 32 zero bytes if there is none."""


class Remembering:
    """An endpoint that is asked each thing once.

    The proofs of a trace share their anchors, and an endpoint that is away must not time out once an event.
    """

    def __init__(self, chain: ChainReader) -> None:
        self._chain = chain
        self._answers: dict[tuple[Any, ...], Any] = {}

    @property
    def name(self) -> str:
        return self._chain.name

    def chain_id(self) -> int:
        return self._once(self._chain.chain_id)

    def receipt(self, tx_hash: str) -> Receipt | None:
        return self._once(self._chain.receipt, tx_hash)

    def block(self, number: int) -> Block | None:
        return self._once(self._chain.block, number)

    def finalized_block_number(self, rule: Finality) -> int:
        return self._once(self._chain.finalized_block_number, rule)

    def head(self, contract: str, log_id: bytes) -> Head:
        return self._once(self._chain.head, contract, log_id)

    def predecessor(self, contract: str, log_id: bytes) -> bytes:
        return self._once(self._chain.predecessor, contract, log_id)

    def _once(self, ask: Callable[..., T], *question: object) -> T:
        key = (ask.__name__, *question)
        if key not in self._answers:
            try:
                self._answers[key] = ask(*question)
            except ChainUnavailable as error:
                self._answers[key] = error
        answer: T | ChainUnavailable = self._answers[key]
        if isinstance(answer, ChainUnavailable):
            raise answer
        return answer
