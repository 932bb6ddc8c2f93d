"""The contract and `traceability.log.merkle` are twins: the same proofs, the same answers.

`make test` tries 30,000 random and mutated proofs, `make soak` 500,000.
"""

import json
import random
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from tests.chain.evm import LOG_ID, Refusal, TraceLogEvm
from traceability.errors import CheckFailed
from traceability.log.merkle import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    root_of,
)

pytestmark = pytest.mark.slow

MOST = 2**64 - 1
CASES_A_ROUND = 5000
LEAVES = [leaf_hash(b"entry %d" % index) for index in range(100)]
OTHER = leaf_hash(b"an entry that is not there")
VECTORS = Path(__file__).parents[1] / "vectors" / "log"


@dataclass(frozen=True, slots=True)
class Step:
    """An append, and the root that the contract holds for its `held_size`."""

    held_size: int
    held_root: bytes
    old_size: int
    size: int
    root: bytes
    proof: list[bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """A question for an entry, and the tree that the contract holds."""

    size: int
    root: bytes
    index: int
    leaf: bytes
    proof: list[bytes]


@pytest.fixture(scope="module")
def evm(compiled):
    return TraceLogEvm(compiled)


def refusal(step: Step) -> Refusal | None:
    """How Python would answer, in the contract's words."""
    if step.old_size != step.held_size:
        return "TraceLogStale", (LOG_ID, step.held_size, step.old_size)
    if step.size <= step.old_size:
        return "TraceLogNotGrowing", (LOG_ID, step.old_size, step.size)
    # The contract keeps no root for an empty log.
    old_root = step.held_root if step.old_size else EMPTY_ROOT
    try:
        check_consistency(step.old_size, step.size, step.proof, old_root, step.root)
    except CheckFailed:
        return "TraceLogRewritten", (LOG_ID, step.old_size, step.size)
    return None


def is_included(place: Place) -> bool:
    try:
        check_inclusion(place.index, place.size, place.leaf, place.proof, place.root)
    except CheckFailed:
        return False
    return True


def agrees_on_step(evm: TraceLogEvm, step: Step) -> bool:
    """Whether the contract took it; fails where Python would have answered otherwise."""
    evm.hold(step.held_size, step.held_root)
    wanted = refusal(step)

    assert evm.append(step.old_size, step.size, step.root, step.proof) == wanted, step

    held = (step.held_root, step.held_size) if step.held_size else (bytes(32), 0)
    assert evm.head() == (held if wanted else (step.root, step.size))
    return wanted is None


def agrees_on_place(evm: TraceLogEvm, place: Place) -> bool:
    evm.hold(place.size, place.root)
    wanted = is_included(place)

    assert evm.includes(place.index, place.leaf, place.proof) is wanted, place
    return wanted


@cache
def root_of_alike(size: int) -> bytes:
    """Root over so many entries that are all the same: a tree of 2**64 costs few hashes."""
    if size == 1:
        return LEAVES[0]
    middle = 1 << (size - 1).bit_length() - 1
    return node_hash(root_of_alike(middle), root_of_alike(size - middle))


class Dice:
    """Makes honest questions and spoils them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def size(self, most: int) -> int:
        """Any magnitude is as likely as any other, and so is the neighbourhood of powers of two."""
        near = 1 << self.random.randint(0, most.bit_length() - 1)
        spread = self.random.choice([-1, 0, 1, self.random.randrange(near)])
        return min(max(1, near + spread), most)

    def tree(self):
        """A size, and the roots of its ranges: of a small tree, or one as large as there may be."""
        if self.random.random() < 0.5:
            return self.size(len(LEAVES)), lambda begin, end: root_of(LEAVES[begin:end])
        return self.size(MOST), lambda begin, end: root_of_alike(end - begin)

    def step(self) -> Step:
        size, root = self.tree()
        old = self.random.choice([0, size - 1, self.size(size) - 1, self.random.randrange(size)])
        proof = [root(*each) for each in consistency_ranges(old, size)]
        return Step(old, root(0, old) if old else bytes(32), old, size, root(0, size), proof)

    def place(self) -> Place:
        size, root = self.tree()
        index = self.random.choice([0, size - 1, self.size(size) - 1, self.random.randrange(size)])
        proof = [root(*each) for each in inclusion_ranges(index, size)]
        return Place(size, root(0, size), index, root(index, index + 1), proof)

    def spoil(self, question, numbers, hashes):
        """One thing of it other, never the same as before on purpose."""
        name = self.random.choice([*numbers, *hashes, "proof", "proof", "proof"])
        value = getattr(question, name)
        other = (
            self.number(value)
            if name in numbers
            else self.hash(value)
            if name in hashes
            else self.path(value)
        )
        return replace(question, **{name: other})

    def number(self, value: int) -> int:
        choices = [value - 1, value + 1, value // 2, 2 * value, value ^ 1, 0, MOST, self.size(MOST)]
        return min(max(0, self.random.choice(choices)), MOST)

    def hash(self, value: bytes) -> bytes:
        flipped = bytearray(value)
        flipped[self.random.randrange(32)] ^= 1 << self.random.randrange(8)
        return self.random.choice([bytes(flipped), OTHER, bytes(32), LEAVES[0]])

    def path(self, proof: list[bytes]) -> list[bytes]:
        at = self.random.randint(0, len(proof))
        head, tail = proof[:at], proof[at:]
        return self.random.choice(
            [
                [*head, OTHER, *tail],
                [*head, *tail[1:]],
                [*head, *map(self.hash, tail[:1]), *tail[1:]],
                [*head, *tail[1:2], *tail[:1], *tail[2:]],
                [*head, *tail[:1], *tail],
                proof[::-1],
                [],
                proof * 5,
            ]
        )


def test_appends_end_alike_in_the_contract_and_in_python_honest_and_spoilt(evm, rounds):
    taken = 0
    for seed in range(CASES_A_ROUND * rounds):
        dice = Dice(seed)
        step = dice.step()
        for _ in range(seed % 3):
            step = dice.spoil(step, ["held_size", "old_size", "size"], ["held_root", "root"])
        taken += agrees_on_step(evm, step)

    assert 0.33 < taken / (CASES_A_ROUND * rounds) < 0.6


def test_questions_for_an_entry_are_answered_alike_honest_and_spoilt(evm, rounds):
    found = 0
    for seed in range(CASES_A_ROUND * rounds):
        dice = Dice(seed)
        place = dice.place()
        for _ in range(seed % 3):
            place = dice.spoil(place, ["size", "index"], ["root", "leaf"])
        found += agrees_on_place(evm, place)

    assert 0.33 < found / (CASES_A_ROUND * rounds) < 0.6


def is_speakable(numbers: list[int], hashes: list[str]) -> bool:
    """Whether a contract can be asked at all: it knows 64 bits and 32 bytes."""
    return all(0 <= number <= MOST for number in numbers) and all(len(text) == 64 for text in hashes)


@pytest.mark.parametrize("file", sorted(VECTORS.glob("consistency-*.json")), ids=lambda file: file.stem)
def test_the_contract_answers_the_shared_vectors_on_growth_as_python_does(evm, file):
    vector = json.loads(file.read_text())
    sizes = [vector["old_size"], vector["new_size"]]
    roots = [vector["old_root"], vector["new_root"]]
    if not is_speakable(sizes, [*roots, *vector["proof"]]):
        assert not vector["valid"]
        return
    old_root, root = map(bytes.fromhex, roots)
    step = Step(sizes[0], old_root, *sizes, root, [bytes.fromhex(each) for each in vector["proof"]])

    taken = agrees_on_step(evm, step)

    unasked = sizes[0] == sizes[1] or (sizes[0] == 0 and old_root != EMPTY_ROOT)
    assert taken == vector["valid"] or unasked


@pytest.mark.parametrize("file", sorted(VECTORS.glob("inclusion-*.json")), ids=lambda file: file.stem)
def test_the_contract_answers_the_shared_vectors_on_entries_as_python_does(evm, file):
    vector = json.loads(file.read_text())
    numbers, hashes = [vector["size"], vector["index"]], [vector["root"], vector["leaf_hash"]]
    if not is_speakable(numbers, [*hashes, *vector["proof"]]):
        assert not vector["valid"]
        return
    root, leaf = map(bytes.fromhex, hashes)
    place = Place(numbers[0], root, numbers[1], leaf, [bytes.fromhex(each) for each in vector["proof"]])

    assert agrees_on_place(evm, place) == vector["valid"]
