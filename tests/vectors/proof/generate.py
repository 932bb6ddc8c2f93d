"""Writes the proof vectors (by default beside it): sound proofs, gaps, and one file per way to lie."""

import json
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import completeness
from edits import (
    ELSEWHERE,
    FOREIGN,
    IMPOSTOR,
    OTHER,
    Vector,
    changed,
    edited,
    entry_with,
    leaves_with,
    next_key,
    of_world,
    other_root_on_chain,
    receipt,
    second_chain,
    second_chain_away,
    second_chain_of_three,
    swap_signature,
    tlog_with,
    unanchored,
    vector,
    with_chain,
    with_event,
    with_receipt,
)
from world import CHAIN_ID, CONTRACT, LOG, LOT, SOUND, World, batch, payload, policy, shipping

from traceability.log.checkpoint import Checkpoint
from traceability.log.text import to_base64, to_hex
from traceability.proof.proof_file import TraceProof


def sound() -> dict[str, Vector]:
    rotated = LOG.sign(SOUND.checkpoint.to_text()) + FOREIGN.sign(SOUND.checkpoint.to_text()).split("\n\n")[1]
    confirmed = policy(f"chain {CHAIN_ID}", f"contract {CONTRACT}", "finality confirmations 2", "agree 1")
    return {
        "sound-event": vector(SOUND.proof(0)),
        "sound-last-event": vector(SOUND.proof(4)),
        "sound-batch": vector(SOUND.proof(1)),
        "sound-with-an-unknown-signature": tlog_with(checkpoint=rotated),
        "sound-two-endpoints-agree": second_chain(),
        "sound-one-endpoint-behind": second_chain_of_three(),
        "sound-next-key-took-over": next_key("first", "last", tied=True),
        "sound-next-key-is-the-first-that-was-used": next_key("last", tied=True),
        "sound-by-confirmations": vector(SOUND.proof(0), trust=confirmed),
        "sound-trace-partly-anchored": vector(
            TraceProof(LOT, (SOUND.proof(0), replace(SOUND.proof(1), anchor=None)))
        ),
    }


def unchecked() -> dict[str, tuple[str, Vector]]:
    claim = SOUND.claim
    no_chain = policy("label no chain")
    younger = {str(claim.block_number): {"hash": to_hex(OTHER), "mined_at_s": 1}}
    return {
        "no-policy": ("no trust policy", vector(SOUND.proof(0), trust=None)),
        "policy-without-chain": ("names no chain", vector(SOUND.proof(0), trust=no_chain)),
        "policy-without-log": ("names a log", vector(SOUND.proof(0), trust="quorum none\n")),
        "not-anchored": ("not yet anchored", unanchored(SOUND.chain())),
        "not-anchored-chain-away": ("not yet anchored", unanchored({"name": "a", "away": True})),
        "chain-away": ("0 of 1 endpoints", vector(SOUND.proof(0), {"name": "a", "away": True})),
        "endpoint-of-another-chain": ("this is chain 1, not 31337", with_chain(chain_id=1)),
        "transaction-unknown": ("is not on the chain", with_chain(receipts={})),
        "block-reorganised": ("no longer on the chain", with_chain(blocks=younger)),
        "block-vanished": ("no longer on the chain", with_chain(blocks={})),
        "block-not-final": ("is not finalized yet", with_chain(finalized=6)),
        "block-number-claimed-falsely": ("not where the proof says", edited("anchor.block_number", 6)),
        "block-hash-claimed-falsely": (
            "not where the proof says",
            edited("anchor.block_hash", to_hex(OTHER)),
        ),
        "one-endpoint-where-two-must-agree": (
            "1 of 1 endpoints confirm it, want 2",
            vector(SOUND.proof(0), trust=policy(f"chain {CHAIN_ID}", f"contract {CONTRACT}")),
        ),
        "one-endpoint-contradicts-where-two-must-agree": (
            "so it anchored nothing",
            second_chain_away(),
        ),
        "one-endpoint-twice": (
            "1 of 2 endpoints confirm it, want 2",
            second_chain(name=SOUND.chain()["name"]),
        ),
        "endpoints-disagree": (
            "endpoints disagree",
            second_chain(receipts={claim.transaction: {**receipt(), "succeeded": False}}),
        ),
        "endpoints-disagree-on-the-time": (
            "endpoints disagree",
            second_chain(blocks={"7": {"hash": claim.block_hash, "mined_at_s": 1}}),
        ),
        **{
            f"batch-root-{name}": ("does not carry them", batch_named(value))
            for name, value in {"empty": "", "null": None, "zero": 0, "false": False}.items()
        },
        "batch-without-its-readings": (
            "does not carry them",
            changed(lambda p: p.update(batch=None), index=1),
        ),
        "trace-that-never-names-its-subject": (
            "no verified event of this file names",
            vector(TraceProof(LOT + "9", (SOUND.proof(0), SOUND.proof(1)))),
        ),
        "trace-whose-subject-only-a-pending-event-names": (
            "no verified event of this file names",
            vector(TraceProof(LOT, (replace(SOUND.proof(0), anchor=None), SOUND.proof(1)))),
        ),
        "trace-of-goods-that-no-entry-names": (
            "no verified event of this file names",
            vector(SOUND.trace(LOT + "9")),
        ),
        "trace-without-events": ("the trace has no events", vector(TraceProof(LOT, ()))),
    }


def batch_named(root: object) -> Vector:
    return of_world(World([(shipping(**{"guoji:batchRoot": root}), None)]))


def contradicted() -> dict[str, dict[str, Vector]]:
    """By the step that fails."""
    claim, hashes = SOUND.claim, SOUND.proof(0).tlog.hashes
    twin = replace(SOUND, events=[(shipping(eventID="urn:uuid:1"), None), *SOUND.events[1:]])
    checkpoint = SOUND.checkpoint
    data_of_other = claim.size.to_bytes(32, "big").hex() + OTHER.hex()
    return {
        "event": {
            "event-changed": edited("event.disposition", "sellable_accessible"),
            "event-number-changed": edited(
                "event.quantityList", [{"epcClass": LOT, "quantity": 120, "uom": "KGM"}]
            ),
            "event-of-the-same-hash": edited("event", dict(twin.events[0][0])),
            "event-with-an-unhashed-field": edited("event.recordTime", "2026-11-18T08:00:00.000Z"),
            "context-changed": edited(
                "context", [SOUND.proof(0).context[0], {"guoji": "https://evil.example/"}]
            ),
            "nonce-changed": entry_with(13, bytes(16)),
            "event-digest-changed": entry_with(29, OTHER),
            "prehash-digest-changed": entry_with(61, OTHER),
            "names-digest-changed": entry_with(93, OTHER),
        },
        "readings": {
            "reading-changed": leaves_with(lambda x: [*x[:2], x[2].replace(b"4.5", b"3.5"), x[3]]),
            "reading-left-out": leaves_with(lambda x: [*x[:2], x[3]]),
            "reading-added": leaves_with(lambda x: [*x, x[3]]),
            "readings-swapped": leaves_with(lambda x: [x[0], x[2], x[1], x[3]]),
            "reading-time-changed": leaves_with(lambda x: [*x[:3], x[3].replace(payload(3), payload(2))]),
            "batch-header-changed": leaves_with(lambda x: [x[0][:-1] + b"\x01", *x[1:]]),
            "batch-without-leaves": leaves_with(lambda x: []),
            "readings-beside-an-event-of-none": edited(
                "batch", {"leaves": [to_base64(x) for x in batch()[1]]}
            ),
        },
        "inclusion": {
            "submitter-changed": entry_with(125, b"9521321000027"),
            "capture-time-changed": entry_with(138, bytes(8)),
            "signature-digest-changed": entry_with(146, OTHER),
            "index-of-another-entry": tlog_with(index=1),
            "index-beyond-the-log": tlog_with(index=6),
            "index-at-the-limit": tlog_with(index=2**63 - 1),
            "hash-changed": tlog_with(hashes=(OTHER, *hashes[1:])),
            "hash-missing": tlog_with(hashes=hashes[1:]),
            "hash-added": tlog_with(hashes=(*hashes, OTHER)),
            "checkpoint-of-the-empty-log": tlog_with(
                checkpoint=Checkpoint(LOG.name, 0, sha256(b"").digest()).sign(LOG)
            ),
        },
        "checkpoint": {
            "foreign-log": of_world(replace(SOUND, log=FOREIGN, origin=FOREIGN.name)),
            "foreign-key-under-our-name": of_world(replace(SOUND, log=IMPOSTOR)),
            "other-origin-by-our-key": of_world(replace(SOUND, origin="other.example/log")),
            "signature-changed": tlog_with(checkpoint=swap_signature(checkpoint.sign(LOG))),
            "signed-text-changed": tlog_with(checkpoint=checkpoint.sign(LOG).replace("\n6\n", "\n7\n")),
            "extension-added-after-signing": tlog_with(
                checkpoint=checkpoint.sign(LOG).replace("\n\n", "\nextension\n\n")
            ),
        },
        "anchor": {
            "rewritten-checkpoint": other_root_on_chain(),
            "rewritten-checkpoint-not-anchored": unanchored(
                replace(SOUND, chain_changes={"head": {"size": 6, "root": OTHER.hex()}}).chain()
            ),
            "next-key-began-anew": next_key("first", "last", tied=False),
            "next-key-began-anew-not-anchored": next_key("first", "last", tied=False, anchored=False),
            "next-key-took-over-another": next_key("empty", "first", "last", tied=True),
            "foreign-contract": of_world(replace(SOUND, contract=ELSEWHERE)),
            "foreign-contract-called-by-our-name": with_event(address=ELSEWHERE),
            "wrong-chain": of_world(replace(SOUND, chain_id=1)),
            "other-log-id": edited("anchor.log_id", to_hex(OTHER)),
            "other-log-in-the-receipt": with_event(topics=[receipt()["events"][0]["topics"][0], OTHER.hex()]),
            "other-kind-of-event": with_event(topics=[OTHER.hex(), claim.log_id.hex()]),
            "indexed-differently": with_event(topics=[*receipt()["events"][0]["topics"], OTHER.hex()]),
            "no-event-in-the-receipt": with_receipt(events=[]),
            "transaction-failed": with_receipt(succeeded=False),
            "other-root-in-the-receipt": with_event(data=data_of_other),
            "other-size-in-the-receipt": with_event(data=(7).to_bytes(32, "big").hex() + claim.root.hex()),
            "event-data-cut": with_event(data=receipt()["events"][0]["data"][:-2]),
            "event-data-longer": with_event(data=receipt()["events"][0]["data"] + "00"),
            "size-claimed-falsely": edited("anchor.size", 4),
            "root-claimed-falsely": edited("anchor.root", to_hex(OTHER)),
        },
    }


def traces() -> dict[str, tuple[str, Vector]]:
    """By the step that fails."""
    rewritten = replace(SOUND, events=[(shipping(disposition="rewritten"), None), *SOUND.events[1:]])
    two = TraceProof(LOT, (SOUND.proof(0), replace(rewritten.proof(0), anchor=None)))
    lie = replace(SOUND.proof(2), event=shipping(disposition="invented"))
    return {
        **{name: ("complete", made) for name, made in completeness.lies().items()},
        "complete-two-histories": ("checkpoint", completeness.fork()),
        "trace-with-two-histories": ("checkpoint", vector(two)),
        "trace-with-one-lie": ("event", vector(TraceProof(LOT, (SOUND.proof(0), lie)))),
    }


def main(folder: Path) -> None:
    wanted: dict[str, Vector] = {}
    for name, made in sound().items():
        wanted[name] = {"want": {"verdict": "verified"}, **made}
    for outcome in ("passed", "unchecked"):
        for name, made in getattr(completeness, outcome)().items():
            wanted[f"sound-{name}"] = {"want": {"verdict": "verified", "complete": outcome}, **made}
    for name, (reason, made) in unchecked().items():
        wanted[f"unchecked-{name}"] = {"want": {"verdict": "unchecked", "reason": reason}, **made}
    by_step = [(step, name, made) for step, lies in contradicted().items() for name, made in lies.items()]
    by_step += [(step, name, made) for name, (step, made) in traces().items()]
    for step, name, made in by_step:
        wanted[f"lie-{name}"] = {"want": {"verdict": "contradicted", "step": step}, **made}
    for name, made in wanted.items():
        text = json.dumps(made, indent=1, ensure_ascii=False, default=lambda data: data.hex())
        (folder / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parent)
