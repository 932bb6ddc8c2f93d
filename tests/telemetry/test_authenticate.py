"""Whose a payload is, and since when its key counts; everything else is refused with the very reason."""

from dataclasses import replace
from hashlib import sha256

import pytest

from traceability.errors import InvalidInput
from traceability.telemetry.authenticate import authenticate, content_digest, message_in
from traceability.telemetry.cose import parse_sign1, write_sign1
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.senml_cbor import cbor_of

NOW_MS = 1_790_000_000_000
OLD, NEW, OTHER = (DeviceSigner.make(Algorithm.EdDSA) for _ in range(3))
SIGNER = DeviceSigner.make(Algorithm.ES256)
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
COLD_7 = Device(
    alias="cold-7",
    giai="https://id.gs1.org/8004/9521321C7",
    party="9521321000018",
    name={},
    place="https://id.gs1.org/414/9521321000032",
    cold_chain=True,
    keys=(DeviceKey(NEW.public, 0), DeviceKey(OLD.public, 0), DeviceKey(SIGNER.public, 0)),
)
SENML = cbor_of(
    [
        {"bn": "cold-7:", "bt": NOW_MS // 1000, "n": "epoch", "u": "count", "v": 9},
        {"n": "seq", "u": "count", "v": 4},
        {"n": "air_temperature", "u": "Cel", "v": 4.25},
    ]
)


def spoilt(payload):
    return payload[:-1] + bytes([payload[-1] ^ 1])


def with_key(**changes):
    return replace(COLD_7, keys=(replace(COLD_7.keys[0], **changes),))


@pytest.mark.parametrize("signer", [OLD, NEW, SIGNER])
def test_each_key_of_a_device_signs_for_it(signer):
    authentic = authenticate(signer.sign(SENML, "cold-7"), COLD_7, NOW_MS)

    assert (authentic.how, authentic.senml) == (Authenticated.SIGNED, SENML)


def test_a_signature_without_the_id_of_its_key_is_tried_with_all():
    message = parse_sign1(OLD.sign(SENML, "cold-7"))
    anonymous = b"\xa1\x01\x27"
    signed = message._replace(protected=anonymous).signed_bytes(b"guoji/v1/cold-7/readings")

    payload = write_sign1(anonymous, SENML, OLD.private_key.sign(signed))

    assert authenticate(payload, COLD_7, NOW_MS).how is Authenticated.SIGNED


def test_what_is_not_signed_is_the_brokers_word():
    assert authenticate(SENML, COLD_7, NOW_MS).how is Authenticated.BROKER


def test_what_a_device_must_sign_is_refused_without_a_signature():
    with pytest.raises(InvalidInput, match="cold-7 must sign what it sends, and this is not signed"):
        authenticate(SENML, replace(COLD_7, must_sign=True), NOW_MS)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (
            NEW.sign(SENML, "cold-8"),
            "no key of cold-7 made the signature over this payload, header and topic",
        ),
        (spoilt(NEW.sign(SENML, "cold-7")), "no key of cold-7 made the signature"),
        (NEW.sign(SENML, "cold-7").replace(b"Cel", b"cel"), "no key of cold-7 made the signature"),
        (OTHER.sign(SENML, "cold-7"), f"EdDSA key {OTHER.public.key_id.hex()}, which cold-7 has not"),
        (NEW.sign(b"[]", "cold-7"), "no CBOR array"),
        (NEW.sign(bytes(70_000), "cold-7"), "bytes, want at most 65536"),
        (b"\xd2\x80", "COSE_Sign1 is not"),
    ],
    ids=["another topic", "spoilt", "altered", "unknown key", "no readings", "too long", "no signature"],
)
def test_what_the_device_did_not_sign_is_refused_with_the_reason(payload, reason):
    with pytest.raises(InvalidInput, match=reason):
        authenticate(payload, COLD_7, NOW_MS)


def test_a_key_of_another_algorithm_is_not_tried():
    forged = NEW.sign(SENML, "cold-7").replace(b"\x01\x27", b"\x01\x26")

    with pytest.raises(InvalidInput, match=f"ES256 key {NEW.public.key_id.hex()}, which cold-7 has not"):
        authenticate(forged, COLD_7, NOW_MS)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"from_ms": NOW_MS + 1}, "valid from .*not yet"),
        ({"until_ms": NOW_MS}, "was valid until 2026-09-21T"),
        ({"revoked_at_ms": NOW_MS, "revoked_why": "stolen"}, "was revoked at 2026-09-21T.*: stolen"),
    ],
)
def test_a_key_counts_at_the_moment_of_arrival_alone(changes, reason):
    payload = NEW.sign(SENML, "cold-7")

    with pytest.raises(InvalidInput, match=reason):
        authenticate(payload, with_key(**changes), NOW_MS)
    earlier = with_key(**{**changes, "from_ms": 0})
    assert authenticate(payload, earlier, NOW_MS - 1).how is Authenticated.SIGNED


def test_a_content_that_is_signed_twice_is_one_content():
    once = SIGNER.sign(SENML, "cold-7")
    s = int.from_bytes(once[-32:])
    twice = once[:-32] + (ORDER_OF_P256 - s).to_bytes(32)

    assert authenticate(twice, COLD_7, NOW_MS).how is Authenticated.SIGNED
    assert content_digest(once, "cold-7") == content_digest(twice, "cold-7")
    assert content_digest(once, "cold-7") == authenticate(once, COLD_7, NOW_MS).digest
    assert content_digest(once, "cold-7") != content_digest(once, "cold-8")
    assert content_digest(once, "cold-7") != content_digest(NEW.sign(SENML, "cold-7"), "cold-7")


@pytest.mark.parametrize("payload", [SENML, b"[]", b"", b"\xd2\x80"])
def test_the_digest_of_what_nobody_signed_is_of_its_bytes(payload):
    assert content_digest(payload, "cold-7") == sha256(payload).digest()


@pytest.mark.parametrize(
    ("how", "payload"), [(Authenticated.BROKER, SENML), (Authenticated.SIGNED, NEW.sign(SENML, "cold-7"))]
)
def test_a_reading_is_read_as_its_leaf_says(how, payload):
    reading = Reading("cold-7", 9, 4, NOW_MS, how, payload)

    assert message_in(reading).sequence == 4
    [otherwise] = set(Authenticated) - {how}
    with pytest.raises(InvalidInput, match="signed, its payload otherwise"):
        message_in(replace(reading, authenticated=otherwise))
