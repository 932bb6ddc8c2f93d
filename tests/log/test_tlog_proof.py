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
    ("found", "instead", "complaint"),
    [
        ("proof@v1", "proof@v2", "proof begins with 'c2sp.org/tlog-proof@v2', want c2sp.org/tlog-proof@v1"),
        ("\n\n", "\n", "hash 2 of the proof is not base64"),
        ("index 3", "index 03", "index is '03', want a decimal"),
        ("index 3", "index -3", "index is '-3', want a decimal"),
        ("index 3", "index  3", "index is ' 3', want a decimal"),
        ("index 3\n", "", "where its index belongs"),
        ("index 3", "Index 3", "has 'Index 3' where its index belongs"),
        ("index 3", "index 3\nindex 3", "hash 0 of the proof is not base64"),
        ("index 3", "extra x\nindex 3", "extra data is not base64"),
        ("index 3", "extra \nindex 3", "an extra line without data"),
        ("index 3", "index 9223372036854775808", "want at most 9223372036854775807"),
        ("index 3\n", "index 3\nAAAA\n", "hash 0 of the proof has 3 bytes, want 32"),
        ("index 3\n", f"index 3\n{to_base64(bytes(32))} \n", "hash 0 of the proof is not"),
        ("index 3\n", "index 3\n" + (to_base64(bytes(32)) + "\n") * 62, "has 64 hashes, want at most 63"),
        ("index 3\n", "index 3\n\n", "line 3 of the checkpoint is empty"),
        ("\n5\n", "\n05\n", "checkpoint size is '05', want a decimal"),
        ("— guoji", "guoji", "is not '— name base64'"),
    ],
)
def test_a_malformed_proof_is_refused(found, instead, complaint):
    text = a_proof().to_text()
    assert found in text

    with pytest.raises(InvalidInput, match=complaint):
        TlogProof.from_text(text.replace(found, instead, 1))
