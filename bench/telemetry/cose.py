"""How many signed messages a second one core judges, beside the bare check of their signatures.

python -m bench.telemetry.cose

Each message carries one reading. Judging is all that the gateway does before the store: decode, find the key,
check the signature, read SenML and hash. The bare check has key and bytes ready.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from traceability.ledger.record import Accepted, Delivery, Outcome, Rejected, record
from traceability.log.note import NoteSigner
from traceability.telemetry import topics
from traceability.telemetry.cose import parse_sign1
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm
from traceability.telemetry.senml_cbor import cbor_of

MESSAGES = 2_000
GROUP = 500
"""As many as a busy gateway takes in at once."""
ROUNDS = 9
NOW_MS = 1_790_000_000_000
GATEWAY = NoteSigner("gateway.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))


class NoStore:
    """Takes readings, and keeps none."""

    def __init__(self, device: Device) -> None:
        self._devices = {device.alias: device}
        self.accepted = 0

    def devices(self, _aliases: Collection[str]) -> Mapping[str, Device]:
        return self._devices

    def record(self, arrivals: Sequence[Accepted | Rejected]) -> Sequence[Outcome]:
        self.accepted += sum(isinstance(each, Accepted) for each in arrivals)
        return []


def main() -> None:
    print(f"one reading a message, {MESSAGES} messages, the best of {ROUNDS} rounds\n")
    print("| algorithm | bare checks/s | judged messages/s | share |")
    print("|---|---|---|---|")
    for algorithm in Algorithm:
        signer = DeviceSigner.make(algorithm)
        messages = [signer.sign(_senml(number), "cold-7") for number in range(1, MESSAGES + 1)]
        bare, judged = _best(_bare(signer, messages), _judging(signer, messages))
        print(f"| {algorithm.name} | {bare:,.0f} | {judged:,.0f} | {judged / bare:.2f} |")


def _senml(number: int) -> bytes:
    records: list[dict[str, object]] = [
        {"bn": "cold-7:", "bt": NOW_MS / 1000, "n": "epoch", "u": "count", "v": 9},
        {"n": "seq", "u": "count", "v": number},
        {"n": "air_temperature", "u": "Cel", "v": 4.25},
    ]
    return cbor_of(records)


def _bare(signer: DeviceSigner, messages: Sequence[bytes]) -> Callable[[], None]:
    topic = topics.readings("cold-7").encode()
    parsed = [parse_sign1(message) for message in messages]
    signed = [(message.signature, message.signed_bytes(topic)) for message in parsed]
    match signer.private_key.public_key():
        case Ed25519PublicKey() as ed25519:

            def check() -> None:
                for signature, message in signed:
                    ed25519.verify(signature, message)

        case EllipticCurvePublicKey() as p256:
            der = [(_der(signature), message) for signature, message in signed]
            way = ECDSA(SHA256())

            def check() -> None:
                for signature, message in der:
                    p256.verify(signature, message, way)

    return check


def _der(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))


def _judging(signer: DeviceSigner, messages: Sequence[bytes]) -> Callable[[], None]:
    device = Device("cold-7", "", "", {}, "", cold_chain=True, keys=(DeviceKey(signer.public, 0),))
    deliveries = [Delivery(topics.readings("cold-7"), message) for message in messages]

    def judge() -> None:
        store = NoStore(device)
        for first in range(0, MESSAGES, GROUP):
            record(deliveries[first : first + GROUP], store, GATEWAY, NOW_MS, 60)
        assert store.accepted == MESSAGES

    return judge


def _best(*ways: Callable[[], None]) -> list[float]:
    """Messages a second of processor time, of each way; in turns, so that both meet the same machine."""
    least = [float("inf")] * len(ways)
    for _ in range(ROUNDS):
        for number, way in enumerate(ways):
            started = time.process_time()
            way()
            least[number] = min(least[number], time.process_time() - started)
    return [MESSAGES / seconds for seconds in least]


if __name__ == "__main__":
    main()
