"""SenML in JSON (RFC 8428, section 5): payload bytes to records, not judged yet."""

import json
from typing import Any

from traceability.errors import InvalidInput


def records_in_json(payload: bytes) -> list[Any]:
    """Raises `InvalidInput` unless it is an array. NaN and Infinity pass: a number may stand beside them."""
    try:
        pack = _DECODER.decode(payload.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"payload is not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(f"payload is not JSON: {error.msg} at character {error.pos}") from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of thousands of digits
        raise InvalidInput("payload is JSON that no SenML encoder writes") from error
    if not isinstance(pack, list):
        raise InvalidInput(f"payload is a JSON {type(pack).__name__}, want an array of SenML records")
    return pack


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise InvalidInput("a SenML record has the same label twice")
    return record


_DECODER = json.JSONDecoder(object_pairs_hook=_once_each)
