"""tlog-proof texts."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import InvalidInput
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import NoteSigner
from traceability.log.text import to_base64
from traceability.log.tlog_proof import TlogProof

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
CHECKPOINT = Checkpoint(SIGNER.name, 5, sha256(b"root").digest())
HASHES = (sha256(b"a").digest(), sha256(b"b").digest())


def a_proof(**changes):
    parts = {"index": 3, "hashes": HASHES, "checkpoint": CHECKPOINT.sign(SIGNER), "extra": b""}
    return TlogProof(**{**parts, **changes})


def test_the_text_is_that_of_the_specification():
    a, b = map(to_base64, HASHES)

    text = a_proof(extra=b"more").to_text()

    head = f"c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 3\n{a}\n{b}\n\n"
    assert text == head + CHECKPOINT.sign(SIGNER)


@pytest.mark.parametrize("changes", [{}, {"hashes": ()}, {"extra": b"x"}, {"index": 0}])
def test_a_proof_is_read_back_as_it_was_written(changes):
    assert TlogProof.from_text(a_proof(**changes).to_text()) == a_proof(**changes)
    assert a_proof(**changes).claimed() == CHECKPOINT


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ("proof@v1", "proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "index -3"),
        ("index 3", "index  3"),
        ("index 3\n", ""),
        ("index 3", "index 3\nindex 3"),
        ("index 3", "extra x\nindex 3"),
        ("index 3", "index 9223372036854775808"),
        ("index 3\n", "index 3\nAAAA\n"),
        ("index 3\n", "index 3\n" + to_base64(bytes(32)) * 1 + " \n"),
        ("index 3\n", "index 3\n" + (to_base64(bytes(32)) + "\n") * 62),
        ("index 3\n", "index 3\n\n"),
        ("\n5\n", "\n05\n"),
        ("— guoji", "guoji"),
    ],
)
def test_a_malformed_proof_is_refused(found, instead):
    text = a_proof().to_text()
    assert found in text

    with pytest.raises(InvalidInput):
        TlogProof.from_text(text.replace(found, instead, 1))
