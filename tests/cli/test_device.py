"""A registered device can log in at once, and a wrong number is named."""

import re
import threading

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from iot_gateway.broker import start_broker
from iot_gateway.logins import GATEWAY, PASSWORDS, make_passwords
from traceability.cli.main import main
from traceability.installation import make
from traceability.settings import Settings

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

    assert "field-3\tfield\thttps://id.gs1.org/414/9521234000013\tField 3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("position", "wrong", "said"),
    [(2, "field 3", "alias 'field 3' is not"), (6, "9521234000014", "check digit is 4, want 3")],
)
def test_what_is_wrong_is_said_and_nothing_is_registered(settings, capsys, position, wrong, said):
    assert main([*ADD[:position], wrong, *ADD[position + 1 :]]) == 65
    assert said in capsys.readouterr().err
    main(["device", "list"])
    assert capsys.readouterr().out == ""


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
        return welcome.wait(10)
    finally:
        client.disconnect()
        client.loop_stop()
