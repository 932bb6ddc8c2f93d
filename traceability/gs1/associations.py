"""Which Application Identifiers need one another, and which may not be together.

The dictionary means all the codes on an item together. So one URI that lacks a partner is no error when it
is read, only when it is built.
"""

from collections.abc import Collection, Iterable, Iterator

from traceability.errors import InvalidInput
from traceability.gs1.ai_table import IDENTIFIERS, Identifier
from traceability.gs1.uri import Element

_SERIAL_STARTS_AT = {"253": 13, "255": 13, "8003": 14}
"""Keys whose serial part is optional, and where in the value it starts."""


def check_associations(elements: Collection[Element]) -> None:
    """Raise `InvalidInput` if an AI lacks one that it requires, or stands with one that it excludes."""
    ais = {ai for ai, _ in elements}
    for ai in sorted(ais):
        check_requires(IDENTIFIERS[ai], ais)
        for pattern in IDENTIFIERS[ai].excludes:
            for excluded in _matches(pattern, ais - {ai}):
                raise InvalidInput(f"AI ({ai}) stands together with AI ({excluded}), which it excludes")
    if "8030" in ais:
        _check_serialised(elements)


def check_requires(identifier: Identifier, ais: Collection[str]) -> None:
    """Raise `InvalidInput` if an AI lacks one that it requires."""
    others = set(ais) - {identifier.ai}
    for groups in identifier.requires:
        if not any(_has_all(group, others) for group in groups):
            wanted = " or ".join("+".join(sorted(group)) for group in groups)
            raise InvalidInput(f"AI ({identifier.ai}) stands without {wanted}, which it requires")


def _has_all(group: Iterable[str], ais: Collection[str]) -> bool:
    return all(any(_matches(pattern, ais)) for pattern in group)


def _matches(pattern: str, ais: Iterable[str]) -> Iterator[str]:
    """Yield the AIs that fit a pattern such as "35nn", where n stands for any digit."""
    start = pattern.rstrip("n")
    return (ai for ai in ais if len(ai) == len(pattern) and ai.startswith(start))


def _check_serialised(elements: Iterable[Element]) -> None:
    """A digital signature belongs to one thing, so its key must have a serial."""
    for ai, value in elements:
        if len(value) == _SERIAL_STARTS_AT.get(ai):
            raise InvalidInput(f"AI (8030) stands with AI ({ai}) {value}, which has no serial")
