"""The public key of a device: how it is written, and whether a signature is its."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256

from traceability.errors import InvalidInput, Unavailable
from traceability.log.note import NO_CRYPTOGRAPHY
from traceability.log.text import from_base64, to_base64

Check = Callable[[bytes, bytes], bool]
"""Whether a signature, the first, is over a message, the second."""
CACHED = 4_096
"""Keys that are kept ready to use: making one ready takes as long as a signature."""

_HALF_BYTES = 32
"""Of an ES256 signature: r, then s."""


class Algorithm(IntEnum):
    """By its number in COSE (RFC 9053, sections 2.1 and 2.2)."""

    EdDSA = -8
    """Ed25519 alone."""
    ES256 = -7
    """ECDSA with SHA-256 on P-256."""


_SIZES = {Algorithm.EdDSA: 32, Algorithm.ES256: 33}


@dataclass(frozen=True, slots=True)
class PublicKey:
    algorithm: Algorithm
    raw: bytes
    """The 32 bytes of RFC 8032, or the point of P-256, compressed, in 33 bytes (SEC 1, section 2.3.3)."""

    def __post_init__(self) -> None:
        name, want = self.algorithm.name, _SIZES[self.algorithm]
        if len(self.raw) != want:
            raise InvalidInput(f"{name} public key has {len(self.raw)} bytes, want {want}")

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """The inverse of `str`. Raises `InvalidInput`."""
        name, _, encoded = text.partition(" ")
        if name not in Algorithm.__members__:
            raise InvalidInput(f"public key is for {name[:40]!r}, want EdDSA or ES256")
        return cls(Algorithm[name], from_base64(encoded, f"{name} public key"))

    def __str__(self) -> str:
        return f"{self.algorithm.name} {to_base64(self.raw)}"

    @property
    def key_id(self) -> bytes:
        return _key_id(self.raw)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Raises `Unavailable` where no signature can be checked, `InvalidInput` if the key is no point."""
        return _check_with(self.algorithm, self.raw)(signature, message)


@lru_cache(CACHED)
def _key_id(raw: bytes) -> bytes:
    return sha256(raw).digest()[:8]


@lru_cache(CACHED)
def _check_with(algorithm: Algorithm, raw: bytes) -> Check:
    try:
        return _eddsa(raw) if algorithm is Algorithm.EdDSA else _es256(raw)
    except ImportError as error:
        raise Unavailable(NO_CRYPTOGRAPHY) from error
    except ValueError as error:
        raise InvalidInput(f"{algorithm.name} public key {raw.hex()} is no point of its curve") from error


# The imports stand in the functions: without this package all that needs no signature can still be checked.


def _eddsa(raw: bytes) -> Check:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(raw)

    def check(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return check


def _es256(raw: bytes) -> Check:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    key, way = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw), ECDSA(SHA256())

    def check(signature: bytes, message: bytes) -> bool:
        if len(signature) != 2 * _HALF_BYTES:
            return False
        r, s = (int.from_bytes(half) for half in (signature[:_HALF_BYTES], signature[_HALF_BYTES:]))
        try:
            key.verify(encode_dss_signature(r, s), message, way)
        except InvalidSignature:
            return False
        return True

    return check
