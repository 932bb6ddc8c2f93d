"""A private authority, which devices are told to believe, and the certificate of our broker under it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from traceability.errors import InvalidInput
from traceability.keys.files import write_secret
from traceability.keys.ring import BROKER_CA, KeyRing

CA_CERTIFICATE = "broker-ca.crt"
"""Beside its key. Not secret."""
CA_FOR = timedelta(days=20 * 365)
"""Longer than a device lives: a new authority has to be taken to every one of them."""
SERVER_FOR = timedelta(days=397)
"""The longest that clients which follow the rules for the public web accept."""
RENEW_BEFORE = SERVER_FOR / 3
BACKDATED = timedelta(days=1)
"""For devices whose clock is slow."""
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
"""What the broker is called on its own machine, whatever others call it."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*", re.ASCII)
_NOT_FOR = dict.fromkeys(
    ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
) | {"encipher_only": False, "decipher_only": False}


@dataclass(frozen=True, slots=True)
class Authority:
    file: Path
    """With the certificate, in PEM, for clients."""
    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def open_authority(ring: KeyRing, name: str, now: datetime) -> Authority:
    """That of this installation, made when it is first asked for; `name` is for people.

    Raises `InvalidInput` if its key or its certificate is not the one that belongs to the other.
    """
    file = ring.folder / CA_CERTIFICATE
    if file.exists() and not ring.has(BROKER_CA):
        raise InvalidInput(
            f"{file} is there without its key {BROKER_CA}: put that back, or remove the certificate to "
            "begin anew with an authority that every device has to be told of"
        )
    key = ring.authority_key()
    if not file.exists():
        write_secret(file, _own_certificate(key, name, now).public_bytes(Encoding.PEM))
    certificate = read_certificate(file)
    if certificate.public_key() != key.public_key():
        raise InvalidInput(f"{file} is the certificate of another key than {ring.folder / BROKER_CA}")
    return Authority(file, certificate, key)


def read_certificate(file: Path) -> x509.Certificate:
    """The first one in a PEM file. Raises `InvalidInput`."""
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot read the certificate {file}: {error.strerror}") from error
    except ValueError as error:
        raise InvalidInput(f"{file} holds no certificate in PEM") from error


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of its DER, in hex: what `openssl x509 -fingerprint -sha256` prints, without the colons."""
    return certificate.fingerprint(SHA256()).hex()


def server_names(text: str) -> list[str]:
    """Names and IP addresses with commas between them, as clients write them. Raises `InvalidInput`."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        _general_name(name)
    return names


def keep_server_certificate(
    file: Path, authority: Authority, names: Sequence[str], now: datetime
) -> datetime:
    """Have in `file` a key, its certificate for `names`, and the authority's; until when it counts.

    What is there stays as long as it is right and more than `RENEW_BEFORE` is left. All in one file, so that
    a crash cannot leave a key without its certificate. The authority's is there for devices that know only
    its fingerprint.
    """
    wanted = [*names, *(name for name in LOCAL_NAMES if name not in names)]
    if file.exists():
        held = read_certificate(file)
        if _is_right(held, authority, wanted) and now < held.not_valid_after_utc - RENEW_BEFORE:
            return held.not_valid_after_utc
    key = generate_private_key(SECP256R1())
    made = _server_certificate(authority, key, wanted, now)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_secret(file, private + made.public_bytes(Encoding.PEM) + authority.pem.encode())
    return made.not_valid_after_utc


def _is_right(held: x509.Certificate, authority: Authority, names: Sequence[str]) -> bool:
    try:
        held.verify_directly_issued_by(authority.certificate)
        called = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (InvalidSignature, ValueError, x509.ExtensionNotFound):
        return False
    return list(called) == [_general_name(name) for name in names]


def _own_certificate(key: EllipticCurvePrivateKey, name: str, now: datetime) -> x509.Certificate:
    subject = _called(f"broker CA of {name}")
    usage = x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **_NOT_FOR)
    return (
        _certificate(subject, subject, key, now, CA_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )


def _server_certificate(
    authority: Authority, key: EllipticCurvePrivateKey, names: Sequence[str], now: datetime
) -> x509.Certificate:
    subject, issuer = _called(names[0]), authority.certificate.subject
    usage = x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **_NOT_FOR)
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    return (
        _certificate(subject, issuer, key, now, SERVER_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(issued_by, critical=False)
        .sign(authority.key, SHA256())
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    now: datetime,
    counts_for: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + counts_for)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _called(name: str) -> x509.Name:
    """X.509 allows 64 characters. It is for people only: what counts are the alternative names."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        pass
    if not _DNS_NAME.fullmatch(name):
        raise InvalidInput(
            f"{name[:80]!r} is no host name and no IP address; neither * nor a port belongs in it"
        )
    return x509.DNSName(name)
