"""The high-water mark is replaced by who has seen it, is durable, and is nobody's business but ours."""

import threading
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import CheckpointConflict
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner
from traceability.store.high_water import HighWaterFile

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))


def a_note(size):
    return Checkpoint(SIGNER.name, size, bytes([size]) * 32).sign(SIGNER)


@pytest.fixture
def mark(tmp_path):
    return HighWaterFile(tmp_path / "high-water")


def test_before_the_first_checkpoint_there_is_no_mark(mark):
    assert mark.newest() is None


def test_who_has_not_seen_the_newest_mark_does_not_replace_it(mark):
    mark.replace(None, a_note(3))
    mark.replace(a_note(3), a_note(4))

    for stale in (None, a_note(3)):
        with pytest.raises(CheckpointConflict, match="has moved on: another publisher is running"):
            mark.replace(stale, a_note(9))
    assert mark.newest() == a_note(4)


def test_of_many_who_replace_the_same_mark_at_once_one_succeeds(mark):
    done = []

    def replace(size):
        with suppress(CheckpointConflict):
            mark.replace(None, a_note(size))
            done.append(size)

    threads = [threading.Thread(target=replace, args=[size]) for size in range(1, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [winner] = done
    assert mark.newest() == a_note(winner)


def test_only_its_owner_can_read_it_and_a_torn_write_leaves_the_old_one(mark, tmp_path):
    mark.replace(None, a_note(3))
    (tmp_path / "high-water.new").write_text("torn")

    mark.replace(a_note(3), a_note(4))

    assert mark.newest() == a_note(4)
    assert (tmp_path / "high-water").stat().st_mode & 0o777 == 0o600
