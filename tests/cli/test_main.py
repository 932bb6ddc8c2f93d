"""The command line as a person meets it: help everywhere, one line and an exit code for every mistake."""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.builders import FARM, FIELD_LOT, LOT, a_harvest
from tests.fakes import FakeMark
from traceability.cli.main import main, parser
from traceability.ledger.capture import capture
from traceability.ledger.follow import LATE_S, Follower
from traceability.ledger.publish import publish
from traceability.own_policy import log_signer
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import ledger


def commands(of=None, so_far=()):
    """Every command and action, as the words that call it."""
    of = of or parser()
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield (*so_far, name)
                yield from commands(below, (*so_far, name))


@pytest.fixture
def guoji(tmp_path, monkeypatch, capsys):
    """Run `guoji` in a fresh home: exit code, standard output, standard error."""

    def run(*words, **environment):
        for name, value in {"GUOJI_HOME": str(tmp_path / "home"), **environment}.items():
            monkeypatch.setenv(name, value)
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_has_help_that_says_what_it_does(guoji, words):
    code, shown, _ = guoji(*words, "--help")

    assert code == 0
    about = shown.partition("\n\n")[2].partition("\n\n")[0]
    assert shown.startswith(f"usage: guoji {' '.join(words)}")
    assert len(about) > 20, "no sentence between usage and options"


@pytest.mark.parametrize(
    "words",
    [["fly"], ["status", "--yes"], ["token"], ["token", "issue", "x", "--role", "king"], ["st\x1b[2Jx"]],
)
def test_wrong_usage_exits_64_and_shows_the_usage(guoji, words):
    code, shown, said = guoji(*words)

    assert code == 64
    assert shown == ""
    assert said.startswith("usage: guoji")
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("device unfit a --from noon", "'noon' is no time: want e.g. 2026-11-22T14:30:00+08:00"),
        ("device fit a --from 2026-11-22T14:30:00", "has no time zone: want e.g. 2026-11-22T14:30:00+08:00"),
        ("device calibrate a --on May", "'May' is no day: want e.g. 2026-11-22"),
        ("broker nats x --gateways two", "'two' is no whole number from 1 on"),
        ("broker nats x --port 65536", "'65536' is no whole number from 1 to 65535"),
        ("alerts ack first", "'first' is no whole number from 1 on"),
        (f"fsck --from {'9' * 5000}", "is no whole number from 0 on"),
        ("simulate --seed -1", "'-1' is no whole number from 0 on"),
    ],
)
def test_a_number_or_a_time_that_is_none_is_told_with_what_is_wanted(guoji, words, said):
    code, _, complaint = guoji(*words.split())

    assert code == 64
    assert said in complaint


@pytest.mark.parametrize(
    ("words", "usage", "meant"),
    [
        ("statsu", "guoji", "status"),
        ("device lst", "guoji device", "list"),
        ("init --orign x", "guoji init", "--origin"),
        ("init --orign=x", "guoji init", "--origin"),
        ("token issue x --role raed", "guoji token issue", "read"),
    ],
)
def test_a_word_that_is_nearly_right_is_told_with_the_one_that_is_meant(guoji, words, usage, meant):
    code, _, said = guoji(*words.split())

    assert code == 64
    assert said.startswith(f"usage: {usage} [-h]")
    assert said.endswith(f"; is {meant} meant?\n")


def test_without_a_command_the_help_is_shown_and_it_exits_64(guoji):
    code, shown, said = guoji()

    assert (code, shown) == (64, "")
    assert said == guoji("--help")[1]


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["token", "list"],
        ["prove", "https://id.gs1.org/01/09521234000020/10/P1"],
        ["gateway"],
        ["seal"],
        ["publish"],
        ["anchor"],
        ["serve"],
        ["simulate", "--device", "cold-7", "--csv", os.devnull],
    ],
    ids=" ".join,
)
def test_without_an_installation_one_line_says_so(guoji, words):
    code, shown, said = guoji(*words)

    assert (code, shown) == (65, "")
    assert said.startswith("guoji: ")
    assert said.count("\n") == 1


def test_without_an_installation_the_line_names_the_command_that_makes_one(guoji, tmp_path):
    _, _, said = guoji("status")

    assert said == f"guoji: there is no database at {tmp_path}/home/guoji.db: `guoji init` makes one\n"


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"GUOJI_SEAL_EVERYS": "1"}, "there is no such setting"),
        ({"GUOJI_HTTP_PORT": "eighty"}, "GUOJI_HTTP_PORT"),
        ({"GUOJI_DATABASE": "nonsense"}, "database"),
        ({"GUOJI_DATABASE": "mysql://user:secret@host/x"}, "database"),
        ({"GUOJI_DATABASE": "postgresql+psycopg://nobody@127.0.0.1:9/x"}, "database: connection failed"),
        ({"GUOJI_HOME": "/dev/null/home"}, "/dev/null"),
        ({"GUOJI_HOME": "/proc/home"}, "/proc/home"),
    ],
    ids=str,
)
def test_a_setting_that_cannot_work_is_named_in_one_line(guoji, environment, complaint):
    code, shown, said = guoji("init", **environment)

    assert (code, shown) == (65, "")
    assert said.startswith("guoji: ")
    assert complaint in said
    assert said.count("\n") == 1
    assert "secret" not in said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["prove", "https://id.gs1.org/01/09521234000020/10/P1"], "we hold no event for"),
        (["prove", "ab" * 32], "no event has the key"),
        (["prove", "\x1b[2J"], "guoji: "),
        (["token", "revoke", "nobody"], "there is no valid token named 'nobody'"),
        (["token", "issue", "a", "--role", "capture", "--party", "123"], "GLN"),
        (["anchor"], "names no chain"),
        (["devnet"], "GUOJI_RPC_URL"),
        (["gateway"], "broker-passwords.json"),
        (["verify", "no-such-file"], "cannot read no-such-file"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_one_line_and_exit_65(guoji, tmp_path, words, complaint):
    make(Settings.read({"GUOJI_HOME": str(tmp_path / "home")}))

    code, _, said = guoji(*words)

    assert code == 65
    assert complaint in said
    assert said.count("\n") == 1
    assert "\x1b" not in said


def test_a_file_that_cannot_be_written_is_named_in_one_line(guoji, tmp_path):
    guoji("init")
    store = open_store(Settings.read(os.environ))
    [captured] = capture([a_harvest()], FARM, store.events, 5)
    publish(store.log, store.checkpoints, FakeMark(), log_signer(Settings.read(os.environ)))

    code, _, said = guoji("prove", captured.key, "-o", str(tmp_path))

    assert (code, said) == (65, f"guoji: {tmp_path}: Is a directory\n")


def test_a_proof_that_was_made_stands_until_the_log_has_moved_on(guoji):
    guoji("init")
    settings = Settings.read(os.environ)
    store, now_s = open_store(settings), [0.0]
    ours = ledger(settings, store)
    ours = replace(ours, follower=Follower(store.changes(), lambda: now_s[0], ours.now))
    capture([a_harvest()], FARM, store.events, 5)
    publish(store.log, store.checkpoints, FakeMark(), log_signer(settings))
    _, standing = ours.trace_proof(FIELD_LOT)

    now_s[0] += LATE_S
    assert standing.is_found_to_hold()

    capture([a_harvest(lot=LOT)], FARM, store.events, 6)
    publish(store.log, store.checkpoints, FakeMark(), log_signer(settings))
    now_s[0] += LATE_S

    assert not standing.is_found_to_hold()
    store.close()


def test_init_shows_the_token_once_and_repairs_nothing_that_is_whole(guoji):
    first = guoji("init")
    again = guoji("init")

    assert (first[0], again[0]) == (0, 0)
    assert "administrator's token (shown only now): guoji_" in first[1]
    assert "nothing was missing" in again[1]


PARTY = "9521321000001"
"""As by default."""


def test_what_init_was_told_is_written_down_even_if_it_is_the_default(guoji, tmp_path):
    guoji("init", "--party", PARTY)

    assert f'\nparty = "{PARTY}"\n' in (tmp_path / "home" / "guoji.toml").read_text()
    assert guoji("init", "--party", PARTY)[0] == 0


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        (
            "--origin",
            "other.cn/log",
            "origin is 'guoji.example/log' in {}, not 'other.cn/log': the name of a log ",
        ),
        ("--party", "9521234000006", f"party is '{PARTY}' in {{}}, not '9521234000006': change it there"),
        ("--public-url", "https://b.cn", "public_url is '' in {}, not 'https://b.cn': change it there"),
    ],
)
def test_init_says_where_another_value_stands_already(guoji, tmp_path, option, value, complaint):
    guoji("init")

    code, shown, said = guoji("init", option, value)

    assert (code, shown) == (65, "")
    assert complaint.format(tmp_path / "home" / "guoji.toml") in said


def test_a_token_opens_until_it_is_revoked_and_its_secret_is_shown_once(guoji):
    guoji("init")

    _, secret, _ = guoji("token", "issue", "packhouse", "--role", "capture", "--party", "9521234000006")
    listed = guoji("token", "list")[1]
    grant = open_store(Settings.read(os.environ)).tokens.authorise(secret.strip())
    guoji("token", "revoke", "packhouse")

    assert (grant.role, grant.party) == ("capture", "9521234000006")
    assert "packhouse\tcapture\t9521234000006\tabout any\treads all\tvalid" in listed
    assert secret.strip() not in listed
    assert "packhouse\tcapture\t9521234000006\tabout any\treads all\trevoked" in guoji("token", "list")[1]
    assert guoji("token", "issue", "packhouse", "--role", "read")[0] == 65


def test_a_farmers_token_comes_as_a_link_whose_secret_no_server_sees(guoji):
    guoji("init", "--public-url", "https://trace.my-farm.cn")

    code, shown, _ = guoji("token", "issue", "Li's phone", "--role", "farm", "--party", "9521234000006")
    secret = shown.splitlines()[0]
    refused = guoji("token", "issue", "Wang's phone", "--role", "farm")

    assert code == 0
    assert f"https://trace.my-farm.cn/farm#token={secret}\n" in shown
    assert "public_url is not set" not in shown
    assert "\u2588" in shown
    grant = open_store(Settings.read(os.environ)).tokens.authorise(secret)
    assert (grant.role, grant.party, grant.name) == ("farm", "9521234000006", "Li's phone")
    assert refused[0] == 65
    assert "a token with role farm needs --party" in refused[2]


def test_status_counts_for_people_and_for_machines(guoji):
    guoji("init")

    people, machines = guoji("status"), guoji("status", "--json")

    assert "readings" in people[1]
    assert json.loads(machines[1])["quarantine_reasons"] == {}


def test_output_that_nobody_reads_any_more_ends_quietly(guoji, tmp_path):
    guoji("init")
    reads, writes = os.pipe()
    os.close(reads)

    done = subprocess.run(
        [sys.executable, "-m", "traceability.cli.main", "status"],
        stdout=writes,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writes)

    assert (done.returncode, done.stderr) == (65, b"")
