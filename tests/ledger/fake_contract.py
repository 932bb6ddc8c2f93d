"""Our log in a contract, on a chain in memory that the test can reorganise."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes import Failing
from traceability.errors import ChainUnavailable, CheckpointConflict
from traceability.ledger.ports import Held, Mined, Signed
from traceability.log import merkle

AT = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Append:
    nonce: int
    old_size: int
    size: int
    root: bytes
    proof: list[bytes]
    fee: int


@dataclass(frozen=True)
class Block:
    hash: str
    transaction: str
    paused: bool


@dataclass
class FakeContract(Failing):
    """A chain of blocks with one transaction each, from which all it says is worked out anew."""

    signed: dict[str, Append] = field(default_factory=dict)
    pool: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    final: int = 0
    """How many blocks are final."""
    made: int = 0
    """How many blocks there ever were."""
    away: bool = False
    paused: bool = False
    is_free: bool = False
    """Nothing is paid for gas, so what is signed again is the same transaction."""
    meanwhile: Callable[[], object] = lambda: None
    """What happens on the chain just before the next question for a transaction."""

    def held(self) -> Held:
        if self.away:
            raise ChainUnavailable("nobody answers")
        return self._replay()[0]

    def sign_append(
        self, old_size: int, size: int, root: bytes, proof: list[bytes], instead_of: bytes | None = None
    ) -> Signed:
        if self.paused:
            raise ChainUnavailable("the contract refuses: EnforcedPause()")
        if old_size != self.held().size:
            raise CheckpointConflict("the contract refuses: TraceLogStale()")
        fee = 0 if instead_of is None or self.is_free else self.signed[instead_of.decode()].fee + 1
        new = Append(self._nonce(), old_size, size, root, proof, fee)
        known = [tx_hash for tx_hash, old in self.signed.items() if old == new]
        tx_hash = known[0] if known else f"0x{len(self.signed):064x}"
        self.signed[tx_hash] = new
        return Signed(tx_hash, tx_hash.encode())

    def send(self, raw: bytes) -> None:
        with self.writing():
            self.pool.append(raw.decode())

    def mined(self, tx_hash: str) -> Mined | None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        reverted = self._replay()[1]
        for number, block in enumerate(self.blocks):
            if block.transaction == tx_hash:
                return Mined(tx_hash in reverted, number, block.hash, AT, number < self.final)
        return None

    def why_reverted(self, tx_hash: str) -> str:
        return "the contract refuses: Something()"

    def has_block(self, number: int, block_hash: str) -> bool:
        if number >= len(self.blocks):
            raise ChainUnavailable(f"no block {number}")
        return self.blocks[number].hash == block_hash

    def mine(self, which: int = 0, final: bool = True) -> None:
        """A block with one of those in the pool that can be mined, if there is one."""
        fit = [tx_hash for tx_hash in self.pool if self.signed[tx_hash].nonce == self._nonce()]
        if fit:
            self.add(fit[which % len(fit)])
        if final:
            self.final = len(self.blocks)

    def add(self, transaction: str) -> None:
        self.made += 1
        self.blocks.append(Block(f"0x{self.made:064x}", transaction, self.paused))

    def others_append(self, size: int, root: bytes) -> None:
        self.signed["theirs"] = Append(-1, self.held().size, size, root, [], 0)
        self.add("theirs")

    def others_use_the_nonce(self) -> None:
        self.signed["other"] = Append(self._nonce(), -1, 0, b"", [], 0)
        self.add("other")

    def reorganise(self, depth: int, back_into_the_pool: bool = False) -> None:
        """As many other blocks in place of the last `depth`."""
        gone = self.blocks[len(self.blocks) - depth :]
        del self.blocks[len(self.blocks) - depth :]
        self.pool = [each.transaction for each in gone if back_into_the_pool and each.transaction != "none"]
        for _ in gone:
            self.add("none")

    def _nonce(self) -> int:
        ours = [
            self.signed[each.transaction].nonce for each in self.blocks if each.transaction in self.signed
        ]
        return max(ours, default=-1) + 1

    def _replay(self) -> tuple[Held, set[str]]:
        held, reverted = Held(0, merkle.EMPTY_ROOT), set()
        for block in self.blocks:
            new = self.signed.get(block.transaction)
            if new is None:
                continue
            if block.paused or new.old_size != held.size:
                reverted.add(block.transaction)
                continue
            if new.old_size and new.proof:
                merkle.check_consistency(new.old_size, new.size, new.proof, held.root, new.root)
            held = Held(new.size, new.root)
        return held, reverted
