"""To judge a message takes work and memory in proportion to its size, and leaves nothing behind."""

import contextlib
import gc
import sys
import tracemalloc

import cbor2
import pytest

from tests.fuzz.hostile import ALIAS, DEVICE, HEADS, NOW_MS, SIGNER, hostile, largest
from traceability.errors import InvalidInput
from traceability.telemetry.authenticate import authenticate, content_digest
from traceability.telemetry.cose import MAX_HEADER_BYTES
from traceability.telemetry.public_key import CACHED
from traceability.telemetry.senml import MAX_PAYLOAD_BYTES, decode

pytestmark = pytest.mark.slow

CALLS_A_BYTE = 60
"""Of functions, ours and the interpreter's. An empty record is dearest: one byte, looked at three times."""
CALLS_FOR_ANY = 2_000
MEMORY_A_BYTE = 400
"""An empty record takes one byte of CBOR and some two hundred of Python."""
LEFT_BEHIND_BYTES = 200_000
"""Of thousands of messages, of some 200 bytes each."""
LARGE = MAX_PAYLOAD_BYTES // 4
"""What grows with the square shows here too, and four times as fast."""
BROKEN = [b"\x81", b"\xa1\x02", b"\xc4", b"\x9b", b"\xbb", b"\x5b", b"\xd2\x84", b'{"v":', b"[", b"9", b'"']
"""Again and again what begins something that never ends."""
IN_CBOR = [
    *(b"\xa0", b"\x60", b"\xf9\x7e\x00", b"\xa1\x02\xc4\x82\x00\x01", b"\xa1\x61x\x81\x81\x81\x81\x00"),
    *map(cbor2.dumps, ({0: "seq", 1: "count"}, {-2: "cold-7:se", 0: "q"}, {0: "x", 2: 1, -3: 1_790_000_000})),
]  # fmt: skip
IN_JSON = [b"{}", b'"\\u0041"', b'{"n":"seq"}', b'{"bn":"cold-7:se","n":"q"}', b'{"bt":1790000000}']
LONG_NAME = [b'{"bn":"' + b"a" * 999 + b'"}', *[b'{"n":"a"}'] * 999]


def in_cbor(unit):
    count = (LARGE - 200) // len(unit)
    return b"\x99" + count.to_bytes(2) + unit * count


def thousand_in_cbor(unit):
    return b"\x99\x03\xe8" + unit * 1_000


def in_json(units):
    return b"[" + b",".join(units) + b"]"


def large():
    """Messages as large as can be, by what they are made of, and as full of records as can be."""
    for unit in IN_CBOR:
        for senml in (in_cbor(unit), thousand_in_cbor(unit)):
            yield from (senml, SIGNER.sign(senml, ALIAS))
    for unit in IN_JSON:
        yield in_json([unit] * (LARGE // (len(unit) + 1)))
        yield in_json([unit] * 1_000)
    yield in_json(LONG_NAME)
    for unit in BROKEN:
        yield from (largest(unit, head, LARGE) for head in HEADS)


def judge(payload):
    content_digest(payload, ALIAS)
    for senml in (lambda: payload, lambda: authenticate(payload, DEVICE, NOW_MS).senml):
        with contextlib.suppress(InvalidInput):
            decode(senml(), ALIAS)


def calls(payload):
    """How many functions are called to judge it: the same on every machine, however busy that is."""
    count = 0

    def counted(_frame, kind, _argument):
        nonlocal count
        count += kind in ("call", "c_call")

    sys.setprofile(counted)
    try:
        judge(payload)
    finally:
        sys.setprofile(None)
    return count


def peak_bytes(payload):
    tracemalloc.start()
    try:
        judge(payload)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_largest_messages_take_work_and_memory_in_proportion():
    for payload in large():
        assert calls(payload) <= CALLS_FOR_ANY + CALLS_A_BYTE * len(payload), payload[:40]
        assert peak_bytes(payload) <= MEMORY_A_BYTE * len(payload), payload[:40]


def test_a_message_beyond_the_limit_is_refused_unread():
    for head in HEADS:
        payload = largest(b"\xa0", head, MAX_PAYLOAD_BYTES + 1)
        assert calls(payload) < CALLS_FOR_ANY


def test_any_message_takes_work_in_proportion():
    for seed in range(500):
        payload = hostile(seed).payload
        assert calls(payload) <= CALLS_FOR_ANY + CALLS_A_BYTE * len(payload), f"seed {seed}"


def test_messages_that_were_judged_leave_nothing_behind(rounds):
    several = 1_000 if rounds == 3 else 200 * rounds
    tracemalloc.start()
    try:
        fill_what_is_kept_ready()
        for seed in range(several):
            judge(hostile(seed).payload)
        before = held_bytes()
        for seed in range(several, 3 * several):
            judge(hostile(seed).payload)
        after = held_bytes()
    finally:
        tracemalloc.stop()

    assert after - before < LEFT_BEHIND_BYTES


def fill_what_is_kept_ready():
    """As many headers as are remembered, each as large as can be: others only take their place."""
    for number in range(CACHED + 1):
        protected = cbor2.dumps({1: -8, 99: number.to_bytes(MAX_HEADER_BYTES - 10)})
        content_digest(cbor2.dumps(cbor2.CBORTag(18, [protected, {}, b"\x80", b""])), ALIAS)


def held_bytes():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
