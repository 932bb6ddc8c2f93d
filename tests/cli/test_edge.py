import json
import socket

import pytest

from iot_gateway.edge.kept import KeptFile
from iot_gateway.edge.message import Message
from iot_gateway.logins import PASSWORDS, make_passwords, withdraw_login
from traceability.cli.main import main
from traceability.own_policy import own_gateways

UPLINK = "mqtts://broker.farm.example:8883"


@pytest.fixture
def bundle_file(settings, monkeypatch, tmp_path):
    """Made where the installation runs; GUOJI_HOME is that of a box afterwards."""
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    monkeypatch.setenv("GUOJI_MQTT_PUBLIC_URL", UPLINK)
    make_passwords(settings.keys / PASSWORDS, ["@gateway", "shed-1", "shed-2"])
    file = tmp_path / "shed.json"
    assert main(["edge", "bundle", "shed-1", "-o", str(file)]) == 0
    monkeypatch.delenv("GUOJI_MQTT_PUBLIC_URL")
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path / "box"))
    return file


def test_a_bundle_holds_what_a_box_needs_and_no_login_but_those_it_was_asked_for(
    bundle_file, settings, capsys
):
    held = json.loads(bundle_file.read_text())

    assert held["uplink"] == UPLINK
    assert held["ca"].startswith("-----BEGIN CERTIFICATE-----")
    assert held["gateways"] == [key.vkey for key in own_gateways(settings)]
    assert list(held["devices"]) == ["shed-1"]
    assert bundle_file.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr()
    assert held["devices"]["shed-1"] not in said.out
    assert said.err == ""


def test_a_bundle_for_a_device_that_is_not_registered_is_refused(bundle_file, settings, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))

    for name in ("shed-9", "@gateway", "$group"):
        assert main(["edge", "bundle", name, "--uplink", UPLINK, "-o", str(bundle_file)]) == 65
        assert f"no device {name} is registered: `guoji device add` does it" in capsys.readouterr().err


def test_a_bundle_for_a_device_that_was_withdrawn_is_refused(bundle_file, settings, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    withdraw_login(settings.keys / PASSWORDS, "shed-2")

    assert main(["edge", "bundle", "shed-2", "--uplink", UPLINK, "-o", str(bundle_file)]) == 65
    assert "shed-2 is withdrawn: `guoji device password shed-2` lets it in again" in capsys.readouterr().err


def test_an_uplink_that_only_this_machine_reaches_is_said(bundle_file, settings, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))

    capsys.readouterr()
    assert main(["edge", "bundle", "shed-1", "--uplink", "mqtt://127.0.0.1", "-o", str(bundle_file)]) == 0
    said = capsys.readouterr()
    assert said.err == "A box on another machine cannot reach that.\n"
    assert ": 1 device, uplink mqtt://127.0.0.1." in said.out

    monkeypatch.setenv("GUOJI_MQTT_PUBLIC_URL", "mqtt://localhost")
    assert main(["edge", "bundle", "shed-1", "-o", str(bundle_file)]) == 0
    assert capsys.readouterr().err == "A box on another machine cannot reach that: give --uplink.\n"


def test_an_uplink_over_the_network_without_tls_is_refused_unless_that_is_meant(
    bundle_file, settings, monkeypatch, capsys
):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    before = bundle_file.read_text()
    command = ["edge", "bundle", "shed-1", "--uplink", "mqtt://10.0.0.7", "-o", str(bundle_file)]

    assert main(command) == 65
    assert "would cross the network in clear: want mqtts://" in capsys.readouterr().err
    assert bundle_file.read_text() == before

    assert main([*command, "--in-clear"]) == 0
    assert json.loads(bundle_file.read_text())["uplink"] == "mqtt://10.0.0.7"


def test_a_box_says_how_it_stands_before_and_after_it_was_set_up(bundle_file, tmp_path, capsys):
    assert main(["edge", "status"]) == 65
    assert "is no home of a box: make a bundle" in capsys.readouterr().err

    assert main(["edge", "init", str(bundle_file)]) == 0
    kept = KeptFile(tmp_path / "box" / "edge.db", 10**6)
    kept.keep([Message.of("guoji/v1/shed-9/readings", b"x"), Message.of("guoji/v1/shed-1/readings", b"y")], 0)
    kept.say_uplink("shed-1", "there")
    kept.close()
    capsys.readouterr()
    assert main(["edge", "status"]) == 0

    head, first, second = capsys.readouterr().out.splitlines()
    assert head == f"box in {tmp_path / 'box'}: does not run"
    assert first == ("shed-1\tkept 1\toldest 1970-01-01T00:00:00Z\treceipt -\theld 0\tnot held 0\tuplink -")
    assert second.endswith("uplink not in the bundle: kept, not forwarded")


def test_the_home_of_a_box_becomes_no_installation(bundle_file, tmp_path, capsys):
    assert main(["edge", "init", str(bundle_file)]) == 0
    before = sorted((tmp_path / "box").rglob("*"))
    capsys.readouterr()

    for command in (["init"], ["up"], ["device", "list"]):
        assert main(command) == 65
        assert f"{tmp_path / 'box'} is the home of a box" in capsys.readouterr().err

    assert sorted((tmp_path / "box").rglob("*")) == before


def test_a_port_that_is_taken_is_said_with_what_to_set_before_the_box_is_up(bundle_file, monkeypatch, capsys):
    assert main(["edge", "init", str(bundle_file)]) == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("GUOJI_MQTT_PORT", str(port))
        assert main(["edge"]) == 65

    said = capsys.readouterr()
    assert (
        f"port {port} on 127.0.0.1: Address already in use; set GUOJI_MQTT_PORT, or mqtt_port in " in said.err
    )
    assert "box is up" not in said.err + said.out


def test_only_what_the_bundle_does_not_name_is_dropped_and_only_when_that_is_meant(
    bundle_file, tmp_path, capsys
):
    assert main(["edge", "init", str(bundle_file)]) == 0
    kept = KeptFile(tmp_path / "box" / "edge.db", 10**6)
    kept.keep([Message.of("guoji/v1/shed-9/readings", b"x"), Message.of("guoji/v1/shed-1/readings", b"y")], 0)
    kept.close()

    assert main(["edge", "drop", "shed-1", "--yes"]) != 0
    assert main(["edge", "drop", "shed-9"]) == 65
    assert main(["edge", "drop", "shed-9", "--yes"]) == 0
    assert main(["edge", "drop", "shed-9", "--yes"]) == 65

    said = capsys.readouterr()
    assert "shed-1 is in the bundle" in said.err
    assert "shed-9: 1 message without a receipt would be lost: want --yes" in said.err
    assert "shed-9: 1 message without a receipt thrown away" in said.out
    assert "nothing of shed-9 is kept here" in said.err
    assert main(["edge", "status"]) == 0
    assert "\tkept 1\t" in capsys.readouterr().out.splitlines()[1]


def test_a_file_that_is_no_bundle_changes_nothing(tmp_path, bundle_file, capsys):
    bad = tmp_path / "bad.json"
    bad.write_text("{}")

    assert main(["edge", "init", str(bad)]) == 65
    assert main(["edge", "init", str(tmp_path / "none.json")]) == 65

    assert not (tmp_path / "box").exists()
    said = capsys.readouterr().err
    assert "bundle is no JSON object of the format guoji/edge-bundle/v1" in said
    assert "No such file or directory" in said
