"""Payloads made ahead, for whoever measures how fast they are taken in."""

from collections.abc import Iterator

from iot_gateway.simulate.encode import encode_moments
from iot_gateway.simulate.models import orchard
from iot_gateway.simulate.moment import Moment
from traceability.telemetry.private_key import DeviceSigner

METRIC = "air_temperature"
EVERY_MS = 1_000


def payloads(
    alias: str,
    seed: int,
    count: int,
    records: int = 1,
    *,
    epoch: int,
    from_ms: int,
    signer: DeviceSigner | None = None,
) -> Iterator[bytes]:
    """The messages 1 to `count` of one device, with `records` measurements each, one a second from `from_ms`.

    The same arguments give the same bytes.
    """
    for number in range(count):
        times = range(
            from_ms + number * records * EVERY_MS, from_ms + (number + 1) * records * EVERY_MS, EVERY_MS
        )
        moments = [Moment(at_ms, {METRIC: orchard(seed, alias, at_ms)[METRIC]}) for at_ms in times]
        yield encode_moments(alias, epoch, number + 1, moments, signer)
