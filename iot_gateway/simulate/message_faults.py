"""What goes wrong with a device's messages: each fault changes some, and marks those it changed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from iot_gateway.simulate.moment import Moment
from iot_gateway.simulate.sample_faults import Occurs
from iot_gateway.simulate.stream import REBOOT, Message, Way

# Before messages are numbered.


def reboot(messages: Iterable[Message], occurs: Occurs) -> Iterator[Message]:
    """The device loses its state, but not with its very first message."""
    for nth, message in enumerate(messages):
        yield _marked(message, REBOOT) if nth and occurs(message.at_ms) else message


def replay(messages: Iterable[Message], occurs: Occurs) -> Iterator[Message]:
    """What the message before said is said once more, under a number of its own."""
    before: Message | None = None
    for message in messages:
        yield message
        if before is not None and occurs(message.at_ms):
            yield replace(message, moments=before.moments, faults=("replay",))
        before = message


def out_of_order(messages: Iterable[Message], occurs: Occurs) -> Iterator[Message]:
    """A message leaves after the next one, under its number, and is marked: its times are the earlier."""
    held: Message | None = None
    for message in messages:
        if held is not None:
            yield replace(held, at_ms=message.at_ms, moments=message.moments)
            yield _marked(replace(message, moments=held.moments), "out-of-order")
            held = None
        elif occurs(message.at_ms):
            held = message
        else:
            yield message
    if held is not None:
        yield held


# After messages are numbered.


def gap(messages: Iterable[Message], occurs: Occurs, length: float) -> Iterator[Message]:
    """So many numbers in a row are used up and never sent; never the last one, which nobody could miss."""
    left: float = 0
    held: Message | None = None
    for message in messages:
        if held is not None:
            yield _lost(held) if left and held.epoch == message.epoch else held
        left = left - 1 if left > 1 else length * occurs(message.at_ms)
        held = message
    if held is not None:
        yield held


def conflict(messages: Iterable[Message], occurs: Occurs) -> Iterator[Message]:
    """A number comes again with another value."""
    for message in messages:
        yield message
        if message.way is Way.KEPT and occurs(message.at_ms):
            yield _beside(message, Way.CHANGED, "conflict")


def forged(messages: Iterable[Message], occurs: Occurs) -> Iterator[Message]:
    """Somebody else signs a message under the next number."""
    for message in messages:
        yield message
        if occurs(message.at_ms):
            yield replace(_beside(message, Way.FORGED, "forged"), number=message.number + 1)


def garbage(messages: Iterable[Message], occurs: Occurs) -> Iterator[Message]:
    for message in messages:
        yield message
        if occurs(message.at_ms):
            yield _beside(message, Way.GARBAGE, "garbage")


def flood(messages: Iterable[Message], occurs: Occurs, copies: float) -> Iterator[Message]:
    """A message is sent so many times at once."""
    for message in messages:
        hit = message.way is Way.KEPT and occurs(message.at_ms)
        yield _marked(replace(message, copies=int(copies)), "flood") if hit else message


def _lost(message: Message) -> Message:
    return _marked(replace(message, way=Way.LOST), "gap")


def _marked(message: Message, fault: str) -> Message:
    return replace(message, faults=(*message.faults, fault))


def _beside(message: Message, way: Way, fault: str) -> Message:
    """A message of another content that goes out right after `message`."""
    first, *rest = message.moments
    return replace(message, moments=(_changed(first), *rest), faults=(fault,), way=way, copies=1)


def _changed(moment: Moment) -> Moment:
    name, value = next(iter(moment.values.items()))
    other = not value if isinstance(value, bool) else value - 1
    return moment._replace(values={**moment.values, name: other})
