"""Hostile messages: sound ones whose structure or bytes were altered, and bytes that never were one.

The same seed makes the same message, so a test that fails names the one number that it takes to see it again.
"""

import json
from dataclasses import dataclass
from random import Random

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from traceability.telemetry import topics
from traceability.telemetry.cose import to_be_signed
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.senml_cbor import LABELS

NOW_MS = 1_790_000_000_000
ALIAS = "cold-7"
SIGNER = DeviceSigner(Ed25519PrivateKey.from_private_bytes(bytes([7] * 32)))
OTHER_SIGNER = DeviceSigner(derive_private_key(7, SECP256R1()))
DEVICE = Device(
    alias=ALIAS,
    giai="https://id.gs1.org/8004/9521321C7",
    party="9521321000018",
    name={},
    place="https://id.gs1.org/414/9521321000032",
    cold_chain=True,
    keys=(DeviceKey(SIGNER.public, 0), DeviceKey(OTHER_SIGNER.public, 0)),
)

NAMES = [
    "cold-7:",
    "epoch",
    "seq",
    "cold-7:seq",
    "air_temperature",
    "door_open",
    "battery",
    "cold-8:seq",
    "x",
]
UNITS = ["count", "Cel", "%EL", "K", ""]
NUMBERS = {"v", "t", "bt", "bv"}
EDGES = [0, 10**15, 10**15 + 1, 1e9, 1.0000001e9, 2**28 - 1, 2**28, 253_402_300_799.9995, 1_790_000_300.0005]
ODD_NUMBERS = [
    *(-0.0, 1, -1, 10, 1.5, -1e9, 2**53 + 1, 2**63, 2**64 - 1, -(2**64), 10**400),
    *(1e299, -1e299, 1e300, 1.7e308, 5e-324, float("nan"), float("inf"), -float("inf"), 253_402_300_799.9994),
]
ODD_TEXTS = ["", "a" * 1_000, "a" * 1_001, "\x00", "\u202e", "\x1b[2J", "é" * 700]
ODD_VALUES = [None, True, False, [], {}, [1, [2, [3]]], {"v": 1}, b"", b"4", *ODD_TEXTS, *ODD_NUMBERS]
ODD_BYTES = [
    *(b"\xff" * 8, b"\x9b", b"\x5b", b"\x9f", b"\xc4", b"\x81", b"\xf9\x7e\x00"),
    *(b"9" * 9, b'"', b"{", b"[", b"\\u"),
]
HEADS = [
    *(b"", b"\x81", b"\x81\xa1\x02", b"\xd2\x84", b"\xd2\x84\x43\xa1\x01\x27\xa0", b"\xd2\xc4"),
    *(b"[", b'[{"v":'),
]


@dataclass(frozen=True, slots=True)
class Hostile:
    topic: str
    payload: bytes


def hostile(seed: int) -> Hostile:
    chance = Random(seed)
    payload = bytes(_raw(chance)) if chance.random() < 0.1 else _payload(chance)
    if chance.random() < 0.4:
        payload = _altered_bytes(bytearray(payload), chance)
    return Hostile(_topic(chance), payload)


def sound(seed: int) -> bytes:
    """A message that nobody has altered: in JSON, in CBOR or signed."""
    chance = Random(seed)
    return _encoded(_records(chance), chance, oddly=False)


def largest(unit: bytes, head: bytes, size: int) -> bytes:
    """`unit` again and again behind `head`."""
    return (head + unit * size)[:size]


def _raw(chance: Random) -> bytes:
    return chance.choice(HEADS) + chance.randbytes(chance.randrange(120))


def _payload(chance: Random) -> bytes:
    records = _records(chance, first=0)
    for _ in range(chance.choice([0, 0, 1, 1, 2, 4])):
        _alter(records, chance)
    return _encoded(records, chance, oddly=chance.random() < 0.5)


def _records(chance: Random, first: int = 1) -> list[object]:
    # Few numbers, so that many a message comes again or contradicts another.
    taken_s = chance.choice([NOW_MS / 1000, NOW_MS // 1000 - chance.randrange(90_000), NOW_MS / 1000 + 299.5])
    records: list[object] = [
        {"bn": "cold-7:", "bt": taken_s, "n": "epoch", "u": "count", "v": chance.choice([0, 9, 9, 9, 10])},
        {"n": "seq", "u": "count", "v": chance.randint(first, 60)},
    ]
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        reported = chance.choice(
            [
                {"n": "air_temperature", "u": "Cel", "v": round(chance.uniform(-60, 80), 2)},
                {"n": "battery", "u": "%EL", "v": chance.randint(-1, 101)},
                {"n": "door_open", "vb": chance.random() < 0.5},
            ]
        )
        records.append(
            reported | ({"t": chance.choice([0, -30, 0.0005, 0.0015, 0.5])} if chance.random() < 0.5 else {})
        )
    return records


def _alter(records: list[object], chance: Random) -> None:
    at = chance.randrange(len(records)) if records else 0
    match chance.randrange(8) if records else 0:
        case 0:
            records.insert(at, chance.choice([*ODD_VALUES, {}]))
        case 1:
            del records[at]
        case 2:
            records.append(records[at])
        case 3:
            chance.shuffle(records)
        case 4 if isinstance(record := records[at], dict) and record:
            records[at] = {
                label: value for label, value in record.items() if label != chance.choice([*record])
            }
        case _ if isinstance(record := records[at], dict):
            label = chance.choice([*LABELS, *record, *record, "x", "x_", ""])
            odd = EDGES if label in NUMBERS and chance.random() < 0.6 else [*ODD_VALUES, *NAMES, *UNITS]
            records[at] = record | {label: chance.choice(odd)}


def _encoded(records: list[object], chance: Random, oddly: bool) -> bytes:
    way = chance.random()
    if way < 0.4:
        return json.dumps(records, default=repr, ensure_ascii=chance.random() < 0.5).encode()
    odd = chance.randrange(2 * len(records) + 1) if oddly else None
    senml = _cbor([_numbered(each, chance, at == odd) for at, each in enumerate(records)], chance, oddly)
    return senml if way < 0.7 else _signed(senml, chance, oddly)


def _numbered(record: object, chance: Random, oddly: bool) -> object:
    """Under the labels of CBOR; here and there one of JSON, or a value as a tag."""
    if not isinstance(record, dict):
        return record
    numbered = {LABELS.get(label, label): value for label, value in record.items()}
    if oddly and numbered:
        label = chance.choice([*numbered])
        tag, content = chance.choice(
            [(4, [-2, 425]), (4, [2**63, 1]), (4, [1]), (1, 5), (2, b"\x05"), (18, [1])]
        )
        odd = chance.choice(
            [{label: cbor2.CBORTag(tag, content)}, {chance.choice([*LABELS, 1.5, True, b"n"]): 4}]
        )
        numbered |= odd
    return numbered


def _cbor(records: list[object], chance: Random, oddly: bool) -> bytes:
    encoded = [cbor2.dumps(record) for record in records]
    match chance.randrange(8) if oddly and records else 0:
        case 1:
            return b"\x9f" + b"".join(encoded) + b"\xff"  # of indefinite length
        case 2:
            return b"\x99" + len(encoded).to_bytes(2) + b"".join(encoded)  # longer than needed
        case 3 if isinstance(record := records[-1], dict) and 0 < len(record) < 23:
            again = b"".join(map(cbor2.dumps, next(iter(record.items()))))
            encoded[-1] = bytes([encoded[-1][0] + 1]) + encoded[-1][1:] + again  # a label twice
    return b"".join([cbor2.dumps([0] * len(encoded))[: -len(encoded) or None], *encoded])


def _signed(senml: bytes, chance: Random, oddly: bool) -> bytes:
    """Its signature is sound, also where its header is odd: what stands behind it must be judged too."""
    if not oddly and chance.random() < 0.3:
        return OTHER_SIGNER.sign(senml, ALIAS)
    header: dict[object, object] = {1: -8, 4: SIGNER.public.key_id}
    unprotected: dict[object, object] = {}
    if oddly:
        match chance.randrange(6):
            case 0:
                header[chance.choice([1, 2, 3, 4, 99, "x"])] = chance.choice(
                    [-8, -7, -35, 112, [1], b"", "EdDSA", True]
                )
            case 1:
                unprotected = {4: header.pop(4) if chance.random() < 0.5 else header[4]}
            case 2:
                unprotected = {chance.choice([1, 4, 99, "x"]): chance.choice([-8, b"12345678", [1], None])}
            case 3:
                header[99] = chance.randbytes(chance.choice([10, 230, 300]))
            case _:
                del header[chance.choice([1, 4])]
    protected = cbor2.dumps(header)
    alias = "cold-8" if oddly and chance.random() < 0.1 else ALIAS
    signed = to_be_signed(protected, topics.readings(alias).encode(), senml)
    signature = SIGNER.private_key.sign(signed)
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected, senml, signature]))


def _altered_bytes(payload: bytearray, chance: Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(payload) + 1)
        match chance.randrange(5):
            case 0:
                payload[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del payload[at : at + chance.randint(1, 8)]
            case 2:
                payload[at:at] = chance.choice(ODD_BYTES)
            case 3 if payload:
                payload[at % len(payload)] ^= 1 << chance.randrange(8)
            case _:
                start = chance.randrange(len(payload) + 1)
                payload[at:at] = payload[start : start + 20]
    return bytes(payload)


def _topic(chance: Random) -> str:
    if chance.random() < 0.9:
        return topics.readings(ALIAS)
    odd = ["cold-8", "", "@gateway", "a" * 33, "+", "#", "cold-7\x00", "冷", "../x", "cold-7/readings"]
    whole = [
        f"guoji/v1/{chance.choice(odd)}/readings",
        "guoji/v1/cold-7/receipts",
        "guoji/v1",
        "",
        "x" * 65_535,
    ]
    return chance.choice([*whole, "guoji/v1/cold-7/readings/", "$SYS/broker", "Guoji/v1/cold-7/readings"])
