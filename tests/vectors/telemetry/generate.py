"""Writes the telemetry vectors into a folder: what each format of docs/formats.md comes to."""

import json
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.telemetry import topics
from traceability.telemetry.batch import NO_BATCH, Batch, build_batch
from traceability.telemetry.batch_event import batch_event
from traceability.telemetry.cose import parse_sign1
from traceability.telemetry.device import Device
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.reading import Authenticated, Reading, leaf_of
from traceability.telemetry.receipt import Conflict, Quarantined, Receipt, RefusedPayload, to_text
from traceability.telemetry.runs import START, Accounted, Status, advance, chained, no_runs
from traceability.telemetry.senml_cbor import cbor_of

DEVICE = Device(
    alias="cold-7",
    giai="https://id.gs1.org/8004/9521321COLD7",
    party="9521321000014",
    name={"zh": "七号车", "en": "Truck 7"},
    place="https://id.gs1.org/414/9521321000038",
    cold_chain=True,
    staged={"en": "made for tests"},
)
SIGNERS = (
    DeviceSigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32)))),
    DeviceSigner(derive_private_key(int.from_bytes(bytes(range(32))), SECP256R1())),
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


def signed_payload(signer: DeviceSigner, values: tuple[int, float, bool]) -> bytes:
    return signer.sign(cbor_of(json.loads(payload(*values))), "cold-7")


def signed_messages() -> list[dict[str, Any]]:
    """Keys, messages and what is signed; a device makes the same from the same private key (PKCS #8)."""
    messages = []
    for signer in SIGNERS:
        message = parse_sign1(signed_payload(signer, VALUES[0]))
        signed = message.signed_bytes(topics.readings("cold-7").encode())
        messages.append(
            {
                "private_key": signer.to_pem(),
                "public_key": str(signer.public),
                "key_id": signer.public.key_id.hex(),
                "topic": topics.readings("cold-7"),
                "senml": message.payload.hex(),
                "message": signed_payload(signer, VALUES[0]).hex(),
                "signed": signed.hex(),
                "digest": sha256(signed).hexdigest(),
            }
        )
    return messages


def signed_batch() -> dict[str, Any]:
    """One reading is the broker's word, two are signed."""
    broker, *others = readings()[:3]
    signed = [
        replace(reading, authenticated=Authenticated.SIGNED, payload=signed_payload(signer, values))
        for reading, signer, values in zip(others, SIGNERS, VALUES[1:3], strict=True)
    ]
    return described(build_batch([broker, *signed], NO_BATCH), 3)


def batches() -> list[dict[str, Any]]:
    first = build_batch(readings()[:3], NO_BATCH)
    second = build_batch(readings()[3:], first.root)
    return [described(first, 3), described(second, 2)]


def described(batch: Batch, expected: int) -> dict[str, Any]:
    url = f"https://guoji.example/batch/{batch.root.hex()}"
    return {
        "leaves": [b64encode(leaf).decode() for leaf in batch.leaves],
        "root": batch.root.hex(),
        "event": batch_event(batch, DEVICE, (), expected, url),
    }


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
    write(target, "signed", signed_messages())
    write(target, "signed-batch", signed_batch())
    write(target, "receipt", receipt())
