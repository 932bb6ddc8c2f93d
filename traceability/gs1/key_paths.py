"""Which primary keys and qualifiers may stand in the path of a Digital Link, and in what order."""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from traceability.gs1.ai_table import IDENTIFIERS, Identifier

Path = tuple[str, ...]


def _paths(key: Identifier) -> Iterator[Path]:
    """Yield the key with every choice of its qualifiers, which keep their order; the shortest first."""
    yield (key.ai,)
    for sequence in key.qualifiers or ():
        for length in range(1, len(sequence) + 1):
            yield from ((key.ai, *chosen) for chosen in combinations(sequence, length))


_PATHS = {ai: tuple(_paths(key)) for ai, key in IDENTIFIERS.items() if key.qualifiers is not None}

KEYS = tuple(sorted(_PATHS))
"""Every primary key."""

RESERVED: dict[Path, frozenset[str]] = {
    path: frozenset(
        ai for other in paths if len(other) == len(path) + 1 and set(path) < set(other) for ai in other
    )
    for paths in _PATHS.values()
    for path in paths
}
"""For every path that is allowed, the AIs of the paths with one qualifier more: none may be in the query."""


def is_key(ai: str) -> bool:
    return ai in _PATHS


def key_position(segments: Sequence[str]) -> int | None:
    """Return where the rightmost primary key stands, going left in pairs of AI and value; None if nowhere."""
    for position in range(len(segments) - 2, -1, -2):
        ai = segments[position]
        if ai in _PATHS:
            return position
        if ai not in IDENTIFIERS:
            return None
    return None


def longest_path(key: str, ais: Collection[str]) -> Path:
    """Return the path of `key` that takes up most of `ais`; of two as long, the dictionary's first."""
    return max((path for path in _PATHS[key] if set(path[1:]) <= set(ais)), key=len)
