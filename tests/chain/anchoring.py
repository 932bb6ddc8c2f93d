"""The role that anchors, over a real store and a test chain that the test can break."""

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from eth_account.signers.local import LocalAccount

from tests.audit import audit
from tests.builders import FARM, LOT, a_sighting
from tests.fakes import FakeMark
from traceability.chain.client import ChainClient
from traceability.chain.compile import Compiled
from traceability.chain.contract import TraceLogContract, address_made_by, sign_deployment
from traceability.chain.devnet import CHAIN_ID
from traceability.chain.rpc import RpcChain
from traceability.cli.loop import every
from traceability.ledger.anchor import STUCK_AFTER, anchor
from traceability.ledger.capture import capture
from traceability.ledger.ports import Anchor
from traceability.ledger.publish import publish
from traceability.log import tiles
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.own_store import Store
from traceability.proof.anchor import CHECKPOINT_APPENDED
from traceability.proof.chain_reader import Finality
from traceability.store.anchors import AnchorTable

LOG_ID = b"l" * 32
CONFIRMATIONS = 2
ANCHOR = r"the anchor of \d+ entries \(0x[0-9a-f]{64}\) "
"""How a line about an anchor begins."""


def deploy(client: ChainClient, compiled: Compiled) -> str:
    """The address of a new contract that `client` administers."""
    return address_made_by(client.mine(sign_deployment(client, compiled)))


@dataclass
class Anchoring:
    """One publisher. Each round asks the chain anew, as the role's process does."""

    url: str
    account: LocalAccount
    compiled: Compiled
    address: str
    store: Store
    signer: NoteSigner
    now: datetime = datetime(2026, 11, 22, tzinfo=UTC)
    timeout_s: float = 10
    max_fee_gwei: float = 0
    lines: list[str] = field(default_factory=list)
    """What the operator reads."""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def anchors(self) -> AnchorTable:
        return self.store.anchors

    @property
    def verifier(self) -> NoteVerifier:
        return NoteVerifier.of(self.signer)

    @property
    def contract(self) -> TraceLogContract:
        client = ChainClient(self.url, CHAIN_ID, self.account, self.timeout_s, self.max_fee_gwei)
        return TraceLogContract(client, self.compiled, self.address, LOG_ID, Finality(CONFIRMATIONS))

    def rpc(self, method: str, *params: object) -> object:
        return RpcChain(self.url).call(method, *params)

    def grow(self) -> None:
        """One more event under a checkpoint: the log has two more entries."""
        capture([a_sighting(self.store.log.size(), LOT)], FARM, self.store.events, 5)
        publish(self.store.log, self.store.checkpoints, FakeMark(), self.signer)

    def rounds(self, count: int = 1, after: timedelta = timedelta(0)) -> None:
        """So many rounds, the first of them `after` the last one."""
        self.now += after
        stop, left = threading.Event(), list(range(count))

        def step() -> None:
            left.pop()
            if not left:
                stop.set()
            store = self.store
            anchor(
                store.log,
                store.checkpoints,
                self.anchors,
                self.contract,
                self.verifier,
                self.now,
                self.lines.append,
            )

        logged = structlog.testing.LogCapture()
        every(0, step, stop, structlog.wrap_logger(structlog.PrintLogger(), [logged]))
        self.lines += [line["reason"] for line in logged.entries if line["event"] == "waiting"]

    def send(self) -> Anchor:
        """An entry, whose anchor is left waiting in the chain's pool."""
        self.rpc("evm_setAutomine", False)
        self.grow()
        self.rounds()
        return self.last()

    def mine(self, blocks: int = 1) -> None:
        self.rpc("anvil_mine", hex(blocks))

    def anchored(self) -> Anchor:
        """An entry and its anchor, which is final."""
        self.send()
        self.mine(1 + CONFIRMATIONS)
        self.rounds()
        assert self.last().state == "final"
        return self.last()

    def last(self) -> Anchor:
        """The anchor of the largest tree that is not forgotten."""
        under_way = [*self.anchors.open(), self.anchors.last_final()]
        return max((each for each in under_way if each), key=lambda each: (each.size, each.sent_at))

    def reads(self, *patterns: str) -> None:
        """Whether the operator has read exactly these lines."""
        assert len(self.lines) == len(patterns), self.lines
        for line, pattern in zip(self.lines, patterns, strict=True):
            assert re.fullmatch(pattern, line)

    def settle(self) -> None:
        """Chain and publisher do their work; then the log is whole, and the store knows each append."""
        for _ in range(4):
            self.rounds(after=STUCK_AFTER * 8)
            self.mine(1 + CONFIRMATIONS)
        self.rounds()
        size, held = self.store.log.size(), self.contract.held()
        assert (held.size, held.root) == (size, tiles.root(size, self.store.log.read_tile))
        audit(self.store, self.verifier)
        assert self.final() == self.taken()

    def final(self) -> list[tuple[str, int]]:
        """Transaction and size of each final anchor that is stored."""
        found, size = [], 0
        while (each := self.anchors.covering(size)) is not None:
            found.append((each.tx_hash, size := each.size))
        return found

    def taken(self) -> list[tuple[str, int]]:
        """Transaction and size of each append that the chain says it took."""
        wanted = {"address": self.address, "fromBlock": "0x0", "topics": ["0x" + CHECKPOINT_APPENDED.hex()]}
        events = self.rpc("eth_getLogs", wanted)
        return [(each["transactionHash"], int(each["data"][:66], 16)) for each in events]  # type: ignore[attr-defined]
