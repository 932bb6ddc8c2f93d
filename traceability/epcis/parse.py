"""JSON text from outside, read strictly."""

import json
import math
from typing import Any, NoReturn

from traceability.errors import InvalidInput

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1
"""Beyond it, readers of JSON disagree on the number (RFC 7493, section 2.2)."""


def parse_json(data: bytes, max_bytes: int = MAX_BYTES, max_integer: int = MAX_INTEGER) -> Any:  # noqa: ANN401 (a JSON value has no one type)
    """Read one JSON text (RFC 8259) as I-JSON wants it (RFC 7493).

    Raises `InvalidInput` for more than `max_bytes`, text that is not UTF-8 or not JSON, an object with one
    name twice, more than 64 levels, NaN, infinities, integers beyond `max_integer` and half surrogate pairs.
    """
    if len(data) > max_bytes:
        raise InvalidInput(f"JSON text has {len(data)} bytes, want at most {max_bytes}")
    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=_object,
            parse_int=lambda text: _integer(text, max_integer),
            parse_float=_number,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        raise InvalidInput(f"JSON text is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise InvalidInput(f"JSON text has more than {MAX_DEPTH} levels") from error
    _check(value, MAX_DEPTH, may_have_surrogates=rb"\ud" in data.lower())
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, member in pairs:
        if name in members:
            raise InvalidInput(f"object has the name {name!r:.80} twice")
        members[name] = member
    return members


def _integer(text: str, largest: int) -> int:
    # Long ones are refused before int() is asked to read a million digits.
    if len(text) > len(str(largest)) + 1 or abs(int(text)) > largest:
        raise InvalidInput(f"integer {text:.40} is larger than {largest} either way")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidInput(f"number {text:.40} is too large for a double")
    return number


def _no_constant(text: str) -> NoReturn:
    raise InvalidInput(f"{text} is not a JSON number")


def _check(value: object, levels: int, may_have_surrogates: bool) -> None:
    if isinstance(value, dict | list):
        if levels == 0:
            raise InvalidInput(f"JSON text has more than {MAX_DEPTH} levels")
        for member in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(member, levels - 1, may_have_surrogates)
    elif may_have_surrogates and isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidInput("text holds half of a surrogate pair, want whole characters") from error
