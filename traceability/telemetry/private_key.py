"""The private key of a device that is made or played here: what it signs, and how it is written."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from traceability.errors import InvalidInput
from traceability.telemetry import topics
from traceability.telemetry.cose import protected_header, to_be_signed, write_sign1
from traceability.telemetry.public_key import Algorithm, PublicKey
from traceability.telemetry.read_key import public_key_of


@dataclass(frozen=True, slots=True)
class DeviceSigner:
    private_key: Ed25519PrivateKey | EllipticCurvePrivateKey

    @classmethod
    def make(cls, algorithm: Algorithm) -> "DeviceSigner":
        if algorithm is Algorithm.EdDSA:
            return cls(Ed25519PrivateKey.generate())
        return cls(generate_private_key(SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes) -> "DeviceSigner":
        """PKCS #8 without a passphrase. Raises `InvalidInput`."""
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"this is no private key in PEM without a passphrase: {error}") from error
        if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
            raise InvalidInput(f"the private key is a {type(key).__name__}, want Ed25519 or P-256")
        signer = cls(key)
        _ = signer.public  # refuses other curves
        return signer

    @property
    def public(self) -> PublicKey:
        return public_key_of(self.private_key.public_key())

    def to_pem(self) -> str:
        pem = self.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem.decode("ascii")

    def sign(self, senml: bytes, alias: str) -> bytes:
        """The COSE_Sign1 message over SenML in CBOR, bound to the topic of the device `alias`."""
        public = self.public
        protected = protected_header(public.algorithm, public.key_id)
        signed = to_be_signed(protected, topics.readings(alias).encode(), senml)
        return write_sign1(protected, senml, self._signature(signed))

    def _signature(self, message: bytes) -> bytes:
        if isinstance(self.private_key, Ed25519PrivateKey):
            return self.private_key.sign(message)
        # RFC 6979: a device that is played here signs a thing in one way, as with Ed25519.
        way = ECDSA(SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.private_key.sign(message, way))
        return r.to_bytes(32) + s.to_bytes(32)
