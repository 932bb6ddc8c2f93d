"""The server still has the event of each entry, and it is the one that the entry commits to."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit_log.events import EventLog
from tests.audit_log.log_folder import SIGNER
from tests.builders import a_harvest
from traceability.audit.report import Result
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import inclusion_proof, leaf_hash, root_of
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.log.tiles import from_bundle
from traceability.log.tlog_proof import TlogProof
from traceability.proof.chain_reader import Appended
from traceability.proof.proof_file import parse_proof_file, to_bytes

KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)


@pytest.fixture
def log(tmp_path):
    log = EventLog(tmp_path / "log")
    log.first, log.second = log.capture(a_harvest(0)), log.seal(1, 2)
    return log.prove_all()


def test_events_that_are_all_there_are_clean(auditor):
    report = auditor.audit(with_events=True)

    assert report.result is Result.CLEAN, report.lines()
    assert "events: 2 proofs" in report.checked
    assert ("events", 2, 2) in auditor.progress


def test_events_are_fetched_only_if_asked_for(auditor, server):
    auditor.audit()

    assert not any(path.startswith("proof") for path in server.asked)


def test_a_removed_event_is_named(auditor, log):
    path = f"proof/{log.first.key}"
    (log.folder / path).unlink()

    assert auditor.findings(with_events=True) == [
        f"event: entry 0: the server has no event for it any more: {path}: the server answers 404"
    ]


def test_an_altered_event_is_named(auditor, log):
    file = log.folder / f"proof/{log.first.key}"
    file.write_bytes(file.read_bytes().replace(b'"quantity": 30', b'"quantity": 31'))

    [finding] = auditor.findings(with_events=True)

    assert finding.startswith("event: entry 0: event: event and context hash to")


def test_an_altered_reading_is_named(auditor, log):
    file = log.folder / f"proof/{log.second.key}"
    proof = json.loads(file.read_bytes())
    proof["batch"]["leaves"].pop()
    file.write_text(json.dumps(proof))

    [finding] = auditor.findings(with_events=True)

    assert finding.startswith("event: entry 2: readings: ")


def test_readings_that_are_gone_leave_the_event_unchecked(auditor, log):
    file = log.folder / f"proof/{log.second.key}"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"batch": None}))

    report = auditor.audit(with_events=True)

    assert report.result is Result.UNCHECKED
    assert report.unchecked[0].startswith("entry 2: readings: the event is about a batch of readings")


def test_events_that_are_not_anchored_are_unchecked_in_one_line(auditor, log):
    for stored in (log.first, log.second):
        file = log.folder / f"proof/{stored.key}"
        file.write_text(json.dumps(json.loads(file.read_bytes()) | {"anchor": None}))

    report = auditor.audit(with_events=True)

    assert report.result is Result.UNCHECKED
    assert report.unchecked == ("entry 0 and 1 more: anchor: not yet anchored",)


@pytest.fixture
def forged(log):
    """Puts the proof of the first event under a tree of another last leaf, signed by the log as well."""

    def forge(size):
        entries = from_bundle((log.folder / f"log/tile/entries/000.p/{log.size}").read_bytes())
        leaves = [*map(leaf_hash, entries[: size - 1]), b"f" * 32]
        note = Checkpoint(SIGNER.name, size, root_of(leaves)).sign(SIGNER)
        tlog = TlogProof(0, tuple(inclusion_proof(leaves, 0)), note)
        file = log.folder / f"proof/{log.first.key}"
        proof = parse_proof_file(file.read_bytes())
        file.write_bytes(to_bytes(replace(proof, tlog=tlog, anchor=None)))

    return forge


@pytest.mark.parametrize("size", [2, 4])
def test_a_signed_fork_that_only_a_proof_shows_is_caught_and_kept(auditor, log, forged, chain, size):
    chain.taken[:] = [Appended(5, 2, log.root_at(2))]  # not what a chain alone would contradict
    forged(size)

    findings = auditor.findings(with_events=True)

    assert any(
        each.startswith(f"fork: checkpoint of {size} entries: signed with the root") for each in findings
    )
    assert len([*(auditor.folder / "audit/evidence").glob("checkpoint-*")]) == 2
    assert auditor.findings() != []  # it is remembered, whether events are read again or not


def test_a_proof_under_another_log_of_the_policy_is_no_answer(auditor, log):
    other = NoteSigner("other.example/log", KEY)
    auditor.policy += f"log {NoteVerifier.of(other).vkey}\n"
    file = log.folder / f"proof/{log.first.key}"
    proof = parse_proof_file(file.read_bytes())
    note = replace(log.checkpoint, origin=other.name).sign(other)
    file.write_bytes(to_bytes(replace(proof, tlog=replace(proof.tlog, checkpoint=note))))

    assert auditor.findings(with_events=True) == [
        "event: entry 0: the server proves it in the log other.example/log"
    ]


def test_the_proof_of_another_event_is_no_answer(auditor, log, server):
    server.lies[f"proof/{log.first.key}"] = (log.folder / f"proof/{log.second.key}").read_bytes()

    assert auditor.findings(with_events=True) == ["event: entry 0: the server proves something else for it"]


@pytest.mark.parametrize("lie", [b"", b"{}", b"[" * 100_000, b"\xff"])
def test_what_is_no_proof_is_named(auditor, log, server, lie):
    server.lies[f"proof/{log.first.key}"] = lie

    [finding] = auditor.findings(with_events=True)

    assert finding.startswith("event: entry 0: ")


def test_a_mirror_has_no_events_to_check(auditor, tmp_path):
    auditor.audit()
    auditor.source, auditor.folder = str(auditor.folder), tmp_path / "second"

    report = auditor.audit(with_events=True)

    assert report.unchecked == ("events: a folder holds the log, not the events behind it",)
