"""What the sealer would say of what a simulated device sends, with no broker and no clock between."""

from functools import partial
from itertools import groupby, islice

from iot_gateway.simulate.faults import faulty
from iot_gateway.simulate.models import MODELS
from iot_gateway.simulate.source import modelled
from iot_gateway.simulate.stream import Way
from iot_gateway.simulate.voice import Voice
from traceability.telemetry.batch import NO_BATCH
from traceability.telemetry.device import Device
from traceability.telemetry.find.find import find
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.thresholds import THRESHOLDS
from traceability.telemetry.window import Window

FROM_MS = 1_790_000_000_000
EPOCH = 1_790_000_000
PLACE = "https://id.gs1.org/414/9521234567899"


def the_messages(*asked, alias="sim-1", model="orchard", seed=1, count=300, every_s=600, in_one=1):
    samples = islice(modelled(MODELS[model], seed, alias, FROM_MS, every_s * 1000), count)
    return list(faulty(samples, alias, asked, seed, EPOCH, in_one))


def found_in(messages, alias="sim-1", seed=1, travels=False, window=50):
    """All findings, of windows of so many readings."""
    device = Device(alias, f"{PLACE}/8004/1", "", {}, PLACE, cold_chain=travels)
    arrived = [_arrived(Voice(alias, seed), each) for each in messages if each.way in (Way.KEPT, Way.CHANGED)]
    readings = [each for each, way in arrived if way is Way.KEPT]
    conflicts = [each for each, way in arrived if way is Way.CHANGED]
    found, previous, start = [], None, 0
    for epoch, mine in groupby(readings, key=lambda each: each.epoch):
        sealed_through, rest = 0, list(mine)
        while rest:
            part, rest = rest[:window], rest[window:]
            taken = [each for each in conflicts if each.epoch == epoch]
            conflicts = [each for each in conflicts if each.epoch != epoch]
            numbers = 1, start + 1, start + len(part)
            clashes = tuple(each.sequence for each in taken)
            made = Window(alias, *numbers, tuple(part), clashes, NO_BATCH, previous, sealed_through)
            found += find(made, THRESHOLDS.of(device), partial(_before, readings, start), lambda *_: ())
            previous, sealed_through, start = epoch, part[-1].sequence, start + len(part)
    return found


def _arrived(voice, message):
    payload = voice.payload(message)
    received_at_ms = message.at_ms + 200
    reading = Reading(
        voice.alias, message.epoch, message.number, received_at_ms, Authenticated.BROKER, payload
    )
    return reading, message.way


def _before(readings, start, ago):
    return [readings[start - each] for each in ago if each <= start]
