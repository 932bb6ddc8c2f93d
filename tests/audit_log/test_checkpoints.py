"""A log has to keep to each checkpoint that it signed, whoever saw it."""

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit_log.log_folder import SIGNER, VERIFIER, LogFolder, a_named_entry
from traceability.audit.report import Result
from traceability.errors import Refused
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import check_consistency, leaf_hash
from traceability.log.note import NoteSigner, NoteVerifier

KEY, OTHER_KEY = SIGNER.private_key, Ed25519PrivateKey.from_private_bytes(b"o" * 32)


def telling_otherwise(changed):
    """Makes the entries of the honest log, but for those in `changed`."""
    return lambda number: a_named_entry(number, telling="otherwise" if number in changed else "")


@pytest.fixture
def seen(auditor):
    """An auditor who has seen the honest log."""
    assert auditor.audit().result is Result.CLEAN
    return auditor


def test_a_changed_key_is_caught(auditor, log, server):
    note = log.checkpoint.sign(NoteSigner(SIGNER.name, OTHER_KEY))
    server.lies["log/checkpoint"] = note.encode()

    report = auditor.audit()

    [finding] = report.findings
    found, wanted = (NoteVerifier.of(NoteSigner(SIGNER.name, key)).key_id.hex() for key in (OTHER_KEY, KEY))
    signed = f"signed by guoji.example/log+{found}, want guoji.example/log+{wanted}"
    assert str(finding) == f"checkpoint: log/checkpoint: {signed}"
    assert report.checkpoint is None


def test_another_log_is_caught(auditor, log, server):
    note = Checkpoint("another.example/log", 700, log.checkpoint.root)
    server.lies["log/checkpoint"] = note.sign(NoteSigner("another.example/log", OTHER_KEY)).encode()

    [finding] = auditor.findings()

    assert "checkpoint is of the log another.example/log, want guoji.example/log" in finding


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (lambda note: note[:20], "note does not end in a blank line and signature lines"),
        (lambda note: note[:-30] + b"\n", "signature of guoji.example/log is not"),
        (lambda note: b"", "note does not end in a blank line"),
        (lambda note: b"\xff" + note, "not UTF-8: invalid start byte at byte 0"),
        (lambda note: note.replace(b"\n700\n", b"\n701\n"), "does not fit the note"),
    ],
)
def test_a_truncated_or_altered_checkpoint_is_caught(auditor, log, server, cut, expected):
    server.lies["log/checkpoint"] = cut((log.folder / "log/checkpoint").read_bytes())

    [finding] = auditor.findings()

    assert finding.startswith("checkpoint: log/checkpoint: ")
    assert expected in finding


def test_a_checkpoint_that_is_gone_is_named(auditor, log):
    (log.folder / "log/checkpoint").unlink()

    assert auditor.findings() == ["missing: log/checkpoint: log/checkpoint: the server answers 404"]


def test_a_root_that_the_entries_do_not_have_is_caught(auditor, server, log):
    server.lies["log/checkpoint"] = Checkpoint(SIGNER.name, 700, b"r" * 32).sign(SIGNER).encode()

    [finding] = auditor.findings()

    assert finding == (
        f"checkpoint: checkpoint of 700 entries: signed with the root {(b'r' * 32).hex()}, "
        f"the entries served have {log.checkpoint.root.hex()}"
    )


@pytest.mark.parametrize("size", [690, 510, 260, 0])
def test_a_log_that_shrank_does_not_serve_what_it_signed(seen, server, tmp_path, size):
    shorter = LogFolder(tmp_path / "shorter")
    server.folder = (shorter.grow(size) if size else shorter.publish()).folder

    report = seen.audit()

    [finding] = report.findings
    assert str(finding).startswith("missing: tile/entries/002.p/188: ")
    older = f"checkpoint: the server answers an older state, of {size} entries"
    assert report.unchecked[0] == f"{older}; one of 700 was signed before"
    assert not (seen.folder / "audit/evidence").exists()


def test_a_cache_that_is_behind_is_not_called_a_lie(seen, server, log):
    """The log is honest; what comes first on the way to it still has its old checkpoint."""
    old = (log.folder / "log/checkpoint").read_bytes()
    log.grow(50)
    seen.chains[0].hold(log)
    assert seen.audit().result is Result.CLEAN
    server.lies["log/checkpoint"] = old

    report = seen.audit()

    assert report.findings == ()
    assert report.unchecked == (
        "checkpoint: the server answers an older state, of 700 entries; one of 750 was signed before",
    )
    assert report.checkpoint.size == 750
    assert not (seen.folder / "audit/evidence").exists()
    server.lies.clear()
    assert seen.audit().result is Result.CLEAN


def evidence_of(auditor):
    """The two notes and the proof between them, as anyone reads them."""
    files = sorted((auditor.folder / "audit/evidence").iterdir())
    proofs = [file for file in files if file.name.startswith("consistency")]
    notes = [Checkpoint.open(file.read_text(), VERIFIER) for file in files if file not in proofs]
    small, large = sorted(notes, key=lambda each: each.size)
    root, *proof = [b64decode(line) for file in proofs for line in file.read_text().split()] or [None]
    return small, large, root, proof


@pytest.mark.parametrize(("was", "now"), [(700, 760), (760, 700)])
def test_a_fork_of_another_size_leaves_evidence_that_convinces_anyone(auditor, server, tmp_path, was, now):
    auditor.chains[0].taken.clear()
    server.folder = LogFolder(tmp_path / "a").grow(was).folder
    auditor.audit()
    server.folder = LogFolder(tmp_path / "b").grow(now, telling_otherwise({3})).folder

    assert any(each.startswith("fork: checkpoint of 700 entries: ") for each in auditor.findings())

    small, large, root, proof = evidence_of(auditor)
    assert (small.size, large.size) == (700, 760)
    check_consistency(700, 760, proof, root, large.root)
    assert root != small.root


def test_a_second_look_at_the_checkpoint_is_held_to_the_first(auditor, server, log, chain):
    """The contract is ahead, so the auditor asks again; what it gets then was signed as well."""
    chain.take(6, 710, b"r" * 32)
    fork = Checkpoint(SIGNER.name, 700, b"f" * 32).sign(SIGNER).encode()
    answers = iter([(log.folder / "log/checkpoint").read_bytes(), fork])

    def one_after_the_other(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(next(answers))

    server.lies["log/checkpoint"] = one_after_the_other

    findings = auditor.findings()

    a, b = log.checkpoint.root.hex(), (b"f" * 32).hex()
    assert f"fork: checkpoint of 700 entries: signed with the root {a} before, now with {b}" in findings
    assert {each.root for each in evidence_of(auditor)[:2]} == {log.checkpoint.root, b"f" * 32}


def test_a_larger_checkpoint_that_nothing_shows_to_extend_this_one_is_unchecked(auditor, server, log, chain):
    chain.take(130, 705, b"r" * 32)
    larger = Checkpoint(SIGNER.name, 710, b"f" * 32).sign(SIGNER).encode()
    answers = iter([(log.folder / "log/checkpoint").read_bytes(), larger])

    def one_after_the_other(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(next(answers))

    server.lies["log/checkpoint"] = one_after_the_other

    assert (
        "checkpoint: of 710 entries, 700 are mirrored: "
        "no tiles show whether the one of 710 entries extends that of 700" in auditor.audit().unchecked
    )
    server.lies.clear()
    assert any(each.startswith("missing: tile/entries/002.p/198: ") for each in auditor.findings())


def test_another_tree_of_the_same_size_is_caught_and_the_rewritten_entry_named(seen, server, log, tmp_path):
    other = LogFolder(tmp_path / "other").grow(700, telling_otherwise({300}))
    server.folder = other.folder
    was, now = (leaf_hash(a_named_entry(300, telling=telling)[0]).hex() for telling in ("", "otherwise"))

    findings = seen.findings()

    a, b = log.checkpoint.root.hex(), other.checkpoint.root.hex()
    assert f"fork: checkpoint of 700 entries: signed with the root {a} before, now with {b}" in findings
    assert f"rewritten: entry 300: its leaf hash was {was}, is now {now}" in findings
    assert len(list((seen.folder / "audit/evidence").iterdir())) == 2


@pytest.mark.parametrize("changed", [{0}, {255}, {256, 511}, {300, 301}])
def test_a_larger_tree_that_does_not_extend_the_old_one_is_caught(seen, server, log, tmp_path, changed):
    server.folder = LogFolder(tmp_path / "o").grow(700, telling_otherwise(changed)).grow(200).folder

    findings = seen.findings()

    assert any(each.startswith(f"rewritten: entry {min(changed)}: its leaf hash was") for each in findings)


def test_an_entry_rewritten_in_the_bundle_that_was_partial_is_named(seen, server, tmp_path):
    server.folder = LogFolder(tmp_path / "o").grow(700, telling_otherwise({600})).grow(200).folder
    was, now = (a_named_entry(600, telling=telling)[0].hex() for telling in ("", "otherwise"))

    report = seen.audit()

    assert f"rewritten: entry 600: was {was}, is now {now}" in [str(each) for each in report.findings]
    assert "entries: from entry 512 on" in report.unchecked


@pytest.mark.parametrize("partial", [2, 9, 10, 255])
def test_an_entry_is_compared_however_few_stood_in_its_bundle(auditor, server, tmp_path, partial):
    auditor.chains[0].taken.clear()
    server.folder = LogFolder(tmp_path / "a").grow(256 + partial).folder
    auditor.audit()
    server.folder = LogFolder(tmp_path / "b").grow(256 + partial, telling_otherwise({256})).folder

    assert any(each.startswith("rewritten: entry 256: was ") for each in auditor.findings())


def test_a_mirror_is_of_one_log_only(seen, server, tmp_path):
    other = NoteSigner("other.example/log", OTHER_KEY)
    server.folder = LogFolder(tmp_path / "other", other).grow(20).folder
    seen.policy += f"log {NoteVerifier.of(other).vkey}\n"

    with pytest.raises(Refused, match=r"is of the log guoji\.example/log, this is other\."):
        seen.audit()


def test_what_was_seen_counts_though_the_audit_of_it_was_never_finished(seen, server, log, chain, tmp_path):
    """A fork shown in between is remembered, even where the entries that were mirrored fit both sides."""
    fork = LogFolder(tmp_path / "fork").grow(700).grow(300, telling_otherwise(range(700, 1000)))
    server.lies["log/checkpoint"] = (fork.folder / "log/checkpoint").read_bytes()
    server.lies["log/tile/entries/002"] = lambda handler: handler.send_error(503)
    assert seen.audit().result is Result.UNCHECKED
    server.lies.clear()
    log.grow(400)

    [finding] = seen.findings()

    a, b = fork.checkpoint.root.hex(), log.root_at(1000).hex()
    said = f"signed with the root {a}, the one signed of 1100 entries extends {b}"
    assert finding == f"fork: checkpoint of 1000 entries: {said}"


def test_a_fork_is_found_again_by_the_next_audit(seen, server, tmp_path):
    server.folder = LogFolder(tmp_path / "o").grow(700, telling_otherwise({3})).folder

    assert seen.findings() == seen.findings() != []


def test_a_checkpoint_that_does_not_end_in_a_map_entry_is_caught(tmp_path, auditor, server, chain):
    odd = LogFolder(tmp_path / "odd").grow(20)
    odd.append(a_named_entry(99))
    server.folder = odd.publish().folder
    chain.taken.clear()

    assert auditor.findings() == ["map: checkpoint of 21 entries: its last entry is not a map entry"]
