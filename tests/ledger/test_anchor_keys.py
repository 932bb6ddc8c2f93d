"""Under each of its keys our log has another id in the contract, and goes on from what that one holds."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.ledger.anchoring import SIGNER
from traceability.ledger.anchor import anchor
from traceability.log import merkle
from traceability.log.note import NoteSigner, NoteVerifier

NEW = NoteVerifier.of(NoteSigner(SIGNER.name, Ed25519PrivateKey.from_private_bytes(b"n" * 32)))


def test_a_checkpoint_by_the_earlier_key_is_not_anchored_in_the_log_of_the_new_one(role):
    sent = anchor(role.log, role.log, role.anchors, role.contract, NEW, role.now, role.told.append)

    assert sent is None
    assert (role.anchors.rows, role.contract.pool, role.told) == ({}, [], [])


def test_what_the_new_key_took_over_is_built_upon_though_no_anchor_of_ours_says_so(role):
    taken_over = 2
    role.contract.others_append(taken_over, merkle.root_of(role.log.leaves[:taken_over]))

    role.round()
    role.contract.mine()
    role.round()

    (anchored,) = role.anchors.rows.values()
    assert (anchored.state, anchored.old_size, anchored.size) == ("final", taken_over, 3)
    assert role.contract.signed[anchored.tx_hash].proof == merkle.consistency_proof(
        role.log.leaves, taken_over
    )
