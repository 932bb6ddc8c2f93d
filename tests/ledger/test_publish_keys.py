"""Under a new key the same tree goes on, after an entry that names the last checkpoint by the old one."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import FARM, a_harvest
from tests.fakes import Crash, FakeAnchors, FakeCheckpoints, FakeEvents, FakeLog, FakeMark
from traceability.errors import Refused
from traceability.ledger.capture import capture
from traceability.ledger.footing import Footing
from traceability.ledger.own_word import OwnWord
from traceability.ledger.ports import Anchor
from traceability.ledger.prove import Prover
from traceability.ledger.publish import publish
from traceability.log.checkpoint import Checkpoint, log_id, open_checkpoint
from traceability.log.merkle import leaf_hash, root_of
from traceability.log.name_map import MapEntry
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.successor import SuccessorEntry, is_successor_entry
from traceability.proof.trust import TrustPolicy
from traceability.proof.verdict import Verified
from traceability.proof.verify import Outcome, verify

OLD, NEW = (
    NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(seed * 32)) for seed in (b"o", b"n")
)
LOGS = (NoteVerifier.of(OLD), NoteVerifier.of(NEW))
POLICY = TrustPolicy(logs=LOGS, chain_id=31337, contract="0x" + "aa" * 20)
AT = datetime(2026, 11, 22, tzinfo=UTC)


class Publisher:
    def __init__(self):
        self.events = FakeEvents()
        self.log = FakeLog(self.events)
        self.checkpoints = FakeCheckpoints()
        self.mark = FakeMark()
        self.anchors = FakeAnchors()
        self.prover = Prover(self.log, self.checkpoints, self.anchors, self.log, None, LOGS, POLICY)

    def capture(self, count=1):
        first = len(self.events.kept)
        events = [a_harvest(kg=first + number + 1) for number in range(count)]
        return [self.events.by_key(each.key) for each in capture(events, FARM, self.events, 5)]

    def publish(self, signer):
        older = [] if signer is OLD else LOGS[:1]
        return publish(self.log, self.checkpoints, self.mark, signer, older)

    def anchor(self):
        note = self.checkpoints.notes[-1]
        signed, _ = open_checkpoint(note, LOGS)
        self.anchors.final.append(
            Anchor(
                f"0x{signed.size:064x}", 0, signed.size, signed.root, note, b"", AT, "final", 7, "0x07", AT
            )
        )

    def successors(self):
        return [SuccessorEntry.from_bytes(each) for each in self.log.taken if is_successor_entry(each)]

    def check(self):
        leaves = [leaf_hash(entry) for entry in self.log.taken]
        signed = [open_checkpoint(note, LOGS)[0] for note in self.checkpoints.notes]
        assert all(each.root == root_of(leaves[: each.size]) for each in signed)
        assert all(older.size < newer.size for older, newer in pairwise(signed))
        last = MapEntry.from_bytes(self.log.taken[-1])
        assert last.root == self.log.map_at(last.index).root()


@pytest.fixture
def publisher():
    publisher = Publisher()
    publisher.capture(3)
    publisher.publish(OLD)
    return publisher


def last_of_old(publisher):
    last = Checkpoint.open(publisher.checkpoints.notes[0], LOGS[0])
    return SuccessorEntry(log_id(LOGS[0].name, LOGS[0].public_key), last.size, last.root)


def test_the_first_entry_for_which_the_new_key_signs_names_the_last_checkpoint_by_the_old_one(publisher):
    publisher.capture(2)

    publisher.publish(NEW)

    assert SuccessorEntry.from_bytes(publisher.log.taken[4]) == last_of_old(publisher)
    assert open_checkpoint(publisher.checkpoints.notes[-1], LOGS)[1] == LOGS[1]
    publisher.check()


def test_a_new_key_signs_though_no_event_has_come_and_only_once(publisher):
    publisher.publish(NEW)

    assert publisher.publish(NEW) is None
    assert publisher.successors() == [last_of_old(publisher)]
    publisher.check()


def test_a_new_key_of_an_empty_log_follows_nothing():
    publisher = Publisher()
    publisher.capture()

    publisher.publish(NEW)

    assert publisher.successors() == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", ["log", "mark", "checkpoints"])
@pytest.mark.parametrize("events", [0, 2])
def test_a_crash_at_the_change_of_keys_leaves_one_successor(publisher, part, moment, events):
    publisher.capture(events)
    getattr(publisher, part).fail = moment

    with pytest.raises(Crash):
        publisher.publish(NEW)
    publisher.publish(NEW)
    publisher.capture(1)
    publisher.publish(NEW)

    assert publisher.successors() == [last_of_old(publisher)]
    publisher.check()


def test_entries_that_the_old_key_left_without_a_checkpoint_are_signed_by_the_new_one(publisher):
    publisher.capture(2)
    publisher.log.fail = "after"
    with pytest.raises(Crash):
        publisher.publish(OLD)

    publisher.publish(NEW)

    assert publisher.successors() == [last_of_old(publisher)]
    publisher.check()


def test_a_publisher_that_still_has_the_old_key_is_refused_once_the_new_one_has_signed(publisher):
    publisher.publish(NEW)

    with pytest.raises(Refused):
        publisher.publish(OLD)


def test_each_proof_is_under_the_log_id_of_the_key_that_signed_its_anchor(publisher):
    first = next(iter(publisher.events.kept.values()))
    publisher.anchor()
    [second] = publisher.capture()
    publisher.publish(NEW)
    publisher.anchor()

    proofs = [publisher.prover.prove(each) for each in (first, second)]

    assert [each.anchor.log_id for each in proofs] == [log_id(log.name, log.public_key) for log in LOGS]
    assert [
        isinstance(OwnWord(publisher.prover).on(each, Footing()), Verified) for each in (first, second)
    ] == [
        True,
        True,
    ]


def test_a_proof_by_the_old_key_passes_as_long_as_the_policy_names_that_key(publisher):
    proof = publisher.prover.prove(next(iter(publisher.events.kept.values())))

    with_both = verify(proof, POLICY, [])
    without_old = verify(proof, TrustPolicy(logs=LOGS[1:]), [])

    outcome = {step.name: step.outcome for step in with_both.steps}
    assert outcome["checkpoint"] is Outcome.PASSED
    assert {step.name: step.outcome for step in without_old.steps}["checkpoint"] is Outcome.FAILED
