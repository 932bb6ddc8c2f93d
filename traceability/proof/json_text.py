"""Strict JSON: one meaning for every text, within limits."""

import json
import math
from typing import Any, NoReturn

from traceability.errors import InvalidInput

MAX_DEPTH = 64


def parse_json(data: bytes, what: str, at_most: int) -> object:
    """Raises `InvalidInput` for what two readers may read differently: a key twice, NaN, half surrogates."""
    if len(data) > at_most:
        raise InvalidInput(f"{what} has {len(data)} bytes, want at most {at_most}")
    try:
        value: object = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant
        )
        _check(value, MAX_DEPTH)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{what} is not UTF-8: {error.reason} at byte {error.start}") from error
    except RecursionError as error:
        raise InvalidInput(f"{what} is nested too deeply") from error
    except ValueError as error:
        raise InvalidInput(f"{what} is not JSON: {error}") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InvalidInput(f"JSON object has the key {twice[:80]!r} twice")
    return value


def _no_constant(name: str) -> NoReturn:
    raise InvalidInput(f"JSON has {name}, which is not a number")


def _check(value: object, depth_left: int) -> None:
    if depth_left == 0:
        raise InvalidInput(f"JSON is nested more than {MAX_DEPTH} deep")
    match value:
        case str():
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise InvalidInput("JSON has half a surrogate pair")
        case float():
            if not math.isfinite(value):
                raise InvalidInput("JSON has a number beyond the range of a double")
        case list():
            for item in value:
                _check(item, depth_left - 1)
        case dict():
            for key, item in value.items():
                _check(key, depth_left)
                _check(item, depth_left - 1)
