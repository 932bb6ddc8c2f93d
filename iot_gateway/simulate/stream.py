"""What one device is to send, in order: samples that it takes, packed into messages, and numbered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from iot_gateway.simulate.moment import Moment

REBOOT, SILENCE = "reboot", "silence"
"""Faults that packing and numbering have to know."""


@dataclass(frozen=True, slots=True)
class Sample:
    at_ms: int
    """By a clock that is right."""
    taken_at_ms: int
    """By the device's own."""
    values: Mapping[str, float | bool]
    faults: tuple[str, ...] = ()
    """Which show here."""


class Way(Enum):
    """How a message leaves."""

    KEPT = "kept until a receipt covers it"
    LOST = "its number is used up, and it is never sent"
    CHANGED = "under a number that another content has"
    FORGED = "signed with a key that the device has not"
    GARBAGE = "as bytes that mean nothing"


@dataclass(frozen=True, slots=True)
class Message:
    at_ms: int
    """When it leaves, by a clock that is right."""
    moments: tuple[Moment, ...]
    faults: tuple[str, ...] = ()
    epoch: int = 0
    number: int = 0
    """Both 0 until it is numbered."""
    way: Way = Way.KEPT
    copies: int = 1
    """How often it is sent at once."""


def packed(samples: Iterable[Sample], size: int) -> Iterator[Message]:
    """`size` samples in each message, which leaves with its last; fewer before a silence and at the end."""
    group: list[Sample] = []
    for sample in samples:
        if len(group) == size or (group and SILENCE in sample.faults):
            yield _message(group)
            group = []
        group.append(sample)
    if group:
        yield _message(group)


def numbered(messages: Iterable[Message], epoch: int) -> Iterator[Message]:
    """From 1 on, and again in a later epoch after each reboot."""
    number = 0
    for message in messages:
        if REBOOT in message.faults:
            epoch, number = max(epoch + 1, message.at_ms // 1000), 0
        number += 1
        yield replace(message, epoch=epoch, number=number)


def _message(group: list[Sample]) -> Message:
    moments = tuple(Moment(each.taken_at_ms, each.values) for each in group)
    faults = tuple(dict.fromkeys(fault for each in group for fault in each.faults))
    return Message(group[-1].at_ms, moments, faults)
