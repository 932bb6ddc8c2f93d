"""Walking up: which registered names a request may find its links under (GS1-Conformant Resolver 2.5.9)."""

from collections.abc import Sequence

from traceability.gs1.digital_link import CANONICAL_STEM
from traceability.gs1.uri import Element, write

# A serial outranks a lot, and both outrank a variant. No key has two of the one-digit rows below.
_ORDER = (
    ("21",),
    ("22", "10"),
    ("10",),
    ("22",),
    ("235",),
    ("254",),
    ("7040",),
    ("8011",),
    ("8019",),
    ("8020",),
    (),
)
_NEVER_ALONE = {"415"}
"""Keys that a qualifier must follow."""


def levels(path: Sequence[Element]) -> tuple[str, ...]:
    """The canonical Digital Links under which links may stand, the most specific first.

    `path` is a key and its qualifiers. A registration is under one of these names and no other.
    """
    key, qualifiers = path[0], dict(path[1:])
    return tuple(
        write(CANONICAL_STEM, [key, *((ai, qualifiers[ai]) for ai in chosen)], ())
        for chosen in _ORDER
        if qualifiers.keys() >= set(chosen) and (chosen or key[0] not in _NEVER_ALONE)
    )
