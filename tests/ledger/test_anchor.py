"""An anchor is kept before it is sent, and followed until it is final or can never be."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import ChainUnavailable, Refused
from traceability.ledger.anchor import Held, Mined, Signed, anchor
from traceability.ledger.ports import Anchor
from traceability.log import merkle, tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner, NoteVerifier

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))
VERIFIER = NoteVerifier.of(SIGNER)
AT = datetime(2026, 11, 22, tzinfo=UTC)


class Crash(BaseException):
    """Not an exception that anybody catches: it stands for kill -9."""


@dataclass
class FakeLog:
    leaves: list[bytes] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def grow(self, count: int) -> None:
        new = [merkle.leaf_hash(b"entry %d" % (len(self.leaves) + i)) for i in range(count)]
        grown = tiles.extend(len(self.leaves), new, self.read_tile)
        self.tiles |= grown
        self.leaves += new

    def size(self) -> int:
        return len(self.leaves)

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        return self.tiles[level, index][: width * 32]

    def newest(self) -> str:
        root = tiles.root(self.size(), self.read_tile)
        return Checkpoint(SIGNER.name, self.size(), root).sign(SIGNER)


@dataclass
class FakeAnchors:
    rows: dict[str, Anchor] = field(default_factory=dict)

    def keep(self, new: Anchor) -> None:
        self.rows[new.tx_hash] = new

    def open(self) -> list[Anchor]:
        return [row for row in self.rows.values() if row.state in ("sent", "mined")]


@dataclass
class FakeContract:
    """Holds a tree; mines what is sent when told to, and checks consistency as the real one does."""

    size: int = 0
    root: bytes = merkle.EMPTY_ROOT
    pool: dict[str, tuple[int, int, bytes, list[bytes]]] = field(default_factory=dict)
    signed: dict[str, tuple[int, int, bytes, list[bytes]]] = field(default_factory=dict)
    blocks: dict[str, Mined] = field(default_factory=dict)
    crash_on_send: bool = False
    away: bool = False

    def held(self) -> Held:
        if self.away:
            raise ChainUnavailable("nobody answers")
        return Held(self.size, self.root)

    def sign_append(self, old_size: int, size: int, root: bytes, proof: list[bytes]) -> Signed:
        tx_hash = f"0x{len(self.signed):064x}"
        self.signed[tx_hash] = (old_size, size, root, proof)
        return Signed(tx_hash, tx_hash.encode())

    def send(self, raw: bytes) -> None:
        if self.crash_on_send:
            raise Crash
        self.pool[raw.decode()] = self.signed[raw.decode()]

    def mined(self, tx_hash: str) -> Mined | None:
        return self.blocks.get(tx_hash)

    def mine(self, final: bool = True) -> None:
        for tx_hash, (old_size, size, root, proof) in self.pool.items():
            fits = old_size == self.size
            if fits and old_size:
                merkle.check_consistency(old_size, size, proof, self.root, root)
            if fits:
                self.size, self.root = size, root
            self.blocks[tx_hash] = Mined(not fits, 7, "0x07", AT, final)
        self.pool.clear()


def a_round(log: FakeLog, anchors: FakeAnchors, contract: FakeContract) -> Checkpoint | None:
    return anchor(log, log, anchors, contract, VERIFIER)  # type: ignore[arg-type]


@pytest.fixture
def log() -> FakeLog:
    log = FakeLog()
    log.grow(3)
    return log


def states(anchors: FakeAnchors) -> list[str]:
    return [row.state for row in anchors.rows.values()]


def test_an_anchor_goes_from_sent_through_mined_to_final(log):
    anchors, contract = FakeAnchors(), FakeContract()

    seen = []
    a_round(log, anchors, contract)
    seen += states(anchors)
    contract.mine(final=False)
    a_round(log, anchors, contract)
    seen += states(anchors)
    contract.blocks = {tx: replace(mined, final=True) for tx, mined in contract.blocks.items()}
    a_round(log, anchors, contract)
    seen += states(anchors)

    assert seen == ["sent", "mined", "final"]


def test_a_crash_while_sending_leaves_a_kept_anchor_that_the_next_round_sends_again(log):
    anchors, contract = FakeAnchors(), FakeContract(crash_on_send=True)

    with pytest.raises(Crash):
        a_round(log, anchors, contract)
    contract.crash_on_send = False
    log.grow(2)
    a_round(log, anchors, contract)
    contract.mine()

    assert contract.size == 3
    assert len(contract.signed) == 1


def test_a_grown_log_is_anchored_with_a_proof_that_the_contract_accepts(log):
    anchors, contract = FakeAnchors(), FakeContract()

    for _ in range(4):
        a_round(log, anchors, contract)
        contract.mine()
        log.grow(300)

    assert contract.size == 903


def test_a_reorganised_anchor_is_sent_again(log):
    anchors, contract = FakeAnchors(), FakeContract()
    a_round(log, anchors, contract)
    contract.mine(final=False)
    a_round(log, anchors, contract)

    contract.blocks.clear()
    contract.size, contract.root = 0, merkle.EMPTY_ROOT
    a_round(log, anchors, contract)

    assert states(anchors) == ["sent"]
    assert contract.pool


def test_an_anchor_overtaken_by_another_sender_is_lost_and_the_log_goes_on(log):
    anchors, contract = FakeAnchors(), FakeContract()
    a_round(log, anchors, contract)
    contract.size, contract.root = 2, merkle.root_of(log.leaves[:2])
    contract.mine()
    a_round(log, anchors, contract)
    contract.mine()
    a_round(log, anchors, contract)

    assert states(anchors) == ["lost", "final"]
    assert contract.size == 3


def test_a_contract_that_is_ahead_of_the_store_stops_the_anchoring(log):
    contract = FakeContract(size=4, root=b"r" * 32)

    with pytest.raises(Refused, match="contract holds 4 entries, our store only 3"):
        a_round(log, FakeAnchors(), contract)


def test_a_contract_that_holds_another_tree_stops_the_anchoring(log):
    contract = FakeContract(size=2, root=b"r" * 32)

    with pytest.raises(Refused, match="another tree of 2 entries"):
        a_round(log, FakeAnchors(), contract)


def test_while_the_chain_is_away_nothing_is_kept(log):
    anchors = FakeAnchors()

    with pytest.raises(ChainUnavailable):
        a_round(log, anchors, FakeContract(away=True))

    assert anchors.rows == {}
