"""`guoji device password` and `withdraw`: the login shown last counts, and none once it is withdrawn."""

import json
import os
import re
from contextlib import closing

import pytest

from iot_gateway import logins
from iot_gateway.broker import start_broker
from iot_gateway.certificates import fingerprint, read_certificate
from iot_gateway.logins import GATEWAY, PASSWORDS, Address, give_new_password, make_passwords, read_passwords
from tests.iot_gateway.peer import Peer
from traceability.cli import credentials
from traceability.cli.main import main
from traceability.settings import Settings
from traceability.upkeep.installation import make

ADD = ["device", "add", "field-3", "--giai", "9521234FIELD3", "--place", "9521234000013"]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path))
    settings = Settings.read(os.environ)
    make(settings)
    return settings


def password_shown(capsys):
    return re.search(r"^password  (\S+)$", capsys.readouterr().out, re.MULTILINE)[1]


def test_a_new_password_is_shown_once_and_takes_the_place_of_the_old_one(settings, capsys):
    main(ADD)
    old = password_shown(capsys)

    assert main(["device", "password", "field-3"]) == 0

    new = password_shown(capsys)
    assert read_passwords(settings.keys / PASSWORDS)["field-3"] == new != old
    main(ADD)
    assert "password" not in capsys.readouterr().out


def test_a_withdrawn_login_comes_back_by_a_new_password_and_not_by_registering_again(settings, capsys):
    main(ADD)
    old = password_shown(capsys)

    assert main(["device", "withdraw", "field-3"]) == 0

    assert "nobody logs in as field-3 until `guoji device password field-3`" in capsys.readouterr().out
    assert main(ADD) == 0
    assert "password" not in capsys.readouterr().out
    assert "field-3" not in read_passwords(settings.keys / PASSWORDS)
    main(["device", "password", "field-3"])
    assert password_shown(capsys) != old


def test_a_device_that_is_withdrawn_during_another_command_stays_out(settings, monkeypatch):
    add_two(settings)

    def give_and_meanwhile_withdraw(file, user):
        given = give_new_password(file, user)
        main(["device", "withdraw", "field-4"])
        return given

    monkeypatch.setattr(logins, "give_new_password", give_and_meanwhile_withdraw)
    main(["device", "password", "field-3"])

    users = (settings.home / "broker" / "users.conf").read_text()
    assert "field-3" in users
    assert "field-4" not in users


def add_two(settings):
    """And have a broker that was started once, and is being started again."""
    (settings.home / "broker").mkdir()
    main(ADD)
    main(["device", "add", "field-4", "--giai", "9521234FIELD4", "--place", "9521234000013"])


@pytest.mark.parametrize("action", ["password", "withdraw"])
@pytest.mark.parametrize("alias", ["field-4", GATEWAY])
def test_who_is_no_registered_device_gets_no_login_and_loses_none(settings, capsys, action, alias):
    before = make_passwords(settings.keys / PASSWORDS, [GATEWAY])

    assert main(["device", action, alias]) == 65

    assert f"no device {alias} is registered" in capsys.readouterr().err
    assert read_passwords(settings.keys / PASSWORDS) == before


def test_the_client_id_that_is_shown_is_the_one_that_our_own_clients_use(settings, capsys):
    main(ADD)

    shown = capsys.readouterr().out

    password = re.search(r"^password  (\S+)$", shown, re.MULTILINE)[1]
    client_id = re.search(r"^client id (\S+)$", shown, re.MULTILINE)[1]
    assert client_id == Address("127.0.0.1", 1883, "field-3", password).client_id


@pytest.mark.parametrize(
    "command", [ADD, ["device", "password", "field-3"], ["device", "withdraw", "field-3"]]
)
def test_of_a_broker_that_is_not_ours_it_is_said_that_it_knows_nothing_yet(
    settings, capsys, monkeypatch, command
):
    main(ADD)
    assert "goes by its old logins" not in capsys.readouterr().err

    monkeypatch.setenv("GUOJI_MQTT_URL", "mqtts://broker.my-farm.cn:8883")
    main(command)
    said = capsys.readouterr().err
    assert (
        "the broker mqtts://broker.my-farm.cn:8883 goes by its old logins until you write its files" in said
    )


def test_an_address_that_only_this_machine_reaches_is_said_beside_a_login(settings, capsys, monkeypatch):
    monkeypatch.setenv("GUOJI_MQTT_URL", "mqtt://127.0.0.1:1883")
    main(ADD)
    assert "cannot reach that broker: set mqtt_public_url to how devices call it" in capsys.readouterr().err

    monkeypatch.setenv("GUOJI_MQTT_PUBLIC_URL", "mqtts://broker.my-farm.cn:8883")
    main(["device", "password", "field-3"])
    assert "cannot reach" not in capsys.readouterr().err


def test_with_tls_a_device_is_shown_whom_to_believe_and_the_code_holds_the_digest_of_it(
    settings, capsys, monkeypatch
):
    codes = []
    monkeypatch.setattr(credentials.qrcode.QRCode, "add_data", lambda _self, data: codes.append(data))
    monkeypatch.setenv("GUOJI_MQTT_PUBLIC_URL", "mqtts://broker.my-farm.cn:8883")

    main(ADD)

    shown, ca = capsys.readouterr().out, settings.keys / "broker-ca.crt"
    assert "broker    mqtts://broker.my-farm.cn:8883\n" in shown
    assert f"ca\n{ca.read_text()}" in shown
    held = json.loads(codes[0])
    assert held["ca sha256"] == fingerprint(read_certificate(ca))
    assert "ca" not in held
    assert set(held) == {
        "broker",
        "gateway",
        "publish",
        "receipts",
        "user",
        "password",
        "client id",
        "ca sha256",
    }


@pytest.mark.slow
def test_a_running_broker_disconnects_at_once_who_has_no_password_any_more(settings, capsys):
    main(ADD)
    old = password_shown(capsys)
    broker = start_broker(settings.home / "broker", read_passwords(settings.keys / PASSWORDS))
    try:
        (settings.home / "run").mkdir()
        (settings.home / "run" / "broker.pid").write_text(str(broker.process.pid))
        where = Address("127.0.0.1", broker.port, "field-3", old)
        with closing(Peer(where)) as connected:
            main(["device", "password", "field-3"])
            assert connected.closed.wait(60)
        assert is_refused(where)
        where = Address("127.0.0.1", broker.port, "field-3", password_shown(capsys))
        with closing(Peer(where)) as connected:
            main(["device", "withdraw", "field-3"])
            assert connected.closed.wait(60)
        assert is_refused(where)
    finally:
        broker.stop()


def is_refused(address):
    with closing(Peer(address)) as peer:
        return peer.refused
