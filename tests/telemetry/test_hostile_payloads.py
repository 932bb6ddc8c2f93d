"""Whatever bytes a device sends, they are judged: a value or a refusal, at once, and nothing else.

`make test` tries 5,000 payloads, `make soak` 200,000.
"""

import contextlib
import json
import os
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.telemetry.authenticate import authenticate, content_digest
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.senml import MAX_PAYLOAD_BYTES, decode
from traceability.telemetry.senml_cbor import cbor_of

pytestmark = pytest.mark.slow

HOSTILE = 5_000 if "GUOJI_TEST_ROUNDS" not in os.environ else 4_000 * int(os.environ["GUOJI_TEST_ROUNDS"])
AT_ONCE_S = 2
"""Longer than the worst of them takes on a slow machine that does something else too."""

NOW_MS = 1_790_000_000_000
SIGNERS = [DeviceSigner.make(algorithm) for algorithm in Algorithm]
COLD_7 = Device(
    "cold-7", "", "", {}, "", cold_chain=True, keys=tuple(DeviceKey(each.public, 0) for each in SIGNERS)
)
RECORDS = [
    {"bn": "cold-7:", "bt": 1_790_000_000.5, "n": "epoch", "u": "count", "v": 9},
    {"n": "seq", "u": "count", "v": 4},
    {"n": "air_temperature", "u": "Cel", "v": -4.25},
    {"n": "door_open", "vb": True, "t": -30},
]
SOUND = [
    json.dumps(RECORDS).encode(),
    cbor_of(RECORDS),
    *(signer.sign(cbor_of(RECORDS), "cold-7") for signer in SIGNERS),
]
HEADS = [b"", b"[", b"\x81", b"\x81\xa1\x02", b"\xd2\x84", b"\xd2\x84\x43\xa1\x01\x27\xa0", b'[{"v":']


def judge(payload):
    """What the gateway does with it, whoever it says has sent it."""
    started_s = time.monotonic()
    content_digest(payload, "cold-7")
    with contextlib.suppress(InvalidInput):
        decode(payload, "cold-7")
    with contextlib.suppress(InvalidInput):
        decode(authenticate(payload, COLD_7, NOW_MS).senml, "cold-7")
    assert time.monotonic() - started_s < AT_ONCE_S


@pytest.mark.parametrize("payload", SOUND)
def test_what_is_mutated_below_was_sound(payload):
    assert decode(authenticate(payload, COLD_7, NOW_MS).senml, "cold-7").sequence == 4


@settings(max_examples=HOSTILE // 5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(HEADS), st.binary(max_size=300))
def test_arbitrary_bytes_are_judged(head, rest):
    judge(head + rest)


@settings(max_examples=HOSTILE // 5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([*["n", "u", "v", "t"], "bn", "bt", "bu", "bv", "bver", "vs", "vb", "vd", "s"]),
            st.sampled_from(["cold-7:", "seq", "epoch", "count", "Cel", b"4", 1, 10, -1e299, True, None])
            | st.floats()
            | st.integers(-(2**63), 2**63)
            | st.text(max_size=5),
            max_size=6,
        ),
        max_size=6,
    ),
    st.sampled_from(SIGNERS),
)
def test_arbitrary_records_are_judged_signed_or_not(records, signer):
    judge(cbor_of(records))
    judge(signer.sign(cbor_of(records), "cold-7"))


def test_mutations_of_sound_payloads_are_judged():
    chance = random.Random(4)
    for _ in range(HOSTILE // 5 * 3):
        judge(mutated(bytearray(chance.choice(SOUND)), chance))


def mutated(payload, chance):
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(payload) + 1)
        match chance.randrange(4):
            case 0:
                payload[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del payload[at : at + chance.randint(1, 8)]
            case 2:
                payload[at:at] = chance.choice([b"\xff" * 8, b"\x9b", b"\x5b", b"\xc4", b"\x81", b"9" * 9])
            case _:
                start = chance.randrange(len(payload) + 1)
                payload[at:at] = payload[start : start + 20]
    return bytes(payload)


@pytest.mark.parametrize(
    "unit",
    [b"\x81", b"\xa1\x02", b"\xc4", b"\x9b", b"\xbb", b"\x5b", b'{"v":', b"9", b"\xd2\x84", b"\x80"],
)
def test_the_largest_payloads_are_judged_at_once(unit):
    for head in HEADS:
        judge((head + unit * MAX_PAYLOAD_BYTES)[:MAX_PAYLOAD_BYTES])
