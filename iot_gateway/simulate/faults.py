"""The faults that simulated devices know, and what the system makes of each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from iot_gateway.simulate import message_faults, sample_faults
from iot_gateway.simulate.chance import uniform
from iot_gateway.simulate.stream import Message, Sample, numbered, packed

REFUSED, NOTHING = "refused", "nothing"
"""What a fault may be found as beside a kind of finding: it lies in quarantine, or it leaves no trace."""

SHARE, PPM, TIME, COUNT = "share", "ppm", "time", "count"
"""How an amount or a size is written."""

_OF_VALUE = ("jump", "noise")


@dataclass(frozen=True, slots=True)
class Fault:
    change: Callable[..., Iterator[Any]]
    says: str
    found: str
    """The kind of finding that tells of it, or `REFUSED`, or `NOTHING`."""
    also: tuple[str, ...] = ()
    """Kinds that it may bring about besides."""
    amount: str = SHARE
    """`SHARE` of the samples or messages that it hits; any other goes on all the time."""
    size: tuple[str, str] | None = None
    """How large each one is: the way it is written, and what it is where none is given."""


# Each table in the order in which its faults happen.
OF_SAMPLES: Mapping[str, Fault] = {
    "impossible": Fault(sample_faults.impossible, "a value is -999", "impossible_value", _OF_VALUE),
    "stuck": Fault(
        sample_faults.stuck, "a value stays what it was", "stuck_value", _OF_VALUE, size=(TIME, "7h")
    ),
    "silence": Fault(
        sample_faults.silence, "nothing is measured for a while", "silence", _OF_VALUE, size=(TIME, "1h")
    ),
    "offset": Fault(sample_faults.offset, "the clock is ahead, or behind", "clock_offset", amount=TIME),
    "drift": Fault(
        sample_faults.drift, "the clock gains, or loses", "clock_drift", ("clock_offset",), amount=PPM
    ),
}
OF_MESSAGES: Mapping[str, Fault] = {
    "replay": Fault(
        message_faults.replay,
        "what the message before said comes again under a new number",
        "replay",
        ("out_of_order", "silence", *_OF_VALUE),
    ),
    "out-of-order": Fault(
        message_faults.out_of_order, "two messages change places", "out_of_order", ("silence",)
    ),
    "reboot": Fault(message_faults.reboot, "the device loses its state, so a new epoch begins", "new_epoch"),
}
OF_NUMBERED: Mapping[str, Fault] = {
    "gap": Fault(message_faults.gap, "numbers are used up and never sent", "gap", size=(COUNT, "1")),
    "conflict": Fault(message_faults.conflict, "a number comes again with another value", "conflict"),
    "forged": Fault(message_faults.forged, "a stranger signs the next number", REFUSED),
    "garbage": Fault(message_faults.garbage, "bytes come that mean nothing", REFUSED),
    "flood": Fault(
        message_faults.flood, "a message is sent many times at once", NOTHING, size=(COUNT, "500")
    ),
}
FAULTS: Mapping[str, Fault] = {**OF_SAMPLES, **OF_MESSAGES, **OF_NUMBERED}


@dataclass(frozen=True, slots=True)
class Asked:
    """That a fault is to happen."""

    name: str
    amount: float
    size: float | None = None
    alias: str | None = None
    """None: to every device."""


def faulty(
    samples: Iterable[Sample], alias: str, asked: Sequence[Asked], seed: int, epoch: int, in_one: int
) -> Iterator[Message]:
    """What the device `alias` sends of `samples`, with the faults that are `asked` of it.

    `in_one`: samples in a message. The same arguments give the same messages.
    """
    changed = partial(
        _changed, asked=[each for each in asked if each.alias in (None, alias)], seed=seed, alias=alias
    )
    messages = numbered(changed(packed(changed(samples, OF_SAMPLES), in_one), OF_MESSAGES), epoch)
    return iter(changed(messages, OF_NUMBERED))


def _changed(
    stream: Iterable[Any], stage: Mapping[str, Fault], asked: Sequence[Asked], seed: int, alias: str
) -> Iterable[Any]:
    for name, fault in stage.items():
        for each in (one for one in asked if one.name == name):
            size = () if each.size is None else (each.size,)
            stream = fault.change(stream, _when(each, fault, seed, alias), *size)
    return stream


def _when(asked: Asked, fault: Fault, seed: int, alias: str) -> object:
    """By what a fault changes a stream: its amount if it goes on all the time, else when it occurs."""
    if fault.amount != SHARE:
        return asked.amount
    return lambda at_ms: uniform(seed, alias, asked.name, at_ms) < asked.amount
