"""The embedded broker is called by name and TLS where others could listen in, and nowhere else by chance."""

import os
import signal
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import structlog
from cryptography.x509 import SubjectAlternativeName
from structlog.testing import capture_logs

from iot_gateway.certificates import LOCAL_NAMES, read_certificate
from iot_gateway.logins import PASSWORDS, make_passwords
from traceability.cli import own_broker
from traceability.cli.up import _addresses, _with_addresses
from traceability.errors import InvalidInput, Refused
from traceability.ports import take_port
from traceability.settings import Settings, addresses_file
from traceability.upkeep.installation import make

PUBLIC = "mqtts://broker.my-farm.cn:8883"


@pytest.fixture
def settings(tmp_path):
    settings = Settings.read({"GUOJI_HOME": str(tmp_path)})
    make(settings)
    return settings


def test_by_default_it_is_for_this_machine_alone_and_without_tls(settings):
    told = own_broker.addressed(settings, 1884, 4223)

    assert (told.mqtt_url, told.nats_url) == ("mqtt://127.0.0.1:1884", "nats://127.0.0.1:4223")
    assert told.mqtt_ca is None
    assert own_broker.seen_from_outside(told) == ("mqtt://127.0.0.1:1884", None)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.10", "broker.my-farm.cn", "127.0.0.1.my-farm.cn"]
)
@pytest.mark.parametrize("public", ["", "mqtt://broker.my-farm.cn:1883"])
def test_where_others_could_listen_in_it_does_not_start_without_tls(settings, host, public):
    with pytest.raises(
        InvalidInput, match=f"mqtt_host is {host}: passwords would cross the network in clear"
    ):
        own_broker.addressed(replace(settings, mqtt_host=host, mqtt_public_url=public), 1883, 4222)


@pytest.mark.parametrize(
    ("host", "called"),
    [("0.0.0.0", "127.0.0.1"), ("::", "127.0.0.1"), ("192.168.1.10", "192.168.1.10"), ("::1", "[::1]")],
)
def test_with_tls_the_parts_on_this_machine_and_the_devices_call_it_differently(settings, host, called):
    told = own_broker.addressed(replace(settings, mqtt_host=host, mqtt_public_url=PUBLIC), 8883, 4222)

    assert told.mqtt_url == f"mqtts://{called}:8883"
    assert own_broker.seen_from_outside(told) == (PUBLIC, settings.keys / "broker-ca.crt")


def test_a_device_is_told_the_same_before_the_first_start_and_after_it(settings):
    before = own_broker.seen_from_outside(replace(settings, mqtt_public_url=PUBLIC))
    pem = before[1].read_bytes()

    told = own_broker.addressed(replace(settings, mqtt_public_url=PUBLIC), 8883, 4222)

    assert own_broker.seen_from_outside(told) == before
    assert before[1].read_bytes() == pem


def test_its_certificate_is_for_the_name_outside_and_the_address_that_it_listens_on(settings):
    told = replace(settings, mqtt_host="192.168.1.10", mqtt_public_url=PUBLIC)

    own_broker.command(own_broker.addressed(told, 8883, take_port()), {})

    certificate = read_certificate(settings.home / "broker" / "broker.pem")
    called = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    assert {str(name.value) for name in called} == {"broker.my-farm.cn", "192.168.1.10", *LOCAL_NAMES}


def test_a_broker_is_told_of_a_renewed_certificate_and_of_no_other_look_and_a_failed_one_is_not_the_last(
    settings, monkeypatch
):
    old, new = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    stop, told, looks = threading.Event(), [], iter([old, old, None, old, new, new])

    def certify(_settings):
        until = next(looks, stop)
        if until is stop:
            stop.set()
            return new
        if until is None:
            raise InvalidInput("the passphrase is gone")
        return until

    monkeypatch.setattr(own_broker, "A_DAY_S", 0)
    monkeypatch.setattr(own_broker, "_certify", certify)
    monkeypatch.setattr(own_broker, "read_again", told.append)
    with capture_logs() as said:
        own_broker.stay_certified(settings, stop, structlog.get_logger())

    assert told == [settings]
    assert [(each["event"], each["until"]) for each in said] == [
        ("cannot renew the certificate of the broker", "2027-01-01"),
        ("certificate of the broker renewed", "2028-01-01"),
    ]


def test_what_runs_is_called_from_elsewhere_as_it_was_started_also_by_a_command_that_was_not_told(settings):
    started = own_broker.addressed(replace(settings, mqtt_public_url=PUBLIC), 8883, 4222)
    addresses_file(settings.home).parent.mkdir()
    addresses_file(settings.home).write_text(_addresses(started))

    running = Settings.read({"GUOJI_HOME": str(settings.home)})

    assert own_broker.seen_from_outside(running) == (PUBLIC, settings.keys / "broker-ca.crt")


def test_no_signal_goes_to_a_program_that_is_not_our_broker(settings):
    (settings.home / "run").mkdir()
    (settings.home / "run" / "broker.pid").write_text(str(os.getpid()))
    heard = []
    before = signal.signal(signal.SIGHUP, lambda *_: heard.append(1))
    try:
        make_passwords(settings.keys / PASSWORDS, ["cold-7"])
        own_broker.let_in(settings)
    finally:
        signal.signal(signal.SIGHUP, before)

    assert heard == []
    assert not (settings.home / "broker" / "users.conf").exists()


def test_a_port_that_devices_were_told_of_is_not_replaced_by_another(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = replace(settings, mqtt_port=port, mqtt_public_url=f"mqtts://broker.my-farm.cn:{port}")

        with pytest.raises(
            Refused, match=f"port {port} is taken, and another one the devices would not find"
        ):
            _with_addresses(told, structlog.get_logger())


def test_two_settings_that_name_different_ports_are_told_apart_if_one_is_taken(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = replace(settings, mqtt_port=port, mqtt_public_url=f"mqtts://broker.my-farm.cn:{port - 1}")

        with pytest.raises(Refused, match=f"mqtt_public_url says {port - 1}, so set mqtt_port to {port - 1}"):
            _with_addresses(told, structlog.get_logger())
