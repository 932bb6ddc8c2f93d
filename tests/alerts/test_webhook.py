"""A webhook is signed so that others can check it, and goes nowhere that it may not."""

import hashlib
import hmac
import json
import socket
import ssl
import threading
from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.alerts.sinks import webhook_sink
from traceability.alerts import webhook
from traceability.alerts.alert import Notice
from traceability.alerts.webhook import Allowed, Webhook, check_url, key_of, resolve, signature
from traceability.errors import InvalidInput, Unavailable

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOTICE = Notice("ab" * 16, "ops", "Alert", "text", json.dumps({"kind": "raised", "zh": "告警"}).encode())
HERE = Allowed(loopback=True)


def leads_to(monkeypatch, *addresses):
    found = [(0, 0, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *_, **__: found)


def test_the_signature_is_that_of_the_standard_webhooks_specification():
    """Its own example: libraries of the specification have it among their tests."""
    body = b'{"test": 2432232314}'

    signed = signature(key_of(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_notice_arrives_with_its_key_and_a_signature_over_key_time_and_body():
    with webhook_sink() as sink:
        Webhook(f"http://127.0.0.1:{sink.port}/alerts?x=1", SECRET, HERE, now_s=lambda: 1_700_000_000.9)(
            NOTICE
        )

    [(path, headers, body)] = sink.came
    signed = b".".join([NOTICE.key.encode(), b"1700000000", body])
    mac = hmac.digest(b64decode(SECRET[6:]), signed, hashlib.sha256)
    assert (path, body) == ("/alerts?x=1", NOTICE.body)
    assert headers["webhook-id"] == NOTICE.key
    assert headers["webhook-timestamp"] == "1700000000"
    assert headers["webhook-signature"] == "v1," + b64encode(mac).decode()


@pytest.mark.parametrize("status", [302, 404, 500])
def test_all_but_success_is_tried_again_and_a_redirect_is_not_followed(status):
    with webhook_sink() as sink:
        sink.answers = [status]
        with pytest.raises(Unavailable, match=str(status)):
            Webhook(f"http://127.0.0.1:{sink.port}/", SECRET, HERE)(NOTICE)

    assert [path for path, _, _ in sink.came] == ["/"]


def test_nobody_there_is_unavailable():
    with webhook_sink() as sink:
        url = f"http://127.0.0.1:{sink.port}/"

    with pytest.raises(Unavailable):
        Webhook(url, SECRET, HERE)(NOTICE)


def test_whoever_answers_byte_by_byte_is_hung_up_on(monkeypatch):
    """Each wait is short enough; all of them together are not."""
    monkeypatch.setattr(webhook, "LONGEST_S", 0.3)
    ended = threading.Event()

    def drip(connection):
        with connection, suppress(OSError):
            for byte in b"H" * 10_000:
                connection.sendall(bytes([byte]))
                if ended.wait(0.02):
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: drip(server.accept()[0]))
        thread.start()
        with pytest.raises(Unavailable):
            Webhook(f"http://127.0.0.1:{server.getsockname()[1]}/", SECRET, HERE)(NOTICE)
        ended.set()
        thread.join()


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "192.88.99.1", "198.18.0.1", "255.255.255.255",
    "::1", "::", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1",
    "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::1", "2001::a00:1",
    "::ffff:93.184.216.34", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch, address):
    leads_to(monkeypatch, address)

    with pytest.raises(InvalidInput, match="which no setting allows"):
        resolve("hooks.example.org", 443, Allowed())


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    leads_to(monkeypatch, "93.184.216.34", "10.0.0.1")

    with pytest.raises(InvalidInput):
        resolve("hooks.example.org", 443, Allowed())


def test_public_addresses_and_listed_hosts_are_allowed(monkeypatch):
    for address in ("93.184.216.34", "2606:2800:21f::1", "240e::1"):
        leads_to(monkeypatch, address)
        assert resolve("hooks.example.org", 443, Allowed()) == address

    leads_to(monkeypatch, "10.0.0.1")
    assert resolve("erp.farm", 443, Allowed(["erp.farm"])) == "10.0.0.1"
    with pytest.raises(InvalidInput):
        resolve("erp.farm", 80, Allowed(["erp.farm"], loopback=True), "http")


def test_loopback_wants_its_own_setting(monkeypatch):
    leads_to(monkeypatch, "127.0.0.1")

    with pytest.raises(InvalidInput):
        resolve("erp.farm", 443, Allowed(["erp.farm"]))
    assert resolve("localhost", 80, HERE, "http") == "127.0.0.1"


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that leads elsewhere the second time it is asked (DNS rebinding) gains nothing."""
    answers = [[(0, 0, 0, "", ("127.0.0.1", 0))]]
    real = webhook.socket.getaddrinfo
    asked = []

    def once(host, *rest, **named):
        asked.append(host)
        return answers.pop() if host == "hooks.example.org" else real(host, *rest, **named)

    monkeypatch.setattr(webhook.socket, "getaddrinfo", once)
    with webhook_sink() as sink:
        Webhook(f"http://hooks.example.org:{sink.port}/", SECRET, HERE)(NOTICE)

    assert asked.count("hooks.example.org") == 1
    assert sink.came[0][1]["host"].startswith("hooks.example.org")


@pytest.mark.parametrize(
    "url",
    ["http://x.example/", "ftp://x.example/", "https://", "https://u:p@x.example/", "https://x.example:0/",
     "https://x.example/a b", "https://[", "https://x.example/\r\nx: y", "https://例.example/"],
)  # fmt: skip
def test_what_is_no_url_for_a_webhook_is_refused_at_the_start(url):
    with pytest.raises(InvalidInput):
        check_url(url, Allowed())


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!"]
)
def test_a_secret_that_is_short_or_no_secret_is_refused_and_not_printed(secret):
    with pytest.raises(InvalidInput) as refused:
        Webhook("https://x.example/", secret, Allowed())

    assert "MfKQ" not in str(refused.value)
    assert SECRET[6:] not in repr(Webhook("https://x.example/", SECRET, Allowed()))


def certificate_for(name, folder):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.mark.parametrize(("name", "arrives"), [("hooks.example.org", True), ("other.example.org", False)])
def test_over_https_the_certificate_must_be_that_of_the_name(monkeypatch, tmp_path, name, arrives):
    file = certificate_for(name, tmp_path)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=file)
    server.load_cert_chain(file)
    with webhook_sink(server) as sink:
        leads_to(monkeypatch, "127.0.0.1")
        hook = Webhook(f"https://hooks.example.org:{sink.port}/", SECRET, HERE, client)
        monkeypatch.setattr(
            webhook.socket, "create_connection", connect_without_names(webhook.socket, sink.port)
        )
        if arrives:
            hook(NOTICE)
        else:
            with pytest.raises(Unavailable, match=r"(?i)certificate"):
                hook(NOTICE)

    assert len(sink.came) == arrives


def connect_without_names(module, port):
    def connect(address, timeout=None, _source=None):
        assert address == ("127.0.0.1", port)
        connection = module.socket(module.AF_INET)
        connection.settimeout(timeout)
        connection.connect(address)
        return connection

    return connect
