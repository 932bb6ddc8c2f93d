"""Measures Merkle proofs and roots against bare hashing, and against pymerkle, in one run.

A bare loop does the same hashes and nothing else: what it takes is the least that Python can take. The runs
take turns and the medians are compared, so a busy machine slows all of them alike. Trust the ratios, not the
times. Prints the table of docs/benchmarks/log.md.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from statistics import median

import pymerkle

from traceability.log import tiles
from traceability.log.merkle import check_inclusion, inclusion_proof, leaf_hash, root_of


def main() -> int:
    args = _arguments()
    entries = [number.to_bytes(8, "big") for number in range(args.size)]
    leaves = [leaf_hash(entry) for entry in entries]
    print(f"{args.size:,} entries, medians of {args.rounds} rounds\n")
    print("| | time | ratio | goal |\n|---|---|---|---|")
    _show_inclusion(entries, leaves, args.rounds, args.checks)
    _show_roots(leaves, args.rounds)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=1_000_000, help="entries of the log (default 1000000)")
    parser.add_argument("--rounds", type=int, default=15, help="runs of each, in turn (default 15)")
    parser.add_argument(
        "--checks", type=int, default=2_000, help="proofs that are checked in a run (default 2000)"
    )
    return parser.parse_args()


def _show_inclusion(entries: Sequence[bytes], leaves: Sequence[bytes], rounds: int, checks: int) -> None:
    size, index = len(leaves), len(leaves) // 3
    leaf, proof, root = leaves[index], inclusion_proof(leaves, index), root_of(leaves)
    steps = _steps(index, size, proof)
    theirs = pymerkle.InmemoryTree(algorithm="sha256")
    theirs.append_entries(entries)
    their_proof = theirs.prove_inclusion(index + 1, size)
    if bare_chain(leaf, steps) != root or theirs.get_root() != root:
        raise AssertionError("the three do not hash the same tree")

    took = _medians(
        rounds,
        {
            "bare": _times(checks, lambda: bare_chain(leaf, steps)),
            "ours": _times(checks, lambda: check_inclusion(index, size, leaf, proof, root)),
            "pymerkle": _times(
                checks, lambda: pymerkle.verify_inclusion(leaf, root, their_proof, index=index + 1, size=size)
            ),
        },
    )
    bare, ours, pym = (took[name] / checks * 1e6 for name in ("bare", "ours", "pymerkle"))
    print(f"| a bare chain of {len(proof)} hashes | {bare:.1f} µs | | |")
    print(f"| `check_inclusion` | {ours:.1f} µs | {ours / bare:.2f} of the bare chain's time | at most 1.5 |")
    print(f"| pymerkle {pymerkle.__version__} | {pym:.1f} µs | {pym / ours:.1f} of ours | more than 1 |")


def _show_roots(leaves: list[bytes], rounds: int) -> None:
    if bare_root(leaves) != root_of(leaves):
        raise AssertionError("the two do not hash the same tree")
    took = _medians(
        rounds,
        {
            "bare": lambda: bare_root(leaves),
            "root_of": lambda: root_of(leaves),
            "tiles.extend": lambda: tiles.extend(0, leaves, _nothing_there),
        },
    )
    bare = took.pop("bare")
    print(f"| a bare loop over all {len(leaves) - 1:,} nodes | {bare:.3g} s | | |")
    for name, ours in took.items():
        print(f"| `{name}` | {ours:.3g} s | {bare / ours:.2f} of the bare loop's speed | at least 0.8 |")


def bare_chain(node: bytes, steps: Sequence[tuple[bytes, bytes]]) -> bytes:
    for before, after in steps:
        node = sha256(before + node + after).digest()
    return node


def bare_root(nodes: list[bytes]) -> bytes:
    while len(nodes) > 1:
        odd = nodes[len(nodes) & ~1 :]
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return nodes[0]


def _steps(index: int, size: int, proof: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """What stands before and after the node in each hash of the chain."""
    inner = (index ^ (size - 1)).bit_length()
    on_right = [level >= inner or index >> level & 1 for level in range(len(proof))]
    return [
        (b"\x01" + sibling, b"") if right else (b"\x01", sibling)
        for sibling, right in zip(proof, on_right, strict=True)
    ]


def _nothing_there(level: int, index: int, width: int) -> bytes:
    return b""


def _times(count: int, task: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        for _ in range(count):
            task()

    return run


def _medians(rounds: int, tasks: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds that each task takes; they take turns, so that what slows the machine slows all."""
    took: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            took[name].append(time.perf_counter() - start)
    return {name: median(seconds) for name, seconds in took.items()}


if __name__ == "__main__":
    sys.exit(main())
