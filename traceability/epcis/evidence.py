"""What the end of a recall rests on: events and documents, each named by its digest."""

import re
from collections.abc import Mapping
from typing import TypeGuard

EVIDENCE = "guoji:evidence"
WANTED = "a list of objects, each with guoji:event (a key) or guoji:document (a SHA-256) as 64 hex digits"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def is_evidence(value: object) -> TypeGuard[list[Mapping[str, str]]]:
    """Whether it names something, and each thing in the one form in which it can be looked up."""
    return isinstance(value, list) and bool(value) and all(map(_is_piece, value))


def cited(value: object) -> list[str]:
    """The keys of the events that evidence names."""
    return [each["guoji:event"] for each in value if "guoji:event" in each] if is_evidence(value) else []


def _is_piece(value: object) -> bool:
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    [(name, digest)] = value.items()
    known = name in ("guoji:event", "guoji:document")
    return known and isinstance(digest, str) and _DIGEST.fullmatch(digest) is not None
