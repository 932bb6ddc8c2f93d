"""Writes the Merkle vectors (by default beside it): sound proofs, and one file per way to lie."""

import json
import sys
from hashlib import sha256
from pathlib import Path

from traceability.log.merkle import EMPTY_ROOT, consistency_proof, inclusion_proof, leaf_hash, root_of

LEAVES = [leaf_hash(f"entry {number}".encode()) for number in range(21)]
OTHER = sha256(b"another").digest()


def main(folder: Path) -> None:
    for name, vector in {**inclusion_vectors(), **consistency_vectors()}.items():
        text = json.dumps(vector, indent=2, default=lambda data: data.hex())
        (folder / f"{name}.json").write_text(text + "\n")


def inclusion_vectors() -> dict[str, dict[str, object]]:
    def true(index: int, size: int) -> dict[str, object]:
        return {
            "check": "inclusion",
            "valid": True,
            "index": index,
            "size": size,
            "leaf_hash": LEAVES[index],
            "proof": inclusion_proof(LEAVES[:size], index),
            "root": root_of(LEAVES[:size]),
        }

    good = true(5, 21)
    proof = inclusion_proof(LEAVES, 5)
    lies: dict[str, dict[str, object]] = {
        "index-plus-one": {"index": 6},
        "index-minus-one": {"index": 4},
        "index-of-another-half": {"index": 20},
        "index-is-size": {"index": 21},
        "index-beyond-64-bits": {"index": 2**64 + 5},
        "index-one-of-size-one": {
            "index": 1,
            "size": 1,
            "leaf_hash": LEAVES[1],
            "proof": [LEAVES[0]],
            "root": root_of(LEAVES[:2]),
        },
        "index-negative": {"index": -1},
        "size-zero": {"size": 0},
        "size-of-another-shape": {"size": 5 + 1},
        "size-beyond-64-bits": {"size": 2**64 + 21},
        "other-leaf": {"leaf_hash": OTHER},
        "leaf-of-neighbour": {"leaf_hash": LEAVES[4]},
        "leaf-too-short": {"leaf_hash": LEAVES[5][:31]},
        "other-root": {"root": OTHER},
        "root-of-smaller-log": {"root": root_of(LEAVES[:20])},
        "empty-root": {"root": EMPTY_ROOT},
        "no-hashes": {"proof": []},
        "hash-missing-at-the-end": {"proof": proof[:-1]},
        "hash-missing-at-the-start": {"proof": proof[1:]},
        "hash-added-at-the-end": {"proof": [*proof, OTHER]},
        "hash-added-at-the-start": {"proof": [OTHER, *proof]},
        "root-added-at-the-end": {"proof": [*proof, root_of(LEAVES)]},
        "hashes-swapped": {"proof": [proof[1], proof[0], *proof[2:]]},
        "hash-changed": {"proof": [*proof[:2], OTHER, *proof[3:]]},
        "hash-split-at-another-byte": {
            "leaf_hash": proof[0][-1:] + LEAVES[5],
            "proof": [proof[0][:-1], *proof[1:]],
        },
    }
    return {
        "inclusion-first-of-21": true(0, 21),
        "inclusion-last-of-21": true(20, 21),
        "inclusion-inside-21": good,
        "inclusion-only-one": true(0, 1),
        "inclusion-second-of-two": true(1, 2),
        **{f"inclusion-{name}": {**good, "valid": False, **lie} for name, lie in lies.items()},
    }


def consistency_vectors() -> dict[str, dict[str, object]]:
    def true(old: int, new: int) -> dict[str, object]:
        return {
            "check": "consistency",
            "valid": True,
            "old_size": old,
            "new_size": new,
            "proof": consistency_proof(LEAVES[:new], old),
            "old_root": root_of(LEAVES[:old]),
            "new_root": root_of(LEAVES[:new]),
        }

    good = true(6, 21)
    proof = consistency_proof(LEAVES, 6)
    rewritten = [*LEAVES[:3], OTHER, *LEAVES[4:]]
    lies: dict[str, dict[str, object]] = {
        "old-size-plus-one": {"old_size": 7},
        "old-size-minus-one": {"old_size": 5},
        "old-size-above-new": {"old_size": 22},
        "old-size-zero": {"old_size": 0},
        "old-size-negative": {"old_size": -6},
        "old-size-equals-new": {"old_size": 21},
        "new-size-below-old": {"new_size": 5},
        "new-size-doubled": {"new_size": 42},
        "other-old-root": {"old_root": OTHER},
        "other-new-root": {"new_root": OTHER},
        "roots-swapped": {"old_root": good["new_root"], "new_root": good["old_root"]},
        "no-hashes": {"proof": []},
        "hash-missing-at-the-end": {"proof": proof[:-1]},
        "hash-missing-at-the-start": {"proof": proof[1:]},
        "hash-added-at-the-end": {"proof": [*proof, OTHER]},
        "hash-added-at-the-start": {"proof": [OTHER, *proof]},
        "old-root-added-at-the-start": {"proof": [good["old_root"], *proof]},
        "hashes-swapped": {"proof": [proof[1], proof[0], *proof[2:]]},
        "hash-changed": {"proof": [OTHER, *proof[1:]]},
        "hash-too-short": {"proof": [proof[0][:31], *proof[1:]]},
        "entry-rewritten": {"proof": consistency_proof(rewritten, 6), "new_root": root_of(rewritten)},
        "same-size-other-root": {"new_size": 6, "proof": [], "new_root": OTHER},
        "empty-log-with-another-root": {"old_size": 0, "proof": [], "old_root": bytes(32)},
        "empty-log-with-a-hash": {"old_size": 0, "proof": [OTHER], "old_root": EMPTY_ROOT},
        "power-of-two-with-old-root-in-proof": {
            **true(8, 21),
            "proof": [root_of(LEAVES[:8]), *consistency_proof(LEAVES, 8)],
        },
    }
    return {
        "consistency-6-to-21": good,
        "consistency-8-to-21": true(8, 21),
        "consistency-1-to-2": true(1, 2),
        "consistency-20-to-21": true(20, 21),
        "consistency-unchanged": true(21, 21),
        "consistency-from-empty": true(0, 21),
        "consistency-empty-unchanged": true(0, 0),
        **{f"consistency-{name}": {**good, **lie, "valid": False} for name, lie in lies.items()},
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
