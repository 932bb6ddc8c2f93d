"""Whether the entries of successors name keys of this log that have ended, and where each key ended."""

from collections.abc import Mapping, Sequence

from traceability.audit.finding import Found, Kind
from traceability.log.checkpoint import log_id
from traceability.log.note import NoteVerifier
from traceability.log.successor import SuccessorEntry


def ended_keys(
    successors: Mapping[int, SuccessorEntry], logs: Sequence[NoteVerifier], now: NoteVerifier, found: Found
) -> dict[bytes, int]:
    """By log id the size at which each key of the log ended; `now` is the key that signs.

    Sizes and roots in the entries have been compared. A log id of which the trust policy has no key may be
    that of a key before, so it is unchecked; that of the key which signs cannot be.
    """
    known = {log_id(key.name, key.public_key) for key in logs if key.name == now.name}
    signs = log_id(now.name, now.public_key)
    ends: dict[bytes, int] = {}
    for index, said in successors.items():
        names = f"names the log id {said.log_id.hex()} as that of a key before"
        if said.log_id == signs:
            found.untrue(Kind.ENTRY, f"entry {index}", f"{names}, but that key signs still")
        elif said.log_id not in known:
            found.not_checked(f"entry {index}: {names}, the trust policy has no such key of {now.name}")
        else:
            ends[said.log_id] = min(said.size, ends.get(said.log_id, said.size))
    return ends
