"""The Merkle tree of RFC 9162, section 2.1, over SHA-256: roots, proofs and their checks."""

from collections.abc import Sequence
from hashlib import sha256

from traceability.errors import CheckFailed

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over `leaf_hashes` (32 bytes each), RFC 9162 section 2.1.1."""
    nodes = leaf_hashes
    if not nodes:
        return EMPTY_ROOT
    while len(nodes) > 1:
        parents = [node_hash(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
        if len(nodes) % 2:
            parents.append(nodes[-1])
        nodes = parents
    return nodes[0]


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The subtrees, as [begin, end) of entries, whose roots prove entry `index` (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise CheckFailed(f"entry {index} lies outside a log of {size}")
    ranges = []
    begin, end = 0, size
    while end - begin > 1:
        middle = _middle(begin, end)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    return ranges[::-1]


def consistency_ranges(old_size: int, new_size: int) -> list[tuple[int, int]]:
    """The subtrees whose roots prove that the log of `old_size` is a prefix (RFC 9162, 2.1.4.1).

    None from size 0: see `check_consistency`.
    """
    if not 0 <= old_size <= new_size:
        raise CheckFailed(f"a log of {new_size} does not extend one of {old_size}")
    if old_size == 0:
        return []
    ranges = []
    begin, end = 0, new_size
    while end > old_size:
        middle = _middle(begin, end)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    if begin > 0:  # otherwise the remaining subtree is the whole old log, whose root the checker has
        ranges.append((begin, end))
    return ranges[::-1]


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    return [root_of(leaf_hashes[begin:end]) for begin, end in inclusion_ranges(index, len(leaf_hashes))]


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    return [root_of(leaf_hashes[begin:end]) for begin, end in consistency_ranges(old_size, len(leaf_hashes))]


def check_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the entry with `leaf_hash` is number `index` of the log with `size` entries and this `root`.

    Raises `CheckFailed`, which says what does not fit. RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise CheckFailed(f"entry {index} lies outside a log of {size}")
    _check_width("leaf hash", leaf_hash)
    _check_width("root", root)
    what = f"inclusion proof of entry {index} in a log of {size}"
    inner = (index ^ (size - 1)).bit_length()
    _check_shape(what, proof, inner + (index >> inner).bit_count())
    # Bit n of `sides` is set where sibling n is on the left; above `inner`, along the right edge, all are.
    sides = index | -1 << inner
    node = leaf_hash
    for sibling in proof:
        node = node_hash(sibling, node) if sides & 1 else node_hash(node, sibling)
        sides >>= 1
    _check_leads_to(what, node, "root", root)


def check_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the log of `new_size` and `new_root` extends the one of `old_size` and `old_root`.

    Raises `CheckFailed`, which says what does not fit. RFC 9162, section 2.1.4.2.

    The RFC leaves size 0 open. Here the empty log, whose root is `EMPTY_ROOT` and no other, is a prefix of
    every log, and the proof of that is empty.
    """
    if not 0 <= old_size <= new_size:
        raise CheckFailed(f"a log of {new_size} does not extend one of {old_size}")
    _check_width("old root", old_root)
    _check_width("new root", new_root)
    if old_size == 0:
        _check_leads_to("the empty log", EMPTY_ROOT, "old root", old_root)
    what = f"consistency proof from {old_size} to {new_size}"
    if old_size in (0, new_size):
        _check_shape(what, proof, 0)
        if old_size == new_size:
            _check_leads_to(f"an unchanged log of {new_size}", old_root, "new root", new_root)
        return

    # The proof starts at the last complete subtree of the old log, `shift` levels above the leaves. Hashes on
    # its left are part of both logs, hashes on its right of the new one only.
    shift = (old_size & -old_size).bit_length() - 1
    path = (old_size - 1) >> shift
    inner = (path ^ (new_size - 1) >> shift).bit_length()
    whole = path == 0  # that subtree is the whole old log, so its root need not be in the proof
    _check_shape(what, proof, (not whole) + inner + (path >> inner).bit_count())
    sides = path | -1 << inner
    old_node = new_node = old_root if whole else proof[0]
    for sibling in proof if whole else proof[1:]:
        if sides & 1:
            old_node = node_hash(sibling, old_node)
            new_node = node_hash(sibling, new_node)
        else:
            new_node = node_hash(new_node, sibling)
        sides >>= 1
    _check_leads_to(what, old_node, "old root", old_root)
    _check_leads_to(what, new_node, "new root", new_root)


def _middle(begin: int, end: int) -> int:
    """Where RFC 9162 splits a tree: after the largest power of two below its size."""
    return begin + (1 << (end - begin - 1).bit_length() - 1)


def _check_shape(what: str, proof: Sequence[bytes], want: int) -> None:
    if len(proof) != want:
        raise CheckFailed(f"{what} has {len(proof)} hashes, want {want}")
    for position, sibling in enumerate(proof):
        if len(sibling) != HASH_BYTES:
            raise CheckFailed(f"hash {position} of the {what} has {len(sibling)} bytes, want {HASH_BYTES}")


def _check_width(what: str, value: bytes) -> None:
    if len(value) != HASH_BYTES:
        raise CheckFailed(f"{what} has {len(value)} bytes, want {HASH_BYTES}")


def _check_leads_to(what: str, node: bytes, which: str, root: bytes) -> None:
    if node != root:
        raise CheckFailed(f"{what} leads to {node.hex()}, not to the {which} {root.hex()}")
