"""Our clients speak TLS with real brokers, and say clearly with which they do not, and why."""

import gc
import re
import signal
import ssl
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from structlog.testing import capture_logs

from iot_gateway import certificates
from iot_gateway.certificates import SERVER_FOR, fingerprint, keep_server_certificate, open_authority
from iot_gateway.inbox import MqttInbox
from iot_gateway.logins import GATEWAY, Address
from tests.iot_gateway.brokers import GROUP, STARTERS
from tests.iot_gateway.peer import WITHIN_S, Peer
from tests.iot_gateway.taker import Taker
from traceability.keys.ring import KeyRing
from traceability.telemetry import topics

pytestmark = [
    pytest.mark.slow,
    # paho leaves the socket of a handshake that failed to be collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOST = "127.0.0.1"
NOW = datetime.now(UTC)
PASSWORDS = {GATEWAY: "g" * 20, "cold-7": "c" * 20}
NAMES = ["broker.my-farm.cn"]
PEM = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", re.DOTALL)
NOT_BELIEVED = "its certificate is not to be believed: "


def an_authority(folder):
    ring = KeyRing(folder / "keys", folder / "passphrase")
    ring.make_missing()
    return open_authority(ring, "my-farm.cn", NOW)


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    return an_authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    return an_authority(tmp_path_factory.mktemp("others"))


@pytest.fixture(scope="module", params=STARTERS)
def broker(request, tmp_path_factory, ours):
    """With TLS, certified by `ours`."""
    folder = tmp_path_factory.mktemp("broker")
    keep_server_certificate(folder / "broker.pem", ours, NAMES, NOW)
    running = STARTERS[request.param](folder / "broker", PASSWORDS, folder / "broker.pem")
    yield running
    running.stop()


@pytest.fixture
def address(broker, ours):
    """Of the gateway, by MQTT."""
    return Address(HOST, broker.port, GATEWAY, PASSWORDS[GATEWAY], tls=True, ca=ours.file)


def why_away(address, log):
    """What the inbox says when it cannot be there, at whatever speaks MQTT."""
    with capture_logs() as said, closing(MqttInbox(address, GROUP, log)) as inbox:
        inbox.open()
        for _ in range(WITHIN_S * 20):
            if said or inbox.subscribed.wait(0.05):
                break
    gc.collect()
    [line] = [each for each in said if each["log_level"] == "warning"]
    return line["reason"]


def test_a_device_and_a_gateway_meet_under_tls(broker, address, peer):
    with closing(Taker(broker.inbox(address))) as gateway:
        device = peer(replace(address, user="cold-7", password=PASSWORDS["cold-7"]))
        device.publish(topics.readings("cold-7"), b"in private")

        assert gateway.wait_to_hear(1) == [(topics.readings("cold-7"), b"in private")]


def test_a_broker_of_another_authority_is_not_believed(address, others, log):
    unknown = "self-signed certificate in certificate chain; setting mqtt_ca_file names who may vouch for it"

    for ca in (others.file, None):
        assert why_away(replace(address, ca=ca), log) == NOT_BELIEVED + unknown


def test_a_client_without_tls_is_refused_and_told_of_it(address, log):
    assert why_away(replace(address, tls=False), log) == (
        "it ended the connection without an answer: is it mqtts:// that you mean?"
    )


def test_a_device_that_knows_the_digest_alone_finds_the_authority_in_what_the_broker_sends(broker, ours):
    command = ["openssl", "s_client", "-showcerts", "-connect", f"{HOST}:{broker.port}"]
    shown = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    sent = x509.load_pem_x509_certificates("".join(PEM.findall(shown.stdout)).encode())

    assert fingerprint(ours.certificate) in [fingerprint(each) for each in sent]


@pytest.mark.parametrize("kind", STARTERS)
@pytest.mark.parametrize(
    ("made_at", "local_names", "reason"),
    [
        (NOW - SERVER_FOR, certificates.LOCAL_NAMES, "certificate has expired"),
        (NOW + timedelta(days=2), certificates.LOCAL_NAMES, "certificate is not yet valid"),
        (NOW, (), "IP address mismatch, certificate is not valid for '127.0.0.1'"),
    ],
    ids=["expired", "of the future", "of another name"],
)
def test_a_broker_whose_certificate_does_not_count_is_not_believed(
    tmp_path, ours, log, monkeypatch, kind, made_at, local_names, reason
):
    monkeypatch.setattr(certificates, "LOCAL_NAMES", local_names)
    keep_server_certificate(tmp_path / "broker.pem", ours, NAMES, made_at)
    broker = STARTERS[kind](tmp_path / "broker", PASSWORDS, tmp_path / "broker.pem")
    try:
        address = Address(HOST, broker.port, GATEWAY, PASSWORDS[GATEWAY], tls=True, ca=ours.file)
        assert why_away(address, log) == NOT_BELIEVED + reason
    finally:
        broker.stop()


@pytest.mark.parametrize("kind", STARTERS)
def test_a_broker_without_tls_is_told_apart_from_one_that_is_away(tmp_path, ours, log, kind):
    broker = STARTERS[kind](tmp_path / "broker", PASSWORDS)
    address = Address(HOST, broker.port, GATEWAY, PASSWORDS[GATEWAY], tls=True, ca=ours.file)
    try:
        assert why_away(address, log) == "it does not speak TLS there: is it mqtt:// that you mean?"
    finally:
        broker.stop()

    assert why_away(address, log) == "Connection refused"


@pytest.mark.parametrize("kind", STARTERS)
def test_a_running_broker_takes_over_a_renewed_certificate_and_loses_no_connection(tmp_path, ours, kind):
    file = tmp_path / "broker.pem"
    keep_server_certificate(file, ours, NAMES, NOW)
    broker = STARTERS[kind](tmp_path / "broker", PASSWORDS, file)
    try:
        staying = Peer(Address(HOST, broker.port, "cold-7", PASSWORDS["cold-7"], tls=True, ca=ours.file))
        first = ssl.get_server_certificate((HOST, broker.port), timeout=WITHIN_S)

        file.unlink()
        keep_server_certificate(file, ours, NAMES, NOW)
        broker.process.send_signal(signal.SIGHUP)

        for _ in range(WITHIN_S * 20):
            if ssl.get_server_certificate((HOST, broker.port), timeout=WITHIN_S) != first:
                break
            time.sleep(0.05)
        else:
            pytest.fail("the broker still shows its first certificate")
        staying.publish(topics.readings("cold-7"), b"still there")
        assert not staying.closed.is_set()
        staying.close()
    finally:
        broker.stop()
