"""A log that goes on under another key says so in an entry, and the key before has ended there."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit_log.auditing import POLICY
from tests.audit_log.fake_chain import id_of
from tests.audit_log.log_folder import SIGNER, VERIFIER, a_named_entry
from traceability.audit.report import Result
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.successor import SuccessorEntry

NEW = NoteSigner(SIGNER.name, Ed25519PrivateKey.from_private_bytes(b"n" * 32))
NEW_VERIFIER = NoteVerifier.of(NEW)


@pytest.fixture
def go_on(log, chain, auditor):
    """Has the log of 700 entries go on under the new key, with an entry of a successor."""

    def run(log_id=None, size=700):
        log_id = id_of(VERIFIER) if log_id is None else log_id
        log.integrate([(SuccessorEntry(log_id, size, log.root_at(size)).to_bytes(), b""), a_named_entry(701)])
        log._signer = NEW
        log.publish()
        chain.take(9, log.size, log.checkpoint.root, NEW_VERIFIER)
        chain.succeed(VERIFIER, NEW_VERIFIER)
        auditor.policy = POLICY.replace("quorum", f"log {NEW_VERIFIER.vkey}\nquorum")

    return run


def test_a_log_that_goes_on_under_another_key_is_clean(auditor, go_on):
    assert auditor.audit().result is Result.CLEAN
    go_on()

    report = auditor.audit()

    assert report.result is Result.CLEAN, report.lines()
    assert "chain: 1 checkpoints through block 100, the contract holds 700 entries" in report.checked
    assert "chain: 1 checkpoints through block 100, the contract holds 703 entries" in report.checked


def test_a_log_id_of_which_the_policy_has_no_key_is_unchecked_in_each_audit(auditor, log, go_on, chain):
    go_on(log_id=b"x" * 32)
    log.grow(400)
    chain.take(10, log.size, log.checkpoint.root, NEW_VERIFIER)
    names = f"names the log id {(b'x' * 32).hex()} as that of a key before"
    unchecked = (f"entry 700: {names}, the trust policy has no such key of guoji.example/log",)

    assert auditor.audit().unchecked == unchecked
    assert auditor.audit().unchecked == unchecked


def test_the_key_that_signs_has_not_ended(auditor, go_on):
    go_on(log_id=id_of(NEW_VERIFIER))

    [finding] = auditor.findings()

    assert finding.startswith("entry: entry 700: names the log id")
    assert finding.endswith("as that of a key before, but that key signs still")


def test_what_the_contract_takes_under_a_key_that_ended_is_caught(auditor, log, go_on, chain):
    go_on(size=690)

    assert auditor.findings() == [
        "chain: size 700: the contract took it under a key whose last one, an entry says, is of 690"
    ]


def test_what_a_key_signs_after_its_end_is_caught(auditor, log, go_on, chain, server):
    go_on()
    chain.take(130, 710, b"r" * 32, NEW_VERIFIER)  # so that the auditor asks again
    answers = [log.checkpoint.sign(SIGNER), log.checkpoint.sign(NEW)]

    def one_after_the_other(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(answers.pop().encode())

    server.lies["log/checkpoint"] = one_after_the_other

    assert auditor.findings() == [
        "checkpoint: checkpoint of 703 entries: signed by a key whose last one, an entry says, is of 700"
    ]
