"""Ways to change a sound proof vector: its file, its log, its chain."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

from world import CHAIN_ID, CONTRACT, LOG, LOT, PLACE, SOUND, TRUCK, World, policy, shipping, signer

from traceability.log.name_map import NameLeaf, bit, name_hash
from traceability.log.note import NoteVerifier
from traceability.log.text import from_base64, to_base64
from traceability.proof.proof_file import Complete, Proof, TraceProof, proof_json, trace_json

Vector = dict[str, Any]
OTHER = sha256(b"another").digest()
ELSEWHERE = "0x" + "ee" * 20
FOREIGN = signer("foreign.example/log", 9)
IMPOSTOR = signer(LOG.name, 9)


def vector(proof: Proof | TraceProof, *chains: Vector, trust: str | None = policy()) -> Vector:
    as_json = trace_json(proof) if isinstance(proof, TraceProof) else proof_json(proof)
    return deepcopy({"policy": trust, "proof": as_json, "chains": list(chains or (SOUND.chain(),))})


def of_world(world: World, trust: str = policy()) -> Vector:
    return vector(world.proof(0), world.chain(), trust=trust)


def with_chain(**changes: Any) -> Vector:
    return of_world(replace(SOUND, chain_changes=changes))


def with_receipt(**changes: Any) -> Vector:
    receipts = SOUND.chain()["receipts"]
    return with_chain(receipts={tx: {**receipt, **changes} for tx, receipt in receipts.items()})


def with_event(**changes: Any) -> Vector:
    """The one event that the receipt holds, changed."""
    [receipt] = SOUND.chain()["receipts"].values()
    return with_receipt(events=[{**receipt["events"][0], **changes}])


def changed(change: Callable[[Vector], object], index: int = 0) -> Vector:
    """A sound vector whose proof file `change` then edits."""
    made = vector(SOUND.proof(index))
    change(made["proof"])
    return made


def edited(path: str, value: Any) -> Vector:
    """A sound vector with one value of its proof file replaced."""
    *parents, last = path.split(".")

    def edit(proof: Vector) -> None:
        for name in parents:
            proof = proof[name]
        proof[last] = value

    return changed(edit)


def entry_with(start: int, data: bytes) -> Vector:
    entry = SOUND.entry(0).to_bytes()
    return edited("entry", to_base64(entry[:start] + data + entry[start + len(data) :]))


def tlog_with(**changes: Any) -> Vector:
    return edited("tlog", replace(SOUND.proof(0).tlog, **changes).to_text())


def leaves_with(change: Callable[[list[bytes]], list[bytes]]) -> Vector:
    return changed(
        lambda proof: proof["batch"].update(
            leaves=[
                to_base64(leaf) for leaf in change([from_base64(x, "leaf") for x in proof["batch"]["leaves"]])
            ]
        ),
        index=1,
    )


def completed(**changes: Any) -> Vector:
    """The whole trace, with changes in what it says about its completeness."""
    return vector(replace(SOUND.trace(), complete=replace(SOUND.complete(), **changes)))


def fields(complete: Complete) -> dict[str, Any]:
    return {name: getattr(complete, name) for name in ("entry", "tlog", "anchor", "entries", "proof")}


def elsewhere() -> NameLeaf:
    """A leaf that the map has, on another way than the lot's."""
    ways = (SOUND.map.prove(name_hash(name))[0] for name in (PLACE, TRUCK))
    return next(leaf for leaf in ways if leaf and bit(leaf.key, 0) != bit(name_hash(LOT), 0))


def other_root_on_chain() -> Vector:
    """The log's operator rewrote an entry after the anchor, and signs the new tree at the same size."""
    rewritten = replace(SOUND, events=[(shipping(disposition="rewritten"), None), *SOUND.events[1:]])
    return vector(rewritten.proof(0), SOUND.chain())


def next_key(*held: str, tied: bool, anchored: bool = True) -> Vector:
    """By a log of three keys in the policy; the contract holds something under some, as one line or apart."""
    keys = {"first": signer(LOG.name, 7), "empty": signer(LOG.name, 8), "last": LOG}
    ids = {name: replace(SOUND, log=key).log_id.hex() for name, key in keys.items()}
    nothing = {"size": 0, "root": bytes(32).hex()}
    heads = {ids[name]: SOUND.chain()["head"] if name in held else nothing for name in keys}
    line = {ids[new]: ids[old] for old, new in pairwise(held) if tied}
    earlier = "".join(f"log {NoteVerifier.of(keys[name]).vkey}\n" for name in ("first", "empty"))
    proof = SOUND.proof(0) if anchored else replace(SOUND.proof(0), anchor=None)
    return vector(proof, {**SOUND.chain(), "heads": heads, "predecessors": line}, trust=earlier + policy())


def unanchored(chain: Vector) -> Vector:
    return vector(replace(SOUND.proof(0), anchor=None), chain)


def second_chain(**changes: Any) -> Vector:
    two = policy(f"chain {CHAIN_ID}", f"contract {CONTRACT}")
    return vector(
        SOUND.proof(0), SOUND.chain(), {**SOUND.chain("chain-b.example:8545"), **changes}, trust=two
    )


def second_chain_of_three() -> Vector:
    made = second_chain()
    made["chains"].append({**SOUND.chain("chain-c.example:8545"), "receipts": {}})
    return made


def second_chain_away() -> Vector:
    made = second_chain()
    failed = {SOUND.claim.transaction: {**receipt(), "succeeded": False}}
    made["chains"] = [{**SOUND.chain(), "receipts": failed}, {"name": "b", "away": True}]
    return made


def receipt() -> Vector:
    [found] = SOUND.chain()["receipts"].values()
    return dict(found)


def swap_signature(note: str) -> str:
    head, _, line = note.rstrip("\n").rpartition(" ")
    data = from_base64(line, "signature")
    return f"{head} {to_base64(data[:-1] + bytes([data[-1] ^ 1]))}\n"
