"""The server still has the event of each entry, and it is the one that the entry commits to."""

import json

import pytest

from tests.audit_log.events import EventLog
from tests.builders import a_harvest
from traceability.audit.report import Result


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
    assert report.unchecked[0].startswith("entry 2: the event is about a batch of readings")


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
