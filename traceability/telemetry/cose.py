"""COSE_Sign1 (RFC 9052, section 4.2), tagged, as far as devices sign with it."""

from functools import lru_cache
from typing import NamedTuple

from traceability.errors import InvalidInput
from traceability.telemetry import cbor
from traceability.telemetry.cbor import Tagged
from traceability.telemetry.public_key import CACHED, Algorithm

INITIAL = b"\xd2"
"""What every signed message begins with: the tag 18."""

MAX_HEADER_BYTES = 256

_SIGN1 = 18
_CONTEXT = b"\x84" + cbor.encode("Signature1")
"""How an array of four begins whose first is this text."""
_ALGORITHM, _CRITICAL, _CONTENT_TYPE, _KEY_ID = 1, 2, 3, 4
_SENML_CBOR = 112
"""CoAP's number for `application/senml+cbor`."""
_PARTS = (bytes, dict, bytes, bytes)
_ALGORITHMS = {each.value: each for each in Algorithm}


class Sign1(NamedTuple):
    """A signed message taken apart. Nothing in it may be believed before its signature was checked."""

    protected: bytes
    algorithm: Algorithm
    key_id: bytes | None
    """A hint at the key, protected or not."""
    payload: bytes
    signature: bytes

    def signed_bytes(self, external_aad: bytes) -> bytes:
        """What the signature is over, when it is bound to `external_aad`.

        Two messages with the same are the same message: what may differ is not signed.
        """
        return to_be_signed(self.protected, external_aad, self.payload)


def parse_sign1(message: bytes) -> Sign1:
    """Raises `InvalidInput`, also for what the RFC leaves to applications and this one does not take.

    That is: no tag, a detached payload, an algorithm that stands unprotected or is neither EdDSA nor ES256, a
    critical label, a content type other than SenML in CBOR, anything unprotected but the key's id.
    """
    tagged = cbor.decode(message)
    if not isinstance(tagged, Tagged) or tagged.number != _SIGN1:
        raise InvalidInput("message has not the tag 18 of COSE_Sign1")
    parts = tagged.content
    # Not by `match`: that takes as long as to read the message.
    if not isinstance(parts, list) or tuple(map(type, parts)) != _PARTS:
        raise InvalidInput("COSE_Sign1 is not protected and unprotected header, payload within, signature")
    protected, unprotected, payload, signature = parts
    header = _protected(protected)
    key_id = header.key_id
    if unprotected:
        if unprotected.keys() != {_KEY_ID} or key_id is not None:
            labels = str(list(unprotected))[:80]
            raise InvalidInput(f"COSE unprotected header has {labels}, want at most the key id, in one place")
        key_id = _bytes(unprotected[_KEY_ID])
    return Sign1(protected, header.algorithm, key_id, payload, signature)


def write_sign1(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor.encode(Tagged(_SIGN1, [protected, {}, payload, signature]))


def protected_header(algorithm: Algorithm, key_id: bytes) -> bytes:
    return cbor.encode({_ALGORITHM: algorithm.value, _KEY_ID: key_id})


def to_be_signed(protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    """`Sig_structure` of RFC 9052, section 4.4."""
    return _before_payload(protected, external_aad) + cbor.byte_string(payload)


@lru_cache(CACHED)
def _before_payload(protected: bytes, external_aad: bytes) -> bytes:
    return _CONTEXT + cbor.byte_string(protected) + cbor.byte_string(external_aad)


class _Header(NamedTuple):
    algorithm: Algorithm
    key_id: bytes | None


@lru_cache(CACHED)
def _protected(encoded: bytes) -> _Header:
    """A device writes the same header each time, so most are known already."""
    if len(encoded) > MAX_HEADER_BYTES:
        raise InvalidInput(f"COSE protected header has {len(encoded)} bytes, want at most {MAX_HEADER_BYTES}")
    header = cbor.decode(encoded) if encoded else {}
    if not isinstance(header, dict):
        raise InvalidInput(f"COSE protected header is a {type(header).__name__}, want a map")
    if _CRITICAL in header:
        raise InvalidInput(f"COSE header has the critical labels {str(header[_CRITICAL])[:80]}")
    content_type = header.get(_CONTENT_TYPE, _SENML_CBOR)
    if content_type != _SENML_CBOR:
        raise InvalidInput(f"COSE payload is of type {str(content_type)[:40]}, want {_SENML_CBOR}")
    algorithm = header.get(_ALGORITHM)
    if type(algorithm) is not int or algorithm not in _ALGORITHMS:
        raise InvalidInput(f"COSE algorithm is {str(algorithm)[:40]}, want -8 (EdDSA) or -7 (ES256)")
    return _Header(_ALGORITHMS[algorithm], _bytes(header[_KEY_ID]) if _KEY_ID in header else None)


def _bytes(key_id: object) -> bytes:
    if not isinstance(key_id, bytes):
        raise InvalidInput(f"COSE key id is a {type(key_id).__name__}, want bytes")
    return key_id
