"""An anchor is kept before it is sent, and followed whatever the chain does meanwhile."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import Crash, Failing
from traceability.errors import ChainUnavailable, Refused
from traceability.ledger.anchor import STUCK_AFTER, anchor
from traceability.ledger.ports import Anchor, Held, Mined, Signed
from traceability.log import merkle, tiles
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner, NoteVerifier

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))
VERIFIER = NoteVerifier.of(SIGNER)
AT = datetime(2026, 11, 22, tzinfo=UTC)


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

    def held(self) -> Held:
        if self.away:
            raise ChainUnavailable("nobody answers")
        return self._replay()[0]

    def sign_append(
        self, old_size: int, size: int, root: bytes, proof: list[bytes], instead_of: bytes | None = None
    ) -> Signed:
        if self.paused:
            raise ChainUnavailable("the contract refuses: EnforcedPause()")
        fee = 0 if instead_of is None else self.signed[instead_of.decode()].fee + 1
        tx_hash = f"0x{len(self.signed):064x}"
        self.signed[tx_hash] = Append(self._nonce(), old_size, size, root, proof, fee)
        return Signed(tx_hash, tx_hash.encode())

    def send(self, raw: bytes) -> None:
        with self.writing():
            self.pool.append(raw.decode())

    def mined(self, tx_hash: str) -> Mined | None:
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


@dataclass
class Anchoring:
    """The role, with everything that it touches, and what the operator reads."""

    log: FakeLog = field(default_factory=FakeLog)
    anchors: FakeAnchors = field(default_factory=FakeAnchors)
    contract: FakeContract = field(default_factory=FakeContract)
    now: datetime = AT
    told: list[str] = field(default_factory=list)

    def round(self, after: timedelta = timedelta(0)) -> Checkpoint | None:
        self.now += after
        return anchor(  # type: ignore[arg-type]
            self.log, self.log, self.anchors, self.contract, VERIFIER, self.now, self.told.append
        )


@pytest.fixture
def role() -> Anchoring:
    role = Anchoring()
    role.log.grow(3)
    return role


def test_an_anchor_goes_from_sent_through_mined_to_final(role):
    seen = []
    role.round()
    seen += role.anchors.states()
    role.contract.mine(final=False)
    role.round()
    seen += role.anchors.states()
    role.contract.final = 1
    role.round()
    seen += role.anchors.states()

    assert seen == ["sent", "mined", "final"]
    assert role.told == []


def test_a_grown_log_is_anchored_with_a_proof_that_the_contract_accepts(role):
    for _ in range(4):
        role.round()
        role.contract.mine()
        role.log.grow(300)

    assert role.contract.held().size == 903


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", ["anchors", "contract"])
@pytest.mark.parametrize("stuck", [False, True])
def test_a_crash_on_any_line_leaves_no_anchor_on_the_chain_that_was_not_kept(role, part, moment, stuck):
    if stuck:
        role.round()
        role.log.grow(2)
    getattr(role, part).fail = moment
    with pytest.raises(Crash):
        role.round(STUCK_AFTER)

    assert set(role.contract.pool) <= set(role.anchors.rows)
    role.round()
    role.contract.mine(which=-1)
    role.round()
    assert "final" in role.anchors.states()
    assert role.contract.held().size == role.anchors.last_final().size


def test_a_kept_anchor_that_was_not_sent_is_sent_as_it_is_and_not_signed_again(role):
    role.contract.fail = "before"
    with pytest.raises(Crash):
        role.round()
    role.log.grow(2)

    role.round()
    role.contract.mine()

    assert role.contract.held().size == 3
    assert len(role.contract.signed) == 1


def test_a_stuck_anchor_gets_one_rival_that_pays_more_for_the_newest_checkpoint(role):
    role.round()
    role.log.grow(2)
    role.round(STUCK_AFTER - timedelta(seconds=1))
    assert len(role.contract.signed) == 1

    role.round(timedelta(seconds=1))
    role.round()

    stuck, rival = role.contract.signed.values()
    assert (rival.nonce, rival.fee, rival.size) == (stuck.nonce, 1, 5)
    assert [line.split(": ")[0].split(") ")[1] for line in role.told] == ["is in no block after 180 s"]


@pytest.mark.parametrize(("mined", "size"), [(0, 3), (1, 5)])
def test_whichever_of_two_rivals_is_mined_is_recognised_and_the_other_one_forgotten(role, mined, size):
    role.round()
    role.log.grow(2)
    role.round(STUCK_AFTER)
    role.contract.pool = list(role.anchors.rows)

    role.contract.mine(mined)
    role.round()

    assert role.anchors.last_final().size == role.contract.held().size == size
    assert [each.size for each in role.anchors.open()] == ([] if size == 5 else [5])


def test_rivals_come_ever_more_seldom_so_that_an_idle_chain_does_not_drive_up_the_price(role):
    for _ in range(24 * 60):
        role.round(timedelta(minutes=1))

    assert len(role.contract.signed) == 9


def test_an_anchor_whose_nonce_others_used_is_signed_anew(role):
    role.round()
    role.contract.others_use_the_nonce()
    role.contract.mine()
    assert role.contract.held().size == 0

    role.round(STUCK_AFTER)
    role.contract.mine()

    assert role.contract.held().size == 3


def test_a_reorganised_anchor_is_sent_again_with_time_to_be_mined(role):
    role.round()
    role.contract.mine(final=False)
    role.round()

    role.contract.reorganise(1)
    role.round(STUCK_AFTER)
    role.round()

    assert role.anchors.states() == ["sent"]
    assert role.contract.pool == ["0x" + "0" * 64] * 2
    assert role.told == [
        f"the anchor of 3 entries (0x{0:064x}) is no longer in block 0: the chain was reorganised"
    ]


def test_a_final_anchor_whose_block_was_replaced_is_said_aloud_and_anchored_again(role):
    for _ in range(2):
        role.round()
        role.contract.mine()
        role.log.grow(2)
    role.round()
    role.contract.pool.clear()

    role.contract.reorganise(2)
    for _ in range(3):
        role.round()
        role.contract.mine(which=-1)
    role.round()

    assert [line for line in role.told if "was final" in line] == [
        f"the anchor of {size} entries (0x{number:064x}) was final, and the chain has replaced its block "
        f"{number}: proofs that name it are void, and it is anchored anew. The finality rule is too weak for "
        "this chain"
        for number, size in [(1, 5), (0, 3)]
    ]
    assert role.anchors.last_final().size == role.contract.held().size == 7


def test_a_final_anchor_that_moved_to_another_block_is_kept_with_that_block(role):
    role.round()
    role.contract.mine()
    role.round()

    role.contract.reorganise(1, back_into_the_pool=True)
    role.contract.mine()
    role.round()

    assert (role.anchors.states(), role.anchors.last_final().block_number) == (["final"], 1)
    assert len(role.told) == 1


def test_a_chain_that_is_shorter_than_it_was_is_waited_for(role):
    role.round()
    role.contract.mine()
    role.round()
    blocks, role.contract.blocks = role.contract.blocks, []

    with pytest.raises(ChainUnavailable, match="no block 0"):
        role.round()
    assert role.anchors.states() == ["final"]

    role.contract.blocks = blocks
    role.round()
    assert role.told == []


def test_an_anchor_that_reverted_is_said_once_with_the_reason_and_a_new_one_is_sent(role):
    role.round()
    role.contract.paused = True
    role.contract.mine(final=False)
    for _ in range(2):
        with pytest.raises(ChainUnavailable, match="EnforcedPause"):
            role.round()
    role.contract.final = 1
    role.contract.paused = False
    role.round()
    role.contract.mine()
    role.round()

    assert role.told == [
        f"the anchor of 3 entries (0x{0:064x}) failed in block 0: the contract refuses: Something()"
    ]
    assert role.anchors.states() == ["reverted", "final"]


def test_an_anchor_overtaken_by_another_sender_reverts_and_the_log_goes_on(role):
    role.round()
    role.contract.others_append(2, merkle.root_of(role.log.leaves[:2]))
    role.contract.mine()
    role.round()
    role.contract.mine()
    role.round()

    assert role.anchors.states() == ["reverted", "final"]
    assert role.contract.held().size == 3


def test_a_contract_that_is_ahead_of_the_store_stops_the_anchoring(role):
    role.contract.others_append(4, b"r" * 32)

    with pytest.raises(Refused, match="contract holds 4 entries, our store only 3"):
        role.round()


def test_a_contract_that_holds_another_tree_stops_the_anchoring(role):
    role.contract.others_append(2, b"r" * 32)

    with pytest.raises(Refused, match="another tree of 2 entries"):
        role.round()


def test_a_checkpoint_older_than_what_the_contract_holds_is_not_sent(role):
    role.contract.others_append(3, merkle.root_of(role.log.leaves))
    role.log.unpublished = 1

    assert role.round() is None


def test_while_the_chain_is_away_nothing_is_kept(role):
    role.contract.away = True

    with pytest.raises(ChainUnavailable):
        role.round()

    assert role.anchors.rows == {}


STEPS = st.one_of(
    st.tuples(st.just("round"), st.sampled_from([0, 1, 5]), st.sampled_from([None, "before", "after"])),
    st.tuples(st.just("mine"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("reorganise"), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("grow"), st.integers(1, 4), st.booleans()),
)


@given(st.lists(STEPS, max_size=30))
def test_whatever_happens_the_store_ends_up_with_exactly_the_anchors_that_the_chain_took(steps):
    role = Anchoring()
    role.log.grow(1)
    for what, amount, how in steps:
        match what:
            case "round":
                part = role.anchors if amount else role.contract
                part.fail = how
                try:
                    role.round(timedelta(minutes=amount))
                except Crash:
                    part.fail = None
            case "mine":
                role.contract.mine(amount, final=how)
            case "reorganise":
                role.contract.reorganise(min(amount, len(role.contract.blocks)), back_into_the_pool=how)
            case "grow":
                role.log.grow(amount)

    role.contract.fail = role.anchors.fail = None
    for _ in range(20):
        role.round(STUCK_AFTER * 64)
        role.contract.mine()
    role.round()

    held, reverted = role.contract._replay()
    taken = {each.transaction for each in role.contract.blocks} - reverted - {"none"}
    final = {row.tx_hash for row in role.anchors.rows.values() if row.state == "final"}
    assert held == Held(role.log.size(), merkle.root_of(role.log.leaves))
    assert final == taken
