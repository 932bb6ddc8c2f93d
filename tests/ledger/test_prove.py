"""A proof says what is stored, no more and no sooner, and stays the same once its anchor is final."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.simulate.encode import encode_message
from tests.builders import FARM, FIELD, STATION, a_harvest
from tests.fakes import FakeAnchors, FakeCheckpoints, FakeEvents, FakeLog, FakeMark, FakeSealStore
from traceability.errors import Refused, Unavailable
from traceability.ledger.capture import capture
from traceability.ledger.footing import Footing
from traceability.ledger.own_word import OwnWord
from traceability.ledger.ports import Anchor
from traceability.ledger.prove import MOST_ANCHORS, Prover
from traceability.ledger.publish import publish
from traceability.ledger.seal import seal
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.proof.proof_file import to_bytes
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Contradicted, Unchecked, Verified
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))
VERIFIER = NoteVerifier.of(SIGNER)
POLICY = TrustPolicy(logs=(VERIFIER,), chain_id=31337, contract="0x" + "aa" * 20)
AT = datetime(2026, 11, 22, tzinfo=UTC)


class Installation:
    """Everything that a proof is made from, in memory."""

    def __init__(self, policy=POLICY):
        self.events = FakeEvents()
        self.log = FakeLog(self.events)
        self.checkpoints = FakeCheckpoints()
        self.anchors = FakeAnchors()
        self.seals = FakeSealStore(Device("cold-7", STATION, FARM, {}, FIELD, True), self.events)
        self.prover = Prover(
            self.log, self.checkpoints, self.anchors, self.log, self.seals, (VERIFIER,), policy
        )

    def capture(self, kg=30):
        [captured] = capture([a_harvest(kg=kg)], FARM, self.events, 5)
        return self.events.by_key(captured.key)

    def seal_a_reading(self, number=1):
        payload = encode_message("cold-7", 9, number, 1_790_000_000_000, {"air_temperature": 4})
        self.seals.arrived.append(Reading("cold-7", 9, number, 0, Authenticated.BROKER, payload))
        seal(self.seals, 10**13, 1, "https://guoji.example")
        return self.events.queue[-1]

    def publish(self):
        publish(self.log, self.checkpoints, FakeMark(), SIGNER)

    def anchor(self):
        note = self.checkpoints.notes[-1]
        signed = Checkpoint.open(note, VERIFIER)
        tx_hash = f"0x{signed.size:064x}"
        held = Anchor(
            tx_hash, 0, signed.size, signed.root, note, b"raw", AT, "final", 7, "0x" + "07" * 32, AT
        )
        self.anchors.final.append(held)


@pytest.fixture
def ours():
    return Installation()


def test_an_event_that_waits_for_the_log_has_no_proof_yet(ours):
    stored = ours.capture()

    with pytest.raises(Unavailable, match="is not in the log yet; try again"):
        ours.prover.prove(stored)


def test_an_entry_that_is_under_no_checkpoint_has_no_proof_yet(ours):
    ours.capture()
    ours.publish()
    stored = ours.capture(31)
    ours.log.integrate(10)

    with pytest.raises(Unavailable, match="entry 2 is under no checkpoint yet; try again"):
        ours.prover.prove(stored)


def test_before_there_is_an_anchor_the_proof_names_none(ours):
    stored = ours.capture()
    ours.publish()

    proof = ours.prover.prove(stored)

    assert (proof.anchor, proof.tlog.checkpoint) == (None, ours.checkpoints.newest())
    verdict = OwnWord(ours.prover).on(stored, Footing())
    assert isinstance(verdict, Unchecked)
    assert verdict.reason.startswith("anchor: not yet anchored")


def test_a_proof_stays_the_same_however_the_log_and_its_anchors_grow(ours):
    stored = ours.capture()
    ours.publish()
    ours.anchor()
    first = to_bytes(ours.prover.prove(stored))

    for number in range(5):
        ours.capture(40 + number)
        ours.publish()
        ours.anchor()

    assert to_bytes(ours.prover.prove(stored)) == first
    assert OwnWord(ours.prover).on(stored, Footing()) == Verified(AT)


def test_an_event_is_proven_by_the_first_anchor_that_covers_it_not_by_an_older_one(ours):
    ours.capture()
    ours.publish()
    ours.anchor()
    stored = ours.capture(31)
    ours.publish()

    assert ours.prover.prove(stored).anchor is None
    ours.anchor()
    assert ours.prover.prove(stored).anchor.size == 4


@pytest.mark.parametrize("harvests", [1, 3, MOST_ANCHORS, 2 * MOST_ANCHORS + 3])
def test_the_proofs_of_a_trace_share_few_anchors_each_of_which_covers_what_it_proves(ours, harvests):
    events = []
    for number in range(harvests):
        for bring, what in (
            (ours.capture, 40 + number),
            (ours.seal_a_reading, 2 * number + 1),
            (ours.seal_a_reading, 2 * number + 2),
        ):
            events.append(bring(what))
            ours.publish()
            ours.anchor()
    waiting = ours.capture(9)

    proofs = ours.prover.prove_together([*events, waiting])

    assert list(proofs) == [each.key for each in events]
    sizes = {key: proof.anchor.size for key, proof in proofs.items()}
    assert len(set(sizes.values())) <= min(MOST_ANCHORS, harvests + 1)
    own = {each.key: ours.prover.prove(each) for each in events}
    assert all(sizes[key] >= proof.anchor.size for key, proof in own.items())
    if harvests < MOST_ANCHORS:
        assert all(proofs[each.key] == own[each.key] for each in events[::3])


def test_the_proof_of_a_batch_carries_its_readings(ours):
    stored = ours.seal_a_reading()
    ours.publish()
    ours.anchor()

    proof = ours.prover.prove(stored)

    assert proof.leaves == ours.seals.batches[0][1].leaves
    assert OwnWord(ours.prover).on(stored, Footing()) == Verified(AT)


def test_a_stored_event_that_was_changed_is_contradicted_by_our_own_word(ours):
    stored = ours.capture()
    ours.publish()
    ours.anchor()

    assert isinstance(
        OwnWord(ours.prover).on(replace(stored, event=a_harvest(kg=99)), Footing()), Contradicted
    )


def test_anchors_without_a_contract_in_the_policy_are_nobodys():
    ours = Installation(TrustPolicy(logs=(VERIFIER,)))
    stored = ours.capture()
    ours.publish()
    ours.anchor()

    with pytest.raises(Refused, match="names no chain and contract"):
        ours.prover.prove(stored)
