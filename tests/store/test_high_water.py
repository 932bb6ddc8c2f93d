"""The high-water mark only rises, is durable, and is of nobody's business but ours."""

import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

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


def test_the_mark_rises_and_never_falls(mark):
    for size in (3, 7, 5, 7):
        mark.raise_to(a_note(size))

    assert mark.newest() == a_note(7)


def test_of_many_who_raise_it_at_once_the_highest_stays(mark):
    threads = [threading.Thread(target=mark.raise_to, args=[a_note(size)]) for size in range(1, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert mark.newest() == a_note(39)


def test_only_its_owner_can_read_it_and_a_torn_write_leaves_the_old_one(mark, tmp_path):
    mark.raise_to(a_note(3))
    (tmp_path / "high-water.new").write_text("torn")

    mark.raise_to(a_note(4))

    assert mark.newest() == a_note(4)
    assert (tmp_path / "high-water").stat().st_mode & 0o777 == 0o600
