"""The proof file: all a stranger needs to check one event, or all events of a trace, in one JSON text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from traceability.epcis.context import Context, as_context
from traceability.epcis.parse import MAX_BYTES, parse_json
from traceability.errors import InvalidInput
from traceability.log.name_map import MapEntry, MapProof, NameLeaf
from traceability.log.text import from_base64, from_hex, hash_from_base64, to_base64, to_hex
from traceability.log.tlog_proof import TlogProof
from traceability.proof.entry import Entry
from traceability.proof.subject import goods_or_room

PROOF_FORMAT = "guoji-proof/1"
TRACE_FORMAT = "guoji-trace-proof/1"
MAX_PROOFS = 10_000


@dataclass(frozen=True, slots=True)
class AnchorClaim:
    """Where the contract took the checkpoint, as the proof says; the policy and the chain decide."""

    chain_id: int
    contract: str
    log_id: bytes
    size: int
    root: bytes
    transaction: str
    block_number: int
    block_hash: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Of one event. Parsed, not checked."""

    context: Context
    """The event's effective JSON-LD context."""
    event: Mapping[str, Any]
    entry: Entry
    tlog: TlogProof
    anchor: AnchorClaim | None = None
    """Of exactly the checkpoint in `tlog`."""
    leaves: tuple[bytes, ...] | None = None
    """Of a batch event: the batch header, then each reading."""


@dataclass(frozen=True, slots=True)
class Complete:
    """Which entries name the subject of a trace, and that there are no others before the map entry."""

    entry: MapEntry
    tlog: TlogProof
    """Of the map entry."""
    anchor: AnchorClaim | None
    """Of exactly the checkpoint in `tlog`."""
    entries: tuple[bytes, ...]
    """Leaf hashes, in the order of the log."""
    proof: MapProof


@dataclass(frozen=True, slots=True)
class TraceProof:
    """Of all events of a lot, item or logistic unit; or of the on-air record of a live room."""

    subject: str
    """Canonical Digital Link of a lot, item or logistic unit; `urn:uuid:` of a room."""
    proofs: tuple[Proof, ...]
    complete: Complete | None = None


def parse_proof_file(data: bytes) -> Proof | TraceProof:
    """Raises `InvalidInput` that names the field: unknown, missing, malformed, too large."""
    value = parse_json(data, MAX_BYTES)
    if isinstance(value, dict) and value.get("format") == TRACE_FORMAT:
        return _trace(value)
    return event_proof(value, "proof")


def proof_json(proof: Proof) -> dict[str, Any]:
    return {
        "format": PROOF_FORMAT,
        "context": proof.context,
        "event": proof.event,
        "entry": to_base64(proof.entry.to_bytes()),
        "tlog": proof.tlog.to_text(),
        "anchor": None if proof.anchor is None else _anchor_json(proof.anchor),
        "batch": None if proof.leaves is None else {"leaves": [to_base64(leaf) for leaf in proof.leaves]},
    }


def trace_json(trace: TraceProof) -> dict[str, Any]:
    proofs = [proof_json(proof) for proof in trace.proofs]
    complete = None if trace.complete is None else _complete_json(trace.complete)
    return {"format": TRACE_FORMAT, "subject": trace.subject, "proofs": proofs, "complete": complete}


def to_bytes(proof: Proof | TraceProof) -> bytes:
    """The file that `parse_proof_file` reads back."""
    value = proof_json(proof) if isinstance(proof, Proof) else trace_json(proof)
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _trace(value: dict[str, Any]) -> TraceProof:
    known = {"format": str, "subject": str, "proofs": list, "complete": dict | None}
    fields = object_fields(value, "trace proof", known)
    _check_subject(fields["subject"])
    if len(fields["proofs"]) > MAX_PROOFS:
        raise InvalidInput(f"trace proof has {len(fields['proofs'])} proofs, want at most {MAX_PROOFS}")
    proofs = tuple(
        event_proof(proof, f"proof {number}") for number, proof in enumerate(fields["proofs"], start=1)
    )
    first: dict[bytes, int] = {}
    for number, proof in enumerate(proofs, start=1):
        # Counted twice, one event would make "n of m" say more than it shows.
        if first.setdefault(proof.entry.to_bytes(), number) != number:
            raise InvalidInput(f"proofs {first[proof.entry.to_bytes()]} and {number} are of the same entry")
    complete = None if fields["complete"] is None else _complete(fields["complete"])
    return TraceProof(fields["subject"], proofs, complete)


def _check_subject(subject: str) -> None:
    try:
        canonical = goods_or_room(subject)
    except InvalidInput as error:
        raise InvalidInput(f"subject of trace proof: {error}") from error
    if canonical != subject:
        raise InvalidInput(f"subject {subject[:80]!r} of trace proof is not written as {canonical[:80]!r}")


def event_proof(value: object, where: str) -> Proof:
    """One event's proof, as it stands in a file. Raises `InvalidInput`."""
    known = {"format": str, "context": list, "event": dict, "entry": str, "tlog": str}
    fields = object_fields(value, where, {**known, "anchor": dict | None, "batch": dict | None})
    if fields["format"] != PROOF_FORMAT:
        raise InvalidInput(f"{where} has the format {fields['format'][:80]!r}, want {PROOF_FORMAT!r}")
    return Proof(
        as_context(fields["context"]),
        fields["event"],
        Entry.from_bytes(from_base64(fields["entry"], f"entry of {where}")),
        TlogProof.from_text(fields["tlog"]),
        None if fields["anchor"] is None else _anchor(fields["anchor"], f"anchor of {where}"),
        None if fields["batch"] is None else _leaves(fields["batch"], f"batch of {where}"),
    )


def _leaves(value: object, where: str) -> tuple[bytes, ...]:
    leaves = object_fields(value, where, {"leaves": list})["leaves"]
    return tuple(
        from_base64(_text(leaf, f"leaf {number} in the {where}"), f"leaf {number} in the {where}")
        for number, leaf in enumerate(leaves)
    )


def _complete(value: object) -> Complete:
    where = "complete"
    known = {"entry": str, "tlog": str, "anchor": dict | None, "entries": list, "siblings": list}
    fields = object_fields(value, where, {**known, "other": dict | None})
    if len(fields["entries"]) > MAX_PROOFS:
        raise InvalidInput(f"{where} has {len(fields['entries'])} entries, want at most {MAX_PROOFS}")
    return Complete(
        MapEntry.from_bytes(from_base64(fields["entry"], f"entry of {where}")),
        TlogProof.from_text(fields["tlog"]),
        None if fields["anchor"] is None else _anchor(fields["anchor"], f"anchor of {where}"),
        _hashes(fields["entries"], f"of the entries of {where}"),
        MapProof(
            _hashes(fields["siblings"], f"of the siblings of {where}"),
            None if fields["other"] is None else _other(fields["other"], f"other of {where}"),
        ),
    )


def _other(value: object, where: str) -> NameLeaf:
    fields = object_fields(value, where, {"key": str, "count": int, "chain": str})
    if not 0 < fields["count"] < 2**63:
        raise InvalidInput(f"count of {where} is out of range")
    key, chain = (hash_from_base64(fields[name], f"{name} of {where}") for name in ("key", "chain"))
    return NameLeaf(key, fields["count"], chain)


def _complete_json(complete: Complete) -> dict[str, Any]:
    other = complete.proof.other
    return {
        "entry": to_base64(complete.entry.to_bytes()),
        "tlog": complete.tlog.to_text(),
        "anchor": None if complete.anchor is None else _anchor_json(complete.anchor),
        "entries": [to_base64(key) for key in complete.entries],
        "siblings": [to_base64(sibling) for sibling in complete.proof.siblings],
        "other": None if other is None else _other_json(other),
    }


def _other_json(other: NameLeaf) -> dict[str, Any]:
    return {"key": to_base64(other.key), "count": other.count, "chain": to_base64(other.chain)}


def _hashes(values: list[Any], where: str) -> tuple[bytes, ...]:
    return tuple(
        hash_from_base64(_text(value, f"hash {number} {where}"), f"hash {number} {where}")
        for number, value in enumerate(values)
    )


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{what} is not a string")
    return value


_HEX = {"contract": 20, "log_id": 32, "root": 32, "transaction": 32, "block_hash": 32}
_NUMBERS = ("chain_id", "size", "block_number")


def _anchor(value: object, where: str) -> AnchorClaim:
    fields = object_fields(value, where, {**dict.fromkeys(_HEX, str), **dict.fromkeys(_NUMBERS, int)})
    data = {name: from_hex(fields[name], f"{name} in the {where}", size) for name, size in _HEX.items()}
    for name in _NUMBERS:
        if not 0 <= fields[name] < 2**63:
            raise InvalidInput(f"{name} in the {where} is out of range")
    return AnchorClaim(**{**fields, "log_id": data["log_id"], "root": data["root"]})


def _anchor_json(anchor: AnchorClaim) -> dict[str, Any]:
    return {
        "chain_id": anchor.chain_id,
        "contract": anchor.contract,
        "log_id": to_hex(anchor.log_id),
        "size": anchor.size,
        "root": to_hex(anchor.root),
        "transaction": anchor.transaction,
        "block_number": anchor.block_number,
        "block_hash": anchor.block_hash,
    }


def object_fields(value: object, where: str, kinds: Mapping[str, Any]) -> dict[str, Any]:
    """`value` as an object with exactly these keys, each of its kind. Raises `InvalidInput`."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is not a JSON object")
    if value.keys() != kinds.keys():
        odd = sorted(value.keys() ^ kinds.keys())[0]
        raise InvalidInput(f"{where} {'lacks' if odd in kinds else 'has the unknown key'} {odd[:80]!r}")
    for name, kind in kinds.items():
        if not isinstance(value[name], kind) or isinstance(value[name], bool):
            raise InvalidInput(f"{name} of {where} is of the wrong kind")
    return value
