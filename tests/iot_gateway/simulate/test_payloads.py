"""Payloads made ahead are what a device would send, and repeat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.simulate.payloads import payloads
from traceability.telemetry.authenticate import senml_in
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.senml import decode

FROM_MS = 1_790_000_000_000


@given(seed=st.integers(0, 9), records=st.integers(1, 60))
def test_the_same_seed_gives_the_same_bytes(seed, records):
    def made():
        return list(payloads("a", seed, 3, records, epoch=9, from_ms=FROM_MS))

    assert made() == made()


@pytest.mark.parametrize("records", [1, 50])
def test_messages_are_numbered_from_1_with_so_many_measurements_a_second_apart(records):
    messages = [decode(each, "a") for each in payloads("a", 1, 4, records, epoch=9, from_ms=FROM_MS)]

    assert [(each.epoch, each.sequence) for each in messages] == [(9, 1), (9, 2), (9, 3), (9, 4)]
    times = [one.taken_at_ms for each in messages for one in each.measurements]
    assert times == list(range(FROM_MS, FROM_MS + 4 * records * 1000, 1000))


def test_signed_ones_are_what_the_key_signs():
    key = DeviceSigner.make(Algorithm.EdDSA)

    [signed] = payloads("a", 1, 1, 2, epoch=9, from_ms=FROM_MS, signer=key)

    assert signed == key.sign(senml_in(signed), "a")
