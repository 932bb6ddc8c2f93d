"""Who knows the authority believes the broker's certificate for its names and its time, and no other."""

import re
import ssl
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from iot_gateway.certificates import (
    CA_CERTIFICATE,
    RENEW_BEFORE,
    SERVER_FOR,
    fingerprint,
    keep_server_certificate,
    open_authority,
    read_certificate,
    server_names,
)
from iot_gateway.tls import tls_context, why_not
from traceability.errors import InvalidInput
from traceability.keys.files import write_secret
from traceability.keys.ring import BROKER_CA, LOG, KeyRing

NOW = datetime.now(UTC).replace(microsecond=0)
NAMES = ["broker.my-farm.cn", "192.168.1.10"]


@pytest.fixture
def ring(tmp_path):
    ring = KeyRing(tmp_path / "keys", tmp_path / "passphrase")
    ring.make_missing()
    return ring


@pytest.fixture
def authority(ring):
    return open_authority(ring, "trace.my-farm.cn/log", NOW)


def shake_hands(server_file, ca_file, host):
    """A whole TLS handshake in memory; raises what a client would see."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(server_file)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    listening = server.wrap_bio(to_server, to_client, server_side=True)
    calling = tls_context(ca_file).wrap_bio(to_client, to_server, server_hostname=host)
    for side in (calling, listening, calling, listening, calling):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return calling


@pytest.mark.parametrize("host", [*NAMES, "localhost", "127.0.0.1", "::1"])
def test_a_client_that_knows_the_authority_believes_the_broker_under_each_of_its_names(
    tmp_path, ring, authority, host
):
    keep_server_certificate(tmp_path / "broker.pem", authority, NAMES, NOW)

    client = shake_hands(tmp_path / "broker.pem", ring.folder / CA_CERTIFICATE, host)

    assert client.version() == "TLSv1.3"
    assert client.cipher() is not None


@pytest.mark.parametrize(
    ("host", "made_at", "ca", "complaint"),
    [
        (
            "other.my-farm.cn",
            NOW,
            "ours",
            "Hostname mismatch, certificate is not valid for 'other.my-farm.cn'",
        ),
        ("192.168.1.11", NOW, "ours", "IP address mismatch, certificate is not valid for '192.168.1.11'"),
        (NAMES[0], NOW - SERVER_FOR, "ours", "certificate has expired"),
        (NAMES[0], NOW + timedelta(days=2), "ours", "certificate is not yet valid"),
        (NAMES[0], NOW, "another", "self-signed .*; setting mqtt_ca_file names who may vouch for it"),
        (NAMES[0], NOW, None, "self-signed .*; setting mqtt_ca_file names who may vouch for it"),
    ],
)
def test_a_client_does_not_believe_a_certificate_of_another_name_time_or_authority_and_says_why(
    tmp_path, ring, authority, host, made_at, ca, complaint
):
    keep_server_certificate(tmp_path / "broker.pem", authority, NAMES, made_at)
    another = KeyRing(tmp_path / "another", tmp_path / "passphrase")
    another.make_missing()
    open_authority(another, "another", NOW)
    files = {"ours": ring.folder, "another": another.folder}

    with pytest.raises(ssl.SSLCertVerificationError) as refusal:
        shake_hands(tmp_path / "broker.pem", ca and files[ca] / CA_CERTIFICATE, host)

    assert re.fullmatch(f"its certificate is not to be believed: {complaint}", why_not(refusal.value))


def test_the_authority_is_made_once_and_its_key_lies_encrypted(ring, authority):
    again = open_authority(ring, "another name", NOW + timedelta(days=1))

    assert again.pem == authority.pem
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (ring.folder / BROKER_CA).read_bytes()
    assert BROKER_CA in {held.file.name for held in ring.all()}
    ring.encrypt_anew()
    assert open_authority(ring, "", NOW).key.private_numbers() == authority.key.private_numbers()


def test_the_fingerprint_is_that_of_the_certificate_in_der(authority):
    assert fingerprint(authority.certificate) == sha256(ssl.PEM_cert_to_DER_cert(authority.pem)).hexdigest()


def test_an_authority_that_has_lost_its_key_or_has_that_of_another_is_named(ring, authority):
    ring.signing_key(LOG)
    (ring.folder / BROKER_CA).rename(ring.folder / "away")

    with pytest.raises(InvalidInput, match=r"broker-ca\.crt is there without its key broker-ca\.key"):
        open_authority(ring, "", NOW)

    ring.authority_key()
    with pytest.raises(InvalidInput, match="is the certificate of another key"):
        open_authority(ring, "", NOW)
    write_secret(ring.folder / CA_CERTIFICATE, b"")
    with pytest.raises(InvalidInput, match="holds no certificate in PEM"):
        open_authority(ring, "", NOW)


def test_a_key_of_another_kind_is_no_authority(ring):
    (ring.folder / LOG).rename(ring.folder / BROKER_CA)

    with pytest.raises(InvalidInput, match="holds another kind of key, want P-256"):
        open_authority(ring, "", NOW)


def test_a_certificate_is_renewed_when_a_third_of_its_time_is_left_and_not_before(tmp_path, authority):
    file = tmp_path / "broker.pem"
    until = keep_server_certificate(file, authority, NAMES, NOW)
    first = file.read_bytes()

    assert until == NOW + SERVER_FOR
    still = keep_server_certificate(file, authority, NAMES, until - RENEW_BEFORE - timedelta(seconds=1))
    assert (still, file.read_bytes()) == (until, first)
    renewed = keep_server_certificate(file, authority, NAMES, until - RENEW_BEFORE)
    assert renewed > until
    assert file.read_bytes() != first


def test_a_certificate_is_made_anew_for_other_names_and_under_another_authority(tmp_path, ring, authority):
    file = tmp_path / "broker.pem"
    keep_server_certificate(file, authority, NAMES, NOW)
    first = file.read_bytes()

    keep_server_certificate(file, authority, ["other.my-farm.cn"], NOW)
    shake_hands(file, ring.folder / CA_CERTIFICATE, "other.my-farm.cn")
    second = file.read_bytes()
    for name in (BROKER_CA, CA_CERTIFICATE):
        (ring.folder / name).unlink()
    keep_server_certificate(file, open_authority(ring, "", NOW), ["other.my-farm.cn"], NOW)

    assert len({first, second, file.read_bytes()}) == 3


def test_key_certificate_and_authority_are_one_file_for_the_owner_alone(tmp_path, authority):
    file = tmp_path / "broker.pem"
    keep_server_certificate(file, authority, NAMES, NOW)

    key = load_pem_private_key(file.read_bytes(), None)

    assert key.public_key() == read_certificate(file).public_key()
    assert file.read_text().endswith(authority.pem)
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_longest_name_of_a_log_fits_into_a_certificate(ring):
    assert open_authority(ring, "a" * 300 + "/log", NOW)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("Broker.My-Farm.CN, 192.168.1.10 ,", NAMES),
        ("::1,xn--fiqs8s", ["::1", "xn--fiqs8s"]),
    ],
)
def test_names_are_read_as_a_client_would_call_them(text, names):
    assert server_names(text) == names


@pytest.mark.parametrize(
    "name", ["*.farm.cn", "farm.cn:8883", "-farm", "a_b", "果.cn", "a..b", "a" * 64, "a b"]
)
def test_what_no_client_can_call_is_refused_by_name(name):
    with pytest.raises(InvalidInput, match="is no host name and no IP address"):
        server_names(f"good.cn,{name}")


def test_a_ca_file_that_is_none_is_named(tmp_path):
    (tmp_path / "empty.pem").write_text("")

    with pytest.raises(InvalidInput, match=r"empty\.pem holds no CA certificate in PEM"):
        tls_context(tmp_path / "empty.pem")
    with pytest.raises(InvalidInput, match=r"cannot read the CA certificate .*away\.pem: No such file"):
        tls_context(tmp_path / "away.pem")


def test_no_client_of_ours_speaks_a_tls_older_than_1_2():
    assert tls_context(None).minimum_version == ssl.TLSVersion.TLSv1_2
