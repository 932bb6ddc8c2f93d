"""Which device sent a payload, and how we know: by the broker's word, or by the device's own signature."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from traceability.errors import InvalidInput
from traceability.telemetry import topics
from traceability.telemetry.cose import INITIAL, Sign1, parse_sign1
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.public_key import PublicKey
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.senml import CBOR_ARRAYS, MAX_PAYLOAD_BYTES, Message, decode

NOT_SIGNED = "must sign what it sends, and this is not signed"


class Authentic(NamedTuple):
    """A payload whose sender is known."""

    how: Authenticated
    senml: bytes
    digest: bytes
    """Tells contents apart: SHA-256 of the payload; of what was signed, since that may be done twice."""


def authenticate(payload: bytes, device: Device, now_ms: int) -> Authentic:
    """Judge a payload that came at `now_ms` on the topic for readings of `device`.

    A signature counts if it was made with a key that the device has at `now_ms`, over this very topic.
    Raises `InvalidInput` that says what is wrong with it.
    """
    if not payload.startswith(INITIAL):
        if device.must_sign:
            raise InvalidInput(f"{device.alias} {NOT_SIGNED}")
        return Authentic(Authenticated.BROKER, payload, sha256(payload).digest())
    message = _parse(payload)
    signed = _signed_bytes(message, device.alias)
    _signer(message, signed, device).check_valid(now_ms)
    return Authentic(Authenticated.SIGNED, message.payload, sha256(signed).digest())


def message_in(reading: Reading) -> Message:
    """What a reading's payload says. Raises `InvalidInput`; the signature is not checked again."""
    signed = reading.authenticated is Authenticated.SIGNED
    if reading.payload.startswith(INITIAL) != signed:
        raise InvalidInput(
            f"its leaf says that it is {'' if signed else 'not '}signed, its payload otherwise"
        )
    return decode(senml_in(reading.payload), reading.device)


def senml_in(payload: bytes) -> bytes:
    """The SenML of a payload, signed or not. Raises `InvalidInput`; no signature is checked."""
    return _parse(payload).payload if payload.startswith(INITIAL) else payload


def content_digest(payload: bytes, alias: str) -> bytes:
    """`Authentic.digest` of what the device `alias` sent, and SHA-256 of what nobody can have signed."""
    if payload.startswith(INITIAL):
        with suppress(InvalidInput):
            payload = _signed_bytes(_parse(payload), alias)
    return sha256(payload).digest()


def count_signed(readings: Iterable[Reading], keys: Sequence[PublicKey]) -> int:
    """How many of `readings` one of `keys` has signed. Raises `Unavailable` where that cannot be checked."""
    return sum(_is_signed(reading, keys) for reading in readings)


def _is_signed(reading: Reading, keys: Sequence[PublicKey]) -> bool:
    if reading.authenticated is not Authenticated.SIGNED:
        return False
    message = _parse(reading.payload)
    signed = _signed_bytes(message, reading.device)
    fitting = (key for key in keys if key.algorithm is message.algorithm)
    return any(key.verifies(message.signature, signed) for key in fitting)


def _parse(payload: bytes) -> Sign1:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise InvalidInput(f"payload has {len(payload)} bytes, want at most {MAX_PAYLOAD_BYTES}")
    message = parse_sign1(payload)
    if message.payload[:1] not in CBOR_ARRAYS:
        raise InvalidInput("what is signed is no CBOR array, want SenML in CBOR")
    return message


def _signed_bytes(message: Sign1, alias: str) -> bytes:
    return message.signed_bytes(topics.readings(alias).encode())


def _signer(message: Sign1, signed: bytes, device: Device) -> DeviceKey:
    for key in _named(message, device):
        if key.public.verifies(message.signature, signed):
            return key
    raise InvalidInput(
        f"no key of {device.alias} made the signature over this payload, header and topic; "
        f"its {message.algorithm.name} keys were tried"
    )


def _named(message: Sign1, device: Device) -> Sequence[DeviceKey]:
    """The keys that may have signed, also those that no longer count: so that it can be said."""
    fitting = [
        key
        for key in device.keys
        if key.public.algorithm is message.algorithm and message.key_id in (None, key.public.key_id)
    ]
    if not fitting:
        which = "" if message.key_id is None else f" {message.key_id[:8].hex()}"
        raise InvalidInput(
            f"signed with the {message.algorithm.name} key{which}, which {device.alias} has not"
        )
    return fitting
