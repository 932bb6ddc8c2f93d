"""Under each of its keys our log is another one in the contract: nothing of one is sent to the other."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.ledger.anchoring import SIGNER
from traceability.ledger.anchor import anchor
from traceability.log.note import NoteSigner, NoteVerifier

NEW = NoteVerifier.of(NoteSigner(SIGNER.name, Ed25519PrivateKey.from_private_bytes(b"n" * 32)))


def test_a_checkpoint_by_the_earlier_key_is_not_anchored_in_the_log_of_the_new_one(role):
    sent = anchor(role.log, role.log, role.anchors, role.contract, NEW, role.now, role.told.append)

    assert sent is None
    assert (role.anchors.rows, role.contract.pool, role.told) == ({}, [], [])
