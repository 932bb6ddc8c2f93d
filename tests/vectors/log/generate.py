"""Writes the Merkle vectors (by default beside it): sound proofs, and one file per way to lie."""

import json
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from traceability.log.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    root_of,
)

Vector = dict[str, Any]

LEAVES = [leaf_hash(f"entry {number}".encode()) for number in range(21)]
OTHER = sha256(b"another").digest()
HUGE = 2**40 + 21
"""A size beyond what a 32-bit shift in JavaScript can hold."""


def main(folder: Path) -> None:
    for name, vector in {**inclusion_vectors(), **consistency_vectors()}.items():
        text = json.dumps(vector, indent=2, default=lambda data: data.hex())
        (folder / f"{name}.json").write_text(text + "\n")


def inclusion_vectors() -> dict[str, Vector]:
    good = true_inclusion(5, 21)
    lies = {
        **lies_about_an_index(),
        **lies_of_a_single_entry(),
        **{name: {"proof": proof} for name, proof in spoilt(good["proof"], good["root"]).items()},
        "other-leaf": {"leaf_hash": OTHER},
        "leaf-of-neighbour": {"leaf_hash": LEAVES[4]},
        "leaf-too-short": {"leaf_hash": LEAVES[5][:31]},
        "other-root": {"root": OTHER},
        "root-of-smaller-log": {"root": root_of(LEAVES[:20])},
        "root-too-short": {"root": good["root"][:31]},
        "empty-root": {"root": EMPTY_ROOT},
        "hash-split-at-another-byte": {
            "leaf_hash": good["proof"][0][-1:] + LEAVES[5],
            "proof": [good["proof"][0][:-1], *good["proof"][1:]],
        },
    }
    return {
        "inclusion-first-of-21": true_inclusion(0, 21),
        "inclusion-last-of-21": true_inclusion(20, 21),
        "inclusion-inside-21": good,
        "inclusion-inside-16": true_inclusion(6, 16),
        "inclusion-only-one": true_inclusion(0, 1),
        "inclusion-second-of-two": true_inclusion(1, 2),
        "inclusion-huge": huge_inclusion(2**33 + 5),
        "inclusion-huge-last": huge_inclusion(HUGE - 1),
        **{f"inclusion-{name}": {**good, **lie, "valid": False} for name, lie in lies.items()},
    }


def consistency_vectors() -> dict[str, Vector]:
    good = true_consistency(6, 21)
    proof, old_root, new_root = good["proof"], good["old_root"], good["new_root"]
    rewritten = [*LEAVES[:3], OTHER, *LEAVES[4:]]
    lies = {
        **lies_about_a_size(),
        **lies_of_equal_sizes(),
        **{name: {"proof": lie} for name, lie in spoilt(proof, new_root).items()},
        "old-root-added-at-the-start": {"proof": [old_root, *proof]},
        "old-root-added-at-the-end": {"proof": [*proof, old_root]},
        "first-hash-twice": {"proof": [proof[0], *proof]},
        "other-old-root": {"old_root": OTHER},
        "other-new-root": {"new_root": OTHER},
        "old-root-too-short": {"old_root": old_root[:31]},
        "new-root-too-short": {"new_root": new_root[:31]},
        "roots-swapped": {"old_root": new_root, "new_root": old_root},
        "entry-rewritten": {"proof": consistency_proof(rewritten, 6), "new_root": root_of(rewritten)},
        "power-of-two-with-old-root-in-proof": {
            **true_consistency(8, 21),
            "proof": [root_of(LEAVES[:8]), *consistency_proof(LEAVES, 8)],
        },
    }
    return {
        "consistency-6-to-21": good,
        "consistency-8-to-21": true_consistency(8, 21),
        "consistency-8-to-16": true_consistency(8, 16),
        "consistency-1-to-2": true_consistency(1, 2),
        "consistency-20-to-21": true_consistency(20, 21),
        "consistency-huge": huge_consistency(2**33 + 5),
        "consistency-unchanged": true_consistency(21, 21),
        "consistency-from-empty": true_consistency(0, 21),
        "consistency-empty-unchanged": true_consistency(0, 0),
        **{f"consistency-{name}": {**good, **lie, "valid": False} for name, lie in lies.items()},
    }


def lies_about_an_index() -> dict[str, Vector]:
    return {
        "index-plus-one": {"index": 6},
        "index-minus-one": {"index": 4},
        "index-of-another-pair": {"index": 5 ^ 2},
        "index-of-another-half": {"index": 20},
        "index-is-size": {"index": 21},
        "index-beyond-32-bits": {"index": 2**32 + 5},
        "index-beyond-64-bits": {"index": 2**64 + 5},
        "index-negative": {"index": -1},
        "size-zero": {"size": 0},
        "size-halved": {"size": 10},
        "size-doubled": {"size": 42},
        "size-of-another-shape": {"size": 6},
        "size-beyond-32-bits": {"size": 2**32 + 21},
        "size-beyond-64-bits": {"size": 2**64 + 21},
    }


def lies_of_a_single_entry() -> dict[str, Vector]:
    """Without a hash in the proof only the widths and the comparison are left to refuse a lie."""
    one = true_inclusion(0, 1)
    return {
        "only-one-other-leaf": {**one, "leaf_hash": OTHER},
        "only-one-of-an-empty-log": {**one, "size": 0, "root": EMPTY_ROOT},
        "only-one-leaf-empty": {**one, "leaf_hash": b""},
        "only-one-root-empty": {**one, "root": b""},
        "only-one-leaf-and-root-empty": {**one, "leaf_hash": b"", "root": b""},
        "only-one-leaf-and-root-too-short": {**one, "leaf_hash": LEAVES[0][:31], "root": LEAVES[0][:31]},
        "only-one-index-two": {**one, "index": 2},
        "index-one-of-size-one": {
            **one,
            "index": 1,
            "leaf_hash": LEAVES[1],
            "proof": [LEAVES[0]],
            "root": root_of(LEAVES[:2]),
        },
    }


def lies_about_a_size() -> dict[str, Vector]:
    return {
        "old-size-plus-one": {"old_size": 7},
        "old-size-minus-one": {"old_size": 5},
        "old-size-of-another-pair": {"old_size": 6 ^ 2},
        "old-size-above-new": {"old_size": 22},
        "old-size-zero": {"old_size": 0},
        "old-size-negative": {"old_size": -6},
        "old-size-equals-new": {"old_size": 21},
        "old-size-beyond-32-bits": {"old_size": 2**32 + 6},
        "new-size-below-old": {"new_size": 5},
        "new-size-halved": {"new_size": 10},
        "new-size-doubled": {"new_size": 42},
        "new-size-beyond-32-bits": {"new_size": 2**32 + 21},
        "new-size-beyond-64-bits": {"new_size": 2**64 + 21},
        "log-emptied": {"new_size": 0, "new_root": EMPTY_ROOT, "proof": []},
    }


def lies_of_equal_sizes() -> dict[str, Vector]:
    empty = true_consistency(0, 0)
    return {
        "same-size-other-root": {"new_size": 6, "proof": [], "new_root": OTHER},
        "same-size-with-a-hash": {**true_consistency(6, 6), "proof": [OTHER]},
        "same-size-roots-too-short": {**true_consistency(6, 6), "old_root": b"root", "new_root": b"root"},
        "empty-log-with-another-root": {"old_size": 0, "proof": [], "old_root": bytes(32)},
        "empty-log-with-a-hash": {"old_size": 0, "proof": [OTHER], "old_root": EMPTY_ROOT},
        "empty-unchanged-other-new-root": {**empty, "new_root": OTHER},
        "empty-unchanged-other-roots": {**empty, "old_root": OTHER, "new_root": OTHER},
        "empty-unchanged-with-a-hash": {**empty, "proof": [OTHER]},
    }


def spoilt(proof: list[bytes], root: bytes) -> dict[str, list[bytes]]:
    """Every way to lie with the hashes alone."""
    return {
        "no-hashes": [],
        "hash-missing-at-the-end": proof[:-1],
        "hash-missing-at-the-start": proof[1:],
        "hash-added-at-the-end": [*proof, OTHER],
        "hash-added-at-the-start": [OTHER, *proof],
        "hash-added-inside": [proof[0], OTHER, *proof[1:]],
        "nothing-added-at-the-end": [*proof, b""],
        "nothing-added-at-the-start": [b"", *proof],
        "root-added-at-the-end": [*proof, root],
        "root-added-at-the-start": [root, *proof],
        "hashes-swapped": [proof[1], proof[0], *proof[2:]],
        "hash-changed": [*proof[:2], OTHER, *proof[3:]],
        "hash-too-short": [proof[0][:31], *proof[1:]],
        "hash-too-long": [*proof[:-1], proof[-1] + b"\0"],
        **{f"bit-flipped-in-hash-{place}": flipped(proof, place) for place in range(len(proof))},
    }


def flipped(proof: list[bytes], place: int) -> list[bytes]:
    changed = bytes([proof[place][0] ^ 8]) + proof[place][1:]
    return [*proof[:place], changed, *proof[place + 1 :]]


def true_inclusion(index: int, size: int) -> Vector:
    proof = inclusion_proof(LEAVES[:size], index)
    return an_inclusion(index, size, LEAVES[index], proof, root_of(LEAVES[:size]))


def huge_inclusion(index: int) -> Vector:
    proof = [alike(end - begin) for begin, end in inclusion_ranges(index, HUGE)]
    return an_inclusion(index, HUGE, alike(1), proof, alike(HUGE))


def an_inclusion(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> Vector:
    claim = {"index": index, "size": size, "leaf_hash": leaf, "proof": proof, "root": root}
    return {"check": "inclusion", "valid": True, **claim}


def true_consistency(old: int, new: int) -> Vector:
    proof = consistency_proof(LEAVES[:new], old)
    return a_consistency(old, new, proof, lambda size: root_of(LEAVES[:size]))


def huge_consistency(old: int) -> Vector:
    proof = [alike(end - begin) for begin, end in consistency_ranges(old, HUGE)]
    return a_consistency(old, HUGE, proof, alike)


def a_consistency(old: int, new: int, proof: list[bytes], root: Callable[[int], bytes]) -> Vector:
    sizes = {"old_size": old, "new_size": new}
    roots = {"old_root": root(old), "new_root": root(new)}
    return {"check": "consistency", "valid": True, **sizes, "proof": proof, **roots}


@cache
def alike(size: int) -> bytes:
    """Root over so many entries that are all the same, so that a million million of them cost few hashes."""
    if size == 1:
        return LEAVES[0]
    left = 1 << (size - 1).bit_length() - 1
    return node_hash(alike(left), alike(size - left))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
