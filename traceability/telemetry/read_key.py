"""A device's public key from what people have of it: PEM, JWK, hex, or our own spelling."""

import base64
import json

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from traceability.errors import InvalidInput
from traceability.telemetry.public_key import Algorithm, PublicKey


def read_public_key(text: str) -> PublicKey:
    """Hex is the 32 bytes of Ed25519, or a point of P-256, compressed or not. Raises `InvalidInput`."""
    text = text.strip()
    try:
        if text.startswith("-----BEGIN PRIVATE"):
            raise InvalidInput("this is a private key: keep it on the device, and give its public half")
        if text.startswith("-----BEGIN"):
            return public_key_of(load_pem_public_key(text.encode()))
        if text.startswith("{"):
            return _from_jwk(json.loads(text))
        if text.startswith(tuple(Algorithm.__members__)):
            return _from_bytes(PublicKey.parse(text).raw)
        return _from_bytes(bytes.fromhex(text))
    except (ValueError, UnsupportedAlgorithm, RecursionError) as error:
        raise InvalidInput(f"public key is neither PEM, JWK nor hex of a known kind: {error}") from error


def public_key_of(key: object) -> PublicKey:
    """Raises `InvalidInput` for a key that is neither Ed25519 nor P-256."""
    match key:
        case Ed25519PublicKey():
            return PublicKey(Algorithm.EdDSA, key.public_bytes_raw())
        case EllipticCurvePublicKey(curve=SECP256R1()):
            point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
            return PublicKey(Algorithm.ES256, point)
    raise InvalidInput(f"the key is a {type(key).__name__} of some other kind, want Ed25519 or P-256")


def _from_bytes(raw: bytes) -> PublicKey:
    if len(raw) == 32:
        return public_key_of(Ed25519PublicKey.from_public_bytes(raw))
    return public_key_of(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw))


def _from_jwk(jwk: object) -> PublicKey:
    match jwk:
        case {"d": _}:
            raise InvalidInput("this is a private key: keep it on the device, and give its public half")
        case {"kty": "OKP", "crv": "Ed25519", "x": str(x)}:
            return _from_bytes(_coordinate(x))
        case {"kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)}:
            return _from_bytes(b"\x04" + _coordinate(x) + _coordinate(y))
    raise InvalidInput("the JWK is neither an OKP key on Ed25519 nor an EC key on P-256")


def _coordinate(text: str) -> bytes:
    value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if len(value) != 32:
        raise InvalidInput(f"the JWK has a coordinate of {len(value)} bytes, want 32")
    return value
