"""CBOR (RFC 8949), no more of it than SenML and COSE need: definite lengths, no tag that makes an object."""

import struct
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from traceability.errors import InvalidInput

MAX_DEPTH = 8
"""Of arrays, maps and tags in each other. SenML needs 2 and COSE 3; unknown labels may hold a little more."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL = 20, 21, 22
_FLOATS = {25: struct.Struct(">e"), 26: struct.Struct(">f"), 27: struct.Struct(">d")}
_CONSTANTS = {_FALSE: False, _TRUE: True, _NULL: None}


class Tagged(NamedTuple):
    """A tag and what stands under it; what that means is for the reader to say."""

    number: int
    content: object


def decode(data: bytes) -> object:
    """The one item that `data` is: int, float, bytes, str, bool, None, list, dict or `Tagged`.

    Keys of maps are whole numbers or texts, none twice. Raises `InvalidInput` for everything else: indefinite
    lengths, other simple values, nesting beyond `MAX_DEPTH`, what ends early and what goes on.
    """
    try:
        item, end = _item(data, 0, MAX_DEPTH)
    except (IndexError, struct.error) as error:
        raise InvalidInput(f"CBOR ends within an item, after {len(data)} bytes") from error
    if end != len(data):
        raise InvalidInput(f"CBOR has {len(data)} bytes, its item {end}")
    return item


def encode(item: object) -> bytes:
    """`item` with the shortest lengths, floats as doubles, maps in the order that they have."""
    match item:
        case bool():
            return bytes([_SIMPLE << 5 | (_TRUE if item else _FALSE)])
        case None:
            return bytes([_SIMPLE << 5 | _NULL])
        case int():
            return _head(_UNSIGNED, item) if item >= 0 else _head(_NEGATIVE, -1 - item)
        case float():
            return b"\xfb" + struct.pack(">d", item)
        case bytes():
            return byte_string(item)
        case str():
            text = item.encode()
            return _head(_TEXT, len(text)) + text
        case Tagged(number, content):
            return _head(_TAG, number) + encode(content)
        case Mapping():
            pairs = b"".join(encode(key) + encode(value) for key, value in item.items())
            return _head(_MAP, len(item)) + pairs
        case Sequence():
            return _head(_ARRAY, len(item)) + b"".join(map(encode, item))
    raise InvalidInput(f"CBOR is not written for {type(item).__name__}")


def byte_string(data: bytes) -> bytes:
    return _head(_BYTES, len(data)) + data


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | info]) + argument.to_bytes(size, "big")
    raise InvalidInput(f"CBOR has no length or whole number {argument}")


def _item(data: bytes, at: int, depth: int) -> tuple[object, int]:
    """The item at `at`, and where the next one begins. A gateway spends most of its time on decoding here."""
    initial = data[at]
    if initial < 24:
        return initial, at + 1
    major, info = initial >> 5, initial & 31
    if major == _SIMPLE:
        return _simple(data, at, info)
    at += 1
    if info >= 24:
        info, at = _argument(data, at, info)
    if major >= _ARRAY:
        return _nested(data, at, major, info, depth)
    if major >= _BYTES:
        return _string(data, at, major, info)
    return info if major == _UNSIGNED else -1 - info, at


def _argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info > 27:
        raise InvalidInput(
            f"CBOR has {'an indefinite' if info == 31 else 'no known'} length at byte {at - 1}"
        )
    end = at + (1 << info - 24)
    if end > len(data):
        raise IndexError
    return int.from_bytes(data[at:end], "big"), end


def _simple(data: bytes, at: int, info: int) -> tuple[object, int]:
    if info in _FLOATS:
        form = _FLOATS[info]
        return form.unpack_from(data, at + 1)[0], at + 1 + form.size
    if info not in _CONSTANTS:
        raise InvalidInput(f"CBOR has the byte 0x{data[at]:02x} at {at}, no number, boolean or null")
    return _CONSTANTS[info], at + 1


def _string(data: bytes, at: int, major: int, length: int) -> tuple[bytes | str, int]:
    end = at + length
    if end > len(data):
        raise InvalidInput(f"CBOR ends within a string of {length} bytes")
    if major == _BYTES:
        return data[at:end], end
    try:
        return data[at:end].decode(), end
    except UnicodeDecodeError as error:
        raise InvalidInput(f"CBOR has a text that is not UTF-8: {error.reason}") from error


def _nested(data: bytes, at: int, major: int, argument: int, depth: int) -> tuple[object, int]:
    if depth == 0:
        raise InvalidInput(f"CBOR is nested more than {MAX_DEPTH} deep")
    if major == _MAP:
        return _map(data, at, argument, depth - 1)
    if major == _ARRAY:
        return _array(data, at, argument, depth - 1)
    content, at = _item(data, at, depth - 1)
    return Tagged(argument, content), at


def _array(data: bytes, at: int, length: int, depth: int) -> tuple[list[object], int]:
    items = []
    for _ in range(length):
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[object, object], int]:
    pairs: dict[object, object] = {}
    for _ in range(length):
        key: object = data[at]
        if data[at] < 24:  # most labels of SenML and COSE
            at += 1
        else:
            key, at = _item(data, at, depth)
            if type(key) is not int and type(key) is not str:
                raise InvalidInput(f"CBOR has a {type(key).__name__} as a key, want a whole number or a text")
        pairs[key], at = _item(data, at, depth)
    if len(pairs) != length:
        raise InvalidInput("CBOR has a map with the same key twice")
    return pairs, at
