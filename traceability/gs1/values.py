"""Check one value against the format that the dictionary gives for its Application Identifier."""

import re
from dataclasses import dataclass
from functools import cache

from traceability.errors import InvalidInput
from traceability.gs1.ai_table import Identifier
from traceability.gs1.keys import CSET82
from traceability.gs1.linters import LINTERS, Linter
from traceability.gs1.quoting import quoted

_CHARACTERS = {
    "N": ("[0-9]", "a digit"),
    "X": (f"[{re.escape(CSET82)}]", "a character of CSET 82"),
    "Y": ("[-#/0-9A-Z]", "a character of CSET 39"),
    "Z": ("[-_=A-Za-z0-9]", "a character of base64url"),
}
_COMPONENT = re.compile(r"(\[?)([NXYZ])(\.\.)?([0-9]+)\]?((?:,[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class _Component:
    kind: str
    shortest: int
    longest: int
    optional: bool
    linters: tuple[Linter, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    components: tuple[_Component, ...]
    pattern: re.Pattern[str]
    """One group a component."""
    linted: tuple[tuple[int, Linter], ...]
    """(group of the pattern, linter), in the order they run."""


def check_value(identifier: Identifier, value: str) -> None:
    """Raise `InvalidInput` unless `value` (decoded) has the format of its AI and passes all its linters."""
    shape = _shape(identifier.format)
    match = shape.pattern.fullmatch(value)
    if match is None:
        raise InvalidInput(f"AI ({identifier.ai}) {quoted(value)} {_misfit(shape, value)}")
    for group, linter in shape.linted:
        component = match[group]
        if component is not None:
            try:
                linter(component)
            except InvalidInput as refusal:
                raise InvalidInput(f"AI ({identifier.ai}) {quoted(value)}: {refusal}") from None


@cache
def _shape(format_: str) -> _Shape:
    components = tuple(_component(word) for word in format_.split())
    pattern = "".join(
        f"({_CHARACTERS[one.kind][0]}{{{one.shortest},{one.longest}}}){'?' if one.optional else ''}"
        for one in components
    )
    linted = [(group, linter) for group, one in enumerate(components, 1) for linter in one.linters]
    return _Shape(components, re.compile(pattern), tuple(linted))


def _component(word: str) -> _Component:
    match = _COMPONENT.fullmatch(word)
    if match is None:
        raise ValueError(f"the AI table has {word!r}, want a component such as N13,csum")
    bracket, kind, variable, length, names = match.groups()
    linters = [LINTERS[name] for name in names.split(",")[1:]]
    return _Component(
        kind=kind,
        shortest=1 if variable else int(length),
        longest=int(length),
        optional=bool(bracket),
        linters=tuple([LINTERS["cset64"], *linters] if kind == "Z" else linters),
    )


def _misfit(shape: _Shape, value: str) -> str:
    """Say why a value does not have the shape."""
    least = sum(one.shortest for one in shape.components if not one.optional)
    most = sum(one.longest for one in shape.components)
    if not value:
        return "is empty"
    if not least <= len(value) <= most:
        wanted = str(most) if least == most else f"{least} to {most}"
        return f"has {len(value)} characters, want {wanted}"
    start = 0
    for one in shape.components:
        characters, wanted = _CHARACTERS[one.kind]
        component = value[start : start + one.longest]
        for position, character in enumerate(component, start + 1):
            if not re.fullmatch(characters, character):
                return f"has {character!r} as character {position}, want {wanted}"
        start += len(component)
    return f"has {len(value)} characters, which ends inside a component"
