"""The Merkle tree against RFC 9162's own words, and every way to lie about one that has a vector."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import CheckFailed
from traceability.log.merkle import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "log"
sizes = st.integers(1, 70)


def leaves(size):
    return [leaf_hash(number.to_bytes(2, "big")) for number in range(size)]


def split(hashes):
    """RFC 9162: k is the largest power of two smaller than n."""
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashes[:k], hashes[k:]


def rfc_root(hashes):
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    left, right = split(hashes)
    return sha256(b"\x01" + rfc_root(left) + rfc_root(right)).digest()


def rfc_path(index, hashes):
    if len(hashes) == 1:
        return []
    left, right = split(hashes)
    if index < len(left):
        return [*rfc_path(index, left), rfc_root(right)]
    return [*rfc_path(index - len(left), right), rfc_root(left)]


def rfc_subproof(old, hashes, whole):
    if old == len(hashes):
        return [] if whole else [rfc_root(hashes)]
    left, right = split(hashes)
    if old <= len(left):
        return [*rfc_subproof(old, left, whole), rfc_root(right)]
    return [*rfc_subproof(old - len(left), right, False), rfc_root(left)]


@pytest.mark.parametrize("size", range(70))
def test_the_root_is_the_one_of_the_rfc(size):
    assert root_of(leaves(size)) == rfc_root(leaves(size))


@given(sizes, st.data())
def test_an_inclusion_proof_is_the_one_of_the_rfc_and_checks(size, data):
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)

    proof = inclusion_proof(hashes, index)

    assert proof == rfc_path(index, hashes)
    check_inclusion(index, size, hashes[index], proof, root_of(hashes))


@given(sizes, st.data())
def test_a_consistency_proof_is_the_one_of_the_rfc_and_checks(size, data):
    old = data.draw(st.integers(1, size))
    hashes = leaves(size)

    proof = consistency_proof(hashes, old)

    assert proof == rfc_subproof(old, hashes, True)
    check_consistency(old, size, proof, root_of(hashes[:old]), root_of(hashes))


@given(sizes, st.data())
def test_one_wrong_bit_anywhere_breaks_an_inclusion_proof(size, data):
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    parts = [*inclusion_proof(hashes, index), hashes[index], root_of(hashes)]
    victim = data.draw(st.integers(0, len(parts) - 1))
    parts[victim] = flip(parts[victim], data.draw(st.integers(0, 255)))

    *proof, leaf, root = parts

    with pytest.raises(CheckFailed, match="leads to"):
        check_inclusion(index, size, leaf, proof, root)


@given(st.integers(2, 70), st.data())
def test_one_wrong_bit_anywhere_breaks_a_consistency_proof(size, data):
    old = data.draw(st.integers(1, size - 1))
    hashes = leaves(size)
    parts = [*consistency_proof(hashes, old), root_of(hashes[:old]), root_of(hashes)]
    victim = data.draw(st.integers(0, len(parts) - 1))
    parts[victim] = flip(parts[victim], data.draw(st.integers(0, 255)))

    *proof, old_root, new_root = parts

    with pytest.raises(CheckFailed, match="leads to"):
        check_consistency(old, size, proof, old_root, new_root)


def test_a_rewritten_entry_has_no_consistency_proof():
    before, after = leaves(9), [*leaves(4), leaf_hash(b"rewritten"), *leaves(20)[5:]]

    with pytest.raises(CheckFailed, match=r"consistency proof from 9 to 20 leads to .* not to the old root"):
        check_consistency(9, 20, consistency_proof(after, 9), root_of(before), root_of(after))


def test_every_log_extends_the_empty_one_and_only_its_true_root():
    check_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    check_consistency(0, 5, consistency_proof(leaves(5), 0), EMPTY_ROOT, root_of(leaves(5)))

    with pytest.raises(CheckFailed, match="the empty log leads to"):
        check_consistency(0, 5, [], bytes(32), root_of(leaves(5)))
    with pytest.raises(CheckFailed, match="an unchanged log of 0 leads to"):
        check_consistency(0, 0, [], EMPTY_ROOT, bytes(32))
    with pytest.raises(CheckFailed, match="consistency proof from 0 to 5 has 1 hashes, want 0"):
        check_consistency(0, 5, [bytes(32)], EMPTY_ROOT, root_of(leaves(5)))


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [
        ("inclusion-index-is-size", "entry 21 lies outside a log of 21"),
        ("inclusion-leaf-too-short", "leaf hash has 31 bytes, want 32"),
        ("inclusion-only-one-leaf-and-root-too-short", "leaf hash has 31 bytes, want 32"),
        ("inclusion-root-too-short", "root has 31 bytes, want 32"),
        ("inclusion-no-hashes", "inclusion proof of entry 5 in a log of 21 has 0 hashes, want 5"),
        ("inclusion-hash-too-long", "hash 4 of the inclusion proof of entry 5 in a log of 21 has 33 bytes"),
        (
            "inclusion-index-plus-one",
            "proof of entry 6 in a log of 21 leads to .*, not to the root",
        ),
        ("consistency-new-size-below-old", "a log of 5 does not extend one of 6"),
        ("consistency-old-root-too-short", "old root has 31 bytes, want 32"),
        ("consistency-new-root-too-short", "new root has 31 bytes, want 32"),
        ("consistency-no-hashes", "consistency proof from 6 to 21 has 0 hashes, want 5"),
        ("consistency-hash-too-short", "hash 0 of the consistency proof from 6 to 21 has 31 bytes, want 32"),
        ("consistency-other-new-root", "consistency proof from 6 to 21 leads to .*, not to the new root"),
        ("consistency-same-size-other-root", "an unchanged log of 6 leads to .*, not to the new root"),
        ("consistency-empty-log-with-another-root", "the empty log leads to .*, not to the old root 0000"),
    ],
)
def test_a_wrong_proof_says_which_hash_which_length_which_index(lie, complaint):
    vector = json.loads((VECTORS / f"{lie}.json").read_text())
    check, arguments = CHECKS[vector["check"]](vector)

    with pytest.raises(CheckFailed, match=complaint):
        check(*arguments)


def test_a_proof_cannot_be_asked_for_what_is_not_there():
    for index in (-1, 3):
        with pytest.raises(CheckFailed, match=f"entry {index} lies outside a log of 3"):
            inclusion_proof(leaves(3), index)
    with pytest.raises(CheckFailed, match="a log of 3 does not extend one of 4"):
        consistency_proof(leaves(3), 4)


def test_a_node_is_never_a_leaf():
    left, right = leaves(2)

    assert node_hash(left, right) != leaf_hash(left + right)


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*-*.json")), ids=lambda path: path.stem)
def test_vector(path):
    vector = json.loads(path.read_text())
    check, arguments = CHECKS[vector["check"]](vector)

    if vector["valid"]:
        check(*arguments)
    else:
        with pytest.raises(CheckFailed):
            check(*arguments)


def inclusion_vector(vector):
    leaf, root = bytes.fromhex(vector["leaf_hash"]), bytes.fromhex(vector["root"])
    return check_inclusion, (vector["index"], vector["size"], leaf, hashes_of(vector), root)


def consistency_vector(vector):
    roots = bytes.fromhex(vector["old_root"]), bytes.fromhex(vector["new_root"])
    return check_consistency, (vector["old_size"], vector["new_size"], hashes_of(vector), *roots)


CHECKS = {"inclusion": inclusion_vector, "consistency": consistency_vector}


def hashes_of(vector):
    return [bytes.fromhex(sibling) for sibling in vector["proof"]]


def flip(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
