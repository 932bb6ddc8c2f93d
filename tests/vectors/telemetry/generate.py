"""Writes the telemetry vectors into a folder: what each format of docs/formats.md comes to."""

import json
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from traceability.telemetry.batch import NO_BATCH, build_batch
from traceability.telemetry.batch_event import batch_event
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading, leaf_of
from traceability.telemetry.receipt import Conflict, Quarantined, Receipt, RefusedPayload, to_text
from traceability.telemetry.runs import START, Accounted, Status, advance, chained, no_runs

DEVICE = Device(
    alias="cold-7",
    giai="https://id.gs1.org/8004/9521321COLD7",
    party="9521321000014",
    name={"zh": "七号车", "en": "Truck 7"},
    place="https://id.gs1.org/414/9521321000038",
    cold_chain=True,
    staged={"en": "made for tests"},
)
STARTED_S = 1_790_000_000
VALUES = ((1, 4.125, False), (2, -0.125, True), (3, 1e-7, False), (5, 21.0, False))


def payload(sequence: int, celsius: float, is_open: bool) -> bytes:
    records: list[dict[str, object]] = [
        {"bn": "cold-7:", "bt": STARTED_S + 60.5 * sequence, "n": "epoch", "u": "count", "v": 9},
        {"n": "seq", "u": "count", "v": sequence},
        {"n": "air_temperature", "u": "Cel", "v": celsius},
        {"n": "door_open", "vb": is_open},
    ]
    return json.dumps(records).encode()


def readings() -> list[Reading]:
    return [
        Reading("cold-7", 9, values[0], STARTED_S * 1000 + 400_000, Authenticated.BROKER, payload(*values))
        for values in VALUES
    ]


def batches() -> list[dict[str, Any]]:
    first = build_batch(readings()[:3], NO_BATCH)
    second = build_batch(readings()[3:], first.root)
    return [
        {
            "leaves": [b64encode(leaf).decode() for leaf in batch.leaves],
            "root": batch.root.hex(),
            "event": batch_event(
                batch, DEVICE, (), expected, f"https://guoji.example/batch/{batch.root.hex()}"
            ),
        }
        for batch, expected in ((first, 3), (second, 2))
    ]


def receipt() -> dict[str, Any]:
    digests = {number: sha256(payload(number, 4, False)).digest() for number in (1, 2, 4)}
    statuses = {1: Status.HELD, 2: Status.QUARANTINED, 4: Status.HELD}
    numbers = [Accounted(number, statuses[number], digest) for number, digest in digests.items()]
    whole = Receipt(
        "cold-7",
        STARTED_S * 1000,
        STARTED_S * 1000 + 91_000,
        advance(no_runs(9), numbers, lambda _first: ()),
        (Quarantined(2, digests[2], "taken 301 s after it arrived, want at most 300"),),
        (Conflict(1, digests[1], Status.HELD, sha256(b"other").digest()),),
        (RefusedPayload(sha256(b"{").digest(), "payload is not JSON"),),
    )
    after_first = chained(START, numbers[0])
    return {
        "numbers": [[each.sequence, each.status.value, each.digest.hex()] for each in numbers],
        "chain_after_1": after_first.hex(),
        "chain_after_2": chained(after_first, numbers[1]).hex(),
        "chain_of_4": chained(START, numbers[2]).hex(),
        "text": to_text(whole),
    }


def write(folder: Path, name: str, content: object) -> None:
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write(
        target,
        "reading-leaf",
        {"payload": payload(*VALUES[0]).decode(), "leaf": leaf_of(readings()[0]).hex()},
    )
    write(target, "batches", batches())
    write(target, "receipt", receipt())
