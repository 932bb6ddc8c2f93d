"""Checkpoints and log ids."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.checkpoint import Checkpoint, log_id, open_checkpoint
from traceability.log.merkle import EMPTY_ROOT
from traceability.log.note import NoteSigner, NoteVerifier

SIGNER = NoteSigner("guoji.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
LOG = NoteVerifier.of(SIGNER)
ROOT = sha256(b"root").digest()


def test_a_signed_checkpoint_opens_as_what_was_signed():
    checkpoint = Checkpoint(SIGNER.name, 20_852_163, ROOT, ("an extension",))

    assert Checkpoint.open(checkpoint.sign(SIGNER), LOG) == checkpoint


def test_the_text_is_that_of_the_specification():
    root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    text = f"example.com/behind-the-sofa\n20852163\n{root}\n"

    checkpoint = Checkpoint.from_text(text)

    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.to_text() == text


def test_a_log_cannot_sign_for_another_origin():
    note = Checkpoint("other.example/log", 3, ROOT).sign(SIGNER)

    with pytest.raises(CheckFailed, match=r"is of the log other.example/log, want guoji.example/log"):
        Checkpoint.open(note, LOG)


def test_of_two_keys_of_one_origin_the_one_that_signed_is_found():
    rotated = NoteVerifier(SIGNER.name, bytes([7] * 32))

    _, log = open_checkpoint(Checkpoint(SIGNER.name, 3, ROOT).sign(SIGNER), [rotated, LOG])

    assert log == LOG


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "checkpoint has 0 whole lines, want three or more"),
        ("origin\n3\n", "checkpoint has 2 whole lines, want three or more"),
        ("origin\n3\n{root}", "checkpoint has 2 whole lines, want three or more"),
        ("\n3\n{root}\n", "line 1 of the checkpoint is empty"),
        ("origin\n3\n{root}\n\nextension\n", "line 4 of the checkpoint is empty"),
        ("origin\n3\nAAAA\n", "checkpoint root has 3 bytes, want 32"),
        ("origin\n03\n{root}\n", "checkpoint size is '03', want a decimal"),
        ("origin\n-3\n{root}\n", "checkpoint size is '-3', want a decimal"),
        ("origin\n+3\n{root}\n", r"checkpoint size is '\+3', want a decimal"),
        ("origin\n３\n{root}\n", "checkpoint size is '３', want a decimal"),
        ("origin\n9223372036854775808\n{root}\n", "want at most 9223372036854775807"),
        ("origin\n0\n{root}\n", "checkpoint of size 0 has root 0ac518.*, want e3b0c442"),
    ],
)
def test_a_malformed_checkpoint_is_refused(text, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        Checkpoint.from_text(text.replace("{root}", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="))


@pytest.mark.parametrize("lie", [{"root": ROOT[:31]}, {"extensions": ("",)}, {"size": -1}])
def test_no_checkpoint_is_signed_that_would_not_open(lie):
    with pytest.raises(InvalidInput):
        Checkpoint(**{"origin": SIGNER.name, "size": 3, "root": ROOT, **lie}).sign(SIGNER)


def test_the_empty_log_has_a_checkpoint():
    assert Checkpoint.open(Checkpoint(SIGNER.name, 0, EMPTY_ROOT).sign(SIGNER), LOG).size == 0


def test_the_log_id_is_as_documented():
    by_hand = sha256(b"\x01\x0cguoji/log-id" + b"\x00\x03abc" + bytes(32)).digest()

    assert log_id("abc", bytes(32)) == by_hand
    assert (
        len({log_id("abc", bytes(32)), log_id("ab", b"c" + bytes(31)), log_id("abc", bytes(31) + b"1")}) == 3
    )
