"""`guoji keys`: shows public halves only, and says what to do next."""

import os
from datetime import UTC, datetime

import pytest

from iot_gateway.certificates import fingerprint, open_authority
from traceability.cli.main import main
from traceability.keys.files import write_secret
from traceability.keys.ring import BROKER_CA, CHAIN, GATEWAY, LOG
from traceability.own_policy import own_gateways, own_log
from traceability.settings import Settings


@pytest.fixture
def guoji(tmp_path, monkeypatch, capsys):
    """Run `guoji keys` in the home of an installation: exit code, standard output, standard error."""
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path / "home"))
    main(["init"])
    capsys.readouterr()

    def run(*words):
        code = main(["keys", *words])
        return code, *capsys.readouterr()

    return run


def settings():
    return Settings.read(os.environ)


def test_init_says_where_the_passphrase_is_and_that_it_should_go_elsewhere(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GUOJI_PASSPHRASE_FILE", str(tmp_path / "passphrase"))

    main(["init"])

    said = capsys.readouterr().out
    assert f"passphrase {tmp_path / 'passphrase'}, which opens the keys: move it to another disk" in said
    assert (tmp_path / "passphrase").read_text().strip() not in said


def test_the_list_has_the_public_half_of_every_key_and_no_private_one(guoji):
    code, shown, said = guoji("list")

    rows = [line.split("\t") for line in shown.splitlines()]
    assert (code, said) == (0, "")
    assert [row[0] for row in rows] == [LOG, GATEWAY, CHAIN]
    assert {row[2] for row in rows} == {"encrypted"}
    assert [row[3] for row in rows[:2]] == [own_log(settings()).vkey, own_gateways(settings())[0].vkey]
    secret = settings().key_ring.account_key(CHAIN).private_numbers().private_value
    assert f"{secret:x}" not in shown


def test_the_brokers_authority_is_listed_by_what_devices_compare(guoji):
    authority = open_authority(settings().key_ring, "farm", datetime.now(UTC))

    _, shown, said = guoji("list")

    name, _, state, public = shown.splitlines()[-1].split("\t")
    assert (name, state, said) == (BROKER_CA, "encrypted", "")
    assert public == f"SHA-256 {fingerprint(authority.certificate)}"


def test_keys_of_an_older_installation_are_shown_as_they_are_and_encrypted_by_one_command(guoji):
    write_secret(settings().keys / CHAIN, b"1f" * 32 + b"\n")

    before = guoji("list")[1].splitlines()[2].split("\t")
    guoji("encrypt")
    after = guoji("list")[1].splitlines()[2].split("\t")

    assert (before[2], after[2]) == ("not encrypted", "encrypted")
    assert before[:2] + before[3:] == after[:2] + after[3:]


def test_a_new_key_of_log_or_gateway_is_shown_with_what_to_do_next(guoji):
    code, shown, _ = guoji("rotate", "log")
    assert (code, shown.splitlines()[0]) == (0, f"log {own_log(settings()).vkey}")
    assert "next: restart every part, and hand out " in shown

    code, shown, _ = guoji("rotate", "gateway")
    assert (code, shown.splitlines()[0]) == (0, f"gateway {own_gateways(settings())[1].vkey}")
    assert "give the devices that line" in shown
    assert "each edge box needs a new bundle" in shown


def test_an_account_without_a_contract_has_nothing_to_hand_over(guoji):
    code, shown, said = guoji("rotate", "chain")

    assert (code, shown) == (65, "")
    assert "names no chain and contract; `guoji deploy` makes one" in said
