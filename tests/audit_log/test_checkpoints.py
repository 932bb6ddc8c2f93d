"""A log has to keep to each checkpoint that it signed, whoever saw it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit_log.log_folder import SIGNER, LogFolder, a_named_entry
from traceability.audit.report import Result
from traceability.errors import Refused
from traceability.log.checkpoint import Checkpoint
from traceability.log.merkle import leaf_hash
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
def test_a_log_that_shrank_is_caught(seen, server, tmp_path, size):
    shorter = LogFolder(tmp_path / "shorter")
    server.folder = (shorter.grow(size) if size else shorter.publish()).folder

    assert seen.findings() == [
        f"rollback: checkpoint of {size} entries: the same log signed one of 700 entries before",
        f"rollback: size 700: the contract holds 700 entries, the log serves {size}: rolled back?",
    ]
    evidence = sorted(file.name.split("-")[1] for file in (seen.folder / "audit/evidence").iterdir())
    assert evidence == sorted([str(size), "700"])


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
    assert (
        finding == f"fork: checkpoint of 1000 entries: signed with the root {a}, the entries served have {b}"
    )


def test_a_fork_is_found_again_by_the_next_audit(seen, server, tmp_path):
    server.folder = LogFolder(tmp_path / "o").grow(700, telling_otherwise({3})).folder

    assert seen.findings() == seen.findings() != []


def test_a_checkpoint_that_does_not_end_in_a_map_entry_is_caught(tmp_path, auditor, server, chain):
    odd = LogFolder(tmp_path / "odd").grow(20)
    odd.append(a_named_entry(99))
    server.folder = odd.publish().folder
    chain.taken.clear()

    assert auditor.findings() == ["map: checkpoint of 21 entries: its last entry is not a map entry"]
