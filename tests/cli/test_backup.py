"""`guoji backup` and `guoji restore` say what is in the file and what to do next."""

from errno import ENOSPC

import pytest
from sqlalchemy import text

from tests.builders import FARM, a_harvest
from tests.fakes import FakeMark
from traceability.cli.main import main
from traceability.ledger.capture import capture
from traceability.ledger.publish import publish
from traceability.own_policy import log_signer
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.store.schema import open_engine


@pytest.fixture
def guoji(tmp_path, monkeypatch, capsys):
    """Run `guoji`, in another home if one is named: exit code, standard output, standard error."""

    def run(*words, home="home"):
        monkeypatch.setenv("GUOJI_HOME", str(tmp_path / home))
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    run("init")
    return run


def test_a_backup_says_how_far_it_goes_and_a_restore_what_is_left_to_do(guoji, tmp_path):
    file = tmp_path / "one.guoji"

    code, shown, said = guoji("backup", file, "--verbose")
    assert code == 0
    assert shown.startswith(f"backup: {file}, ")
    assert "newest checkpoint in it: none" in shown
    assert "token: 1 rows" in said

    code, shown, said = guoji("restore", file, home="there")
    assert (code, said) == (0, "")
    assert shown.startswith(f"restored: {tmp_path / 'there'}, as of 20")
    assert f"next: put the keys into {tmp_path / 'there' / 'keys'}" in shown
    assert "erasures.jsonl and high-water" in shown
    assert "all is as it must be" in shown
    assert guoji("status", home="there")[0] == 0


def test_a_full_disk_is_named_with_what_to_do_and_nothing_half_made_is_left(guoji, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("traceability.upkeep.backup._write", full)

    code, _, said = guoji("backup", tmp_path / "one.guoji")

    assert code == 65
    assert said == f"guoji: {tmp_path / 'one.guoji'}: No space left on device: free some space on that disk\n"
    assert list(tmp_path.glob("one*")) == []


def test_keys_that_are_in_the_file_are_not_asked_for(guoji, tmp_path):
    guoji("backup", tmp_path / "one.guoji", "--with-keys")

    shown = guoji("restore", tmp_path / "one.guoji", home="there")[1]

    assert "put the keys" not in shown


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["backup", "one.guoji"], "is there already; a backup replaces nothing"),
        (["restore", "none.guoji"], "none.guoji: No such file or directory"),
        (["restore", "one.guoji"], "is no backup, or was cut"),
    ],
)
def test_what_cannot_be_done_is_one_line(guoji, tmp_path, monkeypatch, words, complaint):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.guoji").write_text("no backup")

    code, shown, said = guoji(*words, home="home" if words[0] == "backup" else "there")

    assert (code, shown) == (65, "")
    assert complaint in said
    assert len(said.splitlines()) == 1


def test_what_was_altered_before_the_backup_is_found_by_the_restore(guoji, tmp_path):
    settings = Settings.read({"GUOJI_HOME": str(tmp_path / "home")})
    store = open_store(settings)
    capture([a_harvest()], FARM, store.events, 5)
    publish(store.log, store.checkpoints, FakeMark(), log_signer(settings))
    store.close()
    engine = open_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE event SET body = replace(body, '30', '90')"))
    engine.dispose()
    guoji("backup", tmp_path / "one.guoji")

    code, shown, _ = guoji("restore", tmp_path / "one.guoji", home="there")

    assert code == 1
    assert "DIFFERS: " in shown
