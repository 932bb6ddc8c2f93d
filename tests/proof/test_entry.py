"""The entry, byte for byte as docs/formats.md has it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import InvalidInput
from traceability.log.name_map import name_hashes
from traceability.proof.entry import ENTRY_BYTES, NO_SIGNATURE, Entry, make_entry

NONCE = bytes(range(16))
GLN = "9521321000010"


def an_entry(**changes):
    fields = {
        "nonce": NONCE,
        "event_digest": sha256(b"event").digest(),
        "prehash_digest": sha256(b"prehash").digest(),
        "names_digest": sha256(b"names").digest(),
        "submitter": GLN,
        "captured_at_ms": 1_700_000_000_000,
        "signature_digest": NO_SIGNATURE,
    }
    return Entry(**{**fields, **changes})


def test_an_entry_is_laid_out_as_documented():
    hashes = name_hashes(["b", "a", "b"])
    entry = make_entry(NONCE, b"{}", "eventType=", hashes, GLN, 258)

    event = sha256(b"\x01\x0bguoji/event" + NONCE + b"{}").digest()
    prehash = sha256(b"\x01\x0dguoji/prehash" + NONCE + b"eventType=").digest()
    each = sorted(sha256(b"\x01\x0aguoji/name" + name).digest() for name in (b"a", b"b"))
    names = sha256(b"\x01\x0bguoji/names" + each[0] + each[1]).digest()
    head = b"\x01\x0bguoji/entry" + NONCE
    tail = GLN.encode() + bytes(6) + b"\x01\x02" + bytes(32)
    assert entry.to_bytes() == head + event + prehash + names + tail
    assert ENTRY_BYTES == len(entry.to_bytes()) == 178


digests = st.binary(min_size=32, max_size=32)


@given(
    st.binary(min_size=16, max_size=16),
    digests,
    digests,
    digests,
    st.integers(0, 253_402_300_799_999),
    digests,
)
def test_an_entry_is_read_back_as_it_was_written(nonce, event, prehash, names, captured_at_ms, signature):
    entry = Entry(nonce, event, prehash, names, GLN, captured_at_ms, signature)

    assert Entry.from_bytes(entry.to_bytes()) == entry


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"nonce": bytes(15)}, "nonce of the entry has 15 bytes, want 16"),
        ({"event_digest": bytes(31)}, "event digest of the entry has 31"),
        ({"prehash_digest": bytes(33)}, "pre-hash digest of the entry has 33"),
        ({"names_digest": bytes(31)}, "names digest of the entry has 31"),
        ({"signature_digest": b""}, "signature digest of the entry has 0"),
        ({"submitter": "952132100001"}, "not a GLN"),
        ({"submitter": "95213210000１０"}, "not a GLN"),
        ({"captured_at_ms": -1}, "out of range"),
        ({"captured_at_ms": 253_402_300_800_000}, "out of range"),
    ],
)
def test_a_field_that_would_not_fit_is_refused(changes, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        an_entry(**changes)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda data: data[:-1], "has 177 bytes, want 178"),
        (lambda data: data + b"\x00", "has 179 bytes, want 178"),
        (lambda data: b"\x02" + data[1:], "begins with 02"),
        (lambda data: data.replace(b"/entry", b"/event"), "begins with"),
        (lambda data: data.replace(GLN.encode(), b"95213210000\xff0"), "not a GLN"),
        (lambda data: data[:-40] + b"\xff" * 8 + data[-32:], "out of range"),
    ],
)
def test_bytes_that_are_no_entry_are_refused(change, complaint):
    with pytest.raises(InvalidInput, match=complaint):
        Entry.from_bytes(change(an_entry().to_bytes()))
