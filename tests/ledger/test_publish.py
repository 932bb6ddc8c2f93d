"""Whatever crashes, and whoever else publishes: an index is handed out once, a signed tree never shrinks."""

from copy import deepcopy
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import FARM, a_harvest
from tests.fakes import Crash, FakeCheckpoints, FakeEvents, FakeLog, FakeMark
from traceability.errors import CheckpointConflict, Refused
from traceability.ledger.capture import capture
from traceability.ledger.publish import publish
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import leaf_hash, root_of
from traceability.log.name_map import MapEntry, is_map_entry
from traceability.log.note import NoteSigner, NoteVerifier

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))


class Publisher:
    """A log with its queue, and who publishes it."""

    def __init__(self):
        self.events = FakeEvents()
        self.log = FakeLog(self.events)
        self.checkpoints = FakeCheckpoints()
        self.mark = FakeMark()

    def capture(self, count):
        start = len(self.events.kept)
        capture([a_harvest(kg=start + number + 1) for number in range(count)], FARM, self.events, 5)

    def publish(self):
        return publish(self.log, self.checkpoints, self.mark, SIGNER)

    def signed(self):
        return [Checkpoint.open(note, NoteVerifier.of(SIGNER)) for note in self.checkpoints.notes]

    def check(self):
        """All that was ever signed is one growing tree over entries that are there."""
        leaves = [leaf_hash(entry) for entry in self.log.taken]
        assert len(set(leaves)) == len(leaves)
        for checkpoint in self.signed():
            assert checkpoint.size <= len(leaves)
            assert checkpoint.root == root_of(leaves[: checkpoint.size])
            last = MapEntry.from_bytes(self.log.taken[checkpoint.size - 1])
            assert last.root == self.log.map_at(last.index).root()
            assert last.index == checkpoint.size - 1
        assert all(older.size < newer.size for older, newer in pairwise(self.signed()))


@pytest.fixture
def publisher():
    publisher = Publisher()
    publisher.capture(3)
    publisher.publish()
    return publisher


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("part", ["log", "mark", "checkpoints"])
def test_a_crash_on_any_line_leaves_a_log_that_continues(publisher, part, moment):
    publisher.capture(300)
    getattr(publisher, part).fail = moment

    with pytest.raises(Crash):
        publisher.publish()
    publisher.check()
    publisher.capture(2)
    publisher.publish()

    publisher.check()
    assert sum(not is_map_entry(entry) for entry in publisher.log.taken) == 305


def test_entries_that_a_crash_left_without_a_checkpoint_get_one_though_nothing_is_new(publisher):
    publisher.capture(2)
    publisher.log.fail = "after"
    with pytest.raises(Crash):
        publisher.publish()

    assert publisher.publish() == publisher.signed()[-1]
    assert publisher.signed()[-1].size == 7


def test_nothing_is_signed_that_is_not_kept(publisher):
    publisher.capture(2)
    publisher.checkpoints.fail = "before"

    with pytest.raises(Crash):
        publisher.publish()

    assert [checkpoint.size for checkpoint in publisher.signed()] == [4]


def test_the_mark_is_raised_before_a_checkpoint_can_be_served(publisher):
    publisher.capture(2)
    publisher.checkpoints.fail = "before"
    with pytest.raises(Crash):
        publisher.publish()
    ahead = publisher.mark.note

    assert Checkpoint.open(ahead, NoteVerifier.of(SIGNER)).size == 7
    publisher.publish()
    assert publisher.checkpoints.newest() == ahead


def test_without_anything_new_nothing_is_signed(publisher):
    assert publisher.publish() is None
    assert len(publisher.signed()) == 1


def test_of_two_publishers_the_slower_one_fails_and_the_log_continues(publisher):
    publisher.capture(2)

    def the_other_one():
        publisher.capture(1)
        publisher.publish()

    publisher.checkpoints.meanwhile = the_other_one
    with pytest.raises(CheckpointConflict):
        publisher.publish()

    publisher.check()
    assert [checkpoint.size for checkpoint in publisher.signed()] == [4, 9]
    assert publisher.publish() is None


def test_a_log_that_lost_entries_is_not_signed(publisher):
    publisher.log.taken.pop()
    publisher.mark.note = None

    with pytest.raises(Refused, match="the log holds 3 entries, but we signed 4: `guoji recover --from"):
        publisher.publish()


def restore_old_copy(publisher):
    """The store as it was before anything was published, and with other events in its queue."""
    publisher.log, publisher.checkpoints = FakeLog(publisher.events), FakeCheckpoints()
    publisher.capture(2)


def test_an_old_copy_of_the_store_is_not_signed_and_gives_out_no_index(publisher):
    restore_old_copy(publisher)

    with pytest.raises(
        Refused, match=r"we signed 4 entries, our store holds only 0: .*`guoji recover --from"
    ):
        publisher.publish()

    assert (publisher.log.size(), publisher.signed()) == (0, [])


def test_a_store_that_went_on_otherwise_than_what_was_signed_is_not_signed(publisher):
    restore_old_copy(publisher)
    publisher.log.integrate(10)
    publisher.capture(1)
    publisher.log.integrate(10)

    with pytest.raises(Refused, match="we signed another tree of 4 entries than our store holds"):
        publisher.publish()


def test_tiles_that_are_missing_below_the_mark_stop_the_publisher(publisher):
    publisher.log.tiles.clear()

    with pytest.raises(Refused, match="we signed 4 entries, but tile 0 of level 0 is too short"):
        publisher.publish()


def test_a_mark_that_somebody_else_signed_stops_the_publisher(publisher):
    publisher.mark.note = publisher.mark.note.replace("guoji.example", "other.example")

    with pytest.raises(Refused, match="the high-water mark is no checkpoint of ours"):
        publisher.publish()


def test_what_an_older_key_signed_is_believed(publisher):
    publisher.capture(1)
    new = NoteSigner(SIGNER.name, Ed25519PrivateKey.from_private_bytes(b"n" * 32))

    signed = publish(publisher.log, publisher.checkpoints, publisher.mark, new, [NoteVerifier.of(SIGNER)])

    assert signed == Checkpoint.open(publisher.mark.note, NoteVerifier.of(new))
    assert signed.size == 7  # the new event, the change of keys, the map


def test_a_long_queue_is_taken_in_several_commits(publisher, monkeypatch):
    monkeypatch.setattr("traceability.ledger.publish.ENTRIES_A_COMMIT", 4)
    publisher.capture(10)

    sizes = [checkpoint.size for checkpoint in iter(publisher.publish, None)]

    assert sizes == [9, 14, 17]
    publisher.check()


def test_of_two_publishers_over_copies_of_one_store_the_slower_one_fails(publisher):
    """Somebody tries a restored copy while the old publisher still runs: their trees would be a fork."""
    copy = deepcopy(publisher)
    copy.mark = publisher.mark
    copy.capture(1)
    publisher.capture(2)
    publisher.mark.meanwhile = copy.publish

    with pytest.raises(CheckpointConflict, match="high-water mark has moved on"):
        publisher.publish()

    assert len(publisher.checkpoints.notes) == 1
