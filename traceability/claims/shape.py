"""Reads a value of a wanted kind out of a document from outside, or says where and what it found."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from traceability.errors import InvalidInput

_FAR = 253_402_300_799_000
"""The last millisecond that a calendar can show, and that JSON from outside may name."""


def member(of: object, name: str, kind: type | tuple[type, ...], where: str) -> Any:  # noqa: ANN401 (as wide as `kind`)
    """`of[name]`, which must be of `kind`. Raises `InvalidInput`."""
    value = mapping(of, where).get(name)
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        wanted = " or ".join(_WORDS[each] for each in kinds)
        raise InvalidInput(f"{where}: {name} is {value!r:.40}, want {wanted}")
    return value


def members(of: object, name: str, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each object of the list `of[name]`, with where it stands; an absent list is empty."""
    if name not in mapping(of, where):
        return
    for number, each in enumerate(member(of, name, list, where)):
        place = f"{where}: {name}[{number}]"
        yield place, mapping(each, place)


def mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{where} is {value!r:.40}, want an object")
    return value


def moment(text: object, where: str) -> datetime:
    """An RFC 3339 time in the zone that it states. Raises `InvalidInput`."""
    try:
        read = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        read = None
    if read is None or read.tzinfo is None or not 1970 <= read.year <= 2999:
        raise InvalidInput(f"{where} is {text!r:.40}, want a time with its zone, from 1970 to 2999")
    return read


def milliseconds(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _FAR:
        raise InvalidInput(f"{where} is {value!r:.40}, want milliseconds since 1970")
    return value


def zone(text: object) -> timezone | None:
    """The zone of "+08:00"; None if it is none."""
    try:
        hours, minutes = str(text)[1:].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if str(text).startswith("-") else offset)
    except ValueError:
        return None


_WORDS = {
    str: "text",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
