"""`guoji simulate` refuses what cannot be meant, and calls nothing stored that has no receipt."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from iot_gateway.logins import GATEWAY, PASSWORDS, make_passwords, read_passwords, withdraw_login
from iot_gateway.simulate.moment import Moment
from iot_gateway.simulate.stream import Message
from traceability.audit.finding import Found
from traceability.audit.promises import read_promises
from traceability.cli import simulate_devices
from traceability.cli.main import main
from traceability.cli.simulate_report import MOST_LINES, Truth, keep_receipts, summary
from traceability.errors import InvalidInput
from traceability.keys.files import write_secret
from traceability.own_policy import gateway_signer, own_gateways
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.receipt import Receipt, sign_receipt

RECORDING = "ts_utc_iso,metric,value\n2026-01-01T00:00:00Z,air_temperature,4\n"


@pytest.fixture
def home(settings, monkeypatch, tmp_path):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recording.csv").write_text(RECORDING)
    make_passwords(settings.keys / PASSWORDS, [GATEWAY, "gone"])
    withdraw_login(settings.keys / PASSWORDS, "gone")
    return settings


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("--devices 2 --model orchid", "no model is named 'orchid'; there are orchard, cold-room, truck"),
        ("--devices 2 --model truck --fault gaps=1", "no fault is named 'gaps'; there are "),
        ("--devices 2 --model truck --fault gap=1@sim-3", "gap is asked of sim-3, which is not played"),
        ("--devices 2 --model truck --speed 2", "say --for or --count"),
        ("--devices 2 --model truck --every 5", "--every is '5', want 250ms, 30s"),
        ("--devices 2 --model truck --for 0s", "--for is '0s', want at least 1ms"),
        ("--devices 2 --model truck --ends-now", "--ends-now is of a file"),
        ("--devices 2 --csv recording.csv --every 5s", "--every is of a model"),
        ("--devices 2 --csv recording.csv --rate 5", "--rate is of a model"),
        ("--device a --model truck --register", "--register goes with --devices"),
        ("--devices 2 --model truck --register --sign recording.csv", "must be a folder"),
        ("--devices 2 --model truck", "no device sim-0001 is registered: `guoji device add` does it; with "),
        ("--devices 2 --model truck", "add --register"),
        ("--device gone --model truck", "gone is withdrawn: `guoji device password gone`"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(home, capsys, words, reason):
    assert main(["simulate", *words.split()]) == 65

    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        "--devices 0 --model truck",
        "--devices 2 --model truck --speed 0",
        "--devices 2 --model truck --rate nan",
        "--devices 2 --model truck --speed fast",
        "--devices 2 --model truck --speed 2 --rate 2",
        "--devices 2 --model truck --csv a.csv",
        "--devices 2 --device a --model truck",
        "--model truck",
    ],
)
def test_wrong_usage_is_told_as_such(home, words):
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *words.split()])

    assert ended.value.code == 64


def test_devices_are_registered_once_as_simulated_and_keep_their_keys(home, store, tmp_path):
    folder = tmp_path / "keys"

    assert simulate_devices.register(home, ["sim-0001", "sim-0002"], True, folder) == 2
    assert simulate_devices.register(home, ["sim-0001", "sim-0002", "sim-0003"], True, folder) == 1

    devices = store.devices.all()
    assert list(devices) == ["sim-0001", "sim-0002", "sim-0003"]
    for alias, device in devices.items():
        assert device.staged == simulate_devices.STAGED
        [key] = device.keys
        assert DeviceSigner.from_pem((folder / f"{alias}.pem").read_bytes()).public == key.public
    assert {*devices, home.gateway_user} <= read_passwords(home.keys / PASSWORDS).keys()


def test_each_device_signs_with_its_own_key_out_of_a_folder_or_all_with_one(home, tmp_path):
    simulate_devices.register(home, ["sim-0001", "sim-0002"], True, tmp_path / "keys")
    write_secret(tmp_path / "one.pem", (tmp_path / "keys" / "sim-0001.pem").read_bytes())
    own = simulate_devices.signer(tmp_path / "keys", "sim-0002")

    assert own.public != simulate_devices.signer(tmp_path / "keys", "sim-0001").public
    assert (
        simulate_devices.signer(tmp_path / "one.pem", "sim-0002").public
        == simulate_devices.signer(tmp_path / "keys", "sim-0001").public
    )
    assert simulate_devices.signer(None, "sim-0001") is None


def test_a_receipt_is_kept_as_it_came_for_those_who_check_it(home, tmp_path):
    simulate_devices.register(home, ["sim-0001"], True, None)
    settings = replace(home, mqtt_url="mqtt://127.0.0.1:1")
    senders, folder = simulate_devices.senders(settings, ["sim-0001"], None, 1), tmp_path / "receipts"
    keep_receipts(senders, folder, 9)
    note = sign_receipt(Receipt("sim-0001", 1_790_000_000_000, 1_790_000_060_000, None), gateway_signer(home))

    for each in (note, note.replace(b"sim-0001", b"sim-0002")):
        senders["sim-0001"].take(SimpleNamespace(payload=each))

    [file] = folder.iterdir()
    assert (file.name, file.read_bytes()) == ("sim-0001.9.1.receipt", note)
    assert main(["verify-receipt", str(file), "--trust", str(home.trust_file)]) == 0
    found = Found()
    assert read_promises(folder, own_gateways(home), 0, found).receipts == 1


def a_fleet(**senders):
    made = {
        alias: SimpleNamespace(**{"sent": 0, "receipted": 0, "kept": 0, "not_held": {}} | fields)
        for alias, fields in senders.items()
    }
    total = {
        name: sum(getattr(each, name) for each in made.values()) for name in ("sent", "receipted", "kept")
    }
    return SimpleNamespace(senders=made, trouble=None, **total)


def test_what_the_gateway_did_not_hold_is_not_called_stored(capsys):
    not_held = {(9, 2): "refused: it is not signed \x1b", (9, 1): "quarantined: from the future"}

    assert summary(a_fleet(cold={"sent": 6, "receipted": 6, "not_held": not_held})) == 65

    shown, said = capsys.readouterr()
    assert shown == "cold: 4 of 6 readings are stored; their receipts say so\n"
    assert said == (
        "cold: reading 1 is quarantined: from the future\ncold: reading 2 is refused: it is not signed  \n"
    )


def test_who_must_sign_and_does_not_is_told_how(capsys):
    not_held = {(9, 1): "quarantined: cold must sign what it sends, and this is not signed"}

    summary(a_fleet(cold={"sent": 1, "receipted": 1, "not_held": not_held}))

    assert capsys.readouterr().err.splitlines()[1:] == [
        "to sign, give --sign FILE: the private key that `guoji device add --new-key` printed"
    ]


def test_if_all_is_held_all_is_stored(capsys):
    assert summary(a_fleet(a={"sent": 6, "receipted": 6}, b={"sent": 4, "receipted": 4})) == 0

    assert capsys.readouterr().out == "2 devices: 10 of 10 readings are stored; their receipts say so\n"


def test_what_has_no_receipt_is_named_and_not_called_stored(capsys):
    many = {f"sim{number}": {"sent": 5, "receipted": 4, "kept": 1} for number in range(MOST_LINES + 2)}

    assert summary(a_fleet(**many)) == 65

    shown, said = capsys.readouterr()
    assert shown == "22 devices: 88 of 110 readings are stored; their receipts say so\n"
    assert said.splitlines()[0] == "sim0: 1 have no receipt"
    assert said.splitlines()[-1] == "and 2 more"


def test_what_an_earlier_run_was_told_is_not_overwritten(tmp_path):
    file = tmp_path / "truth.jsonl"
    file.write_text("earlier")

    with pytest.raises(InvalidInput, match="is there already: name another file, or remove it"):
        Truth(file, {"seed": 3})

    assert file.read_text() == "earlier"


def test_each_fault_is_told_in_a_line_before_the_next_message_leaves(tmp_path):
    file = tmp_path / "truth.jsonl"
    truth = Truth(file, {"seed": 3})

    truth.left("a", Message(1_790_000_000_000, (Moment(1_790_000_000_500, {}),), ("gap",), 9, 4), b"x")

    run, told = map(json.loads, file.read_text().splitlines())
    truth.close()
    assert run == {"seed": 3}
    assert (told["device"], told["fault"], told["epoch"], told["number"]) == ("a", "gap", 9, 4)
    assert told["from"] == told["to"] == "2026-09-21T14:13:20.500+00:00"
