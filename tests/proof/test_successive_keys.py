"""A log goes on under its next key: proofs count only if the contract ties its keys into one line."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.proof.recorded_chain import RecordedChain
from traceability.errors import CheckFailed, Unavailable
from traceability.log.checkpoint import Checkpoint, log_id
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.proof.anchor import check_anchor
from traceability.proof.proof_file import parse_proof_file
from traceability.proof.trust import TrustPolicy

SOUND = json.loads((Path(__file__).parents[1] / "vectors" / "proof" / "sound-event.json").read_text())
PROOF = parse_proof_file(json.dumps(SOUND["proof"]).encode())
POLICY = TrustPolicy.parse(SOUND["policy"])
(SIGNER,) = POLICY.logs
CHECKPOINT = Checkpoint.open(PROOF.tlog.checkpoint, SIGNER)
ANSWERS = SOUND["chains"][0]
HELD, NOTHING = ANSWERS["head"], {"size": 0, "root": "00" * 32}


def a_key(seed, name=SIGNER.name):
    return NoteVerifier.of(NoteSigner(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)))


BEFORE, MIDDLE, AFTER = a_key(7), a_key(8), a_key(9)


def id_of(key):
    return log_id(key.name, key.public_key).hex()


def chain(line, empty=(), name="a"):
    """An endpoint whose contract holds `line`: each key the successor of the one before it."""
    return RecordedChain(
        ANSWERS
        | {
            "name": name,
            "heads": {id_of(key): HELD for key in line} | {id_of(key): NOTHING for key in empty},
            "predecessors": {id_of(new): id_of(old) for old, new in pairwise(line)},
        }
    )


def apart(*keys):
    """An endpoint whose contract holds something under each key, and ties none to another."""
    return RecordedChain(ANSWERS | {"heads": {id_of(key): HELD for key in keys}})


def checked(keys, *chains, claim=PROOF.anchor, agree=1):
    return check_anchor(claim, CHECKPOINT, SIGNER, replace(POLICY, logs=keys, agree=agree), chains)


def unknown(new, old):
    return f"does not know the log id {id_of(new)} as the successor of {id_of(old)}"


def test_a_proof_under_the_next_key_counts_if_that_took_over_the_log():
    checked((BEFORE, SIGNER), chain([BEFORE, SIGNER]))

    with pytest.raises(CheckFailed, match=unknown(SIGNER, BEFORE)):
        checked((BEFORE, SIGNER), apart(BEFORE, SIGNER))


def test_so_does_one_under_the_key_before_for_either_history_may_be_the_rewritten_one():
    checked((SIGNER, AFTER), chain([SIGNER, AFTER]))

    with pytest.raises(CheckFailed, match=unknown(AFTER, SIGNER)):
        checked((SIGNER, AFTER), apart(SIGNER, AFTER))


def test_a_key_under_which_nothing_is_held_is_passed_over_and_hides_nothing():
    keys = (BEFORE, MIDDLE, SIGNER)

    checked(keys, chain([SIGNER], empty=[BEFORE, MIDDLE]))
    checked(keys, chain([BEFORE, SIGNER], empty=[MIDDLE]))
    with pytest.raises(CheckFailed, match=unknown(SIGNER, BEFORE)):
        checked(keys, chain([SIGNER], empty=[MIDDLE]))


def test_a_key_follows_the_one_right_before_it():
    checked((BEFORE, MIDDLE, SIGNER), chain([BEFORE, MIDDLE, SIGNER]))

    with pytest.raises(CheckFailed, match=unknown(MIDDLE, BEFORE)):
        checked((BEFORE, MIDDLE, SIGNER), chain([MIDDLE, BEFORE, SIGNER]))


def test_without_an_anchor_a_key_that_began_anew_contradicts_all_the_same():
    with pytest.raises(Unavailable, match="not yet anchored"):
        checked((BEFORE, SIGNER), chain([BEFORE, SIGNER]), claim=None)
    with pytest.raises(CheckFailed, match=unknown(SIGNER, BEFORE)):
        checked((BEFORE, SIGNER), apart(BEFORE, SIGNER), claim=None)


def test_endpoints_must_agree_on_it():
    with pytest.raises(Unavailable, match="endpoints disagree"):
        checked((BEFORE, SIGNER), chain([BEFORE, SIGNER], name="b"), apart(BEFORE, SIGNER), agree=2)


def test_keys_of_other_logs_are_no_part_of_the_line():
    checked((a_key(7, "elsewhere.example/log"), SIGNER), apart(BEFORE, SIGNER))
