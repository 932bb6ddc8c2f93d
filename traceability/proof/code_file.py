"""The file `guoji-code/1`: all a stranger needs to check that one code was issued, and who made it active."""

import json
from dataclasses import dataclass

from traceability.epcis.parse import MAX_BYTES, parse_json
from traceability.errors import InvalidInput
from traceability.gs1 import digital_link
from traceability.log.text import from_base64, hash_from_base64, to_base64
from traceability.proof.code import SALT_BYTES
from traceability.proof.proof_file import Proof, event_proof, object_fields, proof_json

CODE_FORMAT = "guoji-code/1"
_LONGEST_PATH = 63


@dataclass(frozen=True, slots=True)
class CodeProof:
    """Of one item. Parsed, not checked."""

    item: str
    """Canonical Digital Link (01 with 21)."""
    salt: bytes
    index: int
    path: tuple[bytes, ...]
    """From the leaf to the root of the set (RFC 9162, 2.1.3)."""
    issued: Proof
    """Of the event that commits to the set."""
    activated: Proof | None
    """Of the event that made the code active; None while there is none."""


def is_code_file(value: object) -> bool:
    """Whether a JSON value says that it is such a file."""
    return isinstance(value, dict) and value.get("format") == CODE_FORMAT


def to_bytes(code: CodeProof) -> bytes:
    """The file that `parse_code_file` reads back."""
    value = {
        "format": CODE_FORMAT,
        "item": code.item,
        "salt": to_base64(code.salt),
        "index": code.index,
        "path": [to_base64(each) for each in code.path],
        "issued": proof_json(code.issued),
        "activated": None if code.activated is None else proof_json(code.activated),
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def parse_code_file(data: bytes) -> CodeProof:
    """Raises `InvalidInput` that names the field: unknown, missing, malformed, too large."""
    known = {"format": str, "item": str, "salt": str, "index": int, "path": list, "issued": dict}
    fields = object_fields(parse_json(data, MAX_BYTES), "code", {**known, "activated": dict | None})
    if fields["format"] != CODE_FORMAT:
        raise InvalidInput(f"code has the format {fields['format'][:80]!r}, want {CODE_FORMAT!r}")
    salt = from_base64(fields["salt"], "salt of the code")
    if len(salt) != SALT_BYTES:
        raise InvalidInput(f"salt of the code has {len(salt)} bytes, want {SALT_BYTES}")
    if len(fields["path"]) > _LONGEST_PATH:
        raise InvalidInput(f"path of the code has {len(fields['path'])} hashes, want at most {_LONGEST_PATH}")
    if not 0 <= fields["index"] < 2**53:
        raise InvalidInput("index of the code is out of range")
    activated = fields["activated"]
    return CodeProof(
        _item(fields["item"]),
        salt,
        fields["index"],
        tuple(_hash(each, number) for number, each in enumerate(fields["path"])),
        event_proof(fields["issued"], "issued"),
        None if activated is None else event_proof(activated, "activated"),
    )


def _item(link: str) -> str:
    plain = digital_link.parse(link)
    if [ai for ai, _ in plain.path] != ["01", "21"] or digital_link.identity(plain) != link:
        raise InvalidInput(f"item {link[:80]!r} of the code is no canonical link of an item (01 and 21)")
    return link


def _hash(value: object, number: int) -> bytes:
    if not isinstance(value, str):
        raise InvalidInput(f"hash {number} of the path is not a string")
    return hash_from_base64(value, f"hash {number} of the path")
