"""Traces that say, well or badly, that no event is missing."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

from edits import FOREIGN, OTHER, Vector, completed, elsewhere, fields, receipt, vector
from world import CONTEXT, LOG, LOT, PLACE, SECOND, SOUND, World, policy, shipping, signer

from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import inclusion_proof, leaf_hash, root_of
from traceability.log.note import NoteVerifier
from traceability.log.tlog_proof import TlogProof
from traceability.proof.proof_file import Proof, TraceProof


def passed() -> dict[str, Vector]:
    own_type = World([(shipping(), None), (shipping(type="guoji:Weighing"), None)])
    made_from = [{"epcClass": LOT + "9", "quantity": 1.5, "uom": "KGM", "guoji:madeFrom": LOT}]
    about = shipping(quantityList=made_from, readPoint={"id": PLACE, "guoji:about": LOT})
    extended = World([(shipping(), None), (about, None)])
    return {
        "complete-trace": vector(SOUND.trace()),
        "complete-trace-and-newer-events": grown(7, 8, anchored=False),
        "complete-trace-with-a-type-of-its-own": vector(own_type.trace(), own_type.chain()),
        "complete-trace-with-the-lot-in-extensions": vector(extended.trace(), extended.chain()),
    }


def unchecked() -> dict[str, Vector]:
    """Each event is verified, and whether one is missing is not known."""
    farm, shop = of_log("farm.example/log", *"abcde"), of_log("shop.example/log", "f")
    empty = of_log("shop.example/log", "f", quantityList=[{"epcClass": LOT + "9"}])
    # Name and size in one text read alike: farm.example/log1, 12.
    long, short = of_log("farm.example/log", *"abcdefghijk"), of_log("farm.example/log1", "a")
    both = (*farm.trace().proofs, *shop.trace().proofs)
    return {
        "trace": vector(TraceProof(LOT, (SOUND.proof(0), SOUND.proof(1)))),
        "complete-trace-not-anchored": completed(anchor=None),
        "trace-complete-as-of-before": grown(7, anchored=True),
        "trace-complete-for-another-log": beside(
            farm, empty, TraceProof(LOT, (farm.proof(3), farm.proof(4)), empty.complete())
        ),
        "trace-over-two-logs": beside(farm, shop, replace(farm.trace(), proofs=both)),
        "trace-over-logs-of-like-names": beside(
            long, short, TraceProof(LOT, (long.proof(1), short.proof(0)))
        ),
    }


def lies() -> dict[str, Vector]:
    complete, whole = SOUND.complete(), SOUND.trace()
    entries, siblings = complete.entries, complete.proof.siblings
    hidden = replace(SOUND, hidden=2)
    cut = replace(whole, proofs=whole.proofs[:-1])
    return {
        "complete-event-left-out": vector(cut),
        "complete-event-left-out-of-the-list": completed(entries=entries[:-1]),
        "complete-event-left-out-of-both": vector(
            replace(cut, complete=replace(complete, entries=entries[:-1]))
        ),
        "complete-event-left-out-of-the-map": vector(hidden.trace(), hidden.chain()),
        "complete-event-counted-twice": completed(entries=(*entries, entries[-1])),
        "complete-events-swapped": completed(entries=entries[::-1]),
        "complete-nothing-listed": completed(entries=()),
        "complete-absence-claimed-of-goods-that-are-named": vector(
            TraceProof(LOT, (SOUND.proof(1),), replace(complete, entries=()))
        ),
        "complete-absence-by-a-leaf-elsewhere": vector(
            TraceProof(
                LOT,
                (SOUND.proof(1),),
                replace(complete, entries=(), proof=replace(complete.proof, other=elsewhere())),
            )
        ),
        "complete-sibling-changed": completed(proof=replace(complete.proof, siblings=(OTHER, *siblings[1:]))),
        "complete-sibling-missing": completed(proof=replace(complete.proof, siblings=siblings[1:])),
        "complete-of-other-goods": completed(**fields(SOUND.complete(PLACE))),
        "complete-map-root-changed": completed(entry=replace(complete.entry, root=OTHER)),
        "complete-map-entry-elsewhere": completed(entry=replace(complete.entry, index=4)),
        "complete-checkpoint-of-a-foreign-log": completed(**fields(replace(SOUND, log=FOREIGN).complete())),
        "complete-anchor-of-another-root": completed(anchor=replace(complete.anchor, root=OTHER)),
    }


def fork() -> Vector:
    """Two signed trees of one size: the map of the events' tree names all, that of the other all but one."""
    hiding, whole = replace(SOUND, hidden=4), SOUND.trace()
    moved_on = replace(SOUND, chain_changes={"head": {"size": 50, "root": OTHER.hex()}})
    complete = replace(hiding.complete(), anchor=None)
    return vector(TraceProof(LOT, whole.proofs[:4], complete), moved_on.chain())


def of_log(name: str, *dispositions: str, **changes: Any) -> World:
    """A log of that name over events of the lot."""
    events = [(shipping(disposition=each, **changes), None) for each in dispositions]
    return World(events, log=signer(name, sum(name.encode()) % 256), origin=name)


def beside(world: World, other: World, trace: TraceProof) -> Vector:
    """A trace over two logs that the policy trusts both, anchored in one transaction."""
    [(transaction, held)] = world.chain()["receipts"].items()
    [added] = other.chain()["receipts"].values()
    chain = world.chain() | {"receipts": {transaction: held | {"events": held["events"] + added["events"]}}}
    return vector(trace, chain, trust=f"log {NoteVerifier.of(other.log).vkey}\n{policy(log=world.log)}")


def grown(*shown: int, anchored: bool) -> Vector:
    """The sound trace, complete as before, and some of the lot's later events: entries 6 to 8 of its log."""
    later = World([*SOUND.events, *((shipping(disposition=d), None) for d in "def")])
    leaves = [*SOUND.leaves, *later.leaves_of_events[5:], leaf_hash(b"the next map entry")]
    checkpoint = Checkpoint(LOG.name, len(leaves), root_of(leaves))
    transaction, block = ("0x" + sha256(name).hexdigest() for name in (b"next transaction", b"block 8"))
    place = {"block_number": 8, "block_hash": block}
    claim = replace(SOUND.claim, size=len(leaves), root=checkpoint.root, transaction=transaction, **place)
    appended = {**receipt()["events"][0], "data": f"{len(leaves):064x}{checkpoint.root.hex()}"}
    chain = SOUND.chain()
    chain["receipts"][transaction] = {**receipt(), **place, "events": [appended]}
    chain["blocks"]["8"] = {"hash": block, "mined_at_s": SECOND + 3600}
    chain["head"] = {"size": len(leaves), "root": checkpoint.root.hex()}

    def proof(index: int) -> Proof:
        tlog = TlogProof(index, tuple(inclusion_proof(leaves, index)), checkpoint.sign(LOG))
        (event, _), entry = later.events[index - 1], later.entry(index - 1)
        return Proof(CONTEXT, event, entry, tlog, claim if anchored else None)

    trace = SOUND.trace()
    return vector(replace(trace, proofs=(*trace.proofs, *map(proof, shown))), chain)
