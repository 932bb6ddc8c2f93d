"""What the event of a batch sums up is computed again in the browser, and comes out as in Python."""

import copy
import json
import random
from base64 import b64decode
from pathlib import Path

from tests.browser.running import in_node
from tests.telemetry.test_batch import SIGNER, a_reading, an_event
from traceability.telemetry.batch import NO_BATCH, build_batch
from traceability.telemetry.metrics import METRICS
from traceability.telemetry.reading import Authenticated
from traceability.telemetry.senml_cbor import cbor_of

VECTORS = Path(__file__).parents[1] / "vectors" / "telemetry"
FORMS = {
    "json": lambda records: json.dumps(records).encode(),
    "cbor": cbor_of,
    "signed": lambda records: SIGNER.sign(cbor_of(records), "cold-7"),
}


TIMELESS = b"""[{"bn": "cold-7:", "n": "epoch", "u": "count", "v": 9}, {"n": "seq", "u": "count", "v": 1},
{"n": "air_temperature", "u": "Cel", "v": 4.5}, {"n": "door_open", "vb": true, "t": "now"}]"""


def a_job(leaves, event):
    return {"leaves": [leaf.hex() for leaf in leaves], "event": event}


def a_value(dice, metric):
    if metric.unit is None:
        return dice.random() < 0.5
    # Also halves, which have to be rounded away from zero, and what is written with an exponent.
    size = dice.choice([1e-8, 1e-4, 1, 100, 1e6])
    return dice.choice(
        [dice.uniform(-size, size), round(dice.uniform(-size, size), 3), dice.randint(-9, 9) / 8]
    )


def some_records(dice, sequence):
    yield {"bn": "cold-7:", "bt": 1_790_000_000 + 60 * sequence, "n": "epoch", "u": "count", "v": 9}
    yield {"n": "seq", "u": "count", "v": sequence}
    for name in dice.sample(sorted(METRICS), dice.randint(1, 4)):
        metric = METRICS[name]
        value = {"vb" if metric.unit is None else "v": a_value(dice, metric)}
        yield {"n": name, "t": dice.choice([0, 0.5, -1.2345]), **value} | (
            {"u": metric.unit} if metric.unit else {}
        )


def a_batch(dice):
    readings = []
    for sequence in range(1, dice.randint(2, 8)):
        form = dice.choice(list(FORMS))
        payload = FORMS[form](list(some_records(dice, sequence)))
        how = Authenticated.SIGNED if form == "signed" else Authenticated.BROKER
        readings.append(a_reading(sequence, payload=payload, authenticated=how))
    return build_batch(readings, NO_BATCH)


def test_the_sums_of_any_batch_are_those_that_python_writes_into_its_event():
    dice = random.Random(6)
    batches = [a_batch(dice) for _ in range(400)]

    found = in_node("checkSums", [a_job(batch.leaves, an_event(batch)) for batch in batches])

    assert found == [[len(batch.readings), True] for batch in batches]


def test_the_sums_of_the_shared_vectors_are_computed_again():
    vectors = json.loads((VECTORS / "batches.json").read_text())
    vectors.append(json.loads((VECTORS / "signed-batch.json").read_text()))
    leaves = [[b64decode(leaf) for leaf in vector["leaves"]] for vector in vectors]

    jobs = [a_job(of, vector["event"]) for of, vector in zip(leaves, vectors, strict=True)]

    assert in_node("checkSums", jobs) == [[len(of) - 1, True] for of in leaves]


def test_an_event_with_an_embellished_summary_is_told_with_both_values():
    batch = build_batch([a_reading(1), a_reading(2, celsius=5.75)], NO_BATCH)
    lies = list(embellished(an_event(batch)))

    found = in_node("checkSums", [a_job(batch.leaves, lie) for lie in lies])

    assert len(lies) == 16
    assert [said for said in found if not isinstance(said, str)] == []
    assert 'the payloads give sensorReport {"guoji:count":2,' in found[-1]
    assert '"maxValue":5.75,' in found[-1]


def embellished(event):
    """The event, with one thing in it that the payloads do not say."""
    yield event | {"eventTime": "2026-09-21T14:13:20.000+00:00"}
    yield event | {"sensorElementList": []}
    yield event | {"sensorElementList": event["sensorElementList"] * 2}
    yield event | {"guoji:signedCount": 1}
    for path, names in [
        (["sensorMetadata"], ["startTime", "endTime", "rawData", "more"]),
        (["sensorReport", 0], ["type", "uom", "minValue", "maxValue", "meanValue", "guoji:count", "more"]),
    ]:
        for name in names:
            lie = copy.deepcopy(event)
            part = lie["sensorElementList"][0]
            for key in path:
                part = part[key]
            part[name] = "https://elsewhere.example" if name == "rawData" else 4
            yield lie
    without = copy.deepcopy(event)
    without["sensorElementList"][0]["sensorReport"] = []
    yield without


def test_where_a_payload_cannot_be_read_nothing_is_said_of_the_sums():
    payloads = [b"payload", b"\xd2\x00", b"\x9f", b"\x80", b"[" * 99, b'[{"n": "unheard"}]', TIMELESS]
    sound = an_event(build_batch([a_reading(1)], NO_BATCH))
    batches = [build_batch([a_reading(1, payload=payload)], NO_BATCH) for payload in payloads]

    jobs = [a_job(batch.leaves, sound | {"guoji:batchRoot": batch.root.hex()}) for batch in batches]

    assert in_node("checkSums", jobs) == [[1, False]] * len(payloads)
