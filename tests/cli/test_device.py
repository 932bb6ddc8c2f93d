"""A registered device can log in at once, and a wrong number is named."""

import json
import re
import threading
from datetime import date
from hashlib import sha256

import pytest
import zxingcpp
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from PIL import Image

from iot_gateway.broker import start_broker
from iot_gateway.logins import GATEWAY, PASSWORDS, make_passwords
from traceability.cli.main import main
from traceability.settings import Settings
from traceability.telemetry.device import Calibration
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.upkeep.installation import make

ADD = [
    "device",
    "add",
    "field-3",
    "--giai",
    "9521234FIELD3",
    "--place",
    "9521234000013",
    "--name-en",
    "Field 3",
]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path))
    settings = Settings.read({"GUOJI_HOME": str(tmp_path)})
    make(settings)
    return settings


def test_a_registered_device_is_listed(settings, capsys):
    assert main(ADD) == 0
    assert main(["device", "list"]) == 0

    place, giai = "https://id.gs1.org/414/9521234000013", "https://id.gs1.org/8004/9521234FIELD3"
    line = f"field-3\tfield\t0 keys\t{place}\tField 3\t{giai}\ton nothing\n"
    assert line in capsys.readouterr().out

    assert main(["device", "fit", "field-3"]) == 0
    main(["device", "list"])
    assert capsys.readouterr().out.endswith(f"\t{giai}\ton {place}\n")


def test_an_alias_keeps_its_giai_and_a_replacement_is_told_how(settings, capsys, store):
    main(ADD)

    assert main([*ADD[:4], "9521234FIELD4", *ADD[5:]]) == 65

    said = capsys.readouterr().err
    assert (
        "field-3 is https://id.gs1.org/8004/9521234FIELD3, not https://id.gs1.org/8004/9521234FIELD4" in said
    )
    assert "`guoji device fit NEW --instead-of field-3`" in said
    assert store.devices.all()["field-3"].giai.endswith("FIELD3")


def test_what_is_left_out_of_a_new_description_stays_and_what_changes_is_said(settings, capsys, store):
    main([*ADD, "--cold-chain", "--must-sign", "--new-key", "--name-zh", "三号"])
    capsys.readouterr()

    assert main([*ADD[:-2], "--no-must-sign"]) == 0

    device = store.devices.all()["field-3"]
    assert (device.cold_chain, device.name) == (True, {"zh": "三号", "en": "Field 3"})
    assert capsys.readouterr().err == "must sign was True, is now False\n"


def test_who_registers_a_device_is_told_once_that_it_must_be_fitted(settings, capsys):
    main(ADD)
    first = capsys.readouterr().err
    main(ADD)

    assert first == "its readings apply to no goods yet: `guoji device fit field-3` says on what it is\n"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("position", "wrong", "said"),
    [(2, "field 3", "alias 'field 3' is not"), (6, "9521234000014", "check digit is 4, want 3")],
)
def test_what_is_wrong_is_said_and_nothing_is_registered(settings, capsys, position, wrong, said):
    assert main([*ADD[:position], wrong, *ADD[position + 1 :]]) == 65
    assert said in capsys.readouterr().err
    main(["device", "list"])
    assert capsys.readouterr().out == ""


def test_credentials_are_shown_once_and_scanned_as_they_are_printed(settings, capsys):
    assert main([*ADD, "--new-key"]) == 0
    printed = capsys.readouterr().out
    assert main([*ADD, "--cold-chain"]) == 0
    printed_again = capsys.readouterr().out

    scanned = json.loads(scan(printed))
    assert scanned["user"] == "field-3"
    assert scanned["publish"] == "guoji/v1/field-3/readings"
    assert scanned["gateway"] in settings.trust_file.read_text()
    assert f"password  {scanned['password']}\n" in printed
    assert scanned["private"] in printed
    assert scanned["password"] not in printed_again
    assert "private" not in printed_again
    assert json.loads(scan(printed_again))["receipts"] == "guoji/v1/field-3/receipts"


def scan(printed):
    """What a phone reads from the QR code in a terminal, light on dark."""
    lines = [line for line in printed.split("\n") if line and not set(line) - set("█▀▄ \xa0")]
    pixels = [[char in row for char in line] for line in lines for row in ("█▀", "█▄")]
    picture = Image.new("L", (len(pixels[0]), len(pixels)))
    picture.putdata([255 * pixel for row in pixels for pixel in row])
    size = (picture.width * 4, picture.height * 4)
    return zxingcpp.read_barcode(picture.resize(size, Image.Resampling.NEAREST)).text


def test_the_key_that_was_made_here_signs_for_the_device(settings, capsys, store):
    assert main([*ADD, "--must-sign", "--new-key", "ES256"]) == 0

    signer = DeviceSigner.from_pem(json.loads(scan(capsys.readouterr().out))["private"].encode())
    device = store.devices.all()["field-3"]
    assert device.must_sign
    assert [key.public for key in device.keys] == [signer.public]


def test_a_key_that_was_made_on_the_device_is_taken_from_a_file(settings, capsys, tmp_path):
    public = DeviceSigner.make(Algorithm.EdDSA).public
    (tmp_path / "key.hex").write_text(public.raw.hex())

    assert main([*ADD, "--public-key", f"@{tmp_path / 'key.hex'}"]) == 0

    main(["device", "key", "list", "field-3"])
    assert f"\t{public}\n" in capsys.readouterr().out


def test_a_key_is_added_beside_the_old_one_which_is_then_revoked(settings, capsys):
    old, new = (DeviceSigner.make(algorithm).public for algorithm in Algorithm)
    main([*ADD, "--public-key", old.raw.hex()])
    until = ["--key-from", "2099-01-01T00:00:00Z", "--key-until", "2100-01-01T00:00:00+08:00"]

    assert main(["device", "key", "add", "field-3", "--public-key", str(new), *until]) == 0
    assert main(["device", "key", "revoke", "field-3", old.key_id.hex(), "--why", "sto\x1blen"]) == 0

    capsys.readouterr()
    main(["device", "key", "list", "field-3"])
    first, second, _ = capsys.readouterr().out.split("\n")
    times = "from 2099-01-01T00:00:00.000+00:00 until 2099-12-31T16:00:00.000+00:00"
    assert first == f"{new.key_id.hex()}\t{times}\t{new}"
    assert second.startswith(f"{old.key_id.hex()}\trevoked 20")
    assert second.endswith(f": sto len\t{old}")


def test_who_shortens_the_id_of_a_key_is_told_where_all_of_it_stands(settings, capsys):
    public = DeviceSigner.make(Algorithm.EdDSA).public
    main([*ADD, "--public-key", public.raw.hex()])

    assert main(["device", "key", "revoke", "field-3", public.key_id.hex()[:8], "--why", "lost"]) == 65

    assert "give all 16 digits, as `guoji device key list field-3` shows them" in capsys.readouterr().err


def test_a_key_is_revoked_from_a_time_to_come_but_not_from_one_that_is_past(settings, capsys, store):
    public = DeviceSigner.make(Algorithm.EdDSA).public
    main([*ADD, "--public-key", public.raw.hex()])
    revoke = ["device", "key", "revoke", "field-3", public.key_id.hex(), "--why", "renewed", "--from"]

    assert main([*revoke, "1999-01-01T00:00:00Z"]) == 65
    assert (
        "1999-01-01T00:00:00.000+00:00 is past: what arrived since then was taken in"
        in capsys.readouterr().err
    )
    assert main([*revoke, "2999-01-01T00:00:00+08:00"]) == 0

    [key] = store.devices.all()["field-3"].keys
    assert key.revoked_at_ms == 32_472_115_200_000
    key.check_valid(key.revoked_at_ms - 1)


def test_a_calibration_is_kept_with_the_digest_of_its_certificate(settings, capsys, tmp_path, store):
    main(ADD)
    (tmp_path / "certificate.pdf").write_bytes(b"compared")
    said = ["--on", "2026-05-01", "--until", "2027-04-30", "--certificate", str(tmp_path / "certificate.pdf")]

    assert main(["device", "calibrate", "field-3", *said]) == 0

    digest = sha256(b"compared").digest()
    assert digest.hex() in capsys.readouterr().out
    assert store.devices.all()["field-3"].calibrations == (
        Calibration(date(2026, 5, 1), date(2027, 4, 30), digest),
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ([*ADD, "--must-sign"], "field-3 must sign and has no key"),
        ([*ADD, "--public-key", "00"], "public key is neither PEM, JWK nor hex"),
        ([*ADD, "--public-key", "@nowhere"], "cannot read nowhere"),
        ([*ADD, "--public-key", "00" * 32, "--key-until", "1999-01-01T00:00:00Z"], "never"),
        (["device", "key", "add", "cold-9", "--new-key"], "no device cold-9 is registered"),
        (["device", "key", "list", "cold-9"], "no device cold-9 is registered"),
        (["device", "key", "revoke", "cold-9", "00", "--why", "x"], "no device cold-9 is registered"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_and_none_is_kept(settings, capsys, store, command, said):
    assert main(command) == 65

    assert said in capsys.readouterr().err
    assert all(device.keys == () for device in store.devices.all().values())


@pytest.mark.slow
def test_a_device_added_while_the_broker_runs_logs_in(settings, capsys, monkeypatch):
    passwords = make_passwords(settings.keys / PASSWORDS, [GATEWAY])
    broker = start_broker(settings.home / "broker", passwords)
    try:
        (settings.home / "run").mkdir()
        (settings.home / "run" / "broker.pid").write_text(str(broker.process.pid))
        monkeypatch.setenv("GUOJI_MQTT_URL", f"mqtt://127.0.0.1:{broker.port}")

        assert main(ADD) == 0

        password = re.search(r"password  (\S+)", capsys.readouterr().out)[1]
        assert _logs_in(broker.port, "field-3", password)
    finally:
        broker.stop()


def _logs_in(port: int, user: str, password: str) -> bool:
    """Tries for a while: the broker reads its file when it can."""
    welcome = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, client_id="try", protocol=MQTTv311)
    client.username_pw_set(user, password)
    client.on_connect = lambda _c, _d, _f, code, _m: None if code.is_failure else welcome.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        return welcome.wait(60)
    finally:
        client.disconnect()
        client.loop_stop()
