"""Personal data is committed to, handed in, proven without being shown, erased, and stays erased."""

import io
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256

import pytest

from tests.builders import CONTEXT, FARM, a_harvest
from tests.fakes import FakeMark
from tests.live.broadcasting import CODE, Broadcast
from traceability.cli.main import main
from traceability.errors import Erased
from traceability.ledger.grant import Grant
from traceability.ledger.publish import publish
from traceability.ledger.record import Rejected
from traceability.live.room import Phase
from traceability.live.tell import TELL_WITHIN_MS
from traceability.own_policy import log_signer
from traceability.own_store import open_store
from traceability.store.schema import open_engine
from traceability.wiring import ledger

NAME, VALUE = "guoji:driverName", "张三-does-not-want-to-be-found"


@pytest.fixture
def guoji(settings, monkeypatch, capsys):
    """Run `guoji` in the home of `settings`: exit code, standard output, standard error."""
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))

    def run(*words, given=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return run


@dataclass(frozen=True)
class Handed:
    key: str
    commitment: str
    disclosures: str


@pytest.fixture
def handed(guoji, settings, store):
    """An event that was captured with a commitment, and what opens it."""
    code, printed, _ = guoji("personal", "commit", given=json.dumps({NAME: VALUE, "guoji:phone": "139"}))
    assert code == 0
    for_event, disclosures = printed.splitlines()
    body = {**a_harvest().body, "@context": CONTEXT, **json.loads(for_event)}
    ours = ledger(settings)
    [captured] = ours.capture(json.dumps(body).encode(), Grant("capture", FARM))
    publish(store.log, store.checkpoints, FakeMark(), log_signer(settings))
    ours.hand_in(disclosures.encode(), captured.key, FARM)
    return Handed(captured.key, json.loads(for_event)[NAME]["guoji:commitment"], disclosures)


def in_the_files(settings, text=VALUE):
    return any(text.encode() in file.read_bytes() for file in settings.home.rglob("*") if file.is_file())


def test_from_commitment_to_erasure_one_proof_verifies_all_along(guoji, handed, settings, tmp_path):
    proof, shown = tmp_path / "proof.json", tmp_path / "shown.json"
    shown.write_text(handed.disclosures)
    guoji("prove", handed.key, "-o", proof)
    before = proof.read_bytes()
    held = ledger(settings).disclosure(handed.commitment, Grant("capture", FARM))
    assert (held.disclosure.value, in_the_files(settings)) == (VALUE, True)

    code, printed, _ = guoji("erase", "--event", handed.key, "--reason", "the driver asked", "--yes")

    assert code == 0
    assert f"  {handed.commitment}  {NAME}, kept for {FARM}\n" in printed
    assert "erased: 2\nWhat stays: " in printed
    assert VALUE not in printed
    assert not in_the_files(settings)
    with pytest.raises(Erased, match="the driver asked"):
        ledger(settings).disclosure(handed.commitment, Grant("admin", None))

    guoji("prove", handed.key, "-o", proof)
    code, printed, _ = guoji("verify", proof, "--trust", settings.trust_file)
    assert proof.read_bytes() == before
    assert code == 2  # for want of a chain: all else passes
    assert [line.split()[1] for line in printed.splitlines() if line.startswith("  ") and ":" not in line]
    assert f"  {NAME}: committed, not shown\n" in printed
    _, printed, _ = guoji("verify", proof, "--trust", settings.trust_file, "--disclosure", shown)
    assert f"  {NAME}: {VALUE} (matches the commitment)\n" in printed


def test_an_old_backup_comes_back_without_what_was_erased_since(guoji, handed, settings, store):
    store.close()
    backup = settings.home.parent / "backup.db"
    with (
        closing(sqlite3.connect(settings.home / "guoji.db")) as now,
        closing(sqlite3.connect(backup)) as copy,
    ):
        now.backup(copy)
    guoji("erase", handed.commitment, "--reason", "asked", "--yes")
    for file in settings.home.glob("guoji.db*"):
        file.unlink()
    shutil.copy(backup, settings.home / "guoji.db")
    assert in_the_files(settings)

    open_store(settings).close()

    assert not in_the_files(settings)
    with pytest.raises(Erased):
        ledger(settings).disclosure(handed.commitment, Grant("admin", None))


def test_a_journal_from_another_machine_is_replayed_and_outlives_its_file(guoji, handed, settings, tmp_path):
    journal = tmp_path / "newer.jsonl"
    line = {"commitment": handed.commitment, "erased_at_ms": 5, "reason": "asked there"}
    journal.write_text(json.dumps(line) + "\n")

    assert guoji("erase", "--replay", journal)[:2] == (0, "erased: 1\n")
    assert guoji("erase", "--replay", journal)[:2] == (0, "erased: 0\n")

    assert not in_the_files(settings)
    assert (settings.home / "erasures.jsonl").read_text() == journal.read_text()


def test_a_lost_journal_is_written_anew_from_the_database(guoji, handed, settings):
    guoji("erase", handed.commitment, "--reason", "asked", "--yes")
    journal = settings.home / "erasures.jsonl"
    before = journal.read_text()
    journal.unlink()

    open_store(settings).close()

    assert journal.read_text() == before


@pytest.mark.parametrize("answer", ["yes", "no", "", "y"])
def test_a_person_is_asked_and_only_yes_means_yes(guoji, handed, settings, monkeypatch, answer):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    code = main(["erase", handed.commitment, "--reason", "asked"])

    assert code == 0
    assert in_the_files(settings) == (answer != "yes")


def test_what_was_erased_already_or_never_handed_in_is_said(guoji, handed, settings, store):
    body = {**a_harvest(hours=1).body, "@context": CONTEXT, "farm:x": {"guoji:commitment": "7" * 64}}
    body["@context"] = [*CONTEXT, {"farm": "https://farm.example/"}]
    [captured] = ledger(settings).capture(json.dumps(body).encode(), Grant("capture", FARM))
    guoji("erase", handed.commitment, "--reason", "asked", "--yes")

    _, again, _ = guoji("erase", handed.commitment, "--reason", "again", "--yes")
    _, never, _ = guoji("erase", "--event", captured.key, "--reason", "asked", "--yes")

    assert f"{handed.commitment}  already erased on 2" in again
    assert ": asked\n" in again
    assert f"{'7' * 64}  never handed in; it will not be taken any more\n" in never


def test_what_was_said_on_air_is_erased_by_no_way_before_its_time(guoji, settings, tmp_path):
    on = Broadcast(open_engine(settings.database_url), now_ms=time.time_ns() // 1_000_000)
    on.make()
    on.phase(Phase.ON_AIR)
    on.after(0).say(VALUE)
    on.now_ms += TELL_WITHIN_MS
    on.teller.look()
    [commitment] = on.air.said_before(on.now_ms)
    [told] = {each.event for each in on.air.records(CODE)}
    journal = tmp_path / "other.jsonl"
    journal.write_text(json.dumps({"commitment": commitment, "erased_at_ms": 5, "reason": "asked"}) + "\n")
    on.engine.dispose()

    for way in (
        [commitment, "--reason", "asked"],
        ["--event", told, "--reason", "asked"],
        ["--replay", journal],
    ):
        code, _, said = guoji("erase", *way, *(["--yes"] if way[0] != "--replay" else []))
        assert (code, said.count("\n")) == (65, 1), said
        assert "may be erased from" in said
    assert in_the_files(settings)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["COMMITMENT"], "no --reason, want one"),
        (["COMMITMENT", "--reason", ""], "reason has 0 characters"),
        (["--reason", "asked"], "nothing is named, want a COMMITMENT or an --event"),
        (["COMMITMENT", "--reason", "asked"], "nobody can be asked here, want --yes"),
        (["COMMITMENT", "ab" * 32, "--reason", "asked", "--yes"], "no value of 'abab"),
        (["--event", "ab" * 32, "--reason", "asked", "--yes"], "no event has the key"),
        (["--replay", "no-such-file"], "there is no file no-such-file"),
        (["--replay", "no-such-file", "--reason", "x"], "want nothing beside it"),
    ],
    ids=str,
)
def test_what_cannot_be_erased_is_one_line_and_nothing_is_erased(guoji, handed, settings, words, complaint):
    named = [handed.commitment if word == "COMMITMENT" else word for word in words]

    code, _, said = guoji("erase", *named)

    assert code == 65
    assert complaint in said
    assert said.count("\n") == 1
    assert in_the_files(settings)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("", "not JSON"),
        ("[]", "holds no names with values"),
        ("{}", "holds no names with values"),
        ('{"driverName": "13812345678"}', "name 'driverName' has no prefix"),
        ('{"a:b": 13812345678}', "value of 'a:b' is int, want text"),
        ('{"a:b": "a\\u0000"}', "value of 'a:b' holds a NUL"),
    ],
)
def test_what_cannot_be_committed_to_is_one_line_without_the_value(guoji, given, complaint):
    code, printed, said = guoji("personal", "commit", given=given)

    assert (code, printed) == (65, "")
    assert complaint in said
    assert "13812345678" not in said


def test_commitments_of_one_value_are_never_alike(guoji):
    made = {guoji("personal", "commit", given=json.dumps({NAME: VALUE}))[1] for _ in range(3)}

    assert len(made) == 3


@pytest.mark.slow
def test_the_sealing_role_drops_the_bytes_of_old_messages(settings, store, monkeypatch):
    old = Rejected("guoji/v1/x/readings", "x", None, 1_000, b"call me", sha256(b"call me").digest(), "why")
    store.arrivals.record([old])
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))

    role = subprocess.Popen([sys.executable, "-m", "traceability.cli.main", "seal"], stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while store.quarantine.drop_payloads(0) or in_the_tables(settings, "call me"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        role.terminate()
        said = role.communicate()[1].decode()

    assert "bytes dropped" in said
    assert store.counts.all()["quarantined"] == 1


def in_the_tables(settings, text):
    from sqlalchemy import select

    from traceability.store.readings import quarantine
    from traceability.store.schema import open_engine

    engine = open_engine(settings.database_url)
    with engine.connect() as connection:
        payloads = connection.execute(select(quarantine.c.payload)).scalars().all()
    engine.dispose()
    return text.encode() in payloads
