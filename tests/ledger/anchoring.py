"""The role that anchors, with everything that it touches in memory."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.fakes import Failing
from tests.ledger.fake_contract import AT, FakeContract
from traceability.ledger.anchor import anchor
from traceability.ledger.ports import Anchor
from traceability.log import merkle, tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner, NoteVerifier

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))
VERIFIER = NoteVerifier.of(SIGNER)


@dataclass
class FakeLog:
    leaves: list[bytes] = field(default_factory=list)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    unpublished: int = 0
    """How many of the newest entries are under no checkpoint yet."""

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
        size = self.size() - self.unpublished
        return Checkpoint(SIGNER.name, size, merkle.root_of(self.leaves[:size])).sign(SIGNER)


@dataclass
class FakeAnchors(Failing):
    rows: dict[str, Anchor] = field(default_factory=dict)

    def keep(self, new: Anchor) -> None:
        with self.writing():
            self.rows[new.tx_hash] = new

    def open(self) -> list[Anchor]:
        last = self.last_final()
        passed = 0 if last is None else last.size
        return [row for row in self.rows.values() if row.state != "final" and row.old_size >= passed]

    def last_final(self) -> Anchor | None:
        return max((row for row in self.rows.values() if row.state == "final"), key=_size, default=None)

    def states(self) -> list[str]:
        return [row.state for row in self.rows.values()]


def _size(row: Anchor) -> int:
    return row.size


@dataclass
class Anchoring:
    """One publisher."""

    log: FakeLog = field(default_factory=FakeLog)
    anchors: FakeAnchors = field(default_factory=FakeAnchors)
    contract: FakeContract = field(default_factory=FakeContract)
    now: datetime = AT
    told: list[str] = field(default_factory=list)
    """What the operator reads."""

    def round(self, after: timedelta = timedelta(0)) -> Checkpoint | None:
        self.now += after
        return anchor(  # type: ignore[arg-type]
            self.log, self.log, self.anchors, self.contract, VERIFIER, self.now, self.told.append
        )
