"""What the verifier loads for some files judges like its twin in Python, whatever is wrong."""

import random
from dataclasses import replace
from hashlib import sha256
from itertools import product

from tests.browser.running import in_node
from traceability.errors import CheckFailed
from traceability.log.map_pages import NamePages
from traceability.log.merkle import leaf_hash, root_of
from traceability.log.name_map import MapProof, check_map, name_hash, nothing
from traceability.telemetry.batch import NO_BATCH, Header, header_leaf, open_batch
from traceability.telemetry.reading import Authenticated, Reading, leaf_of

NAMES = [f"name {number}" for number in range(12)]


def holds(check, *what):
    try:
        check(*what)
    except CheckFailed:
        return {"valid": False}
    return {"valid": True}


def some_hash(text):
    return sha256(text.encode()).digest()


def in_hex(hashes):
    return [each.hex() for each in hashes]


def a_map():
    """The entries of each name, half of which have none, and the pages of the map over them."""
    entries = {
        name: tuple(some_hash(f"{name} {n}") for n in range(number % 4 if number % 2 else 0))
        for number, name in enumerate(NAMES)
    }
    pages = {}
    held = [nothing(name_hash(name)).then(*each) for name, each in entries.items() if each]
    pages.update(NamePages(lambda paths: {}).grow(held))
    return entries, NamePages(lambda paths: {path: pages[path] for path in paths if path in pages})


def test_a_proof_about_a_name_holds_where_it_holds_in_python():
    entries, pages = a_map()
    proofs = {name: pages.prove(name_hash(name)) for name in NAMES}
    root, jobs, wanted = pages.root(), [], []
    held = {name: leaf for name, (leaf, _) in proofs.items() if leaf}
    # The last ones want just one entry more, to be the leaf of a name that is not asked for.
    ends = [None, *held.values(), *(proof.other for _, proof in proofs.values() if proof.other)]
    ends += [
        replace(nothing(held[name].key).then(*entries[name][:-1]), count=held[name].count) for name in held
    ]
    for name, of in product(NAMES, NAMES):
        for listed, other in product((entries[of], entries[of][1:], entries[of][-1:], ()), ends):
            siblings = proofs[of][1].siblings
            leaf = nothing(name_hash(name)).then(*listed)
            wanted.append(holds(check_map, leaf, MapProof(siblings, other), root))
            end = other and {"key": other.key.hex(), "count": other.count, "chain": other.chain.hex()}
            inside = {"entries": in_hex(listed), "siblings": in_hex(siblings)}
            jobs.append({"name": name, "other": end, "root": root.hex(), **inside})

    assert in_node("checkNames", jobs) == wanted
    assert {True, False} == {want["valid"] for want in wanted}


def a_batch(dice):
    """Leaves with some things wrong, perhaps none, and an event that commits to just them."""

    def perhaps(right, *wrong):
        return right if dice.random() < 0.96 else dice.choice(wrong)

    numbers = perhaps([1, 2, 3], [1, 3, 2], [1, 2, 2, 3], [2, 3], [1, 2, 3, 4], [])
    readings = [
        Reading(perhaps("cold-7", "cold-8"), perhaps(1, 2), number, 5, Authenticated.BROKER, b"payload")
        for number in numbers
    ]
    leaves = [leaf_of(reading) for reading in readings]
    leaves = [
        perhaps(leaf, leaf + b"x", leaf[:-1], leaf[:20], leaf.replace(b"\x05\x01", b"\x05\x03"))
        for leaf in leaves
    ]
    header = Header(
        "cold-7",
        1,
        perhaps(1, 2),
        perhaps(3, 2),
        perhaps(len(numbers), 3, 4),
        perhaps(NO_BATCH, some_hash("")),
    )
    first = header_leaf(header)
    leaves.insert(0, perhaps(first, first[:-1], first.replace(b"\x06cold", b"\x05cold"), b""))
    if dice.random() < 0.04:
        leaves = [leaf.replace(b"\x06cold", b"\x05cold") for leaf in leaves]
    event = {
        "guoji:device": header.device,
        "guoji:epoch": header.epoch,
        "guoji:firstSequence": header.first_sequence,
        "guoji:lastSequence": header.last_sequence,
        "guoji:readingCount": header.count,
        "guoji:batchRoot": root_of([leaf_hash(leaf) for leaf in leaves]).hex(),
    }
    if header.previous_root != NO_BATCH:
        event["guoji:previousBatchRoot"] = header.previous_root.hex()
    return leaves, event


def test_a_batch_fits_where_it_fits_in_python_whatever_its_event_commits_to():
    dice = random.Random(1)
    batches = [a_batch(dice) for _ in range(2000)]

    found = in_node("checkBatch", [{"leaves": in_hex(leaves), "event": event} for leaves, event in batches])

    assert found == [holds(open_batch, leaves) for leaves, _ in batches]
    assert 0.2 < sum(result["valid"] for result in found) / len(found) < 0.8


def test_an_event_that_says_otherwise_of_its_batch_is_caught():
    sound = next(found for found in map(a_batch, [random.Random(n) for n in range(99)]) if len(found[0]) == 4)
    leaves, event = sound
    lies = [event | {name: value} for name in event for value in (None, "1", 7, "x")]
    lies += [event | {"guoji:previousBatchRoot": NO_BATCH.hex()}]

    jobs = [{"leaves": in_hex(leaves), "event": lie} for lie in [event, *lies]]

    assert [result["valid"] for result in in_node("checkBatch", jobs)] == [True] + [False] * len(lies)
