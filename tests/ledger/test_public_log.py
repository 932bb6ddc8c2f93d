"""Strangers see what is signed, and nothing beyond it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.builders import FARM, a_harvest
from tests.fakes import FakeCheckpoints, FakeEvents, FakeLog
from traceability.errors import NotInLogYet, Unknown
from traceability.ledger.capture import capture
from traceability.ledger.public_log import PublicLog
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import from_names_bundle
from traceability.log.note import NoteSigner
from traceability.log.tiles import from_bundle, root

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(b"l" * 32))


@pytest.fixture
def log():
    """300 events and a map entry that are signed; 3 events and a map entry that are not yet."""
    events, checkpoints = FakeEvents(), FakeCheckpoints()
    log = FakeLog(events)
    capture([a_harvest(kg=number + 1) for number in range(300)], FARM, events, 5)
    log.integrate(1_000)
    checkpoints.replace(None, Checkpoint(SIGNER.name, 301, root(301, log.read_tile)).sign(SIGNER))
    capture([a_harvest(kg=number + 1) for number in range(300, 303)], FARM, events, 5)
    log.integrate(10)
    return PublicLog(log, checkpoints)


def test_tiles_and_bundles_say_the_same_of_the_signed_entries(log):
    entries = from_bundle(log.entry_bundle(1, 45))

    assert log.tile(0, 1, 45) == b"".join(leaf_hash(entry) for entry in entries)
    assert from_names_bundle(log.names_bundle(1, 45), 45) == log.log.names(256, 301)


@pytest.mark.parametrize("read", ["entry_bundle", "names_bundle"])
def test_what_is_not_signed_yet_is_in_no_bundle(log, read):
    getattr(log, read)(1, 45)
    with pytest.raises(Unknown, match=r"tile/entries/001.p/46 holds 45 under the newest checkpoint, 46 were"):
        getattr(log, read)(1, 46)


def test_what_is_not_signed_yet_is_in_no_tile(log):
    log.tile(1, 0, 1)
    with pytest.raises(Unknown, match=r"tile/0/001.p/46 holds 45"):
        log.tile(0, 1, 46)
    with pytest.raises(Unknown, match=r"tile/1/000.p/2 holds 1"):
        log.tile(1, 0, 2)


def test_before_the_first_checkpoint_there_is_nothing():
    nothing = PublicLog(FakeLog(FakeEvents()), FakeCheckpoints())

    with pytest.raises(NotInLogYet, match="no checkpoint is signed yet"):
        nothing.checkpoint()
    with pytest.raises(Unknown, match="holds 0"):
        nothing.tile(0, 0, 1)
