import dataclasses
from hashlib import sha256

from iot_gateway.buffer import Buffer
from traceability.telemetry.authenticate import content_digest
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.receipt import Receipt, RefusedPayload
from traceability.telemetry.runs import Accounted, Status, advance, no_runs


def a_receipt(*payloads, device="cold-7", first=1):
    held = [
        Accounted(number, Status.HELD, sha256(payload).digest())
        for number, payload in enumerate(payloads, first)
    ]
    return Receipt(device, 0, 0, advance(no_runs(9), held, lambda _first: ()))


def a_buffer(*payloads):
    buffer = Buffer("cold-7", 9)
    for payload in payloads:
        buffer.keep(payload)
    return buffer


def test_numbers_start_at_one_and_grow_by_one():
    buffer = Buffer("cold-7", 9)

    assert [buffer.next_number, buffer.keep(b"a"), buffer.keep(b"b"), buffer.next_number] == [1, 1, 2, 3]


def test_a_payload_is_kept_until_a_receipt_covers_it():
    buffer = a_buffer(b"a", b"b", b"c")

    assert buffer.free(a_receipt(b"a", b"b")) == 2
    assert buffer.payloads == {3: b"c"}
    assert buffer.free(a_receipt(b"a", b"b", b"c")) == 1
    assert buffer.payloads == {}


def test_a_signed_payload_is_freed_by_the_digest_of_its_content_and_refused_by_that_of_its_bytes():
    signer = DeviceSigner.make(Algorithm.ES256)
    first, second = (signer.sign(senml, "cold-7") for senml in (b"\x80", b"\x81\x01"))
    held = Accounted(1, Status.HELD, content_digest(first, "cold-7"))
    receipt = Receipt("cold-7", 0, 0, advance(no_runs(9), [held], lambda _first: ()))
    forged = second[:-1] + bytes([second[-1] ^ 1])

    buffer = a_buffer(first, second)

    assert buffer.free(receipt) == 1
    assert buffer.free(refusing(content_digest(second, "cold-7"))) == 0
    assert buffer.free(refusing(sha256(forged).digest())) == 0
    assert buffer.free(refusing(sha256(second).digest())) == 1


def refusing(digest):
    return Receipt("cold-7", 0, 0, None, refused=(RefusedPayload(digest, "no key of cold-7"),))


def test_a_receipt_frees_once():
    buffer = a_buffer(b"a")
    receipt = a_receipt(b"a")

    assert [buffer.free(receipt), buffer.free(receipt)] == [1, 0]


def test_a_receipt_for_another_device_or_other_payloads_frees_nothing():
    buffer = a_buffer(b"a")

    assert buffer.free(a_receipt(b"a", device="cold-8")) == 0
    assert buffer.free(a_receipt(b"x")) == 0
    assert buffer.free(dataclasses.replace(a_receipt(b"a"), runs=None)) == 0
    assert buffer.payloads == {1: b"a"}
