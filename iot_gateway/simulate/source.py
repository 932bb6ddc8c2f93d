"""Where the samples of a device come from: a model, or a recording."""

from collections.abc import Iterator, Sequence
from itertools import count

from iot_gateway.simulate.models import Model
from iot_gateway.simulate.moment import Moment
from iot_gateway.simulate.stream import Sample


def modelled(model: Model, seed: int, alias: str, from_ms: int, every_ms: int) -> Iterator[Sample]:
    """One sample each `every_ms`, without end."""
    for at_ms in count(from_ms, every_ms):
        yield Sample(at_ms, at_ms, model(seed, alias, at_ms))


def recorded(moments: Sequence[Moment], shift_ms: int) -> Iterator[Sample]:
    """Every moment as it was measured, all shifted by the same amount."""
    for taken_at_ms, values in moments:
        yield Sample(taken_at_ms + shift_ms, taken_at_ms + shift_ms, values)
