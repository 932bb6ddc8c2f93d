"""`guoji audit` from the outside: exit codes, the signed report, the key, and being killed."""

import re
import signal
import subprocess
import sys
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.audit_log.auditing import POLICY
from tests.audit_log.log_folder import VERIFIER, LogFolder
from traceability.cli.main import main
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import MAX_BYTES, NoteSigner, NoteVerifier, open_note

NO_CHAIN = f"log {VERIFIER.vkey}\nquorum none\n"


@pytest.fixture
def trust(tmp_path):
    file = tmp_path / "trust.txt"
    file.write_text(NO_CHAIN)
    return file


@pytest.fixture
def audit(server, trust, tmp_path):
    """Runs the command; the mirror is in `mirror`."""

    def run(*options):
        return main(
            ["audit", server.url, "--trust", str(trust), "--mirror", str(tmp_path / "mirror"), *options]
        )

    return run


def test_a_report_is_signed_by_a_key_that_only_the_auditor_can_read(audit, tmp_path, capsys, server, log):
    exit_code = audit()

    printed = capsys.readouterr().out
    verifier = NoteVerifier.from_vkey(re.search(r"^by: (.+)$", printed, re.MULTILINE)[1])
    text, _ = open_note((tmp_path / "mirror/audit/report").read_text(), [verifier])
    assert text.startswith(f"guoji/audit/v1\nsource {server.url}\npolicy ")
    assert f"\nlog guoji.example/log\ncheckpoint 700 {log.checkpoint.to_text().splitlines()[2]}\n" in text
    assert text.endswith("\nunchecked chain: the trust policy names no chain\nresult unchecked\n")
    assert exit_code == 2
    assert (tmp_path / "mirror/audit/key.pem").stat().st_mode & 0o777 == 0o600


def test_the_key_stays_the_same(audit, tmp_path):
    audit()
    key = (tmp_path / "mirror/audit/key.pem").read_bytes()

    audit("--report", str(tmp_path / "second"))

    assert (tmp_path / "mirror/audit/key.pem").read_bytes() == key
    assert (tmp_path / "second").exists()


def test_an_untrue_log_ends_with_1_and_a_line_for_each_thing(audit, server, capsys):
    server.lies["log/tile/0/001"] = bytes(32 * 256)

    assert audit("--without-map") == 1
    findings = [line for line in capsys.readouterr().out.splitlines() if line.startswith("finding ")]
    assert len(findings) == 256
    assert findings[0].startswith("finding entry: entry 256: its leaf hash is ")


def test_a_report_with_more_findings_than_a_note_holds_counts_the_others(audit, tmp_path, server):
    large = LogFolder(tmp_path / "large", with_map=False)
    for number in range(700):
        large.append((b"\xff" * (200 + number), b""))
    server.folder = large.publish().folder

    assert audit("--without-map") == 1
    report = (tmp_path / "mirror/audit/report").read_text()
    assert len(report.encode()) <= MAX_BYTES
    assert report.count("\nfinding entry: ") == 300
    assert "\nfinding and 401 more\n" in report


def test_what_the_server_says_cannot_steer_the_terminal(audit, server, log, capsys):
    evil = NoteSigner("\u202eevil", Ed25519PrivateKey.generate())
    server.lies["log/checkpoint"] = Checkpoint(evil.name, 700, bytes(32)).sign(evil).encode()

    assert audit() == 1
    assert "finding checkpoint: log/checkpoint: checkpoint is of the log ?evil" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_that_holds_no_key_is_refused_and_left_alone(audit, tmp_path, content, capsys):
    key = tmp_path / "key.pem"
    key.write_bytes(content)
    key.chmod(0o600)

    assert audit("--key", str(key)) == 65
    assert "holds no private key" in capsys.readouterr().err
    assert key.read_bytes() == content


def test_a_key_that_others_can_read_is_refused(audit, tmp_path, capsys):
    audit("--key", str(tmp_path / "key.pem"))
    (tmp_path / "key.pem").chmod(0o640)

    assert audit("--key", str(tmp_path / "key.pem")) == 65
    assert "has mode 640, want 600" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("policy", "expected"), [("", "no quorum line"), (None, "cannot read"), ("log\xff", "is not UTF-8")]
)
def test_a_policy_that_cannot_be_read_ends_with_65(audit, trust, capsys, policy, expected):
    trust.unlink() if policy is None else trust.write_bytes(policy.encode("latin-1"))

    assert audit() == 65
    assert expected in capsys.readouterr().err


def test_a_mirror_is_not_audited_into_itself(tmp_path, trust, log, capsys):
    assert main(["audit", str(log.folder), "--trust", str(trust), "--mirror", str(log.folder)]) == 65
    assert "is what is audited: name another --mirror" in capsys.readouterr().err


def test_without_a_folder_for_it_the_mirror_is_named_after_the_server(tmp_path, trust, server, monkeypatch):
    monkeypatch.chdir(tmp_path)

    main(["audit", server.url, "--trust", str(trust)])

    assert (tmp_path / f"guoji-audit/127.0.0.1_{server.server_port}/log/checkpoint").exists()


def test_a_chain_of_the_policy_that_does_not_answer_is_unchecked(audit, trust, capsys):
    trust.write_text(POLICY + "endpoint http://127.0.0.1:1\n")

    assert audit() == 2
    assert "unchecked chain: 0 endpoints answer, want 1; 127.0.0.1:1: " in capsys.readouterr().out


@pytest.mark.slow
def test_an_audit_that_is_killed_goes_on_from_the_last_full_tile_it_remembers(tmp_path, server, trust):
    server.folder = LogFolder(tmp_path / "large", with_map=False).grow(80_000, events=500).folder
    reached, never = threading.Event(), threading.Event()

    def stand_still(handler):
        reached.set()
        never.wait(60)

    server.lies["log/tile/entries/300"] = stand_still
    mirror = tmp_path / "mirror"
    command = [sys.executable, "-m", "traceability.cli.main", "audit", server.url]
    command += ["--trust", str(trust), "--mirror", str(mirror), "--without-map"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert reached.wait(60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    never.set()
    server.lies.clear()
    server.asked.clear()

    resumed = subprocess.run(command, capture_output=True, text=True)

    assert "checked entries: 80000 of 80000, the first 65536 of them in an earlier audit" in resumed.stdout
    assert "finding" not in resumed.stdout
    assert min(path for path in server.asked if "entries" in path) == "log/tile/entries/256"
    assert (mirror / "log/tile/entries/311").exists()


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(6))
def test_wherever_an_audit_is_killed_the_next_one_comes_to_the_same(tmp_path, server, trust, log, moment):
    """Also while it derives the map, and while it keeps its files."""
    asked = ["tile/0/000", "tile/entries/001", "tile/1/000.p/2", "tile/names/000", "tile/names/002.p/188"]
    reached, never = threading.Event(), threading.Event()

    def stand_still(handler):
        reached.set()
        never.wait(60)

    mirror = tmp_path / "mirror"
    command = [sys.executable, "-m", "traceability.cli.main", "audit", server.url]
    command += ["--trust", str(trust), "--mirror", str(mirror)]
    if moment < len(asked):
        server.lies[f"log/{asked[moment]}"] = stand_still
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        assert reached.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
    never.set()
    server.lies.clear()

    done = subprocess.run(command, capture_output=True, text=True)

    assert "checked entries: 700 of 700" in done.stdout
    assert "checked names: of 700 entries" in done.stdout
    assert "finding" not in done.stdout
    assert (mirror / "log/checkpoint").read_bytes() == (log.folder / "log/checkpoint").read_bytes()
